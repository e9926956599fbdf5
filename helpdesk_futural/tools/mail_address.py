"""Addresses in a mail's headers: reading them in any state, and writing them well."""

import re
from base64 import b64encode

from .mail_header import decode_words, storable

_ADDRESS = re.compile(
    r"[^\s<>()\[\]:;,\"@]{1,64}@(?:[^\s<>()\[\]:;,\"@]{0,254}[^\s<>()\[\]:;,\"@.]|\[[^\]\s]{1,60}\])"
)
_ANGLED = re.compile(r"<\s*([^<>]{0,400}?)\s*>?\s*$")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~ -]*")


def read_addresses(value: str) -> list[tuple[str, str]]:
    """Return names and addresses of a raw header value.

    Groups (RFC 5322 §3.4) yield their members; what people and programs write instead of the
    standard is understood: semicolons between addresses, names with commas that nobody quoted,
    quotes that never end.
    """
    found: list[tuple[str, str]] = []
    before: list[str] = []  # what stands between the last address and this one
    for segment, comment in _segments(value):
        if "@" not in segment and "=?" not in segment:
            before = [*before[-4:], segment] if segment.strip() else before
            continue
        angled = _ANGLED.search(segment)
        address = _ADDRESS.search(angled[1]) if angled else None
        name = segment[: angled.start()] if address else ""
        if not address:
            outside = re.sub(r'"(?:[^"\\]|\\.)*"', " ", segment)
            address = _ADDRESS.search(outside) or _ADDRESS.search(decode_words(outside))
            name = comment
        if not address:
            before = [*before[-4:], segment]
            continue
        name = ", ".join([*before, name]) if angled else name
        before = []
        found.append((_clean_name(name), storable(address[0])))
    return found


def _clean_name(name: str) -> str:
    name = re.sub(r"\\(.)", r"\1", name).replace('"', " ")
    name = re.sub(r"[\x00-\x1f\x7f]", " ", decode_words(name))
    return " ".join(name.split()).strip("' ")[:200]


def _segments(value: str) -> list[tuple[str, str]]:
    """Cut a value at its commas, semicolons and colons of groups; with the comments of each."""
    value = value.replace("\x00", "")
    segments, done = _cut(value, quotes=True)
    return segments if done else _cut(value, quotes=False)[0]


def _cut(value: str, quotes: bool) -> tuple[list[tuple[str, str]], bool]:
    segments: list[tuple[str, str]] = []
    kept: list[str] = []
    comment: list[str] = []
    depth, quoted, escaped, angled = 0, False, False, False
    for character in value:
        if escaped:
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
        elif character == '"' and quotes and not depth:
            quoted = not quoted
        elif quoted:
            pass
        elif character == "(":
            depth += 1
            continue
        elif character == ")" and depth:
            depth -= 1
            continue
        elif not depth:
            angled = character == "<" or (angled and character != ">")
            if character in ",;" or (character == ":" and not angled):
                if character != ":":  # what stands before a colon is only the group's name
                    segments.append(("".join(kept), "".join(comment)))
                kept, comment = [], []
                angled = False
                continue
        (comment if depth else kept).append(character)
    segments.append(("".join(kept), "".join(comment)))
    return segments, not quoted and not depth


def write_addresses(pairs: list[tuple[str, str]]) -> str:
    """Return a header value of these names and addresses, a line for each."""
    return ",\r\n ".join(
        f"{write_phrase(name)} <{address}>" if name else address for name, address in pairs
    )


def write_phrase(name: str) -> str:
    """Return a name as it may stand before an address."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    if name.isascii() and "=?" not in name:
        return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return write_words(name)


def write_words(text: str) -> str:
    """Return a text as encoded words (RFC 2047), ASCII as it is.

    A word holds at most 75 characters and only whole characters.
    """
    if text.isascii() and "=?" not in text:
        return "\r\n ".join(re.findall(r".{1,200}(?:\s|$)|\S{1,800}", text)) or text
    words, chunk, size = [], [], 0
    for character in text:
        length = len(character.encode("utf-8", "replace"))
        if size + length > 45:
            words.append("".join(chunk))
            chunk, size = [], 0
        chunk.append(character)
        size += length
    words.append("".join(chunk))
    return "\r\n ".join(
        "=?utf-8?b?" + b64encode(word.encode("utf-8", "replace")).decode() + "?=" for word in words
    )
