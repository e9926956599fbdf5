"""What each kind of user may do with each model: ``access_matrix.md``, carried out."""

from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_records import CHANGES, AccessCase
from .tables import read_rows

TABLE = Path(__file__).with_name("access_matrix.md")
ADDONS = ("helpdesk_futural", "helpdesk_futural_timesheet", "helpdesk_futural_portal")


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = read_rows(TABLE, "model", "record")

    def test_every_model_that_we_define_or_guard_has_a_row(self):
        named = {row.subject[0].strip("`") for row in self.rows}
        self.assertEqual(self._get_guarded_models() - named, set(), "no row")

    def _get_guarded_models(self):
        """Return the models that the addons define, or whose rights they change."""
        data = self.env["ir.model.data"]
        first = {}
        for found in data.search([("model", "=", "ir.model")], order="id"):
            first.setdefault(found.res_id, found.module)
        # A model belongs to many addons; the one that was there first defines it.
        defined = [id_ for id_, module in first.items() if module in ADDONS]
        models = self.env["ir.model"].browse(defined)
        for kind in ("ir.rule", "ir.model.access"):
            ours = data.search([("model", "=", kind), ("module", "in", ADDONS)])
            models |= self.env[kind].browse(ours.mapped("res_id")).model_id
        by_code = {
            name
            for name, model in self.env.registry.items()
            for cls in model.__mro__
            if cls.__module__.startswith("odoo.addons.helpdesk_futural")
            and "_check_access" in vars(cls)
        }
        return {m.model for m in models if not m.abstract} | by_code

    @mute_logger(
        "odoo.addons.base.models.ir_model",
        "odoo.addons.base.models.ir_rule",
        "odoo.models",
        "odoo.orm.models",
        "odoo.models.unlink",
    )
    def test_each_kind_of_user_may_do_what_the_table_says(self):
        for row in self.rows:
            model, record = row.subject[0].strip("`"), row.subject[1]
            with self.subTest(model=model, record=record):
                self.assertEqual(set(row.cells), set(self.kinds))
                with self._undone():
                    found = self._find_out(model, record)
                if found != row.cells:
                    self.fail(f"line {row.line} says otherwise; it is:\n{row.format(found)}")

    def _find_out(self, model, record):
        shared = None if record == "one's own" else self._make(model, record, self.env.user)
        found = {}
        for kind, user in self.kinds.items():
            target = shared if shared is not None else self._make(model, record, user)
            theirs = target.with_env(self._env_of(user))
            values = self.get_values(model, record, user)
            letters = "".join(
                letter
                for letter, attempt in {
                    "c": lambda t=theirs, v=values: t.browse().create(v),
                    "r": lambda t=theirs: self._read(t),
                    "w": lambda t=theirs, m=model: t.write(CHANGES.get(m, {"name": "Changed"})),
                    "d": lambda t=theirs: t.unlink(),
                }.items()
                if self._may(attempt)
            )
            found[kind] = letters or "–"
        return found

    def _env_of(self, user):
        return self.env["res.users"].with_user(user).with_company(user.company_id).env

    def _make(self, model, record, user):
        """Create the record with all rights, in the name of whose it is."""
        owner = user if record == "one's own" else self.env.user
        values = self.get_values(model, record, user)
        records = self.env[model].with_user(owner).with_company(self.company).sudo()
        made = records.create(values)
        self.link(made, record)
        return made

    def _may(self, attempt):
        """Do it, undo it, and tell whether it was allowed."""
        # What is in the cache is given to everybody.
        self.env.invalidate_all()
        try:
            with self._undone():
                attempt()
                self.env.flush_all()
        except AccessError:
            return False
        return True

    def _read(self, record):
        """Open the record; whether it is found must be the same."""
        try:
            found = bool(record.with_context(active_test=False).search([("id", "=", record.id)]))
        except AccessError:
            found = False
        opened = record.has_access("read")
        self.assertEqual(found, opened, f"searching and opening {record} disagree")
        if not opened:
            raise AccessError("")
