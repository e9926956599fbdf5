"""What must hold in the database and in the file store after any run, whatever broke meanwhile."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.mailservers import Delivery

#: Hours that were billed beside hours on that invoice, by invoice and order item.
_BILLED = """
    SELECT move.id, item.order_line_id, sum(line.quantity) AS quantity,
           coalesce((SELECT sum(entry.unit_amount) FROM account_analytic_line entry
                      WHERE entry.timesheet_invoice_id = move.id AND entry.so_line = item.order_line_id), 0)
      FROM account_move_line line
      JOIN account_move move ON move.id = line.move_id AND move.state != 'cancel'
      JOIN sale_order_line_invoice_rel item ON item.invoice_line_id = line.id
     GROUP BY move.id, item.order_line_id
"""
_INVOICED = """
    SELECT item.id, item.qty_invoiced,
           (SELECT coalesce(sum(unit_amount), 0) FROM account_analytic_line WHERE so_line = item.id),
           (SELECT coalesce(sum(line.quantity), 0)
              FROM sale_order_line_invoice_rel rel
              JOIN account_move_line line ON line.id = rel.invoice_line_id
              JOIN account_move move ON move.id = line.move_id AND move.state != 'cancel'
             WHERE rel.order_line_id = item.id)
      FROM sale_order_line item
     WHERE item.id IN (SELECT so_line FROM account_analytic_line WHERE name LIKE '%load-%')
"""
#: Who was to be mailed what of tickets' conversations.
_NOTICES = """
    SELECT message.message_id, coalesce(partner.email_normalized, note.mail_email_address),
           note.notification_status, note.failure_type
      FROM mail_notification note
      JOIN mail_message message ON message.id = note.mail_message_id
      LEFT JOIN res_partner partner ON partner.id = note.res_partner_id
     WHERE note.notification_type = 'email' AND message.model = 'helpdesk.ticket' AND message.id > %s
"""
_HOURS = (
    "assign_hours",
    "first_response_hours",
    "avg_response_hours",
    "close_hours",
    "total_response_hours",
)


@dataclass(frozen=True)
class Before:
    """What was there before the run."""

    message: int
    attachment: int
    ticket: int

    @classmethod
    def now(cls, cursor) -> Before:
        """Return what is there now."""
        highest = []
        for table in ("mail_message", "ir_attachment", "helpdesk_ticket"):
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 (of the line above)
            highest.append(cursor.fetchone()[0])
        return cls(*highest)


def find_broken(cursor, before: Before, filestore: Path) -> list[str]:
    """Return what is not as it must be, a line each."""
    return [
        *_find_tickets(cursor, before),
        *_find_mails_in(cursor),
        *_find_hours(cursor),
        *_find_files(cursor, before, filestore),
    ]


def _find_tickets(cursor, before: Before) -> list[str]:
    cursor.execute("SELECT ticket_ref FROM helpdesk_ticket GROUP BY ticket_ref HAVING count(*) > 1")
    problems = [f"case number {number} is there twice" for (number,) in cursor.fetchall()]
    for name in _HOURS:
        cursor.execute(
            f"SELECT count(*) FROM helpdesk_ticket WHERE id > %s AND {name} < 0",  # noqa: S608 (of the list above)
            [before.ticket],
        )
        [count] = cursor.fetchone()
        if count:
            problems.append(f"{count} tickets have negative {name}")
    cursor.execute(
        "SELECT count(*) FROM helpdesk_sla_status WHERE paused_hours < 0 OR exceeded_hours < 0"
    )
    [count] = cursor.fetchone()
    if count:
        problems.append(f"{count} service levels have negative hours")
    return problems


def _find_mails_in(cursor) -> list[str]:
    cursor.execute(
        "SELECT state, coalesce(error, ''), count(*) FROM helpdesk_incoming_mail"
        " WHERE state IN ('processing', 'held', 'failed') GROUP BY 1, 2"
    )
    return [
        f"{count} incoming mails are {state}: {error}" for state, error, count in cursor.fetchall()
    ]


def _find_hours(cursor) -> list[str]:
    """Each hour is on one line of one invoice: not lost, and not billed twice."""
    cursor.execute(
        "SELECT count(*), sum(unit_amount) FROM account_analytic_line"
        " WHERE name LIKE '%load-%' AND timesheet_invoice_id IS NULL"
    )
    count, hours = cursor.fetchone()
    problems = [f"{count} entries ({hours:g} h) are on no invoice"] if count else []
    cursor.execute(_BILLED)
    problems += [
        f"invoice {move} bills {quantity:g} h of order item {item}, its entries are {hours:g} h"
        for move, item, quantity, hours in cursor.fetchall()
        if abs(float(quantity) - hours) > 0.001
    ]
    cursor.execute(_INVOICED)
    problems += [
        f"order item {item}: {worked:g} h worked, {billed:g} h on invoices, {invoiced:g} h said to be invoiced"
        for item, invoiced, worked, billed in cursor.fetchall()
        if max(abs(float(billed) - worked), abs(float(invoiced) - worked)) > 0.001
    ]
    return problems


def _find_files(cursor, before: Before, filestore: Path) -> list[str]:
    """Each file is as long as it says, and its content is what was sent."""
    cursor.execute(
        "SELECT id, name, store_fname, checksum FROM ir_attachment WHERE id > %s AND store_fname IS NOT NULL",
        [before.attachment],
    )
    problems = []
    rows = cursor.fetchall()
    for number, name, path, checksum in rows:
        file = filestore / path
        if not file.is_file():
            problems.append(f"attachment {number} ({name}) has no file")
        elif hashlib.sha1(file.read_bytes()).hexdigest() != checksum:  # noqa: S324 (core's)
            problems.append(f"attachment {number} ({name}) is not what was sent")
    for file in filestore.glob("??/*"):
        # Those with two names are the original's, from before. What a dying worker left of one is to be cleaned up.
        if (
            file.stat().st_nlink > 1
            or (filestore / "checklist" / file.relative_to(filestore)).exists()
        ):
            continue
        if hashlib.sha1(file.read_bytes()).hexdigest() != file.name:  # noqa: S324 (core's)
            problems.append(f"half a file in the file store: {file.name}")
    return problems


@dataclass(frozen=True)
class Post:
    """What became of the mails that were to leave."""

    #: Notices of tickets' conversations: who was to be mailed what.
    notices: int
    lost: list[str]
    doubled: list[str]

    @classmethod
    def examine(cls, cursor, before: Before, received: list[Delivery]) -> Post:
        """Compare what was to leave with what the mail server got."""
        got = Counter(
            (delivery.message["Message-ID"], recipient.lower())
            for delivery in received
            for recipient in delivery.recipients
        )
        cursor.execute(_NOTICES, [before.message])
        rows = cursor.fetchall()
        lost = [
            f"{message_id} never left to {address} ({status} {failure or ''})"
            for message_id, address, status, failure in rows
            if status != "canceled" and not got[message_id, address]
        ]
        cursor.execute(
            "SELECT id, state, coalesce(failure_reason, failure_type, '') FROM mail_mail"
            " WHERE state IN ('outgoing', 'exception')"
        )
        lost += [
            f"mail {number} is {state}: {why.splitlines()[0] if why else why}"
            for number, state, why in cursor
        ]
        doubled = [
            f"{message_id} left {times} times to {to}"
            for (message_id, to), times in got.items()
            if times > 1
        ]
        return cls(len(rows), lost, doubled)
