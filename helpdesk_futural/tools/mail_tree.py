"""Taking a mail apart into headers and parts, whatever state it is in.

The standard library's parser calls itself for every level of nesting, and parses structured
headers while it does, so some mails upset it before anyone can look at them. This one works on
offsets into the mail, without recursion, within a budget, and raises for no bytes at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .mail_header import decode_words, lenient_base64

MAX_DEPTH = 500
MAX_LEAVES = 5000
_MAX_HEADER_BLOCK = 512 * 1024
_MAX_HEADER = 256 * 1024
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_HEADER_LINE = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:")
# Names that begin a header and hardly a sentence: "Printer: broken" may well be the text.
_SURE_HEADER_LINE = re.compile(
    rb"(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|reply-to|sender"
    rb"|content-[a-z-]+|x-[\w-]+|dkim-signature|references|in-reply-to|delivered-to)[ \t]*:",
    re.IGNORECASE,
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_BOUNDARY_LINE = re.compile(
    rb"^--([^\s\r\n][^\r\n]{0,199}?)[ \t]*\r?\n(?=Content-[A-Za-z-]+[ \t]*:)",
    re.IGNORECASE | re.MULTILINE,
)
_BOUNDARY_PARAMETER = re.compile(
    rb"""boundary\s*=\s*(?:"([^"\r\n]{1,300})"?|([^\s;"]{1,300}))""", re.IGNORECASE
)
_TYPE = re.compile(r"\s*([\w!#$&^.+*-]{1,80}/[\w!#$&^.+*-]{1,120})\s*(?:;|$)", re.ASCII)
_LOOSE_TYPE = re.compile(
    r"\b((?:text|image|audio|video|application|message|multipart)[/\\][\w.+-]{1,80})",
    re.ASCII | re.IGNORECASE,
)


@dataclass
class Header:
    """One header field as it stands in the mail."""

    name: str
    raw: bytes  # name, value and line end

    @property
    def value(self) -> str:
        """The raw value, unfolded; bytes that are no UTF-8 as surrogates."""
        value = self.raw[:_MAX_HEADER].partition(b":")[2].decode("utf-8", "surrogateescape")
        return re.sub(r"[\r\n]+[ \t]*", " ", value).strip()

    @property
    def text(self) -> str:
        """The value as a reader should see it."""
        return decode_words(self.value).strip()


@dataclass
class Part:
    """A mail, or a part of one: headers, and either children or a body."""

    headers: list[Header]
    source: bytes = field(repr=False)
    start: int
    end: int
    depth: int = 0
    default_type: str = "text/plain"
    children: list["Part"] = field(default_factory=list)
    parent: "Part | None" = field(default=None, repr=False)
    #: what is wrong with the way the headers stand there
    header_problems: list[str] = field(default_factory=list)
    #: what is wrong with the way the content is put together
    problems: list[str] = field(default_factory=list)

    def first(self, name: str) -> Header | None:
        """Return the topmost header of that name."""
        name = name.lower()
        return next((header for header in self.headers if header.name.lower() == name), None)

    def value(self, name: str) -> str:
        """Return the raw, unfolded value of the topmost header of that name, or nothing."""
        header = self.first(name)
        return header.value if header else ""

    @property
    def declared_type(self) -> str:
        """The media type when there is a valid one, else nothing."""
        match = _TYPE.match(self.value("Content-Type"))
        return match[1].lower() if match else ""

    @property
    def media_type(self) -> str:
        """The media type, guessed where the part names none that is valid."""
        header = self.first("Content-Type")
        if not header:
            return self.default_type
        loose = _LOOSE_TYPE.search(header.value)
        guessed = loose[1].replace("\\", "/").lower() if loose else "text/plain"
        return self.declared_type or guessed

    @property
    def is_multipart(self) -> bool:
        return self.media_type.startswith("multipart/")

    @property
    def body(self) -> bytes:
        """What follows the headers, as it stands."""
        return self.source[self.start : self.end]

    def walk(self) -> Iterator["Part"]:
        """Yield the part and all below it, in order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))

    def leaves(self) -> Iterator["Part"]:
        """Yield the parts that hold content."""
        return (part for part in self.walk() if not part.children)


def parse_tree(raw: bytes) -> Part:
    """Take a mail apart."""
    root = _read_part(raw, 0, len(raw), top=True)
    budget = 20 * len(raw) + 50_000_000  # bytes searched for boundaries, over all levels
    waiting, leaves = [root], 1
    while waiting:
        part = waiting.pop(0) if len(waiting) < 50 else waiting.pop()
        if not part.is_multipart:
            continue
        budget -= part.end - part.start
        if budget < 0 or part.depth >= MAX_DEPTH:
            part.problems.append("nested too deep")
            continue
        _split(part, max(MAX_LEAVES - leaves, 1))
        leaves += len(part.children)
        waiting.extend(part.children)
    return root


