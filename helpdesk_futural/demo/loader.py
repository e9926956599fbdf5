"""Makes tickets of the stories in ``demo/conversations``.

A story is a ticket and all that happened on it, in the order in which it happened::

    <ticket id="demo_ticket_x" customer="demo_partner_y" agent="demo_user_z" …>
        <subject>…</subject>
        <mail at="12d 09:14">What the customer wrote.</mail>
        <claim at="12d 09:40" by="demo_user_z" />
        <answer at="11d 10:05">What the agent answered.</answer>
    </ticket>

A ticket may be ``unread="1"``, or snoozed: ``snooze="4"``, until nine o'clock in four days.

``at`` is ``12d 09:14``, twelve *working* days before the day of installation at 9:14 where the team
is, or ``40m``, forty minutes before the installation. References are xmlids of this addon.
``origin`` is the ticket that this one continues, ``related`` one that it has to do with.

=============  =====================================================================================
mail           the customer's public message (``by``: somebody else's). The first one makes the ticket;
               one to a waiting or solved ticket puts it in progress again.
request        makes a ticket that an agent (``by``) writes down: its description, no message
answer, note   the agent's public message or internal note (``by``: another's)
claim          the agent (``by``: another) takes the ticket, and it goes into progress
assign, stage  the ticket goes to the agent or stage ``to``; ``by`` whom, else the agent
team           the same with a team, into whose pool it goes
rating         the customer's: ``value`` 5, 3 or 1, and the comment
activity       ``due`` in days from today, ``type`` (todo, call, email, …), for the agent or ``by``
resolution     the resolution notes; ``property``: a value of one of the team's properties
merge          ``by`` whom the ticket was made part of another one (``into``); after all else
file           inside a message: ``name``, and its text or ``src``, a file in ``demo/files``
=============  =====================================================================================

All is written with the dates of the story, as records: nothing is posted, so nobody is notified.
Dates of creation can be given because the superuser may do so while an addon is installed.
"""

from collections import defaultdict
from itertools import count

from lxml import etree

from odoo.tools import SQL, file_open

from ..tools.case_number import format_case_number, split_case_number
from .story import Story

FOLDER = "helpdesk_futural/demo"
FILES = (
    "technical",
    "technical_history",
    "billing",
    "returns",
    "past_technical",
    "past_billing",
    "past_returns",
)
QUIET = {
    "mail_notrack": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
}


def load_conversations(env):
    """Create the tickets of all stories, unless there are any of them already."""
    env = env(context=dict(env.context, **QUIET))
    teams = [_parse(f"{FOLDER}/conversations/{name}.xml") for name in FILES]
    stories = [Story(env, node, team.get("id")) for team in teams for node in team]
    if any(env.ref(story.xmlid, raise_if_not_found=False) for story in stories):
        return
    stories.sort(key=lambda story: story.created)
    _number(env, stories)
    tickets = env["helpdesk.ticket"]._load_records(
        [{"xml_id": s.xmlid, "values": s.values, "noupdate": True} for s in stories]
    )
    for story, ticket in zip(stories, tickets, strict=True):
        story.ticket = ticket
        if origin := story.node.get("origin"):
            ticket.origin_id = story.ref(origin)
        if related := story.node.get("related"):
            ticket.related_ids = story.ref(related)
    _write_messages(env, stories)
    tickets._recompute_message_metrics(with_waiting=True)
    tickets._update_slas(with_past=True)
    env["mail.activity"].create([vals for story in stories for vals in story.activity_values()])
    for story in stories:
        story.merge()


def _parse(path):
    with file_open(path, "rb") as data:
        return etree.parse(data, etree.XMLParser(remove_comments=True)).getroot()


def _number(env, stories):
    """Give each story the case number of the day where its team is, after those that are taken."""
    days = [f"{story.local(story.created):%y%m%d}" for story in stories]
    taken = defaultdict(int)
    everywhere = env["helpdesk.ticket"].with_context(active_test=False)
    known = everywhere.search([("ticket_ref", ">=", min(days))])
    for day, counter in filter(None, map(split_case_number, known.mapped("ticket_ref"))):
        taken[day] = max(taken[day], counter)
    counters = {day: count(taken[day] + 1) for day in days}
    for story, day in zip(stories, days, strict=True):
        story.values["ticket_ref"] = format_case_number(
            story.local(story.created).date(), next(counters[day])
        )


def _write_messages(env, stories):
    """Write what was said and changed, oldest first: the chatter shows messages by their ids."""
    written = sorted(
        ((vals, changes) for story in stories for vals, changes in story.message_values()),
        key=lambda pair: pair[0]["date"],
    )
    messages = env["mail.message"].create([vals for vals, _changes in written])
    env["mail.tracking.value"].create(
        [
            dict(tracking, mail_message_id=message.id, create_date=message.date)
            for message, (_vals, changes) in zip(messages, written, strict=True)
            for tracking in changes
        ]
    )
    # Ratings count by the day of their last change; it and rated_on are always set to now.
    env.flush_all()
    env.execute_query(
        SQL(
            "UPDATE rating_rating SET rated_on = create_date, write_date = create_date"
            " WHERE message_id IN %s RETURNING id",
            tuple(messages.ids),
        )
    )
    ratings = messages.rating_ids
    ratings.invalidate_recordset()
    for rating in ratings:
        rating.helpdesk_ticket_id.rating_date = rating.create_date
        rating.helpdesk_ticket_id.rating_request_date = rating.create_date
    # Core computes the last value before the rating has its model.
    tickets = ratings.helpdesk_ticket_id
    for name in ("rating_last_value", "satisfaction", "satisfaction_score"):
        env.add_to_compute(tickets._fields[name], tickets)
