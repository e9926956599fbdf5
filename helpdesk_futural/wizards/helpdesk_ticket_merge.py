from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import clean_context

from ..models.helpdesk_stage import OPEN_STATES
from ..models.helpdesk_ticket_merge import MANAGER


class HelpdeskTicketMergeWizard(models.TransientModel):
    """Make several tickets one; see ``helpdesk.ticket._merge_into``."""

    _name = "helpdesk.ticket.merge"
    _inherit = ["helpdesk.ticket.dialog"]
    _description = "Merge Tickets"
    _ticket_field = "target_id"

    ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        "helpdesk_ticket_merge_ticket_rel",
        "wizard_id",
        "ticket_id",
        string="Tickets",
        required=True,
        context={"active_test": False},
        help="These tickets close, and go on in the other one.",
    )
    target_id = fields.Many2one(
        "helpdesk.ticket",
        "Merge Into",
        compute="_compute_target_id",
        compute_sudo=False,  # no ticket is proposed that the user doesn't see
        store=True,
        readonly=False,
        domain="[('merged_into_id', '=', False), ('company_id', '=', company_id)]",
        help="The ticket that goes on.",
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    notify_customers = fields.Boolean(
        "Tell the Customers",
        help="Send one email to the customer of each merged ticket, with the number under which"
        " their request goes on.",
    )
    organisations = fields.Char(compute="_compute_people")
    confirm_organisations = fields.Boolean(
        "They Belong Together",
        help="The tickets are of different customers. Confirm that they are about one and the same"
        " matter of people who may know of each other.",
    )
    newcomers = fields.Char(compute="_compute_people")
    confidential = fields.Boolean(compute="_compute_people")
    join_people = fields.Boolean(
        "Let Them Read Each Other's Messages",
        compute="_compute_join_people",
        store=True,
        readonly=False,
        help="All people of these tickets follow the one that goes on, and read all of it.\n"
        "Otherwise only agents do: messages that the others were not to see stay where they are.",
    )
    is_manager = fields.Boolean(compute="_compute_is_manager")
    going_on_id = fields.Many2one(
        "helpdesk.ticket",
        compute="_compute_people",
        help="The ticket that the chosen one was merged into.",
    )

    @api.model
    def default_get(self, fields_list):
        """Begin with the tickets at hand; one ticket alone goes into another one."""
        values = super().default_get(fields_list)
        if "ticket_ids" in fields_list and not values.get("ticket_ids"):
            context = self.env.context
            if context.get("active_model") == "helpdesk.ticket":
                ids = context.get("active_ids") or [context["active_id"]]
                values["ticket_ids"] = [Command.set(ids)]
        return values

    @api.depends("ticket_ids")
    def _compute_target_id(self):
        """Propose the ticket that the customer has waited for longest."""
        for wizard in self:
            if not wizard.target_id:
                wizard.target_id = wizard._propose_target()

    def _propose_target(self):
        """Return the oldest open one of several tickets, or of the customer's other ones."""
        tickets = self.ticket_ids._origin.sorted("id")
        if len(tickets) != 1:
            candidates = tickets.filtered(lambda t: not t.merged_into_id)
            opened = candidates.filtered(lambda t: t.state in OPEN_STATES)
            return (opened or candidates)[:1]
        organisation = tickets.commercial_partner_id
        if tickets.possible_duplicate_id or not organisation:
            return tickets.possible_duplicate_id
        found = tickets.search(
            Domain("commercial_partner_id", "=", organisation.id)
            & Domain("company_id", "=", tickets.company_id.id)
            & Domain("state", "in", OPEN_STATES)
            & Domain("id", "!=", tickets.id),
            order="id",
        )
        return (found.filtered(lambda t: t.partner_id == tickets.partner_id) or found)[:1]

    @api.depends("ticket_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.ticket_ids.company_id[:1]

    @api.depends("ticket_ids", "target_id")
    def _compute_people(self):
        """Say whose tickets these are, and who would read what they could not read before."""
        self.organisations = self.newcomers = self.going_on_id = False
        self.confidential = False
        for wizard in self:
            # Its number came through the browser.
            target = wizard.target_id._origin._filtered_access("read")
            if not target:
                continue
            survivor = target._get_survivor()
            wizard.going_on_id = survivor != target and survivor
            # sudo: names of customers of tickets that the user may read
            tickets = (wizard.ticket_ids._origin - survivor).sudo()
            everything = tickets | survivor.sudo()  # sudo: as above
            organisations = everything.commercial_partner_id
            if len(organisations) > 1:
                wizard.organisations = ", ".join(organisations.mapped("display_name"))
            wizard.confidential = any(everything.mapped("confidential"))
            names = dict.fromkeys(
                name for people in tickets._get_newcomers(survivor).values() for name in people
            )
            wizard.newcomers = ", ".join(names)

    @api.depends("ticket_ids", "target_id")
    def _compute_join_people(self):
        for wizard in self:
            target = wizard.target_id._origin
            wizard.join_people = target and wizard.ticket_ids._origin._may_read_each_other(target)

    @api.depends_context("uid")
    def _compute_is_manager(self):
        self.is_manager = self.env.user.has_group(MANAGER)

    def action_merge(self):
        """Merge the tickets into the target, and open it.

        The merged tickets close in silence, unless ``notify_customers``. A target that was merged
        itself stands for the ticket in which it goes on.

        :return: the action that opens the survivor
        :raises UserError: without target or tickets, for different companies, and for different
            organisations unless an administrator sets ``confirm_organisations``
        :raises AccessError: if the user may not write all of the tickets
        """
        self.ensure_one()
        # sudo: a ticket that the user doesn't see must be refused, not left out in silence
        chosen = self.sudo().with_context(active_test=False).ticket_ids
        env = self.env(context=clean_context(self.env.context))
        tickets = env["helpdesk.ticket"].browse(chosen.ids)
        tickets.check_access("write")
        target = self.target_id.with_env(env)
        if not target:
            raise UserError(self.env._("Choose the ticket to merge into."))
        tickets, target = tickets._resolve_merge(target)
        tickets._merge_into(
            target,
            across_organisations=self.confirm_organisations,
            join_people=self.join_people,
            notify_customers=self.notify_customers,
        )
        return target._get_ticket_action()
