import re

MODULES = ("helpdesk_futural", "helpdesk_futural_portal")
#: Which teams an agent sees, as each rule spelled it out; what stands before it may be one more alternative.
SPELLED_OUT = re.compile(
    r"(?:'\|',){3}((?:'\|',\('[a-z_.]+','=',False\),)?)"
    r"\('([a-z_.]*)privacy_visibility','!=','invited_internal'\),"
    r"\('\2member_ids','in',\[user\.id\]\),"
    r"\('\2leader_id','=',user\.id\),"
    r"\('\2message_partner_ids','in',\[user\.partner_id\.id\]\)"
)


def migrate(cr, version):
    """Let the rules ask one field; what an administrator has changed in a rule stays."""
    cr.execute(
        "SELECT rule.id, rule.domain_force, model.model FROM ir_rule rule"
        " JOIN ir_model model ON model.id = rule.model_id"
        " JOIN ir_model_data data ON data.model = 'ir.rule' AND data.res_id = rule.id"
        " WHERE data.module IN %s AND rule.domain_force LIKE '%%invited_internal%%'",
        [MODULES],
    )
    for rule_id, domain, model in cr.fetchall():
        compact = re.sub(r"\s+", "", domain)
        asked, times = SPELLED_OUT.subn(r"\1('\2agent_visible','=',True)", compact)
        if model == "helpdesk.ticket":  # a ticket knows it by itself
            asked = asked.replace("'team_id.agent_visible'", "'agent_visible'")
        if times:
            cr.execute("UPDATE ir_rule SET domain_force = %s WHERE id = %s", [asked, rule_id])
