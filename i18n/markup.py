"""What a translation may not change: placeholders, tags, attributes, expressions. Pure functions on strings."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

# The attributes whose values people read; the same as in Odoo's ``translate.TRANSLATED_ATTRS``.
_READ = {
    "add-label",
    "alt",
    "aria-label",
    "aria-placeholder",
    "aria-roledescription",
    "aria-valuetext",
    "avg",
    "cancel-label",
    "confirm",
    "confirm-label",
    "confirm-title",
    "data-tooltip",
    "help",
    "label",
    "placeholder",
    "string",
    "sum",
    "title",
    "value_label",
}
_READ |= {f"t-attf-{name}" for name in _READ}

_EXPRESSION = re.compile(r"\{\{.*?\}\}|[#$]\{.*?\}", re.DOTALL)
_PRINTF = re.compile(r"%(?:\(\w+\))?[-+#0]*\d*(?:\.\d+)?[sdifrcxg%]")
_BRACES = re.compile(r"\{\w*(?:[.!:][^{}]*)?\}")
_ADDRESS = re.compile(r"https?://[^\s\"'<>)]*[^\s\"'<>).,]")


class _Parser(HTMLParser):
    """Takes a text apart: its tags without what people read, and what they read."""

    _VOID = {"br", "hr", "img", "input"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.nested = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = []
        for name, value in sorted(attrs, key=lambda pair: pair[0]):
            if name in _READ:
                self.texts.append(value or "")
                kept.append(name)
            else:
                kept.append(f'{name}="{value}"')
        self.tags[f"<{' '.join([tag, *kept])}>"] += 1

    def handle_endtag(self, tag: str) -> None:
        self.tags[f"</{tag}>"] += 1
        if not self.open or self.open.pop() != tag:
            self.nested = False

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _parse(text: str) -> _Parser:
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser


def visible_text(text: str) -> str:
    """Return what people read of a text: no tags, no expressions, no placeholders."""
    read = " ".join(_parse(text).texts)
    for pattern in (_EXPRESSION, _ADDRESS, _PRINTF, _BRACES):
        read = pattern.sub(" ", read)
    return read


def placeholders(text: str) -> list[str]:
    """Return the placeholders, expressions and addresses that people's words stand around, in order."""
    read = "\n".join(_parse(text).texts)
    found = []
    for pattern in (_EXPRESSION, _ADDRESS, _PRINTF, _BRACES):
        found += pattern.findall(read)
        read = pattern.sub("\0", read)
    return found


def placeholder_problems(msgid: str, msgstr: str) -> list[str]:
    """Return how the placeholders of a translation differ from those of its source."""
    wanted, given = placeholders(msgid), placeholders(msgstr)
    found = _difference("placeholder", Counter(wanted), Counter(given))
    # Named ones may change places. Those without a name are filled in by their order.
    ordered = [
        [mark for mark in marks if _PRINTF.fullmatch(mark) and mark != "%%" and "(" not in mark]
        for marks in (wanted, given)
    ]
    if not found and ordered[0] != ordered[1]:
        found.append(f"placeholders in another order: {', '.join(ordered[1])}")
    if any(map(_PRINTF.fullmatch, wanted)) and _bare_percents(msgid) != _bare_percents(msgstr):
        found.append("a “%” beside placeholders, which formatting would fall over")
    return found


def _bare_percents(text: str) -> int:
    return _PRINTF.sub("", text).count("%")


def tag_problems(msgid: str, msgstr: str) -> list[str]:
    """Return how the tags and attributes of a translation differ from those of its source."""
    source, target = _parse(msgid), _parse(msgstr)
    found = _difference("tag", source.tags, target.tags)
    if not found and source.nested and not target.nested:
        found.append("tags are closed in another order than they were opened")
    return found


def _difference(what: str, wanted: Counter[str], given: Counter[str]) -> list[str]:
    return [f"{what} missing: {each}" for each in (wanted - given).elements()] + [
        f"{what} too many: {each}" for each in (given - wanted).elements()
    ]
