import logging
import re
from datetime import timedelta

from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from odoo import api, fields, models, modules
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

#: How long mails of tickets wait for a mail server, and how long between two attempts (RFC 5321, section 4.5.4.1, asks
#: for 4–5 days and for half an hour on average; most outages are shorter than that).
GIVE_UP_AFTER = timedelta(days=5)
FIRST_RETRY_AFTER = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=4)
#: A reply that says "not now" (RFC 5321, section 4.2.1: 4yz), as smtplib's exceptions print it.
_TRANSIENT_REPLY = re.compile(r"\(4\d\d, ")
#: Nothing that happened since could have sent them: a connection that broke, or a worker that died, long ago.
_INTERRUPTED_AFTER = timedelta(minutes=15)


class MailMail(models.Model):
    """Outgoing mail of tickets waits while the mail server can't take it; core gives up at once."""

    _inherit = "mail.mail"

    helpdesk_retry_date = fields.Datetime(
        "Next Attempt",
        readonly=True,
        copy=False,
        help="When the mail is tried again, after the mail server could not take it.",
    )
    helpdesk_failure_known = fields.Boolean(
        readonly=True,
        copy=False,
        help="The mail server, or what comes before it, said why the mail failed.",
    )
    _helpdesk_retry_idx = models.Index("(helpdesk_retry_date) WHERE state = 'exception'")

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        if email_ids:
            return super().process_email_queue(email_ids, batch_size)
        self._helpdesk_requeue()
        result = super().process_email_queue(email_ids, batch_size)
        self._helpdesk_plan_rest()
        return result

    @api.model
    def _helpdesk_plan_rest(self):
        """Let the queue run again in a minute if it left something.

        Core ends a run in whose midst another process takes one of the mails away, to send the
        answer that it has just saved; the other mails would wait for an hour.
        """
        cr = self.env.cr
        if cr._cnx.get_transaction_status() == TRANSACTION_STATUS_INERROR:
            cr.rollback()
        now = fields.Datetime.now()
        due = Domain("scheduled_date", "=", False) | Domain("scheduled_date", "<=", now)
        if self.search_count(Domain("state", "=", "outgoing") & due, limit=1):
            self._helpdesk_wake_queue(now + timedelta(minutes=1))

    @api.model
    def _helpdesk_wake_queue(self, at):
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(at=at)

    def send_after_commit(self):
        if all(mail.model == "helpdesk.ticket" for mail in self):
            self = self.with_context(helpdesk_after_commit=True)
        return super().send_after_commit()

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        if not self.env.context.get("helpdesk_after_commit") or modules.module.current_test:
            return super().send(auto_commit, raise_exception, post_send_callback)
        try:
            # The cursor serves nothing else; each mail that left has left, whatever becomes of the next.
            return super().send(True, raise_exception, post_send_callback)
        except Exception:
            # The answer is saved, and its author must not read that it failed: they would send it again.
            # What has not left is in the queue.
            _logger.info("Mails %s stay in the queue", self.ids, exc_info=True)
            self.env.cr.rollback()
            self._helpdesk_wake_queue(fields.Datetime.now() + FIRST_RETRY_AFTER)
            return False

    def _prepare_outgoing_list(self, *args, **kwargs):
        # Core marks a mail before it hands it over, so that a conflict with somebody else's change comes
        # up before it leaves and not after: else it leaves again. For that the mark must be written.
        self.flush_recordset(["state"])
        return super()._prepare_outgoing_list(*args, **kwargs)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        if failure_type:
            # sudo: scheduling belongs to the queue, whoever's answer was sent at once
            self.sudo()._helpdesk_schedule_retry(failure_type)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _helpdesk_schedule_retry(self, failure_type):
        """Plan another attempt for those of tickets that may go through later.

        The pauses grow with the age of the mail. After five days it stays failed, as its
        message on the ticket has shown all the time.

        :param str failure_type: core's word for what went wrong
        """
        now = fields.Datetime.now()
        for mail in self.filtered(lambda m: m.model == "helpdesk.ticket"):
            is_transient = failure_type == "mail_smtp" or bool(
                _TRANSIENT_REPLY.search(mail.failure_reason or "")
            )
            mail.helpdesk_failure_known = True
            age = now - mail.create_date
            if not is_transient or age > GIVE_UP_AFTER:
                mail.helpdesk_retry_date = False
                continue
            pause = min(max(age / 2, FIRST_RETRY_AFTER), LONGEST_PAUSE)
            mail.helpdesk_retry_date = now + pause
        if dates := [date for date in self.mapped("helpdesk_retry_date") if date]:
            self._helpdesk_wake_queue(min(dates))

    @api.model
    def _helpdesk_requeue(self):
        """Put back into the queue what is due, and what a broken connection left behind.

        Core marks a mail as failed before it hands it to the server. Where the connection breaks
        or the worker dies right then, the mail stays so and nobody knows why. It may have gone
        out: rather twice, with one Message-ID, than not at all (RFC 5321, section 6.1).

        An attempt that was planned is made, however late: the queue may have been off for a week.
        """
        now = fields.Datetime.now()
        interrupted = (
            Domain("helpdesk_retry_date", "=", False)
            & Domain("helpdesk_failure_known", "=", False)
            & Domain("write_date", "<", now - _INTERRUPTED_AFTER)
            & Domain("create_date", ">=", now - GIVE_UP_AFTER)
        )
        mails = self.search(
            Domain("state", "=", "exception")
            & Domain("model", "=", "helpdesk.ticket")
            & (Domain("helpdesk_retry_date", "<=", now) | interrupted)
        )
        mails.write(
            {"state": "outgoing", "helpdesk_retry_date": False, "helpdesk_failure_known": False}
        )
