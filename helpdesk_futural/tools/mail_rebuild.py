"""Writing a mail anew: its text first, then its files, each in a form that anyone can read."""

import base64
import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from urllib.parse import quote

from .mail_bounce import original_ids, read_status
from .mail_header import decode_text, storable
from .mail_html import first_quotations, html_to_text, html_trouble, join_html
from .mail_leaf import Leaf, read_leaf
from .mail_repair_header import as_odoo_reads
from .mail_tree import Part, parse_tree

MAX_TEXT_PARTS = 10  # Odoo sanitizes all the HTML so far again with every part
MAX_TEXT = 2 * 1024 * 1024  # what is longer, nobody reads in a browser: the whole is a file
_MAX_NAMES = 100
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers")
_REPORT_TYPE = re.compile(r"report-type\s*=\s*\"?([\w-]{1,60})", re.IGNORECASE)


@dataclass(frozen=True)
class File:
    """A file to send along."""

    name: str
    kind: str
    data: bytes = field(repr=False)
    content_id: str = ""


def chosen_texts(root: Part, leaves: list[Leaf]) -> list[Leaf]:
    """Return the texts a person should see: of alternatives (RFC 2046 §5.1.4) the best one.

    That is the last one in HTML, or else the last one, among those that say anything.
    """
    by_part = {id(leaf.part): leaf for leaf in leaves}
    says: dict[int, tuple[bool, bool]] = {}  # by part: in HTML, in any form
    branch: dict[int, Part] = {}
    for part in reversed(list(root.walk())):
        leaf = by_part.get(id(part))
        below = [says[id(child)] for child in part.children]
        if leaf and leaf.is_text and leaf.says_something:
            below.append((leaf.kind == "text/html", True))
        says[id(part)] = (any(html for html, _any in below), any(some for _html, some in below))
        if part.media_type == "multipart/alternative":
            for form in (0, 1):
                best = [child for child in part.children if says[id(child)][form]]
                if best:
                    branch[id(part)] = best[-1]
                    break
    seen: dict[int, bool] = {}
    for part in root.walk():
        parent = part.parent
        chosen = branch.get(id(parent)) if parent else None
        seen[id(part)] = parent is None or (seen[id(parent)] and chosen in (None, part))
    return [leaf for leaf in leaves if leaf.is_text and seen[id(leaf.part)] and leaf.says_something]


