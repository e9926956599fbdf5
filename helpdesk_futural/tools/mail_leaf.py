"""One part of a mail: what it holds, and whether Odoo would get that out of it."""

import binascii
import codecs
import mimetypes
import quopri
import re
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import SMTP
from functools import cached_property
from urllib.parse import unquote_to_bytes

from .mail_header import (
    decode_text,
    decode_words,
    is_mislabelled,
    known_charset,
    lenient_base64,
    raw_bytes,
)
from .mail_html import is_blank_html
from .mail_tree import Part

_MAIN_TYPES = {"text", "image", "audio", "video", "application", "message", "multipart"}
_IDENTITY = {"", "7bit", "8bit", "binary"}
_ENCODINGS = {"base64", "quoted-printable", "x-uuencode", "uuencode", "uue", "x-uue"}
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = re.compile(rb"^(?![A-Za-z0-9+/]*={0,2}[ \t]*$)", re.MULTILINE)
_BROKEN_NAME = re.compile("[\x00-\x1f\x7f\ufffd\ud800-\udfff]|=\\?")
_NAME_PARAMETER = re.compile(
    r"""(?:^|;)\s*(?:file)?name(?:\*(\d{1,3}))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))""",
    re.IGNORECASE,
)


@dataclass
class Leaf:
    """A part without children, decoded."""

    part: Part = field(repr=False)
    kind: str
    #: the file's name, empty for the mail's text
    name: str
    attached: bool
    data: bytes = field(repr=False)
    charset: str | None
    content_id: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """Whether the part belongs to the text that a person reads."""
        return not self.attached and self.kind in ("text/plain", "text/html")

    @cached_property
    def text(self) -> str:
        """The content as text."""
        return decode_text(self.data, self.charset)

    @cached_property
    def says_something(self) -> bool:
        """Whether a person would see anything in this text."""
        return not is_blank_html(self.text) if self.kind == "text/html" else bool(self.text.strip())

    @property
    def file_name(self) -> str:
        """A name for the part as a file, whether it has one or not."""
        if self.name:
            return self.name
        if self.kind == "text/calendar":
            return "invite.ics"
        if self.kind == "message/rfc822":
            return "message.eml"
        return "attachment" + (mimetypes.guess_extension(self.kind) or "")


@dataclass(frozen=True)
class _Seen:
    """What Odoo sees of a part's headers."""

    kind: str
    name: str | None
    charset: str | None
    boundary: str | None
    encoding: str


def look(part: Part) -> _Seen | None:
    """Return what Odoo will see of a part's headers, None when it will raise or take too long."""
    headers = [header for header in part.headers if header.name.lower().startswith("content-")]
    block = b"".join(header.raw.rstrip(b"\r\n") + b"\r\n" for header in headers)
    if any(len(header.raw) > 4000 or header.raw.count(b"(") > 20 for header in headers):
        return None
    if b"\x00" in block:
        return None
    try:
        message = BytesHeaderParser(policy=SMTP).parsebytes(block + b"\r\n")
        charset = message.get_param("charset")
        str(message.get("Content-ID", "")).encode()
        str(message.get("Content-Disposition", "")).encode()
        return _Seen(
            message.get_content_type(),
            message.get_filename(),
            charset if charset is None or isinstance(charset, str) else str(charset[-1]),
            message.get_boundary(),
            str(message.get("Content-Transfer-Encoding", "")).lower(),
        )
    except Exception:  # noqa: BLE001  the parser raises whatever it trips over
        return None


def read_leaf(part: Part, alone: bool = False) -> Leaf:
    """Read a part.

    :param alone: whether it is the whole mail, which Odoo reads in another way
    """
    problems = list(part.problems)
    seen = look(part)
    kind = part.media_type
    name = _file_name(part)
    if seen is None:
        problems.append("broken headers of a part")
    elif seen.name and not _BROKEN_NAME.search(seen.name) and len(seen.name) <= 255:
        name = seen.name
    elif name or seen.name:
        problems.append("broken file name")
    disposition = part.value("Content-Disposition").lower()
    attached = bool(name) or disposition.startswith("attachment")
    if part.first("Content-Type") and (not part.declared_type or (seen and seen.kind != kind)):
        problems.append("broken media type")
        if attached and kind == "text/plain":
            kind = "application/octet-stream"
    if kind.split("/")[0] not in _MAIN_TYPES:
        problems.append("broken media type")
        kind = "application/octet-stream"
    if alone and kind in ("text/plain", "text/html"):
        attached = False  # Odoo takes such a mail for a text, whatever file it says to be
    elif alone and kind.startswith("text/") and (attached or kind == "text/calendar"):
        problems.append("kept the only part as a file")  # Odoo would show its source
    elif alone and kind.startswith("text/"):
        kind = "text/plain"
    if kind.startswith("multipart/"):  # what could not be taken apart: its text is all there is
        kind = "text/plain"
        if not part.body.strip() and not alone:
            problems = []
    is_text = kind.startswith("text/")
    data, trouble = _undo_transfer(part, seen, is_text and not attached)
    charset = seen.charset if seen else None
    if trouble:
        problems.append(trouble)
    body_text = not attached and kind in ("text/plain", "text/html")
    if is_text and _misread(data, charset, alone, body_text):
        problems.append(f"broken charset {charset or ''}"[:80].strip())
    content_id = re.sub(r"[^\x21-\x7e]|[<>\"()\[\]\\]", "", part.value("Content-ID"))[:250]
    return Leaf(part, kind, name, attached, data, charset, content_id, problems)


