from odoo import models
from odoo.tools import groupby

# What is kept while the changes of a transaction are told.
_LOGS = "helpdesk_futural.tracking_logs"


class HelpdeskTicketTracking(models.Model):
    """The chatter's record of changes: for many tickets at once in as many queries as for one."""

    _inherit = "helpdesk.ticket"

    def _message_track(self, fields_iter, initial_values_dict):
        data = self.env.cr.precommit.data
        data[_LOGS] = []
        try:
            result = super()._message_track(fields_iter, initial_values_dict)
        finally:
            logs = data.pop(_LOGS)
        self._log_together(logs)
        return result

    def _message_log(self, **kwargs):
        """Keep what core logs of a ticket's changes, until those of all tickets are known."""
        logs = self.env.cr.precommit.data.get(_LOGS)
        if logs is None or not kwargs.get("tracking_value_ids"):
            return super()._message_log(**kwargs)
        logs.append((self, kwargs))
        return self.env["mail.message"]

    def _log_together(self, logs):
        """Log changes of many tickets.

        :param logs: ``[(ticket, arguments of _message_log)]``
        """
        values = []
        for author_id, theirs in groupby(logs, lambda log: log[1].get("author_id")):
            # See mail_thread.py.
            tickets = self.with_context(helpdesk_change_log=True).browse(
                ticket.id for ticket, _arguments in theirs
            )
            messages = tickets._message_log_batch(
                {ticket.id: arguments.get("body") or "" for ticket, arguments in theirs},
                author_id=author_id,
            )
            values += [
                {**change, "mail_message_id": message.id}
                for message, (_ticket, arguments) in zip(messages, theirs, strict=True)
                for _command, _id, change in arguments["tracking_value_ids"]
            ]
        # sudo: as core; the changes are of tickets that the user wrote
        self.env["mail.tracking.value"].sudo().create(values)
