import os
from pathlib import Path

from odoo.tests import TransactionCase

from ..models.ir_attachment import FileStoreError
from .common import full_disk


class TestFileStore(TransactionCase):
    """Files when the disk is full, or the worker died in the midst of one."""

    def setUp(self):
        super().setUp()
        self.content = os.urandom(20_000)
        attachments = self.env["ir.attachment"]
        checksum = attachments._compute_checksum(self.content)
        self.path = Path(attachments._full_path(f"{checksum[:2]}/{checksum}"))
        self.addCleanup(self.path.unlink, missing_ok=True)

    def _save(self):
        return self.env["ir.attachment"].create({"name": "photo.jpg", "raw": self.content})

    def _leftovers(self):
        checklist = Path(self.env["ir.attachment"]._full_path("checklist"), self.path.parent.name)
        return [path for folder in (self.path.parent, checklist) for path in folder.glob("*-*")]

    def test_a_full_disk_keeps_nothing_and_says_so(self):
        with full_disk(), self.assertRaisesRegex(FileStoreError, "its disk may be full"):
            self._save()
        self.assertFalse(self.path.exists())
        self.assertEqual(self._leftovers(), [])

    def test_the_same_file_can_be_sent_again_when_there_is_room(self):
        with full_disk(), self.assertRaises(FileStoreError), self.env.cr.savepoint():
            self._save()
        attachment = self._save()
        self.assertEqual(attachment.raw, self.content)
        self.assertEqual(self.path.read_bytes(), self.content)
        self.assertEqual(self._leftovers(), [])

    def test_half_a_file_of_a_worker_that_died_stands_in_nobodys_way(self):
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(self.content[:7000])
        self.assertEqual(self._save().raw, self.content)
        self.assertEqual(self.path.read_bytes(), self.content)

    def test_a_file_that_is_there_is_not_written_again(self):
        self._save()
        with full_disk():
            self.assertEqual(self._save().raw, self.content)
