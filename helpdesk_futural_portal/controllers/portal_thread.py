from odoo.http import request

from odoo.addons.mail.controllers.thread import ThreadController


class HelpdeskThreadController(ThreadController):
    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        """What customers write on a ticket is a public comment, whatever their browser sends."""
        values = super()._prepare_message_data(post_data, thread=thread, **kwargs)
        if thread._name == "helpdesk.ticket" and request.env.user.share:
            values = {
                name: value
                for name, value in values.items()
                if name in ("body", "attachment_ids", "author_id")
            }
            if kwargs.get("from_create"):
                values |= {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        return values
