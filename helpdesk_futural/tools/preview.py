"""The first line of what somebody said, for lists."""

import re

from odoo.tools import html2plaintext

PREVIEW_LENGTH = 140
# What html2plaintext would turn into asterisks, slashes and underscores.
_EMPHASIS = re.compile(r"</?(?:b|strong|i|em|u|th)(?:\s[^>]*)?>", re.IGNORECASE)
_HEADING = re.compile(r"</?h[1-6](?:\s[^>]*)?>", re.IGNORECASE)


def first_line(body: str | None, length: int = PREVIEW_LENGTH) -> str:
    """Return the first non-empty line of an HTML body as text, cut at ``length`` characters.

    Quoted history is not what the author said: lines behind ``>`` are passed over.
    """
    plain = _HEADING.sub("<br/>", _EMPHASIS.sub("", body or ""))
    for line in html2plaintext(plain, include_references=False).splitlines():
        line = " ".join(line.split())
        if line and not line.startswith(">"):
            return line if len(line) <= length else line[: length - 1].rstrip() + "…"
    return ""
