"""Reading a mail's headers when any of them may be broken.

The standard library's structured headers raise on many a header found in real mail, so these
functions start from the raw text of a header, and raise for no message.
"""

import base64
import codecs
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses

# Names of charsets that mail carries and Python does not know.
_CHARSET_ALIASES = {
    "x-gbk": "gb18030",
    "gb2312": "gb18030",  # mails so marked hold characters of its supersets
    "gbk": "gb18030",
    "x-big5": "big5hkscs",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "x-euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",  # as browsers do: its control characters are nobody's text
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
}
# Codecs of Python that are no charsets of mail; some raise for any input or take quadratic time.
_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs"}

_NO_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_MEDIA_TYPE = re.compile(r"\s*([\w.+-]{1,80}/[\w.+-]{1,120})\s*(?:;|$|\s)")


def known_charset(charset: str | None) -> str | None:
    """Return the codec for a charset's name as mail gives it, None when there is none."""
    name = (charset or "").strip().strip("\"'").lower()
    name = _CHARSET_ALIASES.get(name, name)
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):  # ValueError: a NUL or something no name may hold
        return None
    if codec.name in _NO_CHARSETS or not getattr(codec, "_is_text_encoding", True):
        return None
    return codec.name


def decode_text(data: bytes, charset: str | None = None) -> str:
    """Return bytes as text that a database can store, whatever their charset is said to be.

    A charset that is unknown, or plainly not the one used, is replaced by UTF-8, and where the
    bytes are not that either, by Windows' western one.
    """
    codec = known_charset(charset)
    if codec and is_mislabelled(data, codec):
        codec = "utf-8"
    for name in (codec, "utf-8"):
        if name:
            try:
                return storable(data.decode(name))
            except ValueError:  # what a UnicodeDecodeError is, and what some codecs raise
                continue
    if codec and codec not in ("utf-8", "cp1252"):
        return storable(data.decode(codec, "replace"))
    # A text of UTF-8 that was cut or damaged somewhere has more good characters than broken ones.
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken <= sum(character > "\x7f" for character in text) - broken:
        return storable(text)
    return storable(data.decode("cp1252", "replace"))


def is_mislabelled(data: bytes, codec: str) -> bool:
    """Whether bytes that are said to be of a one-byte charset are UTF-8.

    No text of such a charset looks like UTF-8 by chance: every "ä" would have to be an "Ã¤".
    """
    if data.isascii() or not codec.startswith(("iso8859", "cp125", "ascii", "latin")):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def storable(text: str) -> str:
    """Return text without what neither UTF-8 nor PostgreSQL can hold: surrogates and NUL."""
    text = text.replace("\x00", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # Pairs become the character they stand for, lone ones a question mark.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def raw_bytes(text: str) -> bytes:
    """Return the bytes that a header or body had before the parser made it a string."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return storable(text).encode()


def lenient_base64(data: bytes) -> bytes:
    """Decode base64 as far as it goes: foreign characters skipped, missing padding added."""
    data = data.translate(None, _NO_BASE64)
    if len(data) % 4 == 1:
        data = data[:-1]
    return base64.b64decode(data + b"=" * (-len(data) % 4))


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = raw_bytes(payload)
    if encoding in "qQ":
        return quopri.decodestring(data.replace(b"_", b" "), header=True)
    return lenient_base64(data)


def decode_words(text: str) -> str:
    """Return a raw header value as readable text: RFC 2047 encoded words decoded.

    Neighbouring words of the same charset are joined before they are decoded, as many programs
    cut them in the middle of a character.
    """
    text = _FOLD.sub(" ", text)
    result: list[str] = []
    pending, charset, end = b"", "", 0
    for match in _ENCODED_WORD.finditer(text):
        data = _word_bytes(match[2], match[3])
        between = text[end : match.start()]
        word_charset = match[1].split("*")[0].lower()  # RFC 2231: "utf-8*en"
        follows = bool(pending) and not between.strip()
        if not follows or word_charset != charset:
            result.append(decode_text(pending, charset))
            pending = b""
        if not follows:
            result.append(_undecoded(between))
        pending, charset, end = pending + data, word_charset, match.end()
    result.append(decode_text(pending, charset))
    result.append(_undecoded(text[end:]))
    return storable("".join(result))


def _undecoded(text: str) -> str:
    """Return header text with the bytes that the parser could not decode made readable."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return decode_text(raw_bytes(text))
    return text


def raw_values(message: Message, name: str) -> list[str]:
    """Return the raw values of all headers of that name, from the top of the mail."""
    name = name.lower()
    return [str(value) for key, value in message.raw_items() if key.lower() == name]


def raw_value(message: Message, name: str) -> str:
    """Return the raw value of the topmost header of that name, unfolded; empty if missing."""
    values = raw_values(message, name)
    return _FOLD.sub(" ", values[0]).strip() if values else ""


def text_value(message: Message, name: str) -> str:
    """Return the topmost header of that name as readable text."""
    return decode_words(raw_value(message, name)).strip()


def sender(message: Message) -> tuple[str, str]:
    """Return name and address of a mail's (first) author; what is not given is empty."""
    value = text_value(message, "From")[:2000]
    try:
        pairs = getaddresses([value])
    except (RecursionError, ValueError, IndexError):  # comments nested without end
        pairs = []
    name, address = next((pair for pair in pairs if any(pair)), ("", ""))
    if not address and (
        match := re.search(r"[^\s<>()\[\]:;,\"@]{1,64}@[^\s<>()\[\]:;,\"@]+", value)
    ):
        address = match[0]
    return (name or ("" if address else value)).strip(), address.strip().lower()


def media_type(part: Message) -> str:
    """Return the media type that a part claims; ``text/plain`` where it claims none (RFC 2045)."""
    match = _MEDIA_TYPE.match(raw_value(part, "Content-Type"))
    return match[1].lower() if match else "text/plain"


def parameter(part: Message, name: str, header: str = "Content-Type") -> str:
    """Return a plain parameter of a header such as Content-Type, empty if missing."""
    match = re.search(
        rf";\s*{name}\s*=\s*(?:\"([^\"]*)\"|([^;\s]+))", raw_value(part, header), re.IGNORECASE
    )
    return (match[1] or match[2] or "").strip() if match else ""


def own_parts(message: Message, limit: int = 500) -> Iterator[Message]:
    """Yield a mail's parts in order, itself first, but nothing of mails attached to it."""
    waiting = [message]
    while waiting and limit:
        limit -= 1
        part = waiting.pop()
        yield part
        payload = getattr(part, "_payload", None)
        if isinstance(payload, list) and not media_type(part).startswith("message/"):
            waiting.extend(child for child in reversed(payload) if isinstance(child, Message))


def part_bytes(part: Message) -> bytes:
    """Return a leaf's content with its transfer encoding undone, as well as it goes."""
    payload = getattr(part, "_payload", None)
    if not isinstance(payload, str):
        return b""
    data = raw_bytes(payload)
    encoding = raw_value(part, "Content-Transfer-Encoding").lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(data)
    return lenient_base64(data) if encoding == "base64" else data


def part_text(part: Message) -> str:
    """Return a text part's content, decoded."""
    return decode_text(part_bytes(part), parameter(part, "charset"))
