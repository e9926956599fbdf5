"""HTML of mails that would keep Odoo busy, or lose text there."""

import re
from html import escape, unescape

_MAX_TAGS = 40_000  # a second's work for the sanitizer
_MAX_DEPTH = 200  # libxml2 stops at 256 and drops the rest
_MAX_QUOTES = 300  # containers of quoted text: the work grows with their square
_MAX_QUOTED_RUNS = 2000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]*)>")
# Elements that have no content, or that the next one of their kind closes.
_FLAT = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "wbr"),
    *("source", "track", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot"),
    *("option", "optgroup", "colgroup", "html", "head", "body"),
}
_QUOTE = re.compile(
    r"yahoo_quoted|stopspelling|gmail_quote|gmail_extra|divrplyfwdmsg", re.IGNORECASE
)
_QUOTED_RUN = re.compile(r"(?:\n>[^\n]*)+")
_BLOCK = re.compile(
    r"<(?:/?(?:p|div|tr|li|ul|ol|table|h[1-6]|blockquote|pre|section|article|hr)|br)\b[^<>]*>",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"<(script|style|title)\b[^<>]*>", re.IGNORECASE)
_DOCUMENT = re.compile(r"</?(?:html|body|head|!\s*doctype)\b[^<>]*>", re.IGNORECASE)


def html_trouble(html: str) -> str:
    """Return why Odoo should not be given this HTML, empty when it may be."""
    if html.count("<") > _MAX_TAGS:
        return "too many tags"
    # The sanitizer's patterns look from each "<" for the next ">".
    unclosed = sum(run.count("<") * len(run) for run in html.split(">") if run.count("<") > 1)
    if unclosed > 2_000_000:
        return "tags that never end"
    if (
        len(_QUOTE.findall(html)) > _MAX_QUOTES
        or html.count("\n--") + html.count(">--") > _MAX_QUOTES
    ):
        return "too many quotations"
    if too_many_quotations(html):
        return "too many quotations"
    return "nested too deep" if _depth(html) > _MAX_DEPTH else ""


def too_many_quotations(text: str) -> bool:
    """Whether so many passages of a text begin with ">" that marking them takes too long."""
    return len(first_quotations(text)) < len(text)


def first_quotations(text: str) -> str:
    """Return the text up to where it has too many quoted passages."""
    if text.count("\n>") <= _MAX_QUOTED_RUNS:
        return text
    for number, run in enumerate(_QUOTED_RUN.finditer(text)):
        if number == _MAX_QUOTED_RUNS:
            return text[: run.start()]
    return text


def _depth(html: str) -> int:
    depth = deepest = 0
    for closing, name, rest in _TAG.findall(html):
        if name.lower() in _FLAT or rest.endswith("/"):
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def html_to_text(html: str) -> str:
    """Return the text of any HTML, in linear time and without losing any of it."""
    text = _BLOCK.sub("\n", re.sub(r"[ \t\r\n]+", " ", _without_hidden(html)))
    text = unescape(re.sub(r"<[^<>]*>", "", text))
    return re.sub(r"\n\s*\n\s*", "\n\n", text).strip()


def _without_hidden(html: str) -> str:
    """Remove what is no text; an element that never ends stays, for all else is in it."""
    lower = html.lower() if html.isascii() else re.sub("[A-Z]", lambda m: m[0].lower(), html)
    kept: list[str] = []
    position, endless = 0, set()
    for match in _HIDDEN.finditer(html):
        name = match[1].lower()
        if match.start() < position or name in endless:
            continue
        end = lower.find(f"</{name}", match.end())
        if end < 0:
            endless.add(name)
            continue
        kept.append(html[position : match.start()])
        position = end
    return "".join([*kept, html[position:]])


def is_blank_html(html: str) -> bool:
    """Whether nothing in HTML can be seen."""
    if re.search(r"<(?:img|video|audio|iframe|object|svg)\b", html, re.IGNORECASE):
        return False
    beginning = html_to_text(html[:20_000])  # nearly always enough to see it
    return not (beginning or html_to_text(html)).replace("\xa0", " ").strip()


def join_html(pieces: list[tuple[str, str]]) -> str:
    """Return one HTML text from several of type ``text/html`` or ``text/plain``."""
    return "\n".join(
        _DOCUMENT.sub("", text) if kind == "text/html" else f"<pre>{escape(text)}</pre>"
        for kind, text in pieces
    )
