"""What the tests of the lifecycle have in common: ends of transactions and queued mails."""

from odoo import fields

from .common import HelpdeskCase


class LifecycleCase(HelpdeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_done.template_id = cls._template("solved")
        cls.stage_closed.template_id = cls._template("closed")

    @classmethod
    def _template(cls, name):
        return cls.env.ref(f"helpdesk_futural.mail_template_{name}")

    def _finish(self):
        """Do what a commit does before it commits."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def _settled(self, **values):
        """Return a ticket whose creation lies in an earlier transaction."""
        ticket = self._ticket(**values)
        self._finish()
        return ticket

    def _mails(self, tickets):
        """Return the mails about the tickets that go to customers by themselves, oldest first."""
        self._finish()
        return self.env["mail.mail"].search(
            [
                ("model", "=", "helpdesk.ticket"),
                ("res_id", "in", tickets.ids),
                ("message_type", "=", "auto_comment"),
            ],
            order="id",
        )

    def _say(self, ticket, body="Still jammed!", author=None, **values):
        """Write as the customer, the way the portal does it: as the user, access checked before."""
        author = author or self.customer
        return (
            ticket.with_user(self.portal)
            .sudo()
            .message_post(
                body=body,
                author_id=author.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                **values,
            )
        )

    def _answer(self, ticket, body="Unplug it, please.", subtype="mail.mt_comment"):
        return ticket.with_user(self.aino).message_post(
            body=body, message_type="comment", subtype_xmlid=subtype
        )

    def _days_ago(self, **delta):
        return fields.Datetime.subtract(fields.Datetime.now(), **delta)
