"""Bounces: mail that says a mail of ours did not arrive, in any of the shapes it comes in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from html import unescape

from odoo.tools.mail import email_normalize

from .mail_header import (
    lenient_base64,
    media_type,
    own_parts,
    parameter,
    part_text,
    raw_bytes,
    raw_value,
    raw_values,
    sender,
    storable,
    text_value,
)

_TEXT_LIMIT = 64 * 1024  # where the reason stands; what follows is the mail that came back
_LIMIT = 50  # recipients and message ids

_DAEMON = re.compile(r"mail(?:er)?[-_.]?daemon|mail[-_.]?delivery|microsoftexchange[0-9a-f]{32}")
_POSTMASTER = re.compile(r"postmaster|mail-?system|bounces?|mdaemon|amavis")
_DAEMON_NAME = re.compile(
    r"\W*(?:mail(?:er)?[ _-]?daemon|mail delivery (?:sub)?system|mail delivery service"
    r"|mail administrator|internet mail delivery|system administrator|mail system)\W*",
    re.IGNORECASE,
)

# Subjects of the servers found in the wild, at the very beginning; Exchange writes them in the
# language of the mailbox.
_FAILURE_SUBJECT = re.compile(
    r"\W*(?:undeliver(?:able|ed)|(?:mail |message )?deliver[y]? (?:has )?(?:status notification"
    r"|fail|problem|error|delayed|notification|incomplete|report)|mail (?:delivery )?(?:failure"
    r"|failed|error|returned|could not be delivered)|mail system error|returned (?:mail|to sender)"
    r"|failure notice|failed mail|failure delivery|non[- ]?deliver|nondeliverable|not delivered"
    r"|message (?:could not be|not|cannot be|status) deliver|message status|rejected:"
    r"|warning: (?:could not send|message)|delayed mail|unable to deliver|delivery delayed"
    r"|(?:could|can)(?:not| not|'t) (?:be )?deliver|benachrichtigung zum übermittlungsstatus"
    r"|ei (?:voi(?:da|tu) )?toimit|toimitus (?:epäonnistui|viivästyi)|toimittamaton|perille"
    r"|olevererbar|olevere?rbart|kunde inte levereras|oleverbar|kan ikke leveres|uleverbar"
    r"|kunne ikke leveres|ikke leveret|unzustellbar|nicht zustellbar|zustellung"
    r"|fehlgeschlagene zustellung|non remis|message non distribué|non distribuable|échec de"
    r"|onbestelbaar|niet bezorgd|no se puede entregar|no entregado|non recapitabile"
    r"|mancato recapito|não entregue|não é possível entregar|niedostarczalne|nie dostarczono"
    r"|недостав|не удается доставить|не доставлено|nedoručiteln|kézbesíthetetlen|kättetoimetamatu"
    r"|ei saa kohale|未送达|未传递|無法傳遞|配信不能|配信できません|배달되지)",
    re.IGNORECASE,
)
# Sentences by which mail programs begin such a mail when it is no report by RFC 3464.
_FAILURE_TEXT = re.compile(
    r"this is the qmail-send program|this is the mail (?:system|delivery agent) at"
    r"|this is the (?:postfix|deliver) program"
    r"|created automatically by mail delivery software|message that you sent (?:could not|has not)"
    r"|had (?:permanent|transient)(?: non-)?\s?(?:fatal )?(?:delivery )?errors"
    r"|delivery to the following recipients?(?:\(s\))? (?:has )?(?:failed|been delayed)"
    r"|delivery has failed to these recipients|did not reach (?:some or all|the following)"
    r"|message (?:wasn.t|was not|could not be|couldn.t be|has not been|cannot be) delivered"
    r"|unable to deliver (?:your|the) message|could not be delivered to"
    r"|recipients? (?:of your message )?(?:cannot|can't|could not) be reached"
    r"|could not (?:be delivered|send message)|rejected your message|transcript of session follows"
    r"|konnte nicht zugestellt werden|ei voitu toimittaa|n'a pas pu être (?:remis|distribué)"
    r"|kunde inte levereras|kunne ikke leveres|no se (?:ha podido|pudo) entregar",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"delayed|has not yet been delivered|will (?:be )?(?:retried|keep trying|continue to (?:try|be))"
    r"|warning: (?:could not send|message)|no action is required|temporary (?:failure|error|problem)"
    r"|do not need to resend|viivästy|fördröj|forsinke|verzögert|retardé",
    re.IGNORECASE,
)
# Where the text of a bounce ends and the mail that came back begins.
_COPY = re.compile(
    r"^\W{0,40}(?:this is a copy of|below this line is a copy|below is a copy|original message (?:follows"
    r"|headers|header)|unsent message|returned message|original message)\b",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?![\d.])")
_SMTP_CODE = re.compile(r"(?<![\d.])([45])[0-5]\d(?![\d.])")
_ADDRESS = re.compile(
    r"(?<![^\s<>()\[\]:;,\"'@])[^\s<>()\[\]:;,\"'@]{1,64}@[^\s<>()\[\]:;,\"'@]{1,255}"
)
# "<a@b.example>: host mx said", "   a@b.example", "To: a@b.example"
_ADDRESS_LINE = re.compile(
    r"^[ \t]{0,40}(?:to:?[ \t]{1,9})?[<\"']?([^\s<>()\[\]:;,\"'@]{1,64}@[^\s<>()\[\]:;,\"'@]{1,255})"
    r"[>\"']?[ \t]*(?=$|:|\(|\r)",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID = re.compile(
    r"^[ \t>]*(?:Message-ID|X-Microsoft-Original-Message-ID|X-Original-Message-ID):\s*(<[^<>\s]{1,990}>)",
    re.IGNORECASE | re.MULTILINE,
)
_ANGLED = re.compile(r"<[^<>\s]{1,990}>")
_ORIGINAL_ID_HEADERS = (
    "X-Microsoft-Original-Message-ID",
    "X-Original-Message-ID",
    "Original-Message-ID",
    "X-Failed-Message-ID",
)


@dataclass(frozen=True)
class Bounce:
    """What a bounce says about a mail that we sent."""

    #: ids of the mail that did not arrive, best evidence first, angle brackets included
    message_ids: tuple[str, ...]
    #: addresses that could not be reached, normalised as Odoo does
    recipients: tuple[str, ...]
    #: False while the other side still tries, or said to try later (RFC 3463: 4.x.x)
    permanent: bool
    #: why, as the other side put it
    reason: str
    #: what of the mail shows that it is a bounce
    evidence: str = ""


def find_bounce(message: Message) -> Bounce | None:
    """Return what a bounce says, None when the mail is none.

    A mail attached to this one is not looked into: who forwards a bounce to us asks for help.
    Neither a receipt (RFC 8098), nor a report that all went well, nor an automatic answer is a
    bounce.
    """
    parts = list(own_parts(message))
    evidence = bounce_evidence(message, parts)
    if not evidence:
        return None
    reports = _recipient_reports(parts)
    failed = [report for report in reports if _has_failed(report)]
    if reports and not failed:
        return None
    text = _bounce_text(parts)
    said = _COPY.split(text, maxsplit=1)[0]
    recipients = [address for report in failed for address in _report_addresses(report)]
    if not recipients:
        for value in raw_values(message, "X-Failed-Recipients"):
            recipients.extend(_addresses(value))
    if not recipients:
        recipients = _addresses_in_text(message, said)
    return Bounce(
        message_ids=_original_ids(message, parts, text),
        recipients=tuple(dict.fromkeys(recipients))[:_LIMIT],
        permanent=_is_permanent(failed, text_value(message, "Subject"), said),
        reason=_reason(failed, said) or evidence,
        evidence=evidence,
    )


def is_system_sender(message: Message) -> bool:
    """Whether a mail server itself is the sender: MAILER-DAEMON, with or without a name."""
    name, address = sender(message)
    local = address.split("@")[0]
    return bool(
        _DAEMON.fullmatch(local)
        or (_DAEMON_NAME.fullmatch(name) and (_POSTMASTER.match(local) or not local))
    )


def has_null_path(message: Message) -> bool:
    """Whether the envelope's sender was empty, as RFC 5321 §4.5.5 wants it for notifications."""
    values = raw_values(message, "Return-Path")
    return bool(values) and re.fullmatch(r"\s*<\s*>\s*", values[0]) is not None


