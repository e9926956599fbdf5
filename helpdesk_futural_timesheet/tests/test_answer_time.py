from odoo.tests import HttpCase, tagged

from .common import HoursCase


@tagged("post_install", "-at_install")
class TestAnswerTime(HoursCase, HttpCase):
    """Sending an answer and logging the time that it took, in one go."""

    def _answer(self, ticket, body, **values):
        return ticket.with_user(self.aino).message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    def _dialog(self, ticket, message):
        """Return the dialog as Aino gets it after sending."""
        action = ticket.with_user(self.aino).action_log_answer_time(message.id)
        wizards = self.env[action["res_model"]].with_user(self.aino)
        return wizards.with_context(**action["context"]).create({})

    def test_the_answer_begins_the_description(self):
        ticket = self._ticket()
        wizard = self._dialog(ticket, self._answer(ticket, "Unplug it, please. " * 20))
        self.assertTrue(wizard.description.startswith("Unplug it, please. Unplug it"))
        self.assertLessEqual(len(wizard.description), 100)
        self.assertFalse(wizard.from_timer)

    def test_the_time_of_a_running_timer_is_what_the_answer_took(self):
        ticket = self._ticket()
        ticket.with_user(self.aino).action_timer_start()
        wizard = self._dialog(ticket, self._answer(ticket, "Unplug it"))
        self.assertTrue(wizard.from_timer)

    def test_words_of_another_ticket_dont_get_into_the_description(self):
        ticket = self._ticket()
        wizard = self._dialog(ticket, self._answer(self._ticket(), "Secret of another"))
        self.assertFalse(wizard.description)

    def test_the_button_is_for_who_logs_time_where_the_team_tracks_it(self):
        silent = self._team(name="Silent")
        for user, ticket, expected in (
            (self.aino, self._ticket(), True),
            (self.emma, self._ticket(), False),
            (self.aino, self._ticket(team_id=silent.id), False),
        ):
            with self.subTest(user=user.name, team=ticket.team_id.name):
                self.authenticate(user.login, user.login)
                data = self.make_jsonrpc_request(
                    "/mail/data",
                    {
                        "fetch_params": [
                            [
                                "mail.thread",
                                {
                                    "thread_model": "helpdesk.ticket",
                                    "thread_id": ticket.id,
                                    "request_list": ["followers"],
                                },
                            ]
                        ]
                    },
                )
                [thread] = [t for t in data["mail.thread"] if t["id"] == ticket.id]
                self.assertEqual(thread["helpdesk_can_log_time"], expected)

    def test_an_agent_answers_and_logs_time_in_the_browser(self):
        ticket = self._ticket()
        self.start_tour(
            f"/odoo/helpdesk.ticket/{ticket.id}",
            "helpdesk_futural_timesheet_answer",
            login=self.aino.login,
        )
        self.assertEqual(ticket.timesheet_ids.mapped("name"), ["Try the other tray."])
        self.assertEqual(ticket.timesheet_ids.mapped("unit_amount"), [0.5])
        self.assertEqual(ticket.waiting_on, "customer")
