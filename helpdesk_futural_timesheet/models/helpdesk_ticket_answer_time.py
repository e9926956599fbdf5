from odoo import models

from odoo.addons.helpdesk_futural.tools.preview import preview

DESCRIPTION_LENGTH = 100


class HelpdeskTicketAnswerTime(models.Model):
    """Send and log time: from an answer straight to the dialog that logs what it took."""

    _inherit = "helpdesk.ticket"

    def action_log_answer_time(self, message_id):
        """Ask for the time that an answer or note took; its beginning is proposed as description.

        If the current user measures time on the ticket, it is their timer's time that is logged.

        :param int message_id: a message of the ticket
        :return: the action of the wizard ``helpdesk.ticket.create.timesheet``
        :raises UserError: if the team tracks no time, or the user has no employee
        :raises AccessError: if the user may not read the message or not log time
        """
        self.ensure_one()
        message = self.env["mail.message"].search(
            [("id", "=", message_id), ("model", "=", self._name), ("res_id", "=", self.id)]
        )
        measuring = self._get_own_timer(self)
        action = self.action_timer_stop() if measuring else self.action_log_time()
        action["context"]["default_description"] = preview(message.body, DESCRIPTION_LENGTH)
        return action

    def _thread_to_store(self, store, fields, *, request_list=None):
        super()._thread_to_store(store, fields, request_list=request_list)
        if request_list is None:
            return
        allowed = self.env.user.has_group("hr_timesheet.group_hr_timesheet_user")
        for ticket in self:
            store.add(
                ticket,
                {"helpdesk_can_log_time": allowed and ticket.use_helpdesk_timesheet},
                as_thread=True,
            )
