import os

from odoo.http import request, route

from odoo.addons.mail.controllers.attachment import AttachmentController

from .request_form import RequestForm


class HelpdeskAttachmentController(RequestForm, AttachmentController):
    @route()
    def mail_attachment_upload(self, ufile, thread_id, thread_model, is_pending=False, **kwargs):
        """What customers add to a conversation has the limits of the form for a new ticket."""
        if thread_model == "helpdesk.ticket" and request.env.user.share:
            size = ufile.seek(0, os.SEEK_END)
            ufile.seek(0)
            if problem := self._find_file_problem(ufile.filename, size, self._get_upload_limits()):
                return request.make_json_response({"error": problem})
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, is_pending=is_pending, **kwargs
        )