def report_type(message: Message, parts: list[Message]) -> str:
    """Return the kind of a multipart/report (RFC 6522), by its parts where it doesn't say."""
    if media_type(message) != "multipart/report":
        return ""
    kind = parameter(message, "report-type").lower()
    for part in parts[1:] if not kind else ():
        main, _slash, sub = media_type(part).partition("/")
        if main == "message" and sub in ("disposition-notification", "feedback-report"):
            return sub
        if _is_status(part):
            return "delivery-status"
    return kind or "unknown"


def bounce_evidence(message: Message, parts: list[Message]) -> str:
    """Return what of a mail looks like a bounce, empty when nothing does."""
    kind = report_type(message, parts)
    if kind and kind not in ("delivery-status", "unknown"):
        return ""
    if kind == "delivery-status":
        return "Content-Type: multipart/report; report-type=delivery-status"
    name, address = sender(message)
    local = address.split("@")[0]
    null_path = has_null_path(message)
    system = is_system_sender(message)
    automatic = raw_value(message, "Auto-Submitted").lower().startswith("auto")
    subject = text_value(message, "Subject")
    if raw_values(message, "X-MS-Exchange-Message-Is-Ndr"):
        return "X-MS-Exchange-Message-Is-Ndr"
    if system:
        return f"From: {address or name}"[:200]
    nobody = raw_value(message, "From") in ("<>", "")
    authority = null_path or nobody or _POSTMASTER.fullmatch(local) is not None
    if not (authority or automatic):
        return ""
    evidence = "Auto-Submitted"
    if authority:
        evidence = "Return-Path: <>" if null_path else f"From: {address}".strip()
    if raw_values(message, "X-Failed-Recipients"):
        return "X-Failed-Recipients"
    if any(_is_status(part) for part in parts[1:]):
        return f"{evidence}, message/delivery-status"
    if _FAILURE_SUBJECT.match(subject):
        return f"{evidence}, Subject: {subject}"[:200]
    # An answering machine may well say that "your message has not been delivered to" somebody.
    if authority and not automatic and _FAILURE_TEXT.search(_bounce_text(parts)[:2000]):
        return f"{evidence}, text of a failure"
    return ""


