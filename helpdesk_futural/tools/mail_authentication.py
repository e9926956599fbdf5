"""What the receiving mail server found out about a sender: Authentication-Results (RFC 8601)."""

import re
from collections.abc import Iterable
from email.message import Message

from .mail_header import raw_values

_LIMIT = 20_000  # characters of one header; a genuine one has some hundreds
_RESULT = re.compile(r"\s*([a-z][a-z0-9-]*)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_METHODS = ("spf", "dkim", "dmarc")
_FAILED = {"fail", "softfail", "hardfail"}  # "hardfail" is what RFC 5451 called it


def failed_authentication(message: Message, trusted: Iterable[str] = ()) -> str | None:
    """Return in which ways the sender could not be authenticated, None when nothing speaks so.

    That is the case where DMARC failed (RFC 7489), or where SPF failed and no valid DKIM signature
    makes up for it. A forwarded mail regularly fails SPF alone, and that says nothing.

    Anyone can put such a header into a mail, so only the topmost one, put there last and thus by
    our own server, is believed; or those of the servers named, who must remove forged ones
    (RFC 8601 §5).

    :param trusted: authserv-ids of the servers to believe
    :return: a text for people, such as ``SPF fail, DMARC fail``
    """
    names = {name.strip().lower() for name in trusted if name.strip()}
    found: dict[str, str] = {}
    for value in raw_values(message, "Authentication-Results"):
        server, results = _parse(value)
        if names and server not in names:
            continue
        for method, result in results.items():
            found.setdefault(method, result)  # what stands higher was found later
        if not names:
            break
    spf, dkim, dmarc = (found.get(method, "") for method in _METHODS)
    if dmarc in _FAILED or (spf in _FAILED and (dkim in _FAILED or dkim == "none")):
        return ", ".join(
            f"{method.upper()} {found[method]}"
            for method in _METHODS
            if found.get(method) in _FAILED or found.get(method) == "none"
        )
    return None


def _parse(value: str) -> tuple[str, dict[str, str]]:
    """Return the authserv-id of such a header and the result of each method it names.

    One valid signature of several is enough (RFC 6376 §6.1), so a "pass" of DKIM is kept. Exchange
    Online leaves out the authserv-id.
    """
    chunks = _without_comments(value[:_LIMIT]).split(";")
    server = ""
    if not _RESULT.match(chunks[0]):
        words = chunks.pop(0).split()
        server = words[0].strip('"').lower() if words else ""
    results: dict[str, str] = {}
    for chunk in chunks:
        match = _RESULT.match(chunk)
        if not match:
            continue
        method, result = match[1].lower(), match[2].lower()
        if method not in results or (method == "dkim" and result == "pass"):
            results[method] = result
    return server, results


def _without_comments(value: str) -> str:
    """Remove comments, which nest, and quoted strings, which may hold anything (RFC 5322 §3.2)."""
    kept, depth, quoted, escaped = [], 0, False, False
    for character in value:
        if escaped:
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(character)
    return "".join(kept)
