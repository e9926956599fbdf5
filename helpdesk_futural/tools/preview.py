"""The beginning of what somebody said, for lists and cards."""

import re

from odoo.tools import html2plaintext

PREVIEW_LENGTH = 140
# What html2plaintext would turn into asterisks and slashes, or into spaces before a full stop.
_INLINE = re.compile(
    r"</?(?:a|b|code|em|font|i|mark|s|small|span|strong|u)(?:\s[^>]*)?>", re.IGNORECASE
)
# What it would not end a line after.
_BLOCK = re.compile(r"</?h[1-6](?:\s[^>]*)?>|</li>", re.IGNORECASE)


def plain_text(body: str | None) -> str:
    """Return the text of an HTML body, line by line, with nothing that stands for its formatting."""
    plain = _BLOCK.sub("<br/>", _INLINE.sub("", body or ""))
    return html2plaintext(plain, include_references=False)


def shorten(text: str, length: int) -> str:
    """Return a line of at most so many characters, an ellipsis included."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def preview(body: str | None, length: int = PREVIEW_LENGTH) -> str:
    """Return the beginning of what the author of an HTML body said, as one line of text.

    Lines are joined, since the first is often only a greeting. Quoted history (behind ``>``) and
    what follows a signature delimiter (``-- ``, RFC 3676) is not what the author said.

    :param length: the most characters, an ellipsis included
    """
    said = []
    for line in plain_text(body).splitlines():
        line = " ".join(line.split())
        if line == "--" or line.startswith("-- "):
            break
        if line and not line.startswith(">"):
            said.append(line)
    return shorten(" ".join(said), length)
