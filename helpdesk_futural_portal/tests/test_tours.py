from odoo.tests import tagged

from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestPortalTour(PortalHttpCase):
    def test_a_customer_asks_for_help_and_follows_the_ticket_in_the_browser(self):
        self.team.sequence = -10
        self.stage_closed.write({"portal_selectable": True, "customer_label": "Never mind"})
        self.start_tour("/my", "helpdesk_portal_tour", login=self.liisa.login, timeout=120)
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "The forklift stands still")])
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.stage_id, self.stage_closed)
        written = ticket.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(written.author_id, self.customer)
        self.assertEqual(len(written), 2)
