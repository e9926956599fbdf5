"""Making any mail one that Odoo can take, without losing what a person can read in it.

Stock Odoo raises on many a mail, spends minutes on others, and drops text of yet others. A mail
that has none of these troubles stays as it is. Where only headers are broken, only these are
written anew; otherwise the whole mail is: its text first, then its files.
"""

import email
import hashlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from odoo.tools.mail import email_split_tuples

from .mail_html import html_trouble, too_many_quotations
from .mail_leaf import Leaf, look, read_leaf
from .mail_rebuild import MAX_TEXT, MAX_TEXT_PARTS, File, chosen_texts, compose, rebuild
from .mail_repair_header import repair_headers
from .mail_tree import MAX_LEAVES, Part, parse_tree

_MAX_DEPTH = 10
_MAX_LINES = 1_000_000  # the standard library's parser handles every line for itself
_DAEMON = re.compile(r"mailer-daemon|mail delivery (?:sub)?system", re.IGNORECASE)


@dataclass(frozen=True)
class Repaired:
    """A mail that Odoo can take."""

    raw: bytes
    #: what was repaired, for the register of incoming mail
    changes: tuple[str, ...] = ()
    #: names of the files, and other parts, that were left out
    left_out: tuple[str, ...] = ()


def repair(raw: bytes, max_bytes: int = 30 * 1024 * 1024, max_parts: int = 200) -> Repaired:
    """Return a mail that ``mail.thread.message_parse`` takes, with all that a person can read.

    Never raises, and ends in a time that grows with the mail's size alone. The same bytes always
    give the same result, save for a date that lies in the future.

    :param max_bytes: above this the largest attachments are left out until the rest fits
    :param max_parts: above this the later parts are left out
    """
    try:
        return _repair(raw, max_bytes, max_parts)
    except Exception as error:  # noqa: BLE001  no mail may be lost to a bug in here
        return _last_resort(raw, max_bytes, f"{type(error).__name__} while it was repaired")


def _repair(raw: bytes, max_bytes: int, max_parts: int) -> Repaired:
    root = parse_tree(raw)
    lines, changes = repair_headers(root)
    report = _is_report(root)
    leaves = [read_leaf(part, alone=part is root) for part in root.leaves()]
    troubles = _troubles(raw, root, leaves, report, max_bytes, max_parts)
    if not troubles:
        content = raw
        if changes:
            content = b"".join([*lines, b"\r\n", root.body])
        if odoo_takes(content):
            return Repaired(content, tuple(changes))
        troubles = ["unreadable for a reason unknown"]
    content, left_out = rebuild(raw, root, lines, leaves, report, max_bytes, max_parts)
    if not odoo_takes(content):
        return _last_resort(raw, max_bytes, ", ".join([*changes, *troubles]))
    return Repaired(content, tuple(dict.fromkeys([*changes, *troubles])), tuple(left_out))


def _is_report(root: Part) -> bool:
    """Whether Odoo will look for the mail that came back in this one."""
    return root.media_type == "multipart/report" or bool(_DAEMON.search(root.value("From")[:500]))


def _troubles(
    raw: bytes, root: Part, leaves: list[Leaf], report: bool, max_bytes: int, max_parts: int
) -> list[str]:
    """Return why a mail's content can't stay as it is."""
    troubles: list[str] = []
    if len(raw) > max_bytes:
        troubles.append("larger than allowed")
    parts = list(root.walk())
    if len(leaves) > min(max_parts, MAX_LEAVES):
        troubles.append(f"{len(leaves)} parts")
    if max(part.depth for part in parts) > _MAX_DEPTH:
        troubles.append("parts nested too deep")
    if raw.count(b"\n") + raw.count(b"\r") > _MAX_LINES:
        troubles.append("too many lines")
    for part in parts:
        if part is not root:
            troubles.extend(part.header_problems)
        if part.children:
            troubles.extend(part.problems)
            seen = look(part)
            if not seen or seen.kind != part.media_type or not seen.boundary:
                troubles.append("wrong boundary")
    if report and root.is_multipart and not root.children:
        troubles.append("report without parts")
    for leaf in leaves:
        troubles.extend(leaf.problems)
        if leaf.kind.startswith("message/"):
            troubles.extend(_message_trouble(leaf, report))
    troubles.extend(_text_troubles(root, leaves, report))
    return list(dict.fromkeys(troubles))


def _message_trouble(leaf: Leaf, report: bool) -> list[str]:
    """Return what is wrong with a part that holds a message itself.

    Odoo reads an attached mail as if it were this one's text and files, unless that is a file; in
    a report it looks there for the mail that did not arrive.
    """
    if not report:
        return ["attached mail, kept as a file"]
    if leaf.part.value("Content-Transfer-Encoding").lower().strip() in (
        "base64",
        "quoted-printable",
    ):
        return ["encoded part of a report"]
    body = leaf.part.body
    lines = body.count(b"\n") + body.count(b"\r")
    # The parser makes a message of every group of a status, in time that grows with their square.
    if len(body) > 5_000_000 or lines > (2000 if leaf.kind != "message/rfc822" else 20_000):
        return ["part of a report too long"]
    inner = parse_tree(body)
    parts = list(inner.walk())
    if len(parts) > 50 or max(part.depth for part in parts) > _MAX_DEPTH:
        return ["too many parts in a report"]
    if any(not look(part) or part.problems for part in parts):
        return ["broken part of a report"]
    return [] if b"\x00" not in body and odoo_takes(body) else ["broken part of a report"]


