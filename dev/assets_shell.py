"""Fed to ``odoo shell``: compile the web client's asset bundles, taking unchanged ones from a folder.

Odoo names a compiled bundle after its files and their times, so a bundle whose name comes out the same is the same.
Compiling takes 20 seconds, and a new database would compile all of it although one addon changed.
``env`` comes from the shell, ``HELPDESK_ASSETS`` (the folder) from the environment.
"""

import json
import os
from pathlib import Path

_FIELDS = ("name", "url", "mimetype")
_folder = Path(os.environ["HELPDESK_ASSETS"])
_index = _folder / "index.json"
_attachments = env["ir.attachment"].sudo()  # noqa: F821  the shell provides it and runs as superuser
_compiled = [
    ("url", "=like", "/web/assets/%"),
    ("res_model", "=", "ir.ui.view"),
    ("res_id", "=", 0),
]

_present = set(_attachments.search(_compiled).mapped("url"))
for _number, _values in enumerate(json.loads(_index.read_text()) if _index.exists() else []):
    if _values["url"] not in _present:
        _raw = (_folder / str(_number)).read_bytes()
        _fixed = {"type": "binary", "public": True, "res_model": "ir.ui.view", "res_id": False}
        _attachments.create({**_values, **_fixed, "raw": _raw})

env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821
env.cr.commit()  # noqa: F821

_folder.mkdir(parents=True, exist_ok=True)
_index.unlink(missing_ok=True)
_rows = []
for _number, _attachment in enumerate(_attachments.search(_compiled)):
    (_folder / str(_number)).write_bytes(_attachment.raw or b"")
    _rows.append({name: _attachment[name] for name in _FIELDS})
_index.write_text(json.dumps(_rows))
