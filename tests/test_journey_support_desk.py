"""The small support desk (J2): taken by hand, claimed, handed over, completed, confirmed, found again.

Agents, the administrator and the customer work in a browser; what each did is checked in between.
Mail goes through a real server, see main_job_common.py.
"""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import Command
from odoo.tests import new_test_user
from odoo.tools.mail import html2plaintext

from .main_job_common import MainJobCase

# A browser on a machine that is busy with other things.
_PATIENCE = 180
_TICKET = "Hitsauskone ei käynnisty"
_SOLUTION = "Sulake oli palanut; vaihdoin sen. Tarkistakaa kaapeli."


class TestSupportDesk(MainJobCase):
    """A desk whose stages have names of its own, and that is open day and night."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "leena.manager",
            groups="helpdesk_futural.group_helpdesk_manager",
            name="Leena Lahti",
            email="leena@yritys.example",
            lang="en_US",
        )
        cls.colleague.lang = "en_US"
        always = cls.env["resource.calendar"].create(
            {
                "name": "Day and night",
                "attendance_ids": [
                    Command.create({"name": day, "dayofweek": day, "hour_from": 0, "hour_to": 24})
                    for day in "0123456"
                ],
            }
        )
        solved = cls.env.ref("helpdesk_futural.mail_template_solved")
        stages = cls.env["helpdesk.stage"].create(
            [
                {"name": "Open", "state": "new", "sequence": 1},
                {"name": "In Progress", "state": "in_progress", "sequence": 2},
                {"name": "Completed", "state": "solved", "sequence": 3, "template_id": solved.id},
                {"name": "Closed", "state": "closed", "sequence": 4},
            ]
        )
        cls.team.write(
            {
                "name": "Service Desk",
                "stage_ids": [Command.set(stages.ids)],
                "resource_calendar_id": always.id,
                "privacy_visibility": "portal",
                "sequence": -100,
            }
        )
        organisation = cls.env["res.partner"].create({"name": "Paja Oy", "is_company": True})
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Kalle Kävijä",
                "email": "kalle@asiakas.example",
                "parent_id": organisation.id,
            }
        )

    def test_from_a_call_to_the_confirmed_solution_and_the_customers_history(self):
        self._work("helpdesk_journey_desk_take", self.agent)
        ticket = self.env["helpdesk.ticket"].search([("name", "=", _TICKET)])
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.priority, "2")
        self.assertEqual(ticket.ticket_type_id.name, "Support")
        self.assertIn("vihreää nappia", html2plaintext(ticket.description))
        self.assertEqual(ticket.state, "in_progress")
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.user_id, self.colleague, "it was handed over")
        self.assertTrue(ticket.assign_date)

        self._work("helpdesk_journey_desk_set_up", self.manager)
        self.assert_shared_out()

        self.outbox.take()
        self._work("helpdesk_journey_desk_solve", self.colleague)
        self.assertEqual(ticket.stage_id.name, "Completed")
        self.assertEqual(html2plaintext(ticket.resolution).strip(), _SOLUTION)
        link = self._read_solution(ticket)

        self.start_tour(link, "helpdesk_journey_desk_confirm", login=None, timeout=_PATIENCE)
        self.env.invalidate_all()
        self.assertEqual(ticket.stage_id.name, "Closed")
        self.assertTrue(ticket.closed_by_partner)
        self.assertLess(ticket.close_date - ticket.create_date, timedelta(days=1))

        self._work("helpdesk_journey_desk_find", self.agent)

    def assert_shared_out(self):
        """Check that the category's specialist is preferred, and that work is spread evenly."""
        repair = self.env["helpdesk.ticket.type"].search([("name", "=", "Laitekorjaus")])
        self.assertEqual(repair.specialist_ids, self.colleague)
        self.assertEqual(self.team.assign_method, "balanced")
        tickets = self.env["helpdesk.ticket"].with_user(self.agent)
        special = tickets.create({"name": "Pora savuaa", "ticket_type_id": repair.id})
        self.assertIn("Sarjanumero:", special.description)
        self.assertEqual(special.user_id, self.colleague, "he knows such things, busy or not")
        others = tickets.create([{"name": f"Kysymys {number}"} for number in range(4)])
        self.assertTrue(all(ticket.user_id for ticket in others))
        load = [
            tickets.search_count([("user_id", "=", user.id), ("team_id", "=", self.team.id)])
            for user in (self.agent, self.colleague)
        ]
        self.assertEqual(load, [3, 3], "who had two got one of four more, who had none got three")

    def _work(self, tour, user):
        self.start_tour("/odoo", tour, login=user.login, timeout=_PATIENCE)
        self.env.invalidate_all()

    def _read_solution(self, ticket):
        """Check what the customer was told; return the link by which they confirm."""
        mail = self.take_queued_mail(self.customer.email)
        self.assertIn(f"[#{ticket.ticket_ref}]", mail["Subject"])
        html = mail.get_body(("html",)).get_content().replace("&amp;", "&")
        self.assertIn(_SOLUTION, html)
        self.assertIn("Not solved yet?", html)
        [url] = set(re.findall(r'href="([^"]*/my/ticket/[^"]*)"', html))
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"
