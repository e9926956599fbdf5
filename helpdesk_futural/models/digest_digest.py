from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_duration

from odoo.addons.rating.models.rating_data import RATING_LIMIT_SATISFIED

from ..tools.duration_field import WholeNumber

#: The numbers' actions; each lists the period that the link's ``active_id`` says.
ACTIONS = {
    "kpi_helpdesk_tickets_opened": "helpdesk_futural.digest_action_tickets_opened",
    "kpi_helpdesk_tickets_closed": "helpdesk_futural.digest_action_tickets_closed",
    "kpi_helpdesk_first_response": "helpdesk_futural.digest_action_first_response",
    "kpi_helpdesk_sla_failures": "helpdesk_futural.digest_action_sla_failures",
    "kpi_helpdesk_satisfaction": "helpdesk_futural.digest_action_satisfaction",
}
#: Numbers that a manager wants to see fall.
LOWER_IS_BETTER = (
    "kpi_helpdesk_tickets_open",
    "kpi_helpdesk_first_response",
    "kpi_helpdesk_sla_failures",
)
#: Which of the three columns (a day, a week, a month) the reader of a digest compares by.
COLUMNS = {"daily": 0, "weekly": 1}
LAST_COLUMN = 2


def _percent_satisfied(ratings):
    if not ratings:
        return False
    satisfied = sum(rating >= RATING_LIMIT_SATISFIED for rating in ratings)
    return round(satisfied * 100 / len(ratings))


