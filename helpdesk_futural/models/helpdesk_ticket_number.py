from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.case_number import format_case_number, parse_case_number, split_case_number


class HelpdeskTicketNumber(models.Model):
    """The case number: drawn once, never changed, found however people write it."""

    _inherit = "helpdesk.ticket"

    _rec_names_search = ["ticket_ref", "name"]

    ticket_ref = fields.Char(
        "Case Number",
        required=True,
        copy=False,
        readonly=True,
        default=False,
        help="Given when the ticket is created: the day, then a counter.",
    )
    _ticket_ref_uniq = models.UniqueIndex("(ticket_ref)", "This case number is taken.")

    @api.depends("name", "ticket_ref")
    def _compute_display_name(self):
        for ticket in self:
            number = f" (#{ticket.ticket_ref})" if ticket.ticket_ref else ""
            ticket.display_name = f"{ticket.name or ''}{number}"

    @api.model
    def _search_display_name(self, operator, value):
        """Find by words of the subject, and by the number however people write it (``#…``)."""
        if isinstance(value, str) and (number := parse_case_number(value)):
            if operator in ("ilike", "like", "=", "in", "=ilike", "=like"):
                return Domain("ticket_ref", "=", number) | Domain("name", "ilike", number)
            value = number
        elif isinstance(value, str) and value.strip().startswith("#"):
            value = value.strip().lstrip("#")
        return super()._search_display_name(operator, value)

    def write(self, vals):
        if "ticket_ref" in vals and any(t.ticket_ref != vals["ticket_ref"] for t in self):
            raise UserError(
                self.env._("A case number never changes: customers know the ticket by it.")
            )
        return super().write(vals)

    # ------------------------------------------------------------------
    # Drawing
    # ------------------------------------------------------------------

    def _fill_case_number(self, vals_list):
        """Put a case number into the values of each new ticket.

        An administrator's import may bring its own numbers; nobody else sets one.
        """
        import_allowed = self.env.su or self.env.user.has_group(
            "helpdesk_futural.group_helpdesk_manager"
        )
        drawing, given = {}, []
        for vals in vals_list:
            if vals.get("ticket_ref") and import_allowed:
                given.append(vals["ticket_ref"])
            else:
                team = self.env["helpdesk.team"].browse(vals["team_id"])
                drawing.setdefault(self._get_case_number_day(team), []).append(vals)
        self._reserve_case_numbers(given)
        for day, day_vals_list in drawing.items():
            numbers = self._draw_case_numbers(day, len(day_vals_list))
            for vals, number in zip(day_vals_list, numbers, strict=True):
                vals["ticket_ref"] = number

    def _get_case_number_day(self, team):
        """Return today's date where the team works."""
        now = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC"))
        return now.astimezone(ZoneInfo(team._get_tz())).date()

    def _draw_case_numbers(self, day, count):
        """Return ``count`` numbers of ``day`` that nobody else gets, now or later.

        The counter is a PostgreSQL sequence for each day: drawing from it neither waits for
        another transaction nor fails because of one, and a number drawn by a transaction that
        is rolled back is not given again.

        :param datetime.date day: the day where the team works
        :param int count: how many
        :rtype: list[str]
        """
        counters = self._next_counters(self.env.cr, day, count)
        if counters[0] is None:  # the first ticket of the day
            counters = self._create_case_sequence(day, count)
        return [format_case_number(day, counter) for counter in counters]

    def _get_case_sequence_name(self, day):
        return f"helpdesk_ticket_ref_{day:%Y%m%d}"

    def _next_counters(self, cr, day, count):
        """Return the day's next counters; Nones where the day has no sequence yet."""
        cr.execute(
            SQL(
                "SELECT nextval(to_regclass(%s)) FROM generate_series(1, %s)",
                self._get_case_sequence_name(day),
                count,
            )
        )
        return [counter for (counter,) in cr.fetchall()]

    def _create_case_sequence(self, day, count):
        """Create the day's sequence and draw from it; see :meth:`_case_sequence_cursor`."""
        with self._case_sequence_cursor(day) as cr:
            return self._next_counters(cr, day, count)

    @contextmanager
    def _case_sequence_cursor(self, day):
        """Give a cursor in whose transaction the day's sequence is there, made if need be.

        A transaction of its own, so that the first ticket of the day keeps nobody waiting until
        it is committed; behind a lock, since PostgreSQL fails one of two that create the same.
        What the caller's transaction once missed it never sees: PostgreSQL remembers that there
        is no such sequence. The other one touches no table, which the caller may have locked (an
        installation that adds columns).
        """
        sequence = self._get_case_sequence_name(day)
        start = self._get_last_counter(day) + 1
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s))", sequence))
            cr.execute(
                SQL(
                    "CREATE SEQUENCE IF NOT EXISTS %s MINVALUE 1 START %s",
                    SQL.identifier(sequence),
                    SQL(str(start)),
                )
            )
            yield cr

    def _get_last_counter(self, day):
        """Return the highest counter among the day's tickets, such as imported ones; 0 if none."""
        self.flush_model(["ticket_ref"])
        ((last,),) = self.env.execute_query(
            SQL(
                "SELECT COALESCE(MAX(substr(ticket_ref, 7)::bigint), 0) FROM helpdesk_ticket"
                " WHERE ticket_ref >= %s AND ticket_ref < %s AND ticket_ref ~ '^[0-9]{9,12}$'",
                f"{day:%y%m%d}",
                f"{day + timedelta(days=1):%y%m%d}",
            )
        )
        return last

    def _reserve_case_numbers(self, numbers):
        """Keep imported numbers from being drawn again.

        Nothing is drawn for days that are over, so only the numbers of today and later matter.

        :raises ValidationError: if one is not a case number
        """
        highest = {}
        for number in numbers:
            if not (parts := split_case_number(number)):
                raise ValidationError(
                    self.env._("“%s” is not a case number of the form YYMMDDXXX.", number)
                )
            highest[parts[0]] = max(parts[1], highest.get(parts[0], 0))
        oldest = fields.Date.subtract(fields.Date.today(), days=1)
        for prefix, counter in highest.items():
            try:
                day = datetime.strptime(prefix, "%y%m%d").date()
            except ValueError:
                continue  # no day at all, so nothing is ever drawn for it
            if day < oldest:
                continue
            sequence = self._get_case_sequence_name(day)
            with self._case_sequence_cursor(day) as cr:
                cr.execute(
                    SQL("SELECT setval(%s, GREATEST(%s, nextval(%s)))", sequence, counter, sequence)
                )

    @api.autovacuum
    def _gc_case_sequences(self):
        """Drop the sequences of days long past: nothing is numbered in the past any more."""
        oldest_kept = fields.Date.subtract(fields.Date.today(), days=60)
        sequences = self.env.execute_query(
            SQL(
                "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema"
                " AND sequencename ~ '^helpdesk_ticket_ref_[0-9]{8}$' AND sequencename < %s",
                self._get_case_sequence_name(oldest_kept),
            )
        )
        for (sequence,) in sequences:
            self.env.cr.execute(SQL("DROP SEQUENCE IF EXISTS %s", SQL.identifier(sequence)))
