from importlib.util import module_from_spec, spec_from_file_location

from odoo.tests import tagged
from odoo.tools import file_path

from .common_metrics import MONDAY, MetricsCase

NAMES = [
    "first_response_date",
    "first_response_hours",
    "last_customer_message_date",
    "last_agent_message_date",
    "last_message_date",
    "last_author_id",
    "last_message_preview",
    "oldest_unanswered_customer_message_date",
    "answered_customer_message_count",
    "total_response_hours",
    "avg_response_hours",
    "touch_count",
    "reopen_count",
    "waiting_clock",
    "waiting_since",
    "waiting_team_hours",
    "waiting_customer_hours",
]


@tagged("post_install", "-at_install")
class TestMetricsHistory(MetricsCase):
    """What is told anew from the messages is what the tickets kept while it happened."""

    def _long_story(self):
        with self._at():
            ticket = self._receive().ticket_id
        with self._at(hours=1):
            ticket.with_user(self.aino).action_claim()
            self._answer(ticket, "She is angry.", subtype="mail.mt_note")
        with self._at(hours=2):
            self._answer(ticket)
            ticket.stage_id = self.stage_waiting
        with self._at(days=1):
            self._say(ticket)
        with self._at(days=1, hours=2):
            self._say(ticket, "Hello?")
        with self._at(days=1, hours=3):
            self._answer(ticket)
            ticket.stage_id = self.stage_done
        with self._at(days=2):
            self._say(ticket, "No, it doesn't work!")
        return ticket

    def _forget(self, tickets):
        self.env.cr.flush()
        columns = ", ".join(f"{name} = NULL" for name in NAMES if name != "last_message_date")
        self.env.cr.execute(
            f"UPDATE helpdesk_ticket SET {columns} WHERE id = ANY(%s)", [tickets.ids]
        )
        self.env.invalidate_all()

    def test_a_long_story_told_anew_is_the_same(self):
        ticket = self._long_story()
        [kept] = ticket.read(NAMES)
        self.assertEqual((kept["reopen_count"], kept["touch_count"]), (1, 2))
        self.assertEqual((kept["waiting_team_hours"], kept["waiting_customer_hours"]), (5, 6))
        self._forget(ticket)
        ticket._recompute_message_metrics(with_waiting=True)
        self.assertEqual(ticket.read(NAMES), [kept])

    def test_waiting_times_that_were_counted_stay(self):
        ticket = self._long_story()
        names = ["reopen_count", "waiting_since", "waiting_team_hours", "waiting_customer_hours"]
        ticket.write({"reopen_count": 5, "waiting_team_hours": 50})
        kept = ticket.read(names)
        ticket._recompute_message_metrics()
        self.assertEqual(ticket.read(names), kept)

    def test_only_what_was_asked_for_is_set(self):
        ticket = self._long_story()
        ticket.write({"touch_count": 7, "answered_customer_message_count": 7})
        ticket._recompute_message_metrics(["touch_count"])
        self.assertEqual((ticket.touch_count, ticket.answered_customer_message_count), (2, 7))

    def test_a_merged_ticket_takes_its_answers_along(self):
        with self._at():
            first, second = self._receive().ticket_id, self._receive().ticket_id
        with self._at(hours=1):
            self._answer(first)
        with self._at(hours=2):
            self._say(second, "Hello?")
            second._merge_into(first)
            self.assertEqual(first.oldest_unanswered_customer_message_date, MONDAY)
        self.assertEqual((first.touch_count, first.total_response_hours), (1, 1))
        with self._at(hours=3):
            third = self._receive().ticket_id
        with self._at(hours=4):
            self._answer(third)
            third._merge_into(first)
        self.assertEqual(first.touch_count, 2)
        self.assertEqual(first.answered_customer_message_count, 2)
        self.assertEqual(first.total_response_hours, 3, "the first message that waited came at two")
        self.assertEqual(first.waiting_team_hours, 1, "the waiting times are its own")

    def test_a_colleagues_mail_stays_the_customers_whoever_is_the_customer_now(self):
        with self._at():
            ticket = self._receive(**{"from": self.lars.email_formatted}).ticket_id
            ticket.partner_id = self.customer
        with self._at(hours=1):
            self._answer(ticket)
        ticket._recompute_message_metrics()
        self.assertEqual((ticket.touch_count, ticket.total_response_hours), (1, 1))

    def test_a_robots_mail_waits_for_no_answer(self):
        ticket = self._receive(auto_submitted="auto-generated").ticket_id
        ticket._recompute_message_metrics()
        self.assertFalse(ticket.oldest_unanswered_customer_message_date)

    def test_a_conversation_imported_from_elsewhere_is_older_than_its_ticket(self):
        with self._at(days=28):
            ticket = self._ticket()
            common = {
                "model": ticket._name,
                "res_id": ticket.id,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
            }
            self.env["mail.message"].create(
                [
                    dict(common, author_id=self.customer.id, body="Help", date=MONDAY),
                    dict(
                        common,
                        author_id=self.aino.partner_id.id,
                        body="Gladly",
                        date=self._moment(hours=3),
                    ),
                ]
            )
            ticket._recompute_message_metrics()
        self.assertEqual(ticket.first_response_date, self._moment(hours=3))
        self.assertEqual((ticket.first_response_hours, ticket.avg_response_hours), (3, 3))
        self.assertEqual(ticket.last_message_preview, "Gladly")

    def test_dates_that_were_imported_without_messages_stay(self):
        with self._at():
            ticket = self._ticket(first_response_date=self._moment(hours=1))
        ticket._recompute_message_metrics()
        self.assertEqual(ticket.first_response_date, self._moment(hours=1))
        self.assertEqual(ticket.first_response_hours, 1)

    def test_many_tickets_are_told_anew_for_the_queries_of_few(self):
        def tell(count):
            tickets = self.env["helpdesk.ticket"].create(
                [
                    {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
                    for i in range(count)
                ]
            )
            for ticket in tickets:
                self._say(ticket)
                self._answer(ticket)
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            tickets._recompute_message_metrics(with_waiting=True)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        tell(1)
        few, many = tell(3), tell(30)
        self.assertLessEqual(many - few, 2)

    def test_an_update_tells_the_metrics_of_all_existing_tickets(self):
        ticket = self._long_story()
        archived = self._ticket()
        self._say(archived)
        archived.active = False
        [kept] = ticket.read(NAMES)
        self._forget(ticket | archived)
        path = file_path("helpdesk_futural/migrations/19.0.1.2.0/post-metrics.py")
        spec = spec_from_file_location("post_metrics", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        messages = ticket.message_ids
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual(ticket.read(NAMES), [kept])
        self.assertTrue(archived.oldest_unanswered_customer_message_date)
        self.assertEqual(ticket.message_ids, messages, "nobody is told of it")
