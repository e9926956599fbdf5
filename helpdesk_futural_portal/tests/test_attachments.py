from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCase


@tagged("post_install", "-at_install")
class TestAttachments(PortalCase):
    """Files on internal notes stay internal, whatever way a customer takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Core gives customers no rights on files but through tokens; other addons do.
        cls.env["ir.model.access"].create(
            {
                "name": "attachments for customers",
                "model_id": cls.env["ir.model"]._get_id("ir.attachment"),
                "group_id": cls.env.ref("base.group_portal").id,
                "perm_read": True,
                "perm_write": True,
                "perm_unlink": True,
            }
        )
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {"name": "Jammed", "team_id": cls.team.id, "partner_id": cls.customer.id}
        )

    def _file(self, name, **values):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": name.encode(),
                "res_model": "helpdesk.ticket",
                "res_id": self.ticket.id,
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        self.shown = self._file("manual.txt")
        self.hidden = self._file("margin.txt")
        self.loose = self._file("draft.txt")
        self._answer(self.ticket, attachment_ids=self.shown.ids)
        self._note(self.ticket, attachment_ids=self.hidden.ids)
        self.files = self.shown | self.hidden | self.loose

    def _found(self, user, domain):
        return self.env["ir.attachment"].with_user(user).search(domain) & self.files

    def test_searching_finds_only_files_of_the_conversation(self):
        ids = ("id", "in", self.files.ids)
        ticket = [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", self.ticket.id)]
        for domain in ([ids], ticket, [*ticket, ids], [ticket[0]], [("name", "like", ".txt"), ids]):
            with self.subTest(domain=domain):
                self.assertEqual(self._found(self.liisa, domain), self.shown)
                self.assertFalse(self._found(self.ingrid, domain))
                self.assertEqual(self._found(self.aino, domain), self.files)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_hidden_file_cant_be_read_by_its_id(self):
        theirs = self.files.with_user(self.liisa)
        self.assertEqual(theirs._filtered_access("read"), self.shown)
        for file in (self.hidden, self.loose):
            with self.assertRaises(AccessError):
                file.with_user(self.liisa).read(["raw"])
        self.assertEqual(self.shown.with_user(self.liisa).raw, b"manual.txt")
        self.assertEqual(self.hidden.with_user(self.aino).raw, b"margin.txt")

    def test_a_file_that_is_sent_on_to_the_customer_is_theirs(self):
        self._answer(self.ticket, attachment_ids=self.hidden.ids)
        self.assertEqual(
            self._found(self.liisa, [("id", "in", self.files.ids)]), self.shown | self.hidden
        )

    def test_a_message_turned_into_a_note_takes_its_files_along(self):
        self.ticket.message_ids.filtered(
            lambda m: self.shown in m.attachment_ids
        ).is_internal = True
        self.assertFalse(self._found(self.liisa, [("id", "in", self.files.ids)]))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_customers_neither_change_nor_delete_files(self):
        for attempt in (
            lambda: self.shown.with_user(self.liisa).write({"name": "x"}),
            lambda: self.shown.with_user(self.liisa).unlink(),
            lambda: self.hidden.with_user(self.liisa).write({"res_model": False, "res_id": 0}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_files_of_other_documents_are_as_core_has_them(self):
        theirs = self.env["ir.attachment"].create(
            {
                "name": "face.png",
                "raw": b"x",
                "res_model": "res.partner",
                "res_id": self.customer.id,
            }
        )
        found = self.env["ir.attachment"].with_user(self.liisa).search([("id", "=", theirs.id)])
        self.assertEqual(found, theirs)
