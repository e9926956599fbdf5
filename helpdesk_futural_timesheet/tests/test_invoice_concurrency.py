from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name


@tagged("post_install", "-at_install")
class TestInvoiceConcurrency(BaseCase):
    """Two people invoice the same hours at once. Their transactions are real: one row is committed."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            lines = api.Environment(cr, SUPERUSER_ID, {})["account.analytic.line"]
            account = lines.env["account.analytic.account"].search([], limit=1)
            self.line_id = lines.create({"name": "Concurrency", "account_id": account.id}).id
        self.addCleanup(self._remove)

    def _remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["account.analytic.line"].browse(self.line_id).unlink()

    def test_the_second_to_press_reads_that_somebody_is_at_it(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine, theirs = (
                api.Environment(cr, SUPERUSER_ID, {})["account.analytic.line"].browse(self.line_id)
                for cr in (first, second)
            )
            # Alone one comes past the lock, and to the question what there is to invoice.
            with self.assertRaisesRegex(UserError, "no hours to invoice"):
                mine._create_helpdesk_invoices()
            with self.assertRaisesRegex(UserError, "Somebody else is invoicing"):
                theirs._create_helpdesk_invoices()
            first.rollback()
            second.rollback()
