"""Methods that anybody with an account can call by RPC: none of ours lets in who has no rights."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_records import MatrixCase

_OURS = "odoo.addons.helpdesk_futural"
#: What is tried as arguments: nothing, ids, values, and a time.
_ARGUMENTS = ((), (1,), ([1],), ({"name": "x"},), ([{"name": "x"}],), ("2061-01-01 00:00:00",))


@tagged("post_install", "-at_install")
class TestPublicMethods(MatrixCase):
    def _get_methods(self):
        """Give ``(model, method)`` of the public methods that no other addon has."""
        for name, model in sorted(self.env.registry.items()):
            classes = [c for c in model.__mro__ if c.__module__.startswith(_OURS)]
            others = [
                c for c in model.__mro__ if c.__module__.startswith("odoo.") and (c not in classes)
            ]
            for method in sorted({m for c in classes for m in vars(c) if not m.startswith("_")}):
                if callable(getattr(model, method, None)) and not any(
                    method in vars(c) for c in others
                ):
                    yield name, method

    @mute_logger(
        "odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"
    )
    def test_who_has_no_helpdesk_rights_changes_nothing_by_any_method(self):
        methods = list(self._get_methods())
        self.assertIn(("helpdesk.ticket", "action_claim"), methods)
        self.assertIn(("helpdesk.incoming.mail", "action_process"), methods)
        records = {
            name: self.env[name].sudo().search([], limit=1)
            for name in {name for name, _method in methods}
            if not self.env[name]._abstract
        }
        for kind in ("portal own", "employee"):
            for name, method in methods:
                record = records.get(name, self.env[name]).with_user(self.kinds[kind])
                for arguments in _ARGUMENTS:
                    with self.subTest(model=name, method=method, user=kind, arguments=arguments):
                        self.assertEqual(self._call(record, method, arguments), set())

    def _call(self, record, method, arguments):
        """Call it and return the tables that it changed; a refusal undoes what came before it."""
        with self._undone():
            before = self._count_writes()
            try:
                getattr(record, method)(*arguments)
                self.env.flush_all()
            except Exception:  # noqa: BLE001 - whatever they answer to arguments that are none
                return set()
            after = self._count_writes()
            return {table for table in after if after[table] != before.get(table)}
