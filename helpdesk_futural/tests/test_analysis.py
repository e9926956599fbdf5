from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common_sla import SlaCase


@tagged("post_install", "-at_install")
class TestAnalysis(SlaCase):
    """Ticket analysis and SLA analysis: totals that are right, for who may see them."""

    def _tickets(self, user=None):
        tickets = (self._as(user) if user else self.env["helpdesk.ticket"]).with_context(tz="UTC")
        return tickets, [("team_id", "in", (self.team | self.private_team).ids)]

    def _statuses(self, user=None):
        statuses = self.env["helpdesk.sla.status"].with_user(user or self.env.user)
        return statuses, [("team_id", "in", (self.team | self.private_team).ids)]

    def test_totals_of_averages_weigh_each_ticket_once(self):
        for agent, hours in ((self.aino, 1), (self.aino, 2), (self.aino, 3), (self.lars, 10)):
            self._ticket(user_id=agent.id, first_response_hours=hours, solve_hours=hours * 2)
        self._ticket(user_id=self.lars.id)  # nobody has answered yet
        tickets, domain = self._tickets(self.aino)
        measures = ["__count", "first_response_hours:avg", "solve_hours:avg"]
        rows = tickets.formatted_read_group(domain, ["user_id"], measures)
        by_agent = {row["user_id"][0]: row["first_response_hours:avg"] for row in rows}
        self.assertEqual(by_agent, {self.aino.id: 2, self.lars.id: 10})
        [total] = tickets.formatted_read_group(domain, [], measures)
        self.assertEqual(total["__count"], 5)
        self.assertEqual(total["first_response_hours:avg"], 4, "not 6, the average of 2 and 10")
        self.assertEqual(total["solve_hours:avg"], 8)

    def test_all_measures_can_be_analysed_by_all_that_describes_a_ticket(self):
        self._ticket(user_id=self.aino.id)
        tickets, domain = self._tickets(self.aino)
        measures = (
            "assign_hours:avg",
            "first_response_hours:avg",
            "avg_response_hours:avg",
            "total_response_hours:sum",
            "solve_hours:avg",
            "close_hours:avg",
            "waiting_team_hours:avg",
            "waiting_customer_hours:avg",
            "touch_count:avg",
            "reopen_count:sum",
            "satisfaction_score:avg",
        )
        described = tickets.fields_get()
        for measure in measures:
            name, aggregator = measure.split(":")
            self.assertEqual(described[name]["aggregator"], aggregator)
        for group in ("team_id", "user_id", "partner_id", "ticket_type_id", "create_date:week"):
            [row] = tickets.formatted_read_group(domain, [group], [*measures, "__count"])
            self.assertEqual(row["__count"], 1)

    def _promises(self):
        """Make four promises: Aino kept two and missed one, Lars has one that runs."""
        self.at(3, 8)
        policy = self._policy()
        tickets = [
            self._ticket(user_id=agent.id, partner_id=customer.id)
            for agent, customer in (
                (self.aino, self.customer),
                (self.aino, self.customer),
                (self.aino, self.other_customer),
            )
        ]
        for ticket in tickets[:2]:
            self._answer(ticket)
        self.at(3, 11)
        self._ticket(user_id=self.lars.id, partner_id=self.other_customer.id)
        self.at(3, 14)
        return policy

    def test_success_is_the_share_of_kept_promises_before_the_job_has_run(self):
        policy = self._promises()
        statuses, domain = self._statuses(self.aino)
        statuses = statuses.with_context(tz="UTC")
        self.assertEqual(
            set(self.env["helpdesk.sla.status"].search(domain).mapped("status")),
            {"ongoing", "reached"},
            "nothing has noted yet that the deadline has passed",
        )
        measures = ["__count", "success_rate:avg"]
        [total] = statuses.formatted_read_group(domain, [], measures)
        self.assertEqual(total["__count"], 4)
        self.assertAlmostEqual(total["success_rate:avg"], 200 / 3, 6)
        for group, expected in (
            ("sla_id", {policy.id: 200 / 3}),
            ("team_id", {self.team.id: 200 / 3}),
            ("user_id", {self.aino.id: 200 / 3, self.lars.id: None}),
            ("partner_id", {self.customer.id: 100, self.other_customer.id: 0}),
        ):
            rows = statuses.formatted_read_group(domain, [group], measures)
            found = {row[group][0]: row["success_rate:avg"] for row in rows}
            self.assertEqual(found.keys(), expected.keys())
            for key, value in expected.items():
                if value is None:
                    self.assertNotIsInstance(found[key], float, "no promise has been decided yet")
                else:
                    self.assertAlmostEqual(found[key], value, 6, group)
        months = statuses.formatted_read_group(domain, ["start_date:month"], measures)
        self.assertEqual([row["__count"] for row in months], [4])

    def test_a_group_of_statuses_opens_as_many_as_it_says(self):
        self._promises()
        statuses, domain = self._statuses(self.aino)
        rows = statuses.formatted_read_group(domain, ["status"], ["__count", "success_rate:avg"])
        counts = {row["status"]: row["__count"] for row in rows}
        self.assertEqual(counts, {"reached": 2, "failed": 1, "ongoing": 1})
        for row in rows:
            opened = statuses.search(domain + list(row["__extra_domain"]))
            self.assertEqual(len(opened), row["__count"])
            rate = {"reached": 100, "failed": 0, "ongoing": False}[row["status"]]
            self.assertEqual(set(opened.mapped("success_rate")), {rate})

    def test_agents_analyse_the_promises_of_their_teams_only(self):
        self.private_team.use_sla = True
        self._policy(team_id=self.private_team.id)
        self._ticket(team_id=self.private_team.id, user_id=self.emma.id)
        for user, expected in ((self.emma, 1), (self.admin, 1), (self.aino, 0)):
            statuses, domain = self._statuses(user)
            counts = statuses.formatted_read_group(domain, ["user_id"], ["__count"])
            self.assertEqual(sum(row["__count"] for row in counts), expected)

    def test_a_promise_opens_its_ticket(self):
        self._policy()
        ticket = self._ticket()
        action = ticket.sla_status_ids.with_user(self.aino).action_open_ticket()
        self.assertEqual((action["res_model"], action["res_id"]), ("helpdesk.ticket", ticket.id))

    def test_the_managers_questions_are_shared_favourites_that_work(self):
        self._policy()
        self._old_ticket()
        known = self.env["ir.model.data"].search(
            [("module", "=", "helpdesk_futural"), ("model", "=", "ir.filters")]
        )
        ours = set(known.mapped("res_id"))
        for user in (self.aino, self.admin):
            for model, xmlid, count in (
                ("helpdesk.ticket", "helpdesk_ticket_action_analysis", 6),
                ("helpdesk.sla.status", "helpdesk_sla_status_action_analysis", 3),
            ):
                action = self.env.ref(f"helpdesk_futural.{xmlid}")
                favourites = self.env["ir.filters"].with_user(user).get_filters(model, action.id)
                favourites = [
                    f for f in favourites if f["id"] in ours and "pivot_measures" in f["context"]
                ]
                self.assertEqual(len(favourites), count)
                for favourite in favourites:
                    with self.subTest(user=user.login, favourite=favourite["name"]):
                        self._use(self.env[model].with_user(user), favourite)

    def _old_ticket(self):
        ticket = self._ticket(user_id=self.aino.id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=30), ticket.id],
        )
        self.env.invalidate_all()

    def _use(self, records, favourite):
        """Open the favourite as the pivot and the graph do."""
        domain = safe_eval(favourite["domain"], {"uid": records.env.uid})
        context = safe_eval(favourite["context"])
        known = records.fields_get()
        measures = [
            name if name == "__count" else f"{name}:{known[name]['aggregator']}"
            for name in (*context["pivot_measures"], context["graph_measure"])
        ]
        groups = [
            context["group_by"],
            context["pivot_row_groupby"] + context["pivot_column_groupby"],
            context["graph_groupbys"],
        ]
        for group in groups:
            rows = records.with_context(tz="UTC").formatted_read_group(domain, group, measures)
            self.assertTrue(rows, "there is a ticket to show")
