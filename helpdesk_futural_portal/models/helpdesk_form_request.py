from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import hmac

#: System parameters and their defaults: what is accepted per hour.
CAPS = {
    "client": ("helpdesk_futural_portal.forms_per_client_per_hour", 20),
    "address": ("helpdesk_futural_portal.forms_per_address_per_hour", 5),
    "reader": ("helpdesk_futural_portal.article_answers_per_reader_per_hour", 60),
    "view": ("helpdesk_futural_portal.article_views_per_reader_per_hour", 120),
}


class HelpdeskFormRequest(models.Model):
    """Who sent the public form lately, opened articles or told whether one helped, to keep floods out.
    Neither addresses nor clients stand here, only what tells them apart; all is forgotten after a day.
    """

    _name = "helpdesk.form.request"
    _description = "Sent Public Form"
    _log_access = False
    _rec_name = "kind"

    date = fields.Datetime(required=True, default=fields.Datetime.now)
    kind = fields.Selection(
        [
            ("client", "Client"),
            ("address", "Address"),
            ("reader", "Reader of Articles"),
            ("view", "Opened Articles"),
        ],
        required=True,
    )
    fingerprint = fields.Char(required=True)

    _recent_idx = models.Index("(kind, fingerprint, date)")

    @api.model
    def _note_request(self, **senders):
        """Note that something was sent, and tell whether that is still within the caps.

        :param senders: ``client`` and ``address`` of a form, or ``reader``, or ``view`` by a reader,
            as plain text
        :rtype: bool
        """
        # sudo: visitors send forms; settings and counts are the system's
        requests, Parameter = self.sudo(), self.env["ir.config_parameter"].sudo()
        since = fields.Datetime.now() - timedelta(hours=1)
        rows, allowed = [], True
        for kind, sender in senders.items():
            key, default = CAPS[kind]
            fingerprint = hmac(requests.env, "helpdesk_form", f"{kind}:{sender or ''}")
            cap = str(Parameter.get_param(key, default))
            count = requests.search_count(
                [("kind", "=", kind), ("fingerprint", "=", fingerprint), ("date", ">", since)]
            )
            allowed &= count < (int(cap) if cap.isascii() and cap.isdigit() else default)
            rows.append({"kind": kind, "fingerprint": fingerprint})
        if allowed:
            requests.create(rows)
        return allowed

    @api.autovacuum
    def _gc_requests(self):
        old = fields.Datetime.now() - timedelta(days=1)
        self.search([("date", "<", old)]).unlink()