def _read_part(
    source: bytes, start: int, end: int, top: bool = False, default_type: str = "text/plain"
) -> Part:
    headers: list[Header] = []
    problems: list[str] = []
    if top:
        blank = len(source) - len(source.lstrip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"))
        if blank > start and _SURE_HEADER_LINE.match(source, blank, end):
            problems.append("blank lines above the headers")
            start = blank
        if source.startswith(b"From ", start):  # how mailbox files separate mails
            start = _LINE.match(source, start, end).end()
    limit = min(end, start + _MAX_HEADER_BLOCK)
    position = start
    while position < limit:
        line = _LINE.match(source, position, end)
        text = line[0]
        if not text.strip(b"\r\n"):
            return Part(headers, source, line.end(), end, 0, default_type, header_problems=problems)
        if text[:1] in b" \t" and headers:
            headers[-1].raw += text
        elif match := _HEADER_LINE.match(text):
            headers.append(Header(match[1].decode(), text))
            if not top and match[0][-2:-1] in b" \t":
                problems.append("space before a colon")
        elif _headers_go_on(source, line.end(), end):
            problems.append("stray line among the headers")
            # A header broken in two lacks the indentation that RFC 5322 §2.2.3 wants.
            if headers and b":" not in text:
                headers[-1].raw += b" " + text
        elif headers or not text.strip():
            # RFC 5322 §2.1 wants a blank line before the text, which starts right here.
            return Part(headers, source, position, end, 0, default_type, header_problems=problems)
        else:
            return Part([], source, start, end, 0, default_type, header_problems=problems)
        position = line.end()
    if position < end:
        problems.append("headers too long")
        blank = _BLANK_LINE.search(source, position, end)
        position = blank.end() if blank else end
    return Part(headers, source, position, end, 0, default_type, header_problems=problems)


def _headers_go_on(source: bytes, position: int, end: int) -> bool:
    """Whether headers that can be nothing else follow before the next blank line."""
    for _line in range(5):
        line = _LINE.match(source, position, min(end, position + 2000))
        if not line or not line[0].strip(b"\r\n"):
            return False
        if _SURE_HEADER_LINE.match(line[0]):
            return True
        position = line.end()
    return False


def _split(part: Part, limit: int) -> None:
    """Find a multipart's children; without a usable boundary it stays one part."""
    spans = _spans(part, _boundary(part), limit)
    encoding = part.value("Content-Transfer-Encoding").lower()
    if not spans and encoding == "base64" and part.end - part.start < 50_000_000:
        # RFC 2045 §6.4 forbids to encode a multipart, but some programs do.
        decoded = lenient_base64(part.body)
        whole = Part(part.headers, decoded, 0, len(decoded))
        spans = _spans(whole, _boundary(part), limit)
        if spans:
            part.problems.append("encoded multipart")
            part.source, part.start, part.end = decoded, 0, len(decoded)
    if not spans:
        guess = _BOUNDARY_LINE.search(part.source, part.start, part.end)
        spans = _spans(part, guess[1] if guess else b"", limit)
        if spans:
            part.problems.append("wrong boundary")
    if not spans and part.body.strip():
        part.problems.append("missing boundary")
    default_type = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
    for start, end in spans:
        child = _read_part(part.source, start, end, default_type=default_type)
        child.depth, child.parent = part.depth + 1, part
        part.children.append(child)
    if len(spans) >= limit:
        part.problems.append("too many parts")


def _boundary(part: Part) -> bytes:
    header = part.first("Content-Type")
    match = header and _BOUNDARY_PARAMETER.search(header.raw)
    return (match[1] or match[2]).rstrip() if match else b""


def _spans(part: Part, boundary: bytes, limit: int) -> list[tuple[int, int]]:
    """Return where the pieces between boundary lines (RFC 2046 §5.1.1) start and end."""
    if not boundary:
        return []
    source, end = part.source, part.end
    delimiter = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened, position = -1, part.start
    while True:
        found = source.find(delimiter, position, end)
        if found < 0:
            break
        position = found + len(delimiter)
        if found > part.start and source[found - 1] not in b"\r\n":
            continue
        line = _LINE.match(source, position, min(end, position + 1000))
        rest = line[0].strip()
        if rest not in (b"", b"--"):
            continue
        if opened >= 0:
            spans.append((opened, max(opened, _before_line_end(source, opened, found))))
            if len(spans) >= limit:
                return spans
        opened = line.end()
        position = line.end()
        if rest:
            return spans
    if opened >= 0 and source[opened:end].strip():
        spans.append((opened, end))
    return spans


def _before_line_end(source: bytes, start: int, end: int) -> int:
    """Return where a piece ends without the line break that belongs to the boundary."""
    if end > start and source[end - 1] == 0x0A:
        end -= 1
    if end > start and source[end - 1] == 0x0D:
        end -= 1
    return end
