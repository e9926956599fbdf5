from odoo.tests import tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestPartner(HelpdeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tickets = cls.env["helpdesk.ticket"]
        base = {"name": "Help", "team_id": cls.team.id}
        cls.by_organisation = tickets.create({**base, "partner_id": cls.organisation.id})
        cls.by_liisa = tickets.create({**base, "partner_id": cls.customer.id})
        cls.by_pekka = tickets.create(
            {**base, "partner_id": cls.colleague_of_customer.id, "stage_id": cls.stage_closed.id}
        )

    def test_an_organisation_counts_its_peoples_tickets(self):
        partners = (self.organisation | self.customer | self.other_customer).with_user(self.aino)
        self.assertEqual(partners.mapped("ticket_count"), [3, 1, 0])

    def test_the_button_opens_what_it_counts(self):
        for partner in self.organisation | self.customer | self.other_customer:
            with self.subTest(partner=partner.name):
                partner = partner.with_user(self.aino)
                action = partner.action_view_tickets()
                found = (
                    self._as(self.aino)
                    .with_context(**action["context"])
                    .search_count(action["domain"])
                )
                self.assertEqual(found, partner.ticket_count)

    def test_the_tickets_tab_is_the_service_history(self):
        self.assertEqual(
            self.organisation.with_user(self.aino).organisation_ticket_ids,
            self.by_pekka | self.by_liisa | self.by_organisation,
        )
        self.assertEqual(self.customer.with_user(self.aino).organisation_ticket_ids, self.by_liisa)

    def test_colleagues_without_helpdesk_rights_keep_their_contact_form(self):
        arch = self.env["res.partner"].with_user(self.employee).get_view(view_type="form")["arch"]
        self.assertNotIn("organisation_ticket_ids", arch)
        self.assertIn(
            "ticket_count",
            self.env["res.partner"].with_user(self.aino).get_view(view_type="form")["arch"],
        )

    def test_merged_contacts_keep_their_tickets(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.colleague_of_customer).ids, self.customer)
        self.assertEqual((self.by_liisa | self.by_pekka).partner_id, self.customer)