def rebuild(
    raw: bytes,
    root: Part,
    lines: list[bytes],
    leaves: list[Leaf],
    report: bool,
    max_bytes: int,
    max_parts: int,
) -> tuple[bytes, list[str]]:
    """Write a mail anew.

    :param lines: its headers
    :param report: keep what tells which mail came back
    :return: the mail, and the names of what did not fit into it
    """
    chosen = {id(leaf) for leaf in chosen_texts(root, leaves)}
    wanted = [leaf for leaf in leaves if id(leaf) in chosen or not leaf.is_text]
    beyond = wanted[max_parts:]
    left_out = [
        leaf.name or f"part {leaves.index(leaf) + 1} ({leaf.kind})" for leaf in beyond[:_MAX_NAMES]
    ]
    if len(beyond) > _MAX_NAMES:
        left_out.append(f"{len(beyond) - _MAX_NAMES} more parts")
    wanted = wanted[:max_parts]
    text_leaves = [leaf for leaf in wanted if leaf.is_text] or _forwarded(wanted)
    texts, files = _texts(text_leaves, min(MAX_TEXT, max_bytes // 4))
    extra = _report_parts(root, leaves) if report else []
    for leaf in wanted:
        if not (leaf.is_text or (report and leaf.kind in _STATUS_TYPES)):
            files.append(_file(leaf))
    room = max_bytes / 1.4 - sum(len(text) for _kind, text in texts) - sum(map(len, lines)) - 10_000
    for file in sorted(files, key=lambda file: -len(file.data)):
        if sum(len(other.data) + 500 for other in files) <= room:
            break
        files = [other for other in files if other is not file]
        left_out.append(file.name)
    kind = "multipart/mixed"
    if root.media_type == "multipart/report":
        given = _REPORT_TYPE.search(root.value("Content-Type"))
        kind = f"multipart/report; report-type={given[1] if given else 'delivery-status'}"
    return compose(lines, texts, files, raw, kind, extra), left_out


def _forwarded(leaves: list[Leaf]) -> list[Leaf]:
    """Return the texts of the mail that a mail without a text of its own forwards."""
    for _level in range(20):
        attached = [leaf for leaf in leaves if leaf.kind == "message/rfc822"][:1]
        if not attached or len(attached[0].data) > MAX_TEXT:
            break
        inner = parse_tree(attached[0].data)
        leaves = [read_leaf(part, alone=part is inner) for part in inner.leaves()]
        texts = chosen_texts(inner, leaves)
        if texts:
            return texts
    return []


def _texts(leaves: list[Leaf], room: int) -> tuple[list[tuple[str, str]], list[File]]:
    """Return the mail's text in pieces by type, and the originals of what had to be simplified."""
    pieces = [(leaf.kind, leaf.text) for leaf in leaves]
    files: list[File] = []
    if len(pieces) > MAX_TEXT_PARTS:
        if any(kind == "text/html" for kind, _text in pieces):
            pieces = [("text/html", join_html(pieces))]
        else:
            pieces = [("text/plain", "\n\n".join(text for _kind, text in pieces))]
    result = []
    for kind, text in pieces:
        original, suffix = text, "txt"
        if kind == "text/html":
            if len(text) <= room and not html_trouble(text):
                result.append((kind, text))
                room -= len(text)
                continue
            text, suffix = html_to_text(text[: 5 * max(room, 0)]), "html"
        kept = first_quotations(text[: max(room, 0)])
        room -= len(kept)
        result.append(("text/plain", kept))
        if kept != original:
            files.append(File(f"message.{suffix}", "application/octet-stream", original.encode()))
    return result, files


def _file(leaf: Leaf) -> File:
    name = leaf.file_name
    if leaf.kind == "message/rfc822" and not leaf.name:
        subject = parse_tree(leaf.data[:65536]).first("Subject")
        title = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|]+", " ", subject.text) if subject else ""
        name = f"{' '.join(title.split())[:100] or 'message'}.eml"
    kind = leaf.kind
    if kind.split("/")[0] in ("text", "message", "multipart"):
        # Odoo would decode such a file and encode it again; so it stays as it is.
        kind = "application/octet-stream"
        if leaf.part.media_type.startswith("text/") and "." not in name:
            name += mimetypes.guess_extension(leaf.part.media_type) or ".txt"
    return File(storable(name), kind, leaf.data, leaf.content_id)


def _report_parts(root: Part, leaves: list[Leaf]) -> list[bytes]:
    """Return what tells which mail did not reach whom: the parts of RFC 6522, written well."""
    status, ids = [], []
    for leaf in leaves:
        if leaf.kind in _STATUS_TYPES or (leaf.part is root and root.is_multipart):
            status.extend(read_status(decode_text(leaf.data[:65536])))
        if leaf.kind in _RETURNED_TYPES or (leaf.part is root and root.is_multipart):
            ids.extend(original_ids(decode_text(leaf.data[:65536])))
    parts = []
    if status:
        text = "Reporting-MTA: dns; unknown\r\n"
        for group in status[:50]:
            text += "\r\n"
            for name, value in group.items():
                if re.fullmatch(r"[a-z-]{1,60}", name):
                    clean = re.sub(r"[^\x20-\x7e]", "?", value)[:900]
                    text += f"{name.title()}: {clean}\r\n"
        parts.append(f"Content-Type: message/delivery-status\r\n\r\n{text}".encode())
    ids = [one for one in dict.fromkeys(ids) if one.isascii()]
    ids = [one for one in ids if as_odoo_reads("message-id", one) == one][:10]
    if ids:
        text = "".join(f"Message-ID: {one}\r\n" for one in ids)
        parts.append(f"Content-Type: text/rfc822-headers; charset=us-ascii\r\n\r\n{text}".encode())
    return parts


def compose(
    lines: list[bytes],
    texts: list[tuple[str, str]],
    files: list[File],
    seed: bytes,
    kind: str = "multipart/mixed",
    extra: list[bytes] | None = None,
) -> bytes:
    """Return a mail of header lines, texts by type, ready-made further parts, and files.

    :param seed: what the boundary is made of: the same gives the same mail
    """
    boundary = "=_" + hashlib.sha256(seed).hexdigest()[:40]
    head = [line for line in lines if not line.lower().startswith((b"content-", b"mime-version"))]
    head.append(
        f'MIME-Version: 1.0\r\nContent-Type: {kind};\r\n boundary="{boundary}"\r\n'.encode()
    )
    delimiter = f"\r\n--{boundary}\r\n".encode()
    pieces = [b"".join(head)]
    for text_kind, text in texts or [("text/plain", "")]:
        header = f"Content-Type: {text_kind}; charset=utf-8\r\n"
        pieces.append(_encoded(header, storable(text).encode()))
    pieces.extend(extra or [])
    for file in files:
        header = f"Content-Type: {_safe_type(file.kind)}\r\n{_disposition(file)}"
        pieces.append(_encoded(header, file.data))
    return delimiter.join(pieces) + f"\r\n--{boundary}--\r\n".encode()


def _encoded(header: str, data: bytes) -> bytes:
    body = base64.encodebytes(data).replace(b"\n", b"\r\n")
    return header.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + body


def _safe_type(kind: str) -> str:
    good = re.fullmatch(r"(?:image|audio|video|application)/[a-z0-9][a-z0-9.+-]{0,100}", kind)
    return kind if good else "application/octet-stream"


def _disposition(file: File) -> str:
    name = storable(file.name) or "attachment"
    if re.fullmatch(r"[A-Za-z0-9 ._()\[\]#&+,@!~-]+", name) and "=?" not in name:
        given = f'filename="{name}"'
    else:
        given = f"filename*=utf-8''{quote(name, safe='')}"
    if file.content_id:
        return f"Content-ID: <{file.content_id}>\r\nContent-Disposition: inline;\r\n {given}\r\n"
    return f"Content-Disposition: attachment;\r\n {given}\r\n"