def _is_status(part: Message) -> bool:
    return media_type(part) in ("message/delivery-status", "message/global-delivery-status")


def _is_unparsed(part: Message) -> bool:
    """Whether a multipart could not be taken apart, its boundary being wrong or missing."""
    return media_type(part).startswith("multipart/") and bool(_plain_payload(part))


def _embedded_text(part: Message) -> str:
    """Return the beginning of a message/* part as text, however the parser took it.

    It makes a list of messages of such a part, except when it is broken; and it does not undo a
    transfer encoding there, which RFC 2046 forbids and some servers use.
    """
    payload = getattr(part, "_payload", None)
    if isinstance(payload, list):
        text = "\n\n".join(
            "\n".join([*(f"{k}: {v}" for k, v in sub.raw_items()), "", _plain_payload(sub)]).strip()
            for sub in payload[: _LIMIT * 2]
            if isinstance(sub, Message)
        )
    else:
        text = _plain_payload(part)
    encoding = raw_value(part, "Content-Transfer-Encoding").lower()
    if encoding == "base64" and not re.search(r"^[\w-]+:", text, re.MULTILINE):
        text = lenient_base64(raw_bytes(text)).decode("utf-8", "replace")
    return storable(raw_bytes(text).decode("utf-8", "replace"))[:_TEXT_LIMIT]


def _plain_payload(part: Message) -> str:
    payload = getattr(part, "_payload", None)
    return payload[:_TEXT_LIMIT] if isinstance(payload, str) else ""


def _recipient_reports(parts: list[Message]) -> list[dict[str, str]]:
    """Return the per-recipient groups of the delivery reports (RFC 3464 §2.3), by field name."""
    groups: list[dict[str, str]] = []
    for part in parts:
        if _is_status(part) or _is_unparsed(part):
            groups.extend(read_status(_embedded_text(part)))
    return groups


def read_status(text: str) -> list[dict[str, str]]:
    """Return the per-recipient groups of a delivery status, by field name in lower case."""
    text = re.sub(r"\n[ \t]+", " ", text.replace("\r\n", "\n").replace("\r", "\n"))
    groups: list[dict[str, str]] = []
    for block in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        for line in block.splitlines():
            name, colon, value = line.partition(":")
            if colon:
                fields.setdefault(name.strip().lower(), value.strip())
        if fields.keys() & {"final-recipient", "original-recipient", "action", "status"}:
            groups.append(fields)
    return groups


