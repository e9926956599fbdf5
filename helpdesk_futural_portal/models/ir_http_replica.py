import time

from odoo import models
from odoo.http import request
from odoo.tools import config

#: Under this name the session remembers which transaction wrote last, and when.
WRITTEN = "helpdesk_written"
#: A standby that is so many seconds behind won't catch up; nor will one of another database.
MAX_SECONDS = 900


class IrHttp(models.AbstractModel):
    """Who has just written reads what they wrote, although pages come from a replica.

    A replica (``db_replica_host``) is a little behind, and core doesn't ask how much: the page after
    a comment could lack it. A session keeps the number of the transaction in which its customer
    wrote last, and until the replica has that one, its pages come from the primary.
    """

    _inherit = "ir.http"

    @classmethod
    def _post_dispatch(cls, response):
        if config["db_replica_host"] and not request.env.cr.readonly and request.env.user.share:
            cls._note_transaction()
        return super()._post_dispatch(response)  # it saves the session

    @classmethod
    def _note_transaction(cls):
        """Remember the request's transaction, if it wrote anything."""
        request.env.flush_all()
        request.env.cr.execute("SELECT pg_current_xact_id_if_assigned()::text")
        [number] = request.env.cr.fetchone()
        if number:
            request.session[WRITTEN] = [number, int(time.time())]


def may_read_replica(_controller, _rule, _arguments):
    """Tell, as a route's ``readonly``, whether the replica has what the session's customer wrote.

    The cursor is the replica's. What its snapshot shows is exact: transactions before its ``xmin``
    have ended for it. Those after may be running there, though they have ended on the primary.
    """
    if not (written := request.session.get(WRITTEN)):
        return True
    number, at = written
    if time.time() - at < MAX_SECONDS:
        request.env.cr.execute(
            "SELECT %s::text::xid8 < pg_snapshot_xmin(pg_current_snapshot())", [number]
        )
        [has_it] = request.env.cr.fetchone()
        if not has_it:
            return False
    del request.session[WRITTEN]
    return True
