"""Inside Odoo: the template of an addon, from a database in which all addons are installed.

The only module here that imports Odoo. Fed to ``odoo shell`` by ``make i18n``, and used by the test that
compares the committed templates with the code.
"""

from __future__ import annotations

import io
import os

import polib

from odoo.tools.translate import PoFileWriter, TranslationModuleReader

from . import catalogues


class _Reader(TranslationModuleReader):
    """Odoo's own reader, for one addon, looking for code nowhere but in that addon."""

    def _export_translatable_resources(self) -> None:
        (addon,) = self._modules
        self._path_list = [
            (path, True)
            for path, _recursive in self._path_list
            if os.path.isfile(os.path.join(path, addon, "__manifest__.py"))
        ]
        super()._export_translatable_resources()


def template(env, addon: str) -> polib.POFile:
    """Return the template of an addon: its records, views, models, Python and JavaScript."""
    with io.BytesIO() as buffer:
        PoFileWriter(buffer, lang=None).write_rows(_Reader(env.cr, modules=[addon]))
        exported = polib.pofile(buffer.getvalue().decode())
    exported.header = catalogues.header(addon)
    exported.metadata = catalogues.metadata()
    exported.metadata_is_fuzzy = False
    return exported


def write_templates(env) -> None:
    """Write the template of every addon to where it belongs."""
    for addon in catalogues.addons():
        catalogues.write(catalogues.template_path(addon), template(env, addon))
