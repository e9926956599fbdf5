import re
from urllib.parse import parse_qs

from dateutil.relativedelta import relativedelta
from lxml import html

from odoo import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import datetime as safe_datetime
from odoo.tools.safe_eval import safe_eval

from .common_metrics import MONDAY, MetricsCase

SCRIPT = "helpdesk_futural/migrations/19.0.1.4.0/post-digest.py"
GROUP = "helpdesk_futural.group_helpdesk_manager"
#: Monday morning two weeks later: when the email of these tests is sent.
SENT = 14


@tagged("post_install", "-at_install")
class TestDigest(MetricsCase):
    """What the helpdesk's administrators read on Monday morning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.digest = cls.env.ref("helpdesk_futural.digest_digest_weekly")
        cls.team.use_sla = True
        cls.env["helpdesk.sla"].create(
            {
                "name": "Answer within 4 hours",
                "team_id": cls.team.id,
                "target": "first_response",
                "time": 4,
                "promised_since": False,
            }
        )

    def _two_weeks(self):
        """Let two weeks pass at the technical team."""
        with self._at(days=1):
            solved, reopened = self._ticket(), self._ticket()
        with self._at(days=1, hours=1):
            self._answer(solved)  # after one hour, in the first week
        with self._at(days=3):
            reopened.stage_id = self.stage_closed  # never answered, and too late for it
        with self._at(days=8):
            answered, late, untouched = self._ticket(), self._ticket(), self._ticket()
            solved.stage_id = self.stage_done
        with self._at(days=8, hours=2):
            self._answer(answered)
        with self._at(days=9):
            self._answer(late)  # the eight hours of a day later, four too late
            reopened.stage_id = self.stage_progress
        with self._at(days=10):
            self._rate(solved, 5)
            self._rate(answered, 1)
        with self._at(days=11):
            answered.stage_id = self.stage_closed
        return solved, reopened, answered, late, untouched

    def _rate(self, ticket, rate):
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "res_id": ticket.id,
                "partner_id": self.customer.id,
            }
        )
        ticket._rate(rating, rate)

    def _kpis(self, user=None, digest=None):
        """Return ``{name: KPI}`` of the email to a user."""
        user = user or self.admin
        with self._at(days=SENT):
            kpis = (digest or self.digest)._compute_kpis(user.company_id, user)
        return {kpi["kpi_name"].removeprefix("kpi_helpdesk_"): kpi for kpi in kpis}

    def _week(self, kpis):
        """Return ``{name: (value, margin)}`` of the column that weekly readers look at."""
        return {
            name: (kpi["kpi_col2"]["value"], kpi["kpi_col2"]["margin"])
            for name, kpi in kpis.items()
        }

    def _open(self, kpi, user=None):
        """Return what the link of a number lists, as the web client would evaluate it."""
        name, _sep, query = kpi["kpi_action"].partition("?")
        period = parse_qs(query).get("active_id")
        env = self.env(user=user or self.admin)
        action = env["ir.actions.actions"]._for_xml_id(name)
        known = {
            "datetime": safe_datetime,
            "relativedelta": relativedelta,
            "active_id": period and int(period[0]),
        }
        domain = safe_eval(action["domain"] or "[]", known)
        if "search_default_open" in (action["context"] or ""):
            domain += [("state", "in", ("new", "in_progress", "waiting"))]
        records = env[action["res_model"]].with_company(env.user.company_id)
        return records.search(domain)

    # The numbers --------------------------------------------------------

    def test_the_week_is_told_against_the_week_before(self):
        self._two_weeks()
        self.assertEqual(
            self._week(self._kpis()),
            {
                "tickets_opened": (3, 50),
                "tickets_closed": (2, 0),  # none is left of the week before
                "tickets_open": (3, 200),  # a week ago only one: the other was closed then
                "first_response": ("05:00", 400),  # two and eight hours, after one
                "sla_failures": (2, 100),
                "satisfaction": ("50\N{NO-BREAK SPACE}%", 0),
            },
        )

    def test_a_day_and_a_month_stand_beside_it(self):
        self._two_weeks()
        kpis = self._kpis()
        self.assertEqual(kpis["tickets_opened"]["kpi_col1"]["value"], 0)
        self.assertEqual(kpis["tickets_opened"]["kpi_col3"]["value"], 5)
        self.assertEqual(kpis["tickets_open"]["kpi_col1"]["value"], 3)
        self.assertEqual(kpis["first_response"]["kpi_col3"]["value"], "03:40")
        self.assertEqual(kpis["satisfaction"]["kpi_col1"]["value"], "–", "nobody voted")

    def test_an_answer_out_of_hours_took_no_time_and_is_not_nothing(self):
        with self._at(days=12):  # Saturday
            ticket = self._ticket()
        with self._at(days=12, hours=1):
            self._answer(ticket)
        self.assertEqual(self._kpis()["first_response"]["kpi_col2"]["value"], "00:00")

    def test_what_is_open_now_is_what_the_list_of_open_tickets_has(self):
        *_others, untouched = self._two_weeks()
        with self._at(days=SENT):  # in the very second in which the email is made
            untouched.stage_id = self.stage_done
        self.assertEqual(self._kpis()["tickets_open"]["kpi_col2"]["value"], 2)

    def test_every_number_is_the_count_of_the_list_that_it_opens(self):
        solved, _reopened, answered, late, untouched = self._two_weeks()
        kpis = self._kpis()
        for name in ("tickets_opened", "tickets_closed", "tickets_open", "sla_failures"):
            with self.subTest(number=name):
                self.assertEqual(len(self._open(kpis[name])), kpis[name]["kpi_col2"]["value"])
        self.assertEqual(self._open(kpis["tickets_opened"]), untouched | late | answered)
        self.assertEqual(self._open(kpis["tickets_closed"]), solved | answered)
        self.assertEqual(self._open(kpis["first_response"]), answered | late)
        self.assertEqual(self._open(kpis["satisfaction"]).helpdesk_ticket_id, solved | answered)

    def test_the_list_has_the_days_that_the_reader_of_a_digest_compares(self):
        self._two_weeks()
        monthly = self.digest.copy({"periodicity": "monthly"})
        daily = self.digest.copy({"periodicity": "daily"})
        opened = [self._open(self._kpis(digest=d)["tickets_opened"]) for d in (monthly, daily)]
        self.assertEqual([len(tickets) for tickets in opened], [5, 0])

    # Whose numbers ------------------------------------------------------

    def test_each_reader_gets_what_they_may_see(self):
        self._two_weeks()
        with self._at(days=10):
            self._ticket(team_id=self.private_team.id)
        self.assertEqual(self._kpis(self.admin)["tickets_opened"]["kpi_col2"]["value"], 4)
        self.assertEqual(self._kpis(self.aino)["tickets_opened"]["kpi_col2"]["value"], 3)
        self.assertEqual(self._kpis(self.employee), {}, "no rights, no numbers")

    def test_each_company_gets_its_own_numbers(self):
        self._two_weeks()
        boss = self._user(
            "fjord_boss",
            GROUP,
            company_id=self.other_company.id,
            company_ids=[Command.set(self.other_company.ids)],
        )
        kpis = self._kpis(boss)
        self.assertEqual(kpis["tickets_opened"]["kpi_col3"]["value"], 0)
        self.assertFalse(self._open(kpis["tickets_opened"], boss))
        both = self._user("group", GROUP, company_ids=[Command.set(self.env.companies.ids)])
        both.company_ids |= self.company | self.other_company
        digest = self.digest.copy({"company_id": self.other_company.id})
        self.assertEqual(self._kpis(both, digest)["tickets_opened"]["kpi_col3"]["value"], 0)
        self.assertEqual(self._kpis(both)["tickets_opened"]["kpi_col3"]["value"], 5)

    def test_somebody_reading_the_fields_outside_of_an_email_meets_no_error(self):
        self._ticket()
        digest = self.digest.with_user(self.admin).with_company(self.company)
        self.assertEqual(digest.kpi_helpdesk_tickets_opened_value, 1)
        self.assertEqual(digest.kpi_helpdesk_tickets_open_value, 1)
        self.assertIs(digest.kpi_helpdesk_satisfaction_value, False)

    # The email ----------------------------------------------------------

    def test_the_email_shows_a_fall_of_missed_deadlines_in_green(self):
        self._two_weeks()
        self.digest.user_ids = self.admin
        with self._at(days=SENT):
            self.digest.action_send_manual()
        mail = self.env["mail.mail"].search([("email_to", "=", self.admin.email_formatted)])
        self.assertEqual(mail.subject, "Pohjola Oy: Helpdesk Weekly")
        page = html.fromstring(mail.body_html)
        marks = {
            name: page.xpath(
                f"//table[@data-field='kpi_helpdesk_{name}']"
                "//td[contains(@class, 'kpi_margin')]/@class"
            )
            for name in ("tickets_opened", "sla_failures")
        }
        self.assertIn("kpi_margin positive_kpi_margin", marks["tickets_opened"])
        self.assertEqual(set(marks["sla_failures"]), {"kpi_margin negative_kpi_margin"})
        links = re.findall(r'/odoo/action-helpdesk_futural\.[^"]+', mail.body_html)
        self.assertEqual(len(links), 6)
        self.assertEqual(self.digest.next_run_date, MONDAY.date() + relativedelta(days=SENT + 7))

    def test_administrators_get_it_unless_they_unsubscribe(self):
        self.assertIn(self.admin, self.digest.user_ids)
        self.assertNotIn(self.aino, self.digest.user_ids)
        self.aino.group_ids |= self.env.ref(GROUP)
        self.assertIn(self.aino, self.digest.user_ids)
        self.digest.with_user(self.aino).action_unsubscribe()
        self.aino.group_ids |= self.env.ref("base.group_partner_manager")
        self.assertNotIn(self.aino, self.digest.user_ids)

    def test_the_settings_switch_it_off_and_on(self):
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.helpdesk_weekly_digest)
        action = settings.action_open_helpdesk_weekly_digest()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (self.digest._name, self.digest.id)
        )
        settings.helpdesk_weekly_digest = False
        settings.execute()
        self.assertEqual(self.digest.state, "deactivated")
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.helpdesk_weekly_digest)
        settings.execute()
        self.assertEqual(self.digest.state, "deactivated", "saving something else changes nothing")
        self.digest.unlink()
        self.env["res.config.settings"].create({}).execute()

    def test_an_upgrade_adds_the_numbers_to_the_digest_of_odoo(self):
        digest = self.env.ref("digest.digest_digest_default")
        digest.kpi_helpdesk_sla_failures = digest.kpi_helpdesk_tickets_open = False
        self._migrate(SCRIPT, "19.0.1.3.0")
        self.assertTrue(digest.kpi_helpdesk_sla_failures and digest.kpi_helpdesk_tickets_open)
        digest.unlink()
        self._migrate(SCRIPT, "19.0.1.3.0")

    def test_tips_go_to_those_who_have_the_helpdesk(self):
        ours = self.env["ir.model.data"].search(
            [("module", "=", "helpdesk_futural"), ("model", "=", "digest.tip")]
        )
        self.env["digest.tip"].search([("id", "not in", ours.mapped("res_id"))]).unlink()

        def count(user):
            return len(self.digest._compute_tips(self.company, user, 9, consumed=False))

        self.assertEqual([count(self.admin), count(self.aino), count(self.employee)], [3, 2, 0])
