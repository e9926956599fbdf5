import contextlib
import os
import uuid

from odoo import api, models
from odoo.exceptions import UserError


class FileStoreError(UserError):
    """A file could not be saved, and nothing of it was."""


class IrAttachment(models.Model):
    """Files are saved whole or not at all, and who sent one that is not reads why."""

    _inherit = "ir.attachment"

    @api.model
    def _same_content(self, bin_data, filepath):
        """Half a file is no other file with the same checksum: saving it anew makes it whole."""
        if os.path.getsize(filepath) != len(bin_data):
            return True
        return super()._same_content(bin_data, filepath)

    @api.model
    def _file_write(self, bin_value, checksum):
        """Give a file its final name only when all of it is written.

        Core opens it under that name. Where the disk was full or the worker died, half a file stayed
        behind, and who sent the same file again read that it "collides with an existing file".

        :raises FileStoreError: if the file store can't take it
        """
        if self._storage() == "file":
            try:
                self._write_whole_file(bin_value, f"{checksum[:2]}/{checksum}")  # as _get_path
            except OSError as error:
                raise FileStoreError(
                    self.env._(
                        "The server can't save files at the moment: its disk may be full. Nothing"
                        " was saved. Please try again later."
                    )
                ) from error
        return super()._file_write(bin_value, checksum)

    @api.model
    def _write_whole_file(self, content, name):
        path = self._full_path(name)
        if os.path.isfile(path) and os.path.getsize(path) == len(content):
            return
        part = f"{name}-{uuid.uuid4().hex}"
        # What a dying worker leaves of it, core's clean-up takes away.
        self._mark_for_gc(part)
        try:
            with open(self._full_path(part), "xb") as file:
                file.write(content)
            self._mark_for_gc(name)  # as core: in case that the transaction fails
            os.replace(self._full_path(part), path)
        finally:
            for leftover in (part, f"checklist/{part}"):
                with contextlib.suppress(OSError):
                    os.unlink(self._full_path(leftover))
