from odoo import fields, models


class HelpdeskBenchThread(models.Model):
    """The least that a ticket could be: a conversation with plain columns for what screens show.

    It shows as much as tickets do on a card and in a row, and has the indexes that a careful
    developer would give it, so that the comparison is about what tickets do, not what they show.
    """

    _name = "helpdesk.bench.thread"
    _description = "Bare Conversation"
    _inherit = ["portal.mixin", "mail.thread.cc", "mail.activity.mixin"]
    _order = "priority desc, id desc"

    name = fields.Char(required=True, index="trigram", tracking=True)
    number = fields.Char(index=True)
    description = fields.Html()
    active = fields.Boolean(default=True)
    stage_id = fields.Many2one(
        "helpdesk.stage",
        tracking=True,
        group_expand=True,
        default=lambda self: self.env["helpdesk.stage"].search([], limit=1),
    )
    user_id = fields.Many2one("res.users", index=True, tracking=True)
    partner_id = fields.Many2one("res.partner", index=True, tracking=True)
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    priority = fields.Selection(
        [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")], default="1"
    )
    tag_ids = fields.Many2many("helpdesk.tag")
    team_id = fields.Many2one("helpdesk.team", index=True)
    ticket_type_id = fields.Many2one("helpdesk.ticket.type")
    deadline = fields.Datetime()
    last_message_date = fields.Datetime()
    last_message_preview = fields.Char()
    last_author_id = fields.Many2one("res.partner")
    waiting_on = fields.Selection([("team", "Team"), ("customer", "Customer")])
    unread = fields.Boolean()
    color = fields.Integer()
    state = fields.Selection(
        [
            ("new", "New"),
            ("in_progress", "In Progress"),
            ("waiting", "Waiting"),
            ("solved", "Solved"),
            ("closed", "Closed"),
        ]
    )
    kanban_state = fields.Selection(
        [("normal", "Normal"), ("done", "Ready"), ("blocked", "Blocked")], default="normal"
    )
    partner_name = fields.Char()
    snooze_until = fields.Datetime()
    # What stands in optional columns and on the form's second page.
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    channel = fields.Selection([("email", "Email"), ("phone", "Phone"), ("web", "Web")])
    close_date = fields.Datetime()
    solved_date = fields.Datetime()
    assign_date = fields.Datetime()
    first_response_date = fields.Datetime()
    assign_hours = fields.Float()
    first_response_hours = fields.Float()
    avg_response_hours = fields.Float()
    solve_hours = fields.Float()
    close_hours = fields.Float()
    waiting_team_hours = fields.Float()
    waiting_customer_hours = fields.Float()
    total_hours_spent = fields.Float()
    remaining_hours = fields.Float()
    reopen_count = fields.Integer()
    touch_count = fields.Integer()

    _by_stage_idx = models.Index("(stage_id, priority DESC, id DESC) WHERE active IS TRUE")
    _by_priority_idx = models.Index("(priority DESC, id DESC) WHERE active IS TRUE")

    def _compute_access_url(self):
        super()._compute_access_url()
        for thread in self:
            thread.access_url = f"/bench/thread/{thread.id}"
