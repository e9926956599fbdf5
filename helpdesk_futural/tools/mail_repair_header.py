"""Repairing the headers of a mail: those that Odoo reads must read well."""

import hashlib
import re
from datetime import datetime, timedelta, timezone
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime

from odoo.tools.mail import email_split_tuples

from .mail_address import read_addresses, write_addresses, write_words
from .mail_header import decode_words, raw_bytes
from .mail_tree import Header, Part

_MAX_ADDRESSES = 1500  # of one header; the standard library takes a second for a thousand
_MAX_SUBJECT = 1000
_MAX_OTHER = 16 * 1024
_MAX_BLOCK = 256 * 1024
_MAX_REFERENCES = 100
_ADDRESS_HEADERS = {
    *("from", "sender", "reply-to", "to", "cc", "bcc", "delivered-to"),
    *("resent-from", "resent-to", "resent-cc", "disposition-notification-to"),
}
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BROKEN_TEXT = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_GOOD_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,400}@[A-Za-z0-9._-]{1,250}>")
_ANGLED = re.compile(r"<[^<>]+>")


def repair_headers(root: Part, now: datetime | None = None) -> tuple[list[bytes], list[str]]:
    """Return a mail's header lines and what of them was repaired.

    Headers of content (``Content-…``) are left alone: they are the parts' affair.
    """
    now = now or datetime.now(timezone.utc)
    changes: list[str] = list(root.header_problems)
    lines: list[bytes] = []
    size = 0
    for header in root.headers:
        name = header.name.lower()
        raw = header.raw
        if _CONTROL.search(raw):
            changes.append(f"{header.name[:60]}: control characters")
            raw = _CONTROL.sub(b"", _japanese(raw))
        head, colon, value = raw.partition(b":")
        if head != head.rstrip():
            # RFC 5322 (4.5) allowed it once; Python's parser takes the headers to end here.
            changes.append(f"{header.name[:60]}: space before the colon")
            raw = head.rstrip() + colon + value
        clean = Header(header.name, raw)
        repaired = _repair_one(name, clean, root, now, changes)
        if repaired is not None:
            raw = _line(header.name, repaired) if repaired else b""
        size += len(raw)
        if size > _MAX_BLOCK and not (name in _KEPT or name.startswith("content-")):
            changes.append(f"{header.name[:60]}: left out, too many headers")
            continue
        lines.append(_end_line(raw))
    lines.extend(_missing(root, lines, changes))
    return [line for line in lines if line], list(dict.fromkeys(changes))


_KEPT = _ADDRESS_HEADERS | {"subject", "date", "message-id", "references", "in-reply-to"}


def _japanese(raw: bytes) -> bytes:
    """Return a header in UTF-8 that came in raw ISO-2022-JP, which begins with an escape."""
    try:
        return raw.decode("iso2022_jp_ext").encode() if b"\x1b$" in raw else raw
    except UnicodeError:
        return raw


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("utf-8", "surrogateescape")


def _end_line(raw: bytes) -> bytes:
    return raw if not raw or raw[-1:] in b"\r\n" else raw + b"\r\n"


def _repair_one(
    name: str, header: Header, root: Part, now: datetime, changes: list[str]
) -> str | None:
    """Return a new value, empty to leave the header out, None where it can stay as it is."""
    value = header.value
    if name in _ADDRESS_HEADERS:
        new, what = _addresses(name, value)
    elif name == "subject":
        new, what = _subject(value)
    elif name == "message-id":
        new, what = _message_id(value)
    elif name == "date":
        new, what = _date(value, root, now)
    elif name in ("references", "in-reply-to"):
        new, what = _references(value)
    elif len(header.raw) > _MAX_OTHER and not name.startswith("content-"):
        new, what = "", "left out, too long"
    else:
        return None
    if what:
        changes.append(f"{header.name}: {what}")
    return new


def as_odoo_reads(name: str, value: str) -> str | None:
    """Return a header as Odoo will read it, None when it will raise or take too long."""
    nested = name not in ("subject", "references") and value.count("(") > 50
    if nested or value.count('"') > 10_000 or len(value) > 200_000:
        return None
    try:
        # The parser hands over bytes that are no ASCII as surrogates.
        source = raw_bytes(value).decode("ascii", "surrogateescape")
        return str(SMTP.header_fetch_parse(name, source))
    except Exception:  # noqa: BLE001  the parser raises whatever it trips over
        return None


def _is_broken(read: str | None, value: str) -> bool:
    """Whether a header comes out damaged: not at all, or with characters nobody wrote."""
    if read is None or _BROKEN_TEXT.search(read):
        return True
    return "\ufffd" in read and "\ufffd" not in decode_words(value)


def _addresses(name: str, value: str) -> tuple[str | None, str]:
    pairs = read_addresses(value)
    cut = pairs[:_MAX_ADDRESSES]
    if len(cut) == len(pairs):
        read = as_odoo_reads(name, value)
        if not _is_broken(read, value) and not _loses_addresses(read, pairs):
            return None, ""
        what = "unreadable addresses"
    else:
        what = f"{len(pairs) - len(cut)} of {len(pairs)} addresses left out"
    if cut and _is_broken(as_odoo_reads(name, write_addresses(cut)), value):
        bare = [("", address) for _name, address in cut]
        cut = [pair for pair in bare if as_odoo_reads(name, write_addresses([pair])) is not None]
    if cut:
        return write_addresses(cut), what
    text = " ".join(_BROKEN_TEXT.sub(" ", decode_words(value)).split())
    text = re.sub(r"[<>()\[\]:;,\"@\\]", " ", text).strip()[:200]
    return (write_words(text) if text else ""), what


