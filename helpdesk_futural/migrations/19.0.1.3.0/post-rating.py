from odoo import SUPERUSER_ID, api

from odoo.addons.helpdesk_futural.models.helpdesk_team_lifecycle import SHIPPED_TEMPLATES

FIELDS = ("rating_template_id", "rating_reminder_template_id")


def migrate(cr, version):
    """Give existing teams the emails that new teams have; they were not there for the ORM yet."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    teams = env["helpdesk.team"].with_context(active_test=False)
    for name in FIELDS:
        if template := env.ref(SHIPPED_TEMPLATES[name], raise_if_not_found=False):
            teams.search([(name, "=", False)])[name] = template