def _misread(data: bytes, charset: str | None, alone: bool, body_text: bool) -> bool:
    """Whether Odoo would fail at a text's charset, or lose characters of it.

    It encodes a text file again as it decoded it, so there the right charset matters little.
    """
    if charset is None:
        # Odoo assumes UTF-8, but for a mail that is nothing but text ASCII.
        codec = "ascii" if alone else "utf-8"
    else:
        if known_charset(charset) is None:
            return True
        try:
            codec = codecs.lookup(charset).name
        except (LookupError, ValueError):
            return True
    if body_text and is_mislabelled(data, codec):
        return True
    try:
        text = data.decode(codec)
        text.encode("utf-8")
    except ValueError:
        return True
    return body_text and "\x00" in text


def _undo_transfer(part: Part, seen: _Seen | None, is_text: bool) -> tuple[bytes, str]:
    """Return a part's content, and what was wrong with its transfer encoding (RFC 2045 §6)."""
    body = part.body
    given = part.value("Content-Transfer-Encoding").lower().strip()
    encoding = given
    trouble = ""
    if given not in _IDENTITY and given not in _ENCODINGS:
        words = re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.sub(r"\([^()]*\)", " ", given))
        encoding = next((word for word in words if word in _ENCODINGS | _IDENTITY), "")
        encoding = {"base-64": "base64", "b64": "base64", "qp": "quoted-printable"}.get(
            "".join(words[:1]), encoding
        )
    if encoding not in _IDENTITY and seen is not None and seen.encoding != encoding:
        trouble = "broken transfer encoding"
    if encoding == "quoted-printable":
        return quopri.decodestring(body), trouble
    if encoding == "base64":
        data, good = _base64(body, is_text)
        return data, trouble if good else "broken transfer encoding"
    if encoding in _ENCODINGS:
        data, good = _uuencode(body)
        return data, trouble if good else "broken transfer encoding"
    return body, trouble


def _base64(body: bytes, is_text: bool) -> tuple[bytes, bool]:
    """Decode base64; whether the standard library would make the same of it."""
    packed = body.translate(None, b" \t\r\n")
    bare = packed.rstrip(b"=")
    if not bare.translate(None, _BASE64) and len(bare) % 4 != 1:
        return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4)), True
    # Lists append a footer to an encoded text, and some programs encode nothing at all.
    body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    other = _NOT_BASE64.search(body)
    head, tail = (body[: other.start()], body[other.start() :]) if other else (body, b"")
    if is_text and tail.strip() and not head.translate(None, b" \t\r\n"):
        return body, False
    runs = re.findall(rb"[A-Za-z0-9+/\s]+=*", head) if head.count(b"=") < 1000 else [head]
    data = b"".join(lenient_base64(run) for run in runs)
    if is_text and tail.strip():
        return data + b"\n" + tail, False
    return lenient_base64(body) if tail.strip() else data, False


def _uuencode(body: bytes) -> tuple[bytes, bool]:
    lines = body.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith(b"begin ")), None)
    if start is None:
        return body, True
    data = []
    good = True
    for line in lines[start + 1 :]:
        if line.strip() in (b"end", b"`"):
            break
        try:
            data.append(binascii.a2b_uu(line))
        except binascii.Error:
            good = False
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:  # some encoders pad the last line wrongly
                data.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return body, False
    return b"".join(data), good


def _file_name(part: Part) -> str:
    """Return the name a part has as a file, from any of the ways to write one."""
    for header in ("Content-Disposition", "Content-Type"):
        value = part.value(header)[:20_000]
        plain, pieces = "", {}
        extended = False
        for number, star, quoted, token in _NAME_PARAMETER.findall(value):
            text = re.sub(r"\\(.)", r"\1", quoted) if quoted else token.strip()
            if "\x1b" in text:  # raw ISO-2022-JP, in which a backslash is half a character
                text = decode_text(raw_bytes(quoted or token), "iso-2022-jp")
            if number or star:
                pieces.setdefault(int(number or 0), (text, bool(star)))
                extended = extended or bool(star)
            else:
                plain = plain or text
        name = _join_pieces(pieces) if pieces else decode_words(plain)
        name = _safe_name(name) or _safe_name(decode_words(plain))
        if name:
            return name
    return ""


def _join_pieces(pieces: dict[int, tuple[str, bool]]) -> str:
    """Put together what RFC 2231 takes apart: ``name*0*=utf-8''a; name*1=b``."""
    charset = None
    data = b""
    for index, (_number, (text, star)) in enumerate(sorted(pieces.items())):
        if star and index == 0 and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        raw = raw_bytes(text)
        data += unquote_to_bytes(raw) if star else raw
    return decode_words(decode_text(data, charset))


def _safe_name(name: str) -> str:
    name = re.sub("[\x00-\x1f\x7f]", "", name).replace("=?", "=").replace("\ufffd", "_")
    name = name.replace("\\", "/").rpartition("/")[2].strip(" .'\"")
    if len(name) > 200:
        stem, dot, suffix = name.rpartition(".")
        name = f"{stem[:180]}{dot}{suffix}" if dot and len(suffix) <= 12 else name[:200]
    return name.strip()