class DigestDigest(models.Model):
    """The helpdesk's numbers in Odoo's digest emails, for whoever has a right to the tickets."""

    _inherit = "digest.digest"

    kpi_helpdesk_tickets_opened = fields.Boolean("Tickets Opened")
    kpi_helpdesk_tickets_opened_value = fields.Integer(
        compute="_compute_kpi_helpdesk_tickets_opened_value", export_string_translation=False
    )
    kpi_helpdesk_tickets_closed = fields.Boolean("Tickets Solved or Closed")
    kpi_helpdesk_tickets_closed_value = fields.Integer(
        compute="_compute_kpi_helpdesk_tickets_closed_value", export_string_translation=False
    )
    kpi_helpdesk_tickets_open = fields.Boolean("Open Tickets")
    kpi_helpdesk_tickets_open_value = fields.Integer(
        compute="_compute_kpi_helpdesk_tickets_open_value",
        export_string_translation=False,
        help="At the end of the period.",
    )
    kpi_helpdesk_first_response = fields.Boolean("First Response (Working Hours)")
    kpi_helpdesk_first_response_value = WholeNumber(
        compute="_compute_kpi_helpdesk_first_response_value",
        export_string_translation=False,
        help="In working minutes, of tickets that were first answered in the period.",
    )
    kpi_helpdesk_sla_failures = fields.Boolean("Missed SLA Deadlines")
    kpi_helpdesk_sla_failures_value = fields.Integer(
        compute="_compute_kpi_helpdesk_sla_failures_value", export_string_translation=False
    )
    kpi_helpdesk_satisfaction = fields.Boolean("Satisfied Customers")
    kpi_helpdesk_satisfaction_value = WholeNumber(
        compute="_compute_kpi_helpdesk_satisfaction_value",
        export_string_translation=False,
        help="Percent of the ratings that were first given in the period.",
    )

    # ------------------------------------------------------------------
    # The numbers
    # ------------------------------------------------------------------

    def _compute_kpi_helpdesk_tickets_opened_value(self):
        domain = self._get_helpdesk_period("create_date")
        self._fill_helpdesk_kpi("kpi_helpdesk_tickets_opened_value", "helpdesk.ticket", domain)

    def _compute_kpi_helpdesk_tickets_closed_value(self):
        """Count what was done for us, once: a ticket is solved first, or closed unsolved."""
        domain = self._get_helpdesk_period("solved_date") | (
            Domain("solved_date", "=", False) & self._get_helpdesk_period("close_date")
        )
        self._fill_helpdesk_kpi("kpi_helpdesk_tickets_closed_value", "helpdesk.ticket", domain)

    def _compute_kpi_helpdesk_tickets_open_value(self):
        _start, end, _companies = self._get_kpi_compute_parameters()
        tickets = self.env["helpdesk.ticket"]
        domain = tickets._get_open_at_domain(fields.Datetime.to_datetime(end))
        self._fill_helpdesk_kpi("kpi_helpdesk_tickets_open_value", tickets._name, domain)

    def _compute_kpi_helpdesk_first_response_value(self):
        self._fill_helpdesk_kpi(
            "kpi_helpdesk_first_response_value",
            "helpdesk.ticket",
            self._get_helpdesk_period("first_response_date"),
            aggregates=["first_response_hours:avg"],
            value_of=lambda hours: False if hours is None else round(hours * 60),
        )

    def _compute_kpi_helpdesk_sla_failures_value(self):
        domain = Domain("status", "=", "failed") & self._get_helpdesk_period("deadline")
        self._fill_helpdesk_kpi("kpi_helpdesk_sla_failures_value", "helpdesk.sla.status", domain)

    def _compute_kpi_helpdesk_satisfaction_value(self):
        given = Domain("consumed", "=", True) & Domain("rating", ">=", 1)
        self._fill_helpdesk_kpi(
            "kpi_helpdesk_satisfaction_value",
            "rating.rating",
            given & self._get_helpdesk_period("helpdesk_ticket_id.rating_date"),
            company_field="helpdesk_ticket_id.company_id",
            aggregates=["rating:array_agg"],
            value_of=_percent_satisfied,
        )

    @api.model
    def _get_helpdesk_period(self, date_field):
        """Return the domain of what happened in the period that core is computing."""
        start, end, _companies = self._get_kpi_compute_parameters()
        # Core gives none if somebody reads the numbers outside of an email.
        since = Domain(date_field, ">=", start) if start else Domain.TRUE
        return since & (Domain(date_field, "<", end) if end else Domain.TRUE)

    def _fill_helpdesk_kpi(
        self,
        field_name,
        model,
        domain,
        company_field="company_id",
        aggregates=("__count",),
        value_of=lambda aggregate: aggregate or 0,
    ):
        """Set a number from what the reader may see of each digest's company.

        :param value_of: returns the number for an aggregate, or for None where there is nothing
        :raises AccessError: for readers without helpdesk rights; core leaves the number out then
        """
        if not self.env.user.has_group("helpdesk_futural.group_helpdesk_user"):
            raise AccessError(self.env._("You have no access to the helpdesk."))
        *_period, companies = self._get_kpi_compute_parameters()
        domain &= Domain(company_field, "in", companies.ids)
        found = self.env[model]._read_group(domain, [company_field], list(aggregates))
        values = {company.id: aggregate for company, aggregate in found}
        for digest in self:
            company = digest.company_id or self.env.company
            digest[field_name] = value_of(values.get(company.id))

    # ------------------------------------------------------------------
    # In the email
    # ------------------------------------------------------------------

    def _compute_kpis(self, company, user):
        """Write times and shares as such, and tell which numbers had better fall."""
        kpis = super()._compute_kpis(company, user)
        texts = {
            "kpi_helpdesk_first_response": lambda minutes: format_duration(minutes / 60),
            "kpi_helpdesk_satisfaction": lambda percent: f"{percent}\N{NO-BREAK SPACE}%",
        }
        # What is open is no number of a period.
        moments = (
            self.env._("vs. a day ago"),
            self.env._("vs. a week ago"),
            self.env._("vs. a month ago"),
        )
        for kpi in kpis:
            columns = (kpi["kpi_col1"], kpi["kpi_col2"], kpi["kpi_col3"])
            kpi["helpdesk_lower_is_better"] = kpi["kpi_name"] in LOWER_IS_BETTER
            if to_text := texts.get(kpi["kpi_name"]):
                for column in columns:
                    value = column["value"]
                    column["value"] = "–" if value is False else to_text(value)
            elif kpi["kpi_name"] == "kpi_helpdesk_tickets_open":
                for column, moment in zip(columns, moments, strict=True):
                    column["col_subtitle"] = moment
        return kpis

    def _compute_kpis_actions(self, company, user):
        """Let each number open the list that it counts, of the period that the reader compares."""
        actions = super()._compute_kpis_actions(company, user)
        menu_id = self.env.ref("helpdesk_futural.menu_helpdesk_root").id
        actions["kpi_helpdesk_tickets_open"] = (
            f"helpdesk_futural.helpdesk_ticket_action_all?menu_id={menu_id}"
        )
        column = COLUMNS.get(self.periodicity, LAST_COLUMN)
        _name, ((start, end), _before) = self._compute_timeframes(company)[column]
        # Core names the time zone without moving the clock: these are in UTC.
        start, end = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
        # The web client hands one number over to an action: the end, and the days before it.
        period = f"{int(end.timestamp())}{(end - start).days:02}"
        for kpi, action in ACTIONS.items():
            actions[kpi] = f"{action}?menu_id={menu_id}&active_id={period}"
        return actions

    def _subscribe_helpdesk_administrators(self, users):
        """Send the weekly digest to those of the users who are helpdesk administrators."""
        group = "helpdesk_futural.group_helpdesk_manager"
        administrators = users.filtered(lambda user: user.has_group(group))
        digest = self.env.ref("helpdesk_futural.digest_digest_weekly", raise_if_not_found=False)
        if digest and administrators:
            digest._action_subscribe_users(administrators)
