"""What something in OCA's helpdesk is here. No database, no Odoo."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

#: Stages that OCA ships, by the last part of their external ids: theirs here. What is closed there
#: is final here as well, though it is called "Done": nobody is to be asked whether it is solved.
SHIPPED_STAGES = {
    "helpdesk_ticket_stage_new": ("New", "stage_new"),
    "helpdesk_ticket_stage_in_progress": ("In Progress", "stage_in_progress"),
    "helpdesk_ticket_stage_awaiting": ("Awaiting", "stage_waiting"),
    "helpdesk_ticket_stage_done": ("Done", "stage_closed"),
    "helpdesk_ticket_stage_cancelled": ("Cancelled", "stage_cancelled"),
}
_SHIPPED_CHANNELS = {
    "helpdesk_ticket_channel_web": "portal",
    "helpdesk_ticket_channel_email": "email",
    "helpdesk_ticket_channel_phone": "phone",
    "helpdesk_ticket_channel_other": "manual",
}
_WORDS_OF_CHANNELS = (
    ("email", re.compile(r"e-?mail|s[äa]hk[öo]posti|e-?post|correo", re.I)),
    ("phone", re.compile(r"phone|\bcall|puhelin|telefon|t[ée]l[ée]f", re.I)),
    ("portal", re.compile(r"\bweb|portal|website|www", re.I)),
    ("api", re.compile(r"\bapi\b", re.I)),
)
_WAITING = re.compile(
    r"wait|pending|on[\s-]?hold|odot|avvent|venter|v[äa]ntar|paus|espera|attente|wart", re.I
)
_NOT_SOLVED = re.compile(
    r"cancel|reject|refus|spam|duplicate|peruttu|hyl[äa]t|avvist|avbrutt|avsluttet uten|annul", re.I
)
#: Subtypes that mean the same in both databases.
KEPT_SUBTYPES = ("mail.mt_comment", "mail.mt_note", "mail.mt_activities")
_MESSAGE_TYPES = (
    "email",
    "comment",
    "email_outgoing",
    "notification",
    "auto_comment",
    "out_of_office",
)
#: Tracked fields there, and their names here.
TRACKED_FIELDS = {
    "name": "name",
    "stage_id": "stage_id",
    "user_id": "user_id",
    "team_id": "team_id",
    "partner_id": "partner_id",
    "category_id": "ticket_type_id",
    "priority": "priority",
}
PRIORITIES = ("0", "1", "2", "3")
KANBAN_STATES = ("normal", "done", "blocked")
#: Types of properties whose values are no records of the other database.
PLAIN_PROPERTIES = (
    *("boolean", "integer", "float", "char", "text", "html", "date", "datetime", "monetary"),
    *("selection", "tags", "separator"),
)

# Only addresses within the same database: "https://…" of the old server is left as it is.
_FILE_URL = re.compile(r"(?<=[\"'(])(/web/(?:image|content)/(?:ir\.attachment/)?)(\d+)(?=[^\d])")
_FILE_ATTRIBUTE = re.compile(r"(\bdata-(?:attachment|original)-id=[\"'])(\d+)")


def text_of(value: Any) -> str:
    """Return a translated column's text in English, or in whichever language there is one."""
    if isinstance(value, Mapping):
        return value.get("en_US") or next(filter(None, value.values()), "")
    return value or ""


def translations_of(value: Any) -> dict[str, str]:
    """Return ``{language: text}`` of a translated column."""
    return {k: v for k, v in value.items() if v} if isinstance(value, Mapping) else {}


def name_key(name: str) -> str:
    """Return what two names have in common that people read as one."""
    return " ".join((name or "").casefold().split())


def stage_state(name: str, *, closed: bool, unattended: bool) -> str:
    """Return what a stage means (``helpdesk.stage.state``).

    OCA's stages know whether they are closed, and whether nobody works on the ticket yet; that the
    customer is waited for can be read from the name only.
    """
    if closed:
        return "closed"
    if unattended:
        return "new"
    return "waiting" if _WAITING.search(name) else "in_progress"


def is_solving(name: str) -> bool:
    """Tell whether what is closed in a stage of that name was solved, not refused."""
    return not _NOT_SOLVED.search(name)


