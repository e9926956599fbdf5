from odoo.http import request, route

from odoo.addons.mail.controllers.attachment import AttachmentController

from ..models.ir_attachment import FileStoreError


class HelpdeskAttachmentUpload(AttachmentController):
    @route()
    def mail_attachment_upload(self, *args, **kwargs):
        """Tell who adds a file to a conversation that there is no room for it."""
        try:
            return super().mail_attachment_upload(*args, **kwargs)
        except FileStoreError as error:
            request.env.cr.rollback()
            return request.make_json_response({"error": str(error)})
