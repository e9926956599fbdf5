from odoo import SUPERUSER_ID, api

NUMBERS = (
    "tickets_opened",
    "tickets_closed",
    "tickets_open",
    "first_response",
    "sla_failures",
    "satisfaction",
)


def migrate(cr, version):
    """Add the helpdesk's numbers to Odoo's own digest, as installing the addon does."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if digest := env.ref("digest.digest_digest_default", raise_if_not_found=False):
        digest.write({f"kpi_helpdesk_{number}": True for number in NUMBERS})
