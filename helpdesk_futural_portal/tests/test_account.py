from odoo.http import Request
from odoo.tests import tagged

from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestAccount(PortalHttpCase):
    def test_customers_cant_widen_what_they_see_on_their_account_page(self):
        self._sign_in(self.liisa)
        address = {
            "name": self.customer.name,
            "email": self.customer.email,
            "phone": "+358 50 555 0199",
            "street": "Katu 1",
            "city": "Turku",
            "zip": "20100",
            "country_id": self.env.ref("base.fi").id,
            "csrf_token": Request.csrf_token(self),
        }
        for extra in (
            {},
            {"helpdesk_portal_scope": "company"},
            {"parent_id": self.other_customer.id},
            {"partner_id": self.customer.id, "helpdesk_portal_scope": "company"},
        ):
            self.url_open("/my/address/submit", data={**address, **extra})
            self.assertEqual(self.customer.helpdesk_portal_scope, "own")
            self.assertEqual(self.customer.commercial_partner_id, self.organisation)