def _text_troubles(root: Part, leaves: list[Leaf], report: bool) -> list[str]:
    troubles: list[str] = []
    texts = [leaf for leaf in leaves if leaf.is_text]
    if len(texts) > MAX_TEXT_PARTS:
        troubles.append(f"{len(texts)} texts")
    for leaf in texts[: MAX_TEXT_PARTS + 1]:
        if len(leaf.data) > MAX_TEXT:
            troubles.append("text too long")
        elif leaf.kind == "text/html":
            trouble = html_trouble(leaf.text)
            troubles.extend([f"HTML: {trouble}"] if trouble else [])
        elif too_many_quotations(leaf.text):
            troubles.append("too many quotations")
    if not troubles and not report and len(texts) > 1 and _loses_text(root, leaves):
        troubles.append("text that would be lost")
    return troubles


def _loses_text(root: Part, leaves: list[Leaf]) -> bool:
    """Whether Odoo drops a text that is no other form of what it keeps.

    Once it met an alternative it takes every HTML text for the better form of all that came
    before, and drops every plain text after it, wherever in the mail they stand.
    """
    by_part = {id(leaf.part): leaf for leaf in leaves}
    kept: list[Leaf] = []
    alternative = mixed = html = False
    for part in root.walk():
        alternative = alternative or part.media_type == "multipart/alternative"
        mixed = mixed or part.media_type == "multipart/mixed"
        leaf = by_part.get(id(part))
        if leaf is None or not leaf.is_text:
            continue
        if leaf.kind == "text/plain":
            if not (alternative and any(one.says_something for one in kept)):
                kept.append(leaf)
        else:
            if alternative and not (html and mixed):
                kept = []
            kept.append(leaf)
            html = html or bool(leaf.data)
    chosen = chosen_texts(root, leaves)
    return any(leaf not in kept and leaf.says_something for leaf in chosen)


def odoo_takes(raw: bytes) -> bool:
    """Whether the standard library reads of a mail all that Odoo will ask it for.

    To be asked only about mails whose size, depth and number of parts are bounded.
    """
    try:
        message = email.message_from_bytes(raw, policy=SMTP)
        for name in (
            *("From", "To", "Cc", "Delivered-To", "Resent-To", "Resent-Cc", "Reply-To", "Subject"),
            *("Message-Id", "References", "In-Reply-To", "Date", "Return-Path", "Sender"),
        ):
            values = [str(value) for value in message.get_all(name, [])]
            "".join(values).encode()
            if name in ("From", "To", "Cc", "Delivered-To", "Resent-To", "Resent-Cc"):
                email_split_tuples(",".join(values))
        for part in message.walk():
            if part.get_content_maintype() == "multipart":
                continue
            _read_as_odoo(part)
    except Exception:  # noqa: BLE001  that is the question
        return False
    return True


def _read_as_odoo(part: EmailMessage) -> None:
    (part.get_filename() or "").encode()
    if part.get_content_maintype() == "text" and not part.get_param("charset"):
        part.set_charset("utf-8")
    part.get_content_charset()
    str(part.get("content-id", "")).encode()
    str(part.get("content-disposition", "")).encode()
    content = part.get_content()
    if isinstance(content, EmailMessage):
        content.as_bytes()  # how Odoo makes a file of it
    returned = None
    if part.get_content_type() == "text/rfc822-headers":
        returned = email.message_from_string(content, policy=SMTP)
    elif part.get_content_type() == "message/rfc822":
        returned = part.get_payload()[0]
    for name in ("Message-Id", "X-Microsoft-Original-Message-ID", "Final-Recipient"):
        if returned is not None:
            str(returned.get_all(name, [])).encode()
    if part.get_content_type() == "message/delivery-status":
        for group in part.get_payload():
            str(group.get_all("Final-Recipient", [])).encode()


def _last_resort(raw: bytes, max_bytes: int, why: str) -> Repaired:
    """Return a mail that has the broken one as a file, and its beginning as text."""
    digest = hashlib.sha256(raw).hexdigest()[:40]
    try:
        lines = repair_headers(parse_tree(raw[:65536]))[0]
        if not odoo_takes(compose(lines, [], [], raw)):
            lines = []
    except Exception:  # noqa: BLE001  the last line of defence
        lines = []
    if not any(line.lower().startswith(b"message-id:") for line in lines):
        lines.append(f"Message-ID: <{digest}.derived@helpdesk.invalid>\r\n".encode())
    text = raw[:65536].decode("utf-8", "replace").replace("\x00", "")
    fits = len(raw) * 1.4 < max_bytes
    files = [File("original.eml", "application/octet-stream", raw)] if fits else []
    content = compose(lines, [("text/plain", text)], files, raw)
    return Repaired(content, (f"kept as a file: {why}"[:500],), () if fits else ("original.eml",))
