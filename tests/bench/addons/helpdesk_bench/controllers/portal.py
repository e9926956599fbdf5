from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

_PER_PAGE = 40


class BenchPortal(CustomerPortal):
    """A list and a page as the portal addons of core have them."""

    @route("/bench/threads", type="http", auth="user", website=True, readonly=True)
    def bench_threads(self, page=1, **_kwargs):
        threads = request.env["helpdesk.bench.thread"]
        total = threads.search_count([])
        pager = portal_pager(url="/bench/threads", total=total, page=int(page), step=_PER_PAGE)
        found = threads.search([], limit=_PER_PAGE, offset=pager["offset"])
        values = self._prepare_portal_layout_values()
        values.update(threads=found.sudo(), pager=pager, page_name="bench")  # sudo: names only
        return request.render("helpdesk_bench.threads", values)

    @route("/bench/thread/<int:thread_id>", type="http", auth="public", website=True, readonly=True)
    def bench_thread(self, thread_id, access_token=None, **_kwargs):
        thread = self._document_check_access("helpdesk.bench.thread", thread_id, access_token)
        values = self._get_page_view_values(
            thread, access_token, {"thread": thread}, "bench_history", False
        )
        return request.render("helpdesk_bench.thread", values)
