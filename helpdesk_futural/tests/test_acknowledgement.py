from ast import literal_eval
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common_lifecycle import LifecycleCase


@tagged("post_install", "-at_install")
class TestAcknowledgement(LifecycleCase):
    def _arrive(self, context=None, **values):
        """Create a ticket as the mail gateway does."""
        gateway = self.env(user=self.env.ref("base.user_root"), context=context or {})
        return gateway["helpdesk.ticket"].create(
            {
                "name": "Printer jammed",
                "team_id": self.team.id,
                "partner_email": "liisa@laine.example",
                "channel": "email",
                **values,
            }
        )

    def test_who_writes_is_told_the_number_once(self):
        for channel in ("email", "form", "portal"):
            with self.subTest(channel=channel):
                ticket = self._arrive(channel=channel)
                mail = self._mails(ticket)
                self.assertEqual(mail.recipient_ids, self.customer)
                self.assertEqual(mail.subject, f"[#{ticket.ticket_ref}] Printer jammed")
                self.assertTrue(ticket.acknowledgement_date)
                ticket._send_acknowledgements()
                self.assertEqual(len(self._mails(ticket)), 1)

    def test_it_is_an_automatic_reply(self):
        headers = literal_eval(self._mails(self._arrive()).headers)
        self.assertEqual(headers["Auto-Submitted"], "auto-replied")

    def test_what_agents_and_programs_write_down_is_not_acknowledged(self):
        for channel in ("manual", "phone", "api"):
            with self.subTest(channel=channel):
                ticket = self._arrive(channel=channel)
                ticket._send_acknowledgements()
                self.assertFalse(self._mails(ticket))
        self.assertFalse(self._mails(self._arrive(context={"import_file": True})))

    def test_an_agents_copy_tells_the_customer_nothing(self):
        copy = self._arrive().with_user(self.aino).copy()
        self.assertEqual(copy.channel, "manual")
        self.assertFalse(self._mails(copy))

    def test_robots_and_silent_teams_acknowledge_nothing(self):
        self.assertFalse(self._mails(self._arrive({"helpdesk_no_acknowledgement": True})))
        self.team.acknowledgement_template_id = False
        self.assertFalse(self._mails(self._arrive()))

    def test_our_own_addresses_are_never_acknowledged(self):
        ticket = self._arrive(partner_email="tech@pohjola.example")
        self.assertFalse(self._mails(ticket))
        self.assertFalse(ticket.acknowledgement_date)

    def test_a_stranger_gets_the_number_and_none_of_their_own_words(self):
        ticket = self._arrive(
            {"helpdesk_unverified_sender": True},
            name="Buy pills",
            description="<p>http://pills.example</p>",
            partner_email="victim@example.org",
            partner_name="Cheap Pills",
        )
        mail = self._mails(ticket)
        self.assertEqual(mail.subject, f"[#{ticket.ticket_ref}] We have received your message")
        sent = mail._prepare_outgoing_list()[0]
        self.assertEqual(sent["email_to"], ["victim@example.org"])
        for text in (mail.body_html, mail.email_to, str(sent["email_to"]), mail.headers):
            self.assertNotIn("ills", text)
        self.assertIn(ticket.ticket_ref, mail.body_html)
        self.assertEqual(ticket.partner_id.name, "Cheap Pills")

    def test_nobody_is_flooded_from_one_address(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("helpdesk_futural.acknowledgements_per_hour", "2")
        tickets = self.env["helpdesk.ticket"].browse()
        for address in ("x@a.example", "X@A.example", '"X" <x@a.example>', "y@a.example"):
            tickets |= self._arrive(partner_email=address)
            self._finish()
        told = tickets.filtered("acknowledgement_date")
        self.assertEqual(told, tickets[0] | tickets[1] | tickets[3])
        with freeze_time(fields.Datetime.now() + timedelta(minutes=61)):
            later = self._arrive(partner_email="x@a.example")
            self.assertEqual(len(self._mails(later)), 1)

    def test_nobody_is_flooded_through_many_addresses_of_a_domain(self):
        self.env["ir.config_parameter"].set_param(
            "helpdesk_futural.acknowledgements_per_domain_per_hour", "3"
        )
        tickets = self.env["helpdesk.ticket"].browse()
        for i in range(5):
            tickets |= self._arrive(partner_email=f"u{i}@flood.example")
        tickets |= self._arrive(partner_email="u@calm.example")
        self.assertEqual(len(self._mails(tickets)), 4)
        self.assertTrue(tickets[-1].acknowledgement_date)

    def test_a_template_on_the_first_stage_replaces_the_acknowledgement(self):
        self.stage_new.template_id = self._template("received").copy({"subject": "Own words"})
        mail = self._mails(self._arrive())
        self.assertEqual(len(mail), 1)
        self.assertIn("Own words", mail.subject)

    def test_many_acknowledgements_cost_a_few_queries_each(self):
        vals = [
            {"name": "x", "team_id": self.team.id, "partner_email": f"{i}@k{i}.example"}
            for i in range(40)
        ]
        self._arrive()
        self._finish()
        gateway = self.env["helpdesk.ticket"]
        gateway.create(vals)  # the contacts exist from here on
        self._finish()
        gateway.create([{**v, "channel": "email"} for v in vals])
        before = self.env.cr.sql_log_count
        self._finish()
        self.assertLessEqual((self.env.cr.sql_log_count - before) / len(vals), 2)
