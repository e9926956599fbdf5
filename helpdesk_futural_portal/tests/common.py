"""The customers' side of the company that the helpdesk's tests tell of."""

from odoo.tests import new_test_user

from odoo.addons.helpdesk_futural.tests.common import HelpdeskCase


class PortalCase(HelpdeskCase):
    """Liisa sees her own tickets, Pekka all of their organisation; Ingrid is of another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.liisa = cls.portal
        cls.pekka = cls._portal_user("pekka", cls.colleague_of_customer)
        cls.pekka.partner_id.helpdesk_portal_scope = "company"
        cls.ingrid = cls._portal_user("ingrid", cls.other_customer)
        cls.public = cls.env.ref("base.public_user")

    @classmethod
    def _portal_user(cls, login, partner):
        return new_test_user(
            cls.env,
            login=f"helpdesk_{login}",
            groups="base.group_portal",
            name=partner.name,
            email=partner.email,
            partner_id=partner.id,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def _seen_by(self, user, tickets):
        return self._as(user).search([("id", "in", tickets.ids)])

    def _note(self, ticket, **values):
        return ticket.with_user(self.aino).message_post(
            body="Not for the customer",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            **values,
        )

    def _answer(self, ticket, **values):
        return ticket.with_user(self.aino).message_post(
            body="Unplug it, please.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )
