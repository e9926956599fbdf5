"""The beginning of what somebody said, for lists and cards."""

import re

from odoo.tools import html2plaintext

PREVIEW_LENGTH = 140
# What html2plaintext would turn into asterisks, slashes and underscores.
_EMPHASIS = re.compile(r"</?(?:b|strong|i|em|u|th)(?:\s[^>]*)?>", re.IGNORECASE)
_HEADING = re.compile(r"</?h[1-6](?:\s[^>]*)?>", re.IGNORECASE)


def preview(body: str | None, length: int = PREVIEW_LENGTH) -> str:
    """Return the beginning of what the author of an HTML body said, as one line of text.

    Lines are joined, since the first is often only a greeting. Quoted history (behind ``>``) and
    what follows a signature delimiter (``-- ``, RFC 3676) is not what the author said.

    :param length: the most characters, an ellipsis included
    """
    plain = _HEADING.sub("<br/>", _EMPHASIS.sub("", body or ""))
    said = []
    for line in html2plaintext(plain, include_references=False).splitlines():
        line = " ".join(line.split())
        if line == "--" or line.startswith("-- "):
            break
        if line and not line.startswith(">"):
            said.append(line)
    text = " ".join(said)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
