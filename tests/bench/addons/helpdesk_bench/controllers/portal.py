from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

_PER_PAGE = 40
_SORTINGS = {
    "update": {"label": "Last Update", "order": "last_message_date desc, id desc"},
    "create": {"label": "Newest", "order": "id desc"},
    "title": {"label": "Title", "order": "name"},
}


class BenchPortal(CustomerPortal):
    """A list and a page as the portal addons of core have them."""

    @route("/bench/threads", type="http", auth="user", website=True, readonly=True)
    def bench_threads(self, page=1, sortby="update", filterby="all", **_kwargs):
        threads = request.env["helpdesk.bench.thread"]
        stages = request.env["helpdesk.stage"].sudo().search([])  # sudo: names only
        filters = {"all": {"label": "All", "domain": []}} | {
            str(stage.id): {"label": stage.name, "domain": [("stage_id", "=", stage.id)]}
            for stage in stages
        }
        domain = filters[filterby]["domain"]
        total = threads.search_count(domain)
        pager = portal_pager(url="/bench/threads", total=total, page=int(page), step=_PER_PAGE)
        order = _SORTINGS[sortby]["order"]
        found = threads.search(domain, order=order, limit=_PER_PAGE, offset=pager["offset"])
        values = self._prepare_portal_layout_values()
        values.update(
            threads=found.sudo(),  # sudo: names only
            pager=pager,
            page_name="bench",
            default_url="/bench/threads",
            searchbar_sortings=_SORTINGS,
            sortby=sortby,
            searchbar_filters=filters,
            filterby=filterby,
        )
        return request.render("helpdesk_bench.threads", values)

    @route("/bench/thread/<int:thread_id>", type="http", auth="public", website=True, readonly=True)
    def bench_thread(self, thread_id, access_token=None, **_kwargs):
        thread = self._document_check_access("helpdesk.bench.thread", thread_id, access_token)
        values = self._get_page_view_values(
            thread, access_token, {"thread": thread}, "bench_history", False
        )
        return request.render("helpdesk_bench.thread", values)