def channel_of(xmlid: str | None, name: str | None, *, by_mail: bool) -> tuple[str, bool]:
    """Return the channel, and whether it is a guess that people may want to know of.

    :param xmlid: the last part of the external id of OCA's channel, if it has one
    :param by_mail: the first message is a mail
    """
    if xmlid in _SHIPPED_CHANNELS:
        return _SHIPPED_CHANNELS[xmlid], False
    if not name:
        return ("email" if by_mail else "manual"), False
    for channel, words in _WORDS_OF_CHANNELS:
        if words.search(name):
            return channel, False
    return "manual", True


def message_type_of(message_type: str | None) -> str | None:
    """Return the type of a message; None for what was addressed to single users, and isn't brought."""
    if message_type == "user_notification":
        return None
    return message_type if message_type in _MESSAGE_TYPES else "notification"


def subtype_of(
    xmlid: str | None, *, internal: bool, is_internal: bool, message_type: str | None
) -> str | None:
    """Return the external id of the message's subtype here; None if it has none.

    Nothing becomes visible to more people than there: what isn't known to be public is a note.

    :param xmlid: the subtype's external id there
    :param internal: the subtype is for employees
    :param is_internal: the message itself is
    """
    if xmlid in KEPT_SUBTYPES:
        return xmlid
    if xmlid is None and not internal:
        return None
    said = message_type in ("email", "comment")
    return "mail.mt_comment" if said and not (internal or is_internal) else "mail.mt_note"


def rewrite_files(html: str | None, ids: Mapping[int, int]) -> tuple[str, set[int]]:
    """Let the pictures and links in a text show the files that were brought.

    An id that isn't known becomes 0: the same id here is somebody else's file.

    :return: the text, and the ids that aren't known
    """
    unknown: set[int] = set()

    def replaced(match: re.Match) -> str:
        new = ids.get(int(match[2]), 0)
        if not new:
            unknown.add(int(match[2]))
        return f"{match[1]}{new}"

    html = _FILE_ATTRIBUTE.sub(replaced, _FILE_URL.sub(replaced, html or ""))
    return html, unknown


def find_files(html: str | None) -> set[int]:
    """Return the ids of the files that a text shows or links to."""
    found = _FILE_URL.findall(html or "") + _FILE_ATTRIBUTE.findall(html or "")
    return {int(id_) for _start, id_ in found}


def mark(value: Any) -> Any:
    """Return what a value is recognised by: itself, or the digest of a long text."""
    if isinstance(value, str) and len(value) > 64:
        return f"sha1:{hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()}"
    return value


def changes_to_bring(
    brought: Mapping[str, list], there: Mapping[str, Any], here: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return what changed there since it was brought, and where both sides changed it.

    :param brought: ``{field: [mark of the value there, mark of the value here]}`` of the last time
    :param there: what the values there are now, in the form in which they are written here
    :param here: what the values here are now
    :return: the values to write, and the names of fields that were changed here too, which stay
    """
    changed, both = {}, []
    for name, value in there.items():
        known_there, known_here = brought.get(name, (None, None))
        if mark(value) == known_there or value == here[name]:
            continue
        if name in brought and mark(here[name]) != known_here:
            both.append(name)
        else:
            changed[name] = value
    return changed, both


def plain_properties(definition: Iterable[Mapping] | None) -> tuple[list[dict], list[str]]:
    """Return the properties that can be brought, and the labels of those that can't."""
    kept, left = [], []
    for each in definition or ():
        if each.get("type") in PLAIN_PROPERTIES:
            kept.append(dict(each))
        else:
            left.append(each.get("string") or each.get("name") or "?")
    return kept, left


def told_stages(
    created: str, changes: Iterable[tuple[str, int, int]], current: int
) -> list[tuple[int, str]]:
    """Return ``[(stage, since when)]`` of a ticket, from the changes that were tracked.

    :param created: the moment of creation, as all moments in UTC and as text
    :param changes: ``(moment, stage before, stage after)``, 0 for a stage that isn't known
    :param current: where the ticket is now
    """
    changes = sorted(changes)
    first = next((before for _moment, before, _after in changes if before), 0)
    visits = [(first or (current if not changes else 0), created)]
    visits += [(after, moment) for moment, _before, after in changes]
    told: list[tuple[int, str]] = []
    for stage, moment in visits:
        if stage and (not told or told[-1][0] != stage):
            told.append((stage, moment))
    return told
