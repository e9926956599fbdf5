"""The first line of what somebody said, for lists."""

from odoo.tools import html2plaintext

PREVIEW_LENGTH = 140


def first_line(body: str | None, length: int = PREVIEW_LENGTH) -> str:
    """Return the first non-empty line of an HTML body as text, cut at ``length`` characters.

    Quoted history is not what the author said: lines behind ``>`` are passed over.
    """
    for line in html2plaintext(body or "", include_references=False).splitlines():
        line = " ".join(line.split())
        if line and not line.startswith(">"):
            return line if len(line) <= length else line[: length - 1].rstrip() + "…"
    return ""
