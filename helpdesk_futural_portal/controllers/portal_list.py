from itertools import groupby as group_sorted

from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import escape_psql
from odoo.tools.misc import get_lang

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.helpdesk_stage import CUSTOMER_FIELDS as STAGE_FIELDS
from ..models.ir_http_replica import may_read_replica
from ..tools.dates import DateFormat
from ..tools.list_query import FILTERS, GROUPINGS, SEARCH_IN, SORTINGS, ListQuery

LIST_URL = "/my/tickets"
PER_PAGE = 40
#: The ticket's field behind each filter and grouping.
FIELDS = {
    "status": "stage_id",
    "category": "ticket_type_id",
    "severity": "severity_id",
    "priority": "priority",
    "customer": "partner_id",
}
#: What is read of the records behind a filter: their names, and what sorts them.
CHOICE_FIELDS = {
    "status": STAGE_FIELDS,
    "category": ("display_name", "sequence"),
    "severity": ("name", "sequence"),
}
#: What the table shows, read with the search.
SHOWN = (
    "confidential",
    "create_date",
    "last_message_date",
    "name",
    "partner_id",
    "priority",
    "severity_id",
    "stage_id",
    "ticket_ref",
    "ticket_type_id",
)


class HelpdeskPortalList(CustomerPortal):
    """The list of the tickets that a customer sees. Record rules decide which these are."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "ticket_count" in counters:
            tickets = request.env["helpdesk.ticket"]
            readable = tickets.has_access("read")
            values["ticket_count"] = (
                tickets.search_count(self._get_ticket_list_domain()) if readable else 0
            )
        return values

    @route(
        [LIST_URL, f"{LIST_URL}/page/<int:number>"],
        type="http",
        auth="user",
        website=True,
        readonly=may_read_replica,
        methods=["GET"],
        sitemap=False,
    )
    def portal_my_tickets(self, number=None, **_parameters):
        """Show the tickets that the address asks for; what it has wrong is ignored."""
        if not request.env["helpdesk.ticket"].has_access("read"):
            return request.redirect("/my")
        choices = self._get_ticket_choices()
        known = {name: [value for value, _label, _ids in choices[name]] for name in FILTERS}
        query = ListQuery.parse(request.httprequest.args.getlist, known)
        return request.render(
            "helpdesk_futural_portal.portal_my_tickets",
            self._prepare_ticket_list_values(query, choices, number or query.page),
        )

    def _prepare_ticket_list_values(self, query, choices, page):
        tickets = request.env["helpdesk.ticket"]
        domain = self._get_ticket_list_domain() & self._get_ticket_query_domain(query, choices)
        total = tickets.search_count(domain) if query.is_filtered else choices["total"]
        pager = portal_pager(
            url=LIST_URL,
            url_args=query.parameters(),
            total=total,
            page=page,
            step=PER_PAGE,
        )
        found = tickets.search_fetch(
            domain, SHOWN, order=query.order_by(), limit=PER_PAGE, offset=pager["offset"]
        )
        # sudo: the tickets were found as the user; the names of their categories are shown
        found = found.sudo()
        found.partner_id.fetch(["name"])
        show_customer = query.sortby == "customer" or bool(
            found.partner_id - request.env.user.partner_id
        )
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "tickets",
            "query": query,
            "choices": choices,
            "filter_labels": self._get_ticket_filter_labels(),
            "chips": self._get_ticket_filter_chips(query, choices),
            "columns": self._get_ticket_columns(query, show_customer),
            "show_customer": show_customer,
            "groups": self._group_tickets(found, query.groupby),
            "groupings": [(name, self._get_ticket_column_labels()[name]) for name in GROUPINGS],
            "search_places": [(name, self._get_search_place_labels()[name]) for name in SEARCH_IN],
            "total": total,
            "pager": pager,
            "default_url": LIST_URL,
            "sections": tickets._get_customer_list_sections(),
            "priorities": dict(choices["priority_labels"]),
            "dates": DateFormat(get_lang(request.env), request.env.tz),
        }

    # ------------------------------------------------------------------
    # Which tickets
    # ------------------------------------------------------------------

    def _get_ticket_list_domain(self):
        """Return what restricts the list beside the rules: agents see their own tickets here."""
        if request.env.user.share:
            return Domain.TRUE
        return Domain("portal_visible", "=", True)

    def _get_ticket_query_domain(self, query, choices):
        domain = Domain.TRUE
        for name, values in query.filters.items():
            wanted = [id_ for value, _label, ids in choices[name] if value in values for id_ in ids]
            domain &= Domain(FIELDS[name], "in", wanted)
        if query.mine:
            domain &= Domain("partner_id", "=", request.env.user.partner_id.id)
        if query.search:
            domain &= self._get_ticket_search_domain(query)
        return domain

    def _get_ticket_search_domain(self, query):
        places = SEARCH_IN[1:] if query.search_in == "all" else [query.search_in]
        text = escape_psql(query.search)  # a percent sign is looked for, too
        number = text.lstrip("#[").rstrip("]")
        domains = {
            "number": lambda: (
                Domain("ticket_ref", "ilike", number) | Domain("former_ref", "ilike", number)
            ),
            "title": lambda: Domain("name", "ilike", text),
            "content": lambda: self._get_ticket_content_domain(text),
        }
        return Domain.OR(domains[place]() for place in places)

    def _get_ticket_content_domain(self, text):
        # sudo: only public messages are searched, and the rules decide whose tickets are found
        messages = request.env["mail.message"].sudo()
        query = messages._search(
            Domain("model", "=", "helpdesk.ticket")
            & Domain("body", "ilike", text)
            & messages._get_search_domain_share()
        )
        return Domain("description", "ilike", text) | Domain("id", "in", query.subselect("res_id"))

    # ------------------------------------------------------------------
    # What can be chosen
    # ------------------------------------------------------------------

    def _get_ticket_choices(self):
        """Return the choices of each filter as ``[(value, label, values of the field)]``.

        Only what occurs among the user's tickets is offered. Stages that customers read under
        the same name are one choice. ``total`` is the number of all these tickets.
        """
        tickets = request.env["helpdesk.ticket"]
        domain = self._get_ticket_list_domain()
        names = ("status", "category", "severity")
        # One query for all: finding out which tickets are the user's costs the most.
        groups = tickets._read_group(domain, [FIELDS[name] for name in names], ["__count"])
        choices = {"total": sum(group[-1] for group in groups)}
        for position, name in enumerate(names):
            # sudo: names of what stands on the user's tickets
            records = tickets.sudo()[FIELDS[name]].union(*(g[position] for g in groups)).sudo()
            records.fetch(CHOICE_FIELDS[name])
            by_label = {}
            for record in records.sorted():
                by_label.setdefault(self._get_ticket_value_label(record), []).append(record.id)
            choices[name] = [(str(ids[0]), label, ids) for label, ids in by_label.items()]
        # sudo: what the field's values are called, not a ticket
        labels = tickets.sudo()._fields["priority"]._description_selection(request.env)
        choices["priority"] = [(value, label, [value]) for value, label in reversed(labels)]
        choices["priority_labels"] = labels
        return choices

    def _get_ticket_value_label(self, record):
        if record._name == "helpdesk.stage":
            return record._get_customer_label()
        return record.display_name

    def _get_ticket_column_labels(self):
        return {
            "number": request.env._("Number"),
            "title": request.env._("Title"),
            "customer": request.env._("Customer"),
            "category": request.env._("Category"),
            "severity": request.env._("Severity"),
            "priority": request.env._("Priority"),
            "status": request.env._("Status"),
            "created": request.env._("Created"),
            "updated": request.env._("Last Update"),
        }

    def _get_ticket_filter_labels(self):
        labels = self._get_ticket_column_labels()
        return [(name, labels[name]) for name in FILTERS]

    def _get_search_place_labels(self):
        return {
            "all": request.env._("Everywhere"),
            "number": request.env._("Number"),
            "title": request.env._("Title"),
            "content": request.env._("Content"),
        }

    def _get_ticket_columns(self, query, show_customer):
        """Return what the heads of the columns need, in the order of the table."""
        arrows = {"asc": "ascending", "desc": "descending"}
        return [
            {
                "name": name,
                "label": label,
                "url": query.sorted_by(name).url(LIST_URL),
                "sorted": arrows[query.order] if name == query.sortby else "none",
            }
            for name, label in self._get_ticket_column_labels().items()
            if name in SORTINGS and (show_customer or name != "customer")
        ]

    def _get_ticket_filter_chips(self, query, choices):
        """Return ``[(text, address without it)]`` of what narrows the list down."""
        chips = []
        for name, heading in self._get_ticket_filter_labels():
            for value, label, _ids in choices[name]:
                if value in query.filters.get(name, ()):
                    chips.append((f"{heading}: {label}", query.without(name, value).url(LIST_URL)))
        if query.mine:
            chips.append((request.env._("My Tickets"), query.without("mine").url(LIST_URL)))
        if query.search:
            chips.append((f"“{query.search}”", query.without("search").url(LIST_URL)))
        return chips

    def _group_tickets(self, tickets, groupby):
        """Return ``[(heading, tickets)]`` of one page; a single group without heading if ungrouped."""
        if not groupby:
            return [(False, tickets)] if tickets else []
        empty = {
            "category": request.env._("No Category"),
            "severity": request.env._("No Severity"),
            "customer": request.env._("No Customer"),
        }.get(groupby, "")
        priorities = dict(tickets._fields["priority"]._description_selection(request.env))

        def heading(ticket):
            value = ticket[FIELDS[groupby]]
            if groupby == "priority":
                return priorities.get(value, "")
            return (self._get_ticket_value_label(value) if value else empty) or empty

        return [
            (label, tickets.browse().union(*members))
            for label, members in group_sorted(tickets, heading)
        ]
