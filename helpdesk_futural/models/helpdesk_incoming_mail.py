import base64
import logging
import random
import time
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools.mail_header import storable
from ..tools.mail_repair import repair

_logger = logging.getLogger(__name__)

#: Mailboxes, as (database, id), whose last mail could not be registered; see fetchmail_server.py.
NOT_REGISTERED = set()
#: A worker that died leaves its mail in "processing"; after this long another one takes it.
STUCK_AFTER = timedelta(minutes=30)
#: So often a mail is taken up again by itself; then a person has to look at it.
MAX_ATTEMPTS = 3
#: So often a database conflict is tried again within one attempt.
MAX_CONFLICTS = 8
#: System parameters ``helpdesk_futural.incoming_mail_…`` and their defaults: days that a raw
#: message is kept, size and number of parts that are read, size from which a person is asked.
LIMITS = {"raw_days": 30, "max_mb": 30, "max_parts": 200, "hold_mb": 100}


class HelpdeskIncomingMail(models.Model):
    """The register of received mail: what came, and what became of it.

    A row and the raw message are committed before anything is parsed, so that a mail is never
    lost, whatever happens then: neither the mailbox nor the sender's server is relied on to keep
    it. How a mail finds its ticket stands in ``helpdesk_incoming_mail_routing.py``.
    """

    _name = "helpdesk.incoming.mail"
    _description = "Incoming Mail"
    _order = "id desc"
    _rec_name = "subject"

    date = fields.Datetime("Received on", default=fields.Datetime.now, required=True, readonly=True)
    email_from = fields.Char("From", readonly=True)
    email_to = fields.Char("To", readonly=True)
    subject = fields.Char(readonly=True)
    message_id = fields.Char("Message-ID", index="btree_not_null", readonly=True)
    state = fields.Selection(
        [
            ("processing", "Processing"),
            ("processed", "Processed"),
            ("held", "Held"),
            ("failed", "Failed"),
            ("discarded", "Discarded"),
        ],
        required=True,
        default="processing",
        index=True,
        readonly=True,
        help="Held and failed mails wait for a person: process them again or discard them.",
    )
    outcome = fields.Selection(
        [
            ("ticket", "New ticket"),
            ("reply", "Reply"),
            ("note", "Note"),
            ("bounce", "Bounce"),
            ("duplicate", "Duplicate"),
            ("rejected", "Rejected"),
            ("elsewhere", "Not for the helpdesk"),
        ],
        readonly=True,
    )
    evidence = fields.Char(
        readonly=True, help="By what the mail was recognised and paired with its ticket."
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket", ondelete="set null", index="btree_not_null", readonly=True
    )
    team_id = fields.Many2one("helpdesk.team", ondelete="set null", readonly=True)
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    mailbox_id = fields.Many2one("fetchmail.server", ondelete="set null", readonly=True)
    error = fields.Text(readonly=True)
    attempts = fields.Integer(default=1, readonly=True)
    attempt_date = fields.Datetime(default=fields.Datetime.now, readonly=True)
    raw = fields.Binary(
        "Raw Message",
        attachment=True,
        readonly=True,
        help="The mail as it came; kept while held or failed, otherwise for some days.",
    )
    raw_name = fields.Char(compute="_compute_raw_name")
    parameters = fields.Json(readonly=True, help="What the gateway was called with.")

    _waiting_idx = models.Index("(state, id) WHERE state IN ('processing', 'held', 'failed')")

    def _compute_raw_name(self):
        for mail in self:
            mail.raw_name = f"mail-{mail.id}.eml"

    # ------------------------------------------------------------------
    # Receive
    # ------------------------------------------------------------------

    @api.model
    def _receive(self, raw, parameters):
        """Register a mail and process it.

        Raises only if the mail can't even be registered: then the mail server has to keep it.

        :param bytes raw: the message as it came
        :param dict parameters: ``message_process``'s own: model, save_original,
            strip_attachments, custom_values
        :return: id of the ticket that the mail created or updated, or False
        """
        mailbox_id = self.env.context.get("default_fetchmail_server_id")
        self.env.flush_all()
        try:
            with self.env.registry.cursor() as cr:
                mail = self._in_transaction(cr).create(
                    {
                        **self._get_envelope(raw),
                        "raw": base64.b64encode(raw),
                        "parameters": parameters,
                        "mailbox_id": mailbox_id,
                    }
                )
                mail_id, lock_keys = mail.id, mail._get_lock_keys()
        except Exception:
            # Nothing keeps the mail yet (no disk, no database): then the mailbox has to.
            NOT_REGISTERED.add((self.env.cr.dbname, mailbox_id))
            raise
        return self.browse(mail_id)._process(lock_keys, raw)

    def _in_transaction(self, cr):
        """Return these records in another transaction, as the system and without defaults."""
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env[self._name].browse(self._ids)

    def _process(self, lock_keys, raw=None):
        """Process a registered mail in transactions of their own; see :meth:`_receive`.

        A conflict with another transaction is tried again with a fresh one; whatever else fails
        keeps the mail whole, with the reason.

        :param list[str] lock_keys: see :meth:`_get_lock_keys`, asked where the row is visible: the
            caller's snapshot may be older than it
        :param bytes raw: the message as it is kept, if it is at hand; else it is read
        """
        self.ensure_one()
        result, error = False, None
        for number in range(MAX_CONFLICTS):
            try:
                with self._alone(lock_keys, undisturbed=number >= 2) as mail:
                    result = mail._deliver(raw)
                error = None
                break
            except (OperationalError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) as exception:
                error = exception
                time.sleep(random.uniform(0.0, 0.05 * 2**number))  # noqa: S311
            except Exception as exception:  # noqa: BLE001 anything that a mail can provoke
                error = exception
                break
        if error is not None:
            self._keep(error)
        self.env.invalidate_all()
        return result

    def _keep(self, error):
        """Mark the mail as failed, with the reason; the raw message stays."""
        _logger.info("Incoming mail %s could not be processed and is kept", self.id, exc_info=error)
        with self.env.registry.cursor() as cr:
            self._in_transaction(cr).write(
                {"state": "failed", "error": storable(f"{type(error).__name__}: {error}")}
            )

    @contextmanager
    def _alone(self, lock_keys, undisturbed=False):
        """Give the mail in a transaction of its own; no other process has its sender's mail.

        Answers of several people to one ticket can still get in each other's way. A mail that lost
        more than once is processed undisturbed: while no other mail at all is.

        The lock is taken in another transaction, held around it: what the one before it wrote
        must be visible in this one's snapshot, or the same mail delivered twice at the same
        moment made two messages, and two mails of a new sender two contacts.
        """
        with self.env.registry.cursor() as lock_cr:
            locks = [
                SQL(
                    "pg_advisory_xact_lock(hashtext('helpdesk'))"
                    if undisturbed
                    else "pg_advisory_xact_lock_shared(hashtext('helpdesk'))"
                ),
                *(SQL("pg_advisory_xact_lock(hashtext(%s))", key) for key in lock_keys),
            ]
            lock_cr.execute(SQL("SELECT %s", SQL(", ").join(locks)))
            with self.env.registry.cursor() as cr:
                yield self._in_transaction(cr)

    # ------------------------------------------------------------------
    # A person decides
    # ------------------------------------------------------------------

    def action_process(self):
        """Process the mails again."""
        self.check_access("read")
        # sudo: the register is the administrators' to read, what becomes of a mail is ours
        for mail in self.sudo():
            if mail.state not in ("held", "failed", "discarded", "processing"):
                raise UserError(self.env._("The mail “%s” has been processed.", mail.subject))
            if not mail.raw:
                raise UserError(self.env._("The raw message of “%s” is gone.", mail.subject))
            mail._process(mail._start_attempt(forced=True))
        with self.env.registry.cursor() as cr:
            # Read where it can be seen: this transaction began before the others were committed.
            failed = self._in_transaction(cr).filtered(lambda mail: mail.state == "failed")
            errors = failed.mapped("error")
        if not errors:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger",
                "title": self.env._("It failed again"),
                "message": "\n".join(errors),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _start_attempt(self, forced=False):
        """Take the mail up again; committed first, so that a crash counts as an attempt.

        :return: the mail's lock keys
        """
        self.ensure_one()
        self.env.flush_all()
        with self.env.registry.cursor() as cr:
            mail = self._in_transaction(cr)
            mail.write(
                {
                    "state": "processing",
                    "attempts": mail.attempts + 1,
                    "attempt_date": fields.Datetime.now(),
                    "error": False,
                    "parameters": {**(mail.parameters or {}), "forced": forced},
                }
            )
            lock_keys = mail._get_lock_keys()
        self.env.invalidate_all()
        return lock_keys

    def action_discard(self):
        """Mark the mails as dealt with; the raw message stays for the usual time."""
        self.check_access("read")
        if self.filtered(lambda mail: mail.state == "processed"):
            raise UserError(self.env._("A processed mail can't be discarded."))
        # sudo: see action_process
        self.sudo().state = "discarded"
        return True

    # ------------------------------------------------------------------
    # Time passes
    # ------------------------------------------------------------------

    @api.model
    def _cron_process(self):
        """Take up what a dying worker left, tell the administrators, forget old raw messages."""
        now = fields.Datetime.now()
        stuck = self.search(
            [("state", "=", "processing"), ("attempt_date", "<", now - STUCK_AFTER)]
        )
        for mail in stuck:
            if mail.attempts < MAX_ATTEMPTS:
                mail._process(mail._start_attempt())
            else:
                mail.write(
                    {
                        "state": "failed",
                        "error": self.env._(
                            "The worker stopped while it processed this mail, %s times.",
                            mail.attempts,
                        ),
                    }
                )
            self.env["ir.cron"]._commit_progress(1)
        self._tell_administrators()
        self._forget_raw_messages()

    @api.model
    def _tell_administrators(self):
        """Tell the administrators about mails that wait for them: one message a day."""
        # sudo: a setting of the helpdesk
        parameters = self.env["ir.config_parameter"].sudo()
        last = parameters.get_param("helpdesk_futural.incoming_mail_told")
        now = fields.Datetime.now()
        if last and fields.Datetime.to_datetime(last) > now - timedelta(hours=24):
            return
        waiting = self.search([("state", "in", ("held", "failed"))])
        fresh = waiting.filtered(
            lambda m: not last or m.write_date > fields.Datetime.to_datetime(last)
        )
        if not fresh:
            return
        group = self.env.ref("helpdesk_futural.group_helpdesk_manager")
        administrators = group.all_user_ids.filtered(lambda u: u.active and not u.share)
        self.env["mail.thread"].message_notify(
            partner_ids=administrators.partner_id.ids,
            subject=self.env._("%s incoming mails wait for you", len(waiting)),
            body=self.env._(
                "They could not be processed and are kept under Helpdesk → Configuration →"
                " Incoming Mail, where you can process them again or discard them."
            ),
        )
        parameters.set_param("helpdesk_futural.incoming_mail_told", now)

    @api.model
    def _forget_raw_messages(self):
        """Drop the raw messages of mails that were dealt with long enough ago."""
        days = self._get_limit("raw_days")
        # sudo: the raw messages are attachments of the register's rows
        attachments = self.env["ir.attachment"].sudo()
        attachments = attachments.search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "raw"),
                ("create_date", "<", fields.Datetime.now() - timedelta(days=days)),
            ],
            limit=1000,
        )
        done = self.browse(attachments.mapped("res_id")).filtered(
            lambda mail: mail.state in ("processed", "discarded")
        )
        attachments.filtered(lambda a: a.res_id in done.ids).unlink()

    # ------------------------------------------------------------------
    # Parsing
    # ------------------------------------------------------------------

    def _hold(self, reason):
        """Leave the mail to a person's decision."""
        self.write({"state": "held", "error": reason})
        return False

    def _get_raw(self):
        return base64.b64decode(self.with_context(bin_size=False).raw or b"")

    @api.model
    def _get_limit(self, name):
        """Return a limit, as set in the parameter ``helpdesk_futural.incoming_mail_…``."""
        # sudo: a setting of the helpdesk
        parameters = self.env["ir.config_parameter"].sudo()
        return int(parameters.get_param(f"helpdesk_futural.incoming_mail_{name}", LIMITS[name]))

    def _is_too_large(self, raw):
        """Tell whether the mail is so large that reading it could hold up everybody else's."""
        return len(raw) > self._get_limit("hold_mb") << 20 and not (self.parameters or {}).get(
            "forced"
        )

    def _read_message(self, raw):
        """Return the repaired message, and what was repaired (:class:`tools.mail_repair.Repaired`)."""
        repaired = repair(
            raw,
            max_bytes=self._get_limit("max_mb") << 20,
            max_parts=self._get_limit("max_parts"),
        )
        return message_from_bytes(repaired.raw, policy=policy.SMTP), repaired
