from email.utils import parseaddr

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import html2plaintext
from odoo.tools.mail import email_re

#: Shorter names stand in too many words to say anything.
MIN_NAME_LENGTH = 3


class HelpdeskArticleTicket(models.Model):
    """The ticket that an article was written from, and what of its customer may have stayed in it."""

    _inherit = "helpdesk.article"

    # An article may have more readers than its ticket, whose title is none of their business.
    ticket_id = fields.Many2one(
        "helpdesk.ticket", groups=NO_ACCESS, ondelete="set null", index="btree_not_null", copy=False
    )
    source_ticket_id = fields.Many2one(
        "helpdesk.ticket",
        "Written from",
        compute="_compute_source_ticket_id",
        inverse="_inverse_source_ticket_id",
        search="_search_source_ticket_id",
        help="The ticket whose resolution the article began with, for those who see the ticket.",
    )
    customer_traces = fields.Char(compute="_compute_customer_traces")

    @api.depends("ticket_id")
    @api.depends_context("uid")
    def _compute_source_ticket_id(self):
        # sudo: filtered by what the user may read
        tickets = self.sudo().ticket_id.sudo(self.env.su)._filtered_access("read")
        for article in self:
            ticket = article.sudo().ticket_id.sudo(self.env.su)  # sudo: see above
            article.source_ticket_id = ticket & tickets

    def _inverse_source_ticket_id(self):
        for article in self:
            article.source_ticket_id.check_access("read")
            article.sudo().ticket_id = article.source_ticket_id  # sudo: it was checked

    def _search_source_ticket_id(self, operator, value):
        if operator not in ("in", "any", "ilike", "="):
            return NotImplemented
        found = self.env["helpdesk.ticket"]._search(
            [("display_name" if operator == "ilike" else "id", operator, value)]
        )
        # sudo: the tickets were found as the user
        return [("id", "in", self.sudo()._search([("ticket_id", "in", found)]))]

    @api.depends("ticket_id", "name", "summary", "body", "state")
    def _compute_customer_traces(self):
        for article in self:
            # sudo: names of the ticket's customer, to find them in the text; only what stands there is shown
            ticket = article.sudo().ticket_id
            text = "\n".join(
                [article.name or "", article.summary or "", html2plaintext(article.body or "")]
            )
            folded = text.casefold()
            people = ticket.partner_id | ticket.commercial_partner_id
            known = [
                *people.mapped("name"),
                *(part for name in people.mapped("name") if name for part in name.split()[:1]),
                *people.mapped("phone"),
                ticket.partner_name,
                ticket.partner_phone,
                ticket.ticket_ref,
            ]
            traces = [
                trace
                for trace in known
                if trace and len(trace) >= MIN_NAME_LENGTH and trace.casefold() in folded
            ]
            if ticket:
                traces += [parseaddr(address)[1] for address in email_re.findall(text)]
            article.customer_traces = ", ".join(dict.fromkeys(filter(None, traces)))