def _has_failed(report: dict[str, str]) -> bool:
    action = report.get("action", "").split("(")[0].strip().lower()
    if action in ("delivered", "relayed", "expanded"):
        return False
    return action in ("failed", "delayed") or not report.get("status", "").startswith("2")


def _addresses(text: str) -> list[str]:
    """Return the addresses in a text, normalised."""
    found = []
    for address in _ADDRESS.findall(text):
        normalised = email_normalize(address.rstrip(".!?"), strict=False)
        if normalised:
            found.append(normalised)
    return found


def _report_addresses(report: dict[str, str]) -> Iterator[str]:
    # The original one is the address that we wrote to, the final one where it was forwarded to.
    for field in ("original-recipient", "final-recipient"):
        kind, semicolon, address = report.get(field, "").partition(";")
        if (kind if not semicolon else address).strip():
            yield from _addresses(address if semicolon else kind)


def _addresses_in_text(message: Message, said: str) -> list[str]:
    """Return the addresses a text names as not reached.

    Those that begin a line, as mail servers write them; failing that only the first one, since a
    text may name others, such as whom to ask for help.
    """
    own = {
        a for name in ("To", "From", "Delivered-To") for a in _addresses(raw_value(message, name))
    }

    def reached_for(text: str) -> list[str]:
        return [a for a in _addresses(text) if a not in own and not a.startswith("postmaster@")]

    listed = [a for line in _ADDRESS_LINE.findall(said) for a in reached_for(line)]
    return listed or reached_for(said)[:1]


def _bounce_text(parts: list[Message]) -> str:
    """Return the text for people, the first part of a report (RFC 6522 §3)."""
    for part in parts:
        kind = media_type(part)
        if not (kind in ("text/plain", "text/html") or _is_unparsed(part)):
            continue
        text = part_text(part)[:_TEXT_LIMIT]
        if kind == "text/html":
            text = re.sub(r"<a\s[^<>]*href=.?mailto:([^\"'<>?]*)[^<>]*>", r" \1 ", text, flags=re.I)
            text = re.sub(r"</?(?:p|div|br|tr|li|td|h\d)\b[^<>]*>", "\n", text, flags=re.I)
            text = unescape(re.sub(r"<[^<>]*>", " ", text))
        if text.strip():
            return text
    return ""


def _original_ids(message: Message, parts: list[Message], text: str) -> tuple[str, ...]:
    ids: list[str] = []
    for part in parts:
        if media_type(part) in ("message/rfc822", "message/global", "message/rfc822-headers"):
            ids.extend(_MESSAGE_ID.findall(_embedded_text(part)))
        elif media_type(part) in ("text/rfc822-headers", "message/global-headers"):
            ids.extend(_MESSAGE_ID.findall(part_text(part) or _embedded_text(part)))
    for name in _ORIGINAL_ID_HEADERS:
        ids.extend(_ANGLED.findall(raw_value(message, name)))
    ids.extend(_ANGLED.findall(raw_value(message, "In-Reply-To")))
    ids.extend(_MESSAGE_ID.findall(text))
    ids.extend(reversed(_ANGLED.findall(raw_value(message, "References"))))
    return tuple(dict.fromkeys(ids))[:_LIMIT]


def original_ids(text: str) -> list[str]:
    """Return the message ids that the headers in a text give, as of a mail that came back."""
    return _MESSAGE_ID.findall(text[:_TEXT_LIMIT])


def _is_permanent(failed: list[dict[str, str]], subject: str, said: str) -> bool:
    if failed:
        return any(
            not report.get("action", "").lower().startswith("delayed")
            and not report.get("status", "").startswith("4")
            for report in failed
        )
    codes = {match[1] for match in _STATUS.finditer(said)} or set(_SMTP_CODE.findall(said))
    if "5" in codes:
        return True
    return "4" not in codes and not _DELAY.search(subject) and not _DELAY.search(said[:2000])


def _reason(failed: list[dict[str, str]], said: str) -> str:
    for report in failed:
        diagnostic = report.get("diagnostic-code", "").partition(";")
        words = [report.get("status", ""), (diagnostic[2] or diagnostic[0]).strip()]
        if any(words):
            return " ".join(" ".join(filter(None, words)).split())[:300]
    for line in said.splitlines():
        if _STATUS.search(line) or _SMTP_CODE.search(line):
            return " ".join(line.split())[:300]
    match = _FAILURE_TEXT.search(said)
    return " ".join(said[match.start() :].split())[:300] if match else ""
