import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tools.discuss import Store

from .common import HelpdeskCase

RAW = "From: Eve <eve@somewhere.example>\r\nSubject: Päivää\r\n\r\nHyvää päivää\0!\r\n"


class IncomingMailScreensCase(HelpdeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mail = cls._mail()

    @classmethod
    def _mail(cls, **values):
        return cls.env["helpdesk.incoming.mail"].create(
            {
                "email_from": "Eve <eve@somewhere.example>",
                "subject": "Päivää",
                "state": "failed",
                "error": "ValueError: unknown charset",
                "raw": base64.b64encode(RAW.encode("latin-1")),
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestIncomingMailScreens(IncomingMailScreensCase):
    """The register is the administrators' alone."""

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_access")
    def test_agents_have_neither_menu_nor_rows(self):
        menu = self.env.ref("helpdesk_futural.menu_helpdesk_incoming_mail")
        shown = {
            user: menu.id in self.env["ir.ui.menu"].with_user(user).load_menus(False)
            for user in (self.aino, self.admin)
        }
        self.assertEqual(shown, {self.aino: False, self.admin: True})
        mail = self.mail.with_user(self.aino)
        for attempt in (
            lambda: mail.read(["subject"]),
            lambda: mail.read(["raw_source"]),
            mail.action_process,
            mail.action_discard,
            mail.action_open_ticket,
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                attempt()

    def test_an_administrator_reads_the_source_and_downloads_it(self):
        mail = self.mail.with_user(self.admin)
        [values] = mail.web_read({"raw_source": {}, "has_raw": {}, "raw": {}, "raw_name": {}})
        self.assertIn("Subject: Päivää\n\nHyvää päivää!", values["raw_source"])
        self.assertTrue(values["has_raw"])
        self.assertEqual(values["raw_name"], f"mail-{mail.id}.eml")
        self.assertEqual(base64.b64decode(mail.raw), RAW.encode("latin-1"))

    def test_a_huge_mail_shows_its_beginning(self):
        mail = self._mail(raw=base64.b64encode(b"x" * 500_000)).with_user(self.admin)
        self.assertEqual(len(mail.raw_source), 100_000)

    def test_a_mail_without_its_raw_message_shows_none(self):
        mail = self._mail(raw=False).with_user(self.admin)
        self.assertFalse(mail.has_raw)
        self.assertFalse(mail.raw_source)

    def test_an_administrator_discards_mails_but_no_processed_one(self):
        mails = self.mail | self._mail(state="held")
        mails.with_user(self.admin).action_discard()
        self.assertEqual(set(mails.mapped("state")), {"discarded"})
        with self.assertRaises(UserError):
            self._mail(state="processed").with_user(self.admin).action_discard()

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_access")
    def test_an_administrator_changes_no_row(self):
        mail = self.mail.with_user(self.admin)
        for attempt in (
            lambda: mail.write({"subject": "x"}),
            lambda: mail.unlink(),
            lambda: mail.copy(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_the_ticket_opens(self):
        ticket = self._ticket()
        mail = self._mail(state="processed", outcome="ticket", ticket_id=ticket.id)
        action = mail.with_user(self.admin).action_open_ticket()
        self.assertEqual((action["res_model"], action["res_id"]), ("helpdesk.ticket", ticket.id))
        with self.assertRaises(UserError):
            self.mail.with_user(self.admin).action_open_ticket()

    def test_the_list_starts_with_what_waits_for_a_person(self):
        action = self.env.ref("helpdesk_futural.helpdesk_incoming_mail_action")
        self.assertIn("search_default_waiting", action.context)

    def test_limits_on_email_are_set_in_the_settings(self):
        parameters = self.env["ir.config_parameter"]
        settings = self.env["res.config.settings"].create(
            {"helpdesk_incoming_mail_raw_days": 90, "helpdesk_incoming_mail_max_mb": 10}
        )
        self.assertEqual(settings.helpdesk_acknowledgements_per_hour, 5)
        settings.execute()
        for name, value in (
            ("incoming_mail_raw_days", "90"),
            ("incoming_mail_max_mb", "10"),
            ("acknowledgements_per_hour", "5"),
        ):
            self.assertEqual(parameters.get_param(f"helpdesk_futural.{name}"), value)
        with self.assertRaises(ValidationError):
            settings.create({"helpdesk_incoming_mail_raw_days": 0})


@tagged("post_install", "-at_install")
class TestMessageMarks(HelpdeskCase):
    """Agents see who wrote each message of a ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {"name": "Jammed", "team_id": cls.team.id, "partner_id": cls.customer.id}
        )

    def _message(self, record=None, **values):
        record = record or self.ticket
        return self.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "message_type": "email",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "body": "Hello",
                **values,
            }
        )

    def _store(self, messages, user):
        data = Store().add(messages.with_user(user)).get_result()
        return {values["id"]: values for values in data["mail.message"]}

    def _marks(self, message):
        values = self._store(message, self.aino)[message.id]
        return values["helpdesk_is_customer"], values["helpdesk_sender"]

    def test_who_wrote_is_told_apart(self):
        stranger = {"email_from": "Eve <eve@somewhere.example>", "author_id": False}
        for values, marks in (
            ({"author_id": self.customer.id}, (True, False)),
            ({"author_id": self.colleague_of_customer.id}, (True, False)),
            ({"author_id": self.other_customer.id, "message_type": "comment"}, (True, False)),
            (stranger, (True, False)),
            ({**stranger, "helpdesk_sender": "outsider"}, (False, "outsider")),
            ({"author_id": self.customer.id, "helpdesk_sender": "robot"}, (False, "robot")),
            ({"author_id": self.aino.partner_id.id, "message_type": "comment"}, (False, False)),
            ({"author_id": self.customer.id, "message_type": "notification"}, (False, False)),
        ):
            with self.subTest(**values):
                self.assertEqual(self._marks(self._message(**values)), marks)

    def test_a_colleague_is_the_customer_of_their_own_ticket(self):
        self.ticket.partner_id = self.employee.partner_id
        message = self._message(author_id=self.employee.partner_id.id)
        self.assertEqual(self._marks(message), (True, False))

    def test_the_warning_about_the_sender_is_there(self):
        message = self._message(helpdesk_warning="spf=fail")
        self.assertEqual(
            self._store(message, self.aino)[message.id]["helpdesk_warning"], "spf=fail"
        )

    def test_other_documents_and_other_people_get_no_marks(self):
        message = self._message()
        elsewhere = self._message(self.customer)
        values = self._store(message | elsewhere, self.admin)
        self.assertIn("helpdesk_sender", values[message.id])
        self.assertFalse([key for key in values[elsewhere.id] if key.startswith("helpdesk")])
        self.ticket.message_subscribe(self.portal.partner_id.ids)
        [values] = self._store(message, self.portal).values()
        self.assertFalse([key for key in values if key.startswith("helpdesk")])

    def test_letting_somebody_in_changes_the_marks_on_the_screen(self):
        message = self._message(
            email_from="Eve <eve@somewhere.example>", author_id=False, helpdesk_sender="outsider"
        )
        self.env.cr.precommit.run()
        bus = self.env["bus.bus"]
        before = bus.search([]).ids
        self.ticket.with_user(self.aino).action_admit_outsiders()
        self.env.cr.precommit.run()
        sent = bus.search([("id", "not in", before), ("channel", "like", "res.partner")])
        marks = [
            (values["helpdesk_is_customer"], values["helpdesk_sender"])
            for notification in sent.mapped("message")
            for values in json.loads(notification)["payload"].get("mail.message", [])
            if values["id"] == message.id and "helpdesk_sender" in values
        ]
        self.assertEqual(marks, [(True, False)])

    def test_marks_cost_no_query_per_message(self):
        def count(messages):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._store(messages, self.aino)
            return self.env.cr.sql_log_count - before

        messages = self.env["mail.message"]
        for number in range(20):
            messages |= self._message(author_id=self.customer.id, body=f"Hello {number}")
        count(messages[:2])
        self.assertEqual(count(messages), count(messages[:2]))
