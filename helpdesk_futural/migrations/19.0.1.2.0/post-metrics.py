from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH = 1000


def migrate(cr, version):
    """Tell the metrics of all existing tickets from what their chatter shows.

    The ORM has filled the hours that follow from dates already.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    tickets = env["helpdesk.ticket"].with_context(active_test=False)
    # Neither a change of the ticket nor something to tell anybody.
    tickets = tickets.with_context(tracking_disable=True)
    for ids in split_every(BATCH, tickets.search([], order="id").ids):
        tickets.browse(ids)._recompute_message_metrics(with_waiting=True)
        env.flush_all()
        env.invalidate_all()