def _loses_addresses(read: str, pairs: list[tuple[str, str]]) -> bool:
    try:
        found = {address.lower() for _name, address in email_split_tuples(read)}
    except Exception:  # noqa: BLE001  it recurses into comments, among other things
        return True
    return any(address.lower() not in found for _name, address in pairs)


def _subject(value: str) -> tuple[str | None, str]:
    if len(value) <= 20_000:
        read = as_odoo_reads("subject", value)
        if read is not None and len(read) <= _MAX_SUBJECT and not _is_broken(read, value):
            text = decode_words(value)
            # What Odoo leaves undecoded is readable to nobody.
            if "=?" not in read or len(re.findall(r"=\?", text)) >= len(re.findall(r"=\?", read)):
                return None, ""
    text = " ".join(_BROKEN_TEXT.sub(" ", decode_words(value)).split())
    if len(text) > _MAX_SUBJECT:
        return write_words(text[: _MAX_SUBJECT - 1] + "…"), "shortened"
    return write_words(text), "unreadable characters"


def _message_id(value: str) -> tuple[str | None, str]:
    if not value or _GOOD_ID.fullmatch(value):
        return (None if value else ""), ""
    ids = _ANGLED.findall(value)
    inner = re.sub(r"[\s<>\x00-\x1f\x7f\ud800-\udfff]+", "", ids[0] if ids else value)
    given = f"<{inner}>"
    if given == value and len(value) <= 900 and as_odoo_reads("message-id", value) == value:
        return None, ""
    if "@" not in inner.strip("@") or len(inner) > 700:
        digest = hashlib.sha256(inner.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        return (f"<{digest}.repaired@helpdesk.invalid>" if inner else ""), "not a message id"
    if as_odoo_reads("message-id", given) != given:
        given = "<" + re.sub(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]", "_", inner) + ">"
        if not _GOOD_ID.fullmatch(given):
            digest = hashlib.sha256(inner.encode("utf-8", "surrogatepass")).hexdigest()[:40]
            given = f"<{digest}.repaired@helpdesk.invalid>"
    return given, "not a message id"


def _date(value: str, root: Part, now: datetime) -> tuple[str | None, str]:
    """Keep a date of our times; a broken one is replaced by when the mail was received."""
    if _parse_date(value, now):
        return None, ""
    try:  # as programs write it that do not know RFC 5322 §3.3
        iso = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", value[:40]))
    except ValueError:
        iso = None
    if iso and _parse_date(format_datetime(iso), now):
        return format_datetime(iso), "written otherwise"
    for header in root.headers:
        if header.name.lower() == "received":
            received = header.value.rpartition(";")[2].strip()
            if _parse_date(received, now):
                return received, "replaced by the date of receipt"
    return "", "left out, not a date of our times"


def _parse_date(value: str, now: datetime) -> datetime | None:
    if not value or len(value) > 200 or not value.isascii():
        return None
    try:
        date = parsedate_to_datetime(value)
        if date.tzinfo is None:
            date = date.replace(tzinfo=timezone.utc)
        date = date.astimezone(timezone.utc)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if date.year >= 1990 and date <= now + timedelta(days=2) else None


def _references(value: str) -> tuple[str | None, str]:
    ids = _ANGLED.findall(value)
    if len(value) <= _MAX_OTHER and len(ids) <= _MAX_REFERENCES:
        if not _is_broken(as_odoo_reads("references", value), value):
            return None, ""
        what = "unreadable characters"
    else:
        # RFC 5322 §3.6.4 appends the newest ids, and the first one is the whole thread's.
        ids = ids[:1] + ids[1:][-_MAX_REFERENCES:]
        what = "shortened"
    ids = [re.sub(r"[^\x21-\x7e]", "", message_id) for message_id in ids]
    return "\r\n ".join(message_id for message_id in ids if 2 < len(message_id) < 900), what


def _missing(root: Part, lines: list[bytes], changes: list[str]) -> list[bytes]:
    """Return header lines for what a mail lacks: somebody to answer, and an identity."""
    added = []
    senders = [Header("From", line).value for line in lines if line[:5].lower() == b"from:"]
    if not any(read_addresses(value) for value in senders):
        for name in ("Reply-To", "Sender", "Return-Path"):
            found = read_addresses(root.value(name))[:1]
            if found and as_odoo_reads("from", write_addresses(found)) is not None:
                changes.append(f"From: taken from {name}")
                added.append(_line("From", write_addresses(found)))
                break
    if not any(line[:11].lower() == b"message-id:" for line in lines):
        changes.append("Message-ID: derived from the content")
        added.append(_line("Message-ID", f"<{_content_digest(root)}.derived@helpdesk.invalid>"))
    return added


def _content_digest(root: Part) -> str:
    """Return the same for every delivery of a mail, whatever the servers in between added.

    Without a date two mails may well be the same word by word, such as a monitoring system's: then
    the servers' traces tell them apart.
    """
    names = ["From", "To", "Cc", "Subject", "Date", "Content-Type"]
    if not root.value("Date"):
        names.append("Received")
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name}:{' '.join(root.value(name).split())}\n".encode(errors="replace"))
    digest.update(b"\n".join(root.body.splitlines()).strip())
    return digest.hexdigest()[:40]
