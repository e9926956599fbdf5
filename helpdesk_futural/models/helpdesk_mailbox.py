from imaplib import IMAP4
from poplib import error_proto
from socket import gaierror
from ssl import SSLError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: The usual port by protocol and whether the connection is encrypted.
PORTS = {("imap", True): 993, ("imap", False): 143, ("pop", True): 995, ("pop", False): 110}


class HelpdeskMailbox(models.Model):
    """A team's mailbox in the hands of a helpdesk administrator.

    Core leaves mailboxes to system administrators. Helpdesk administrators set up those of the
    teams (see the record rules), without ever being able to read a password.
    """

    _inherit = "fetchmail.server"

    password = fields.Char(groups="base.group_system", copy=False)
    # Outgoing mail is the system's too: whoever reads a whole mailbox would fail on it.
    message_ids = fields.One2many(groups="base.group_system")
    new_password = fields.Char(
        compute="_compute_new_password",
        inverse="_inverse_new_password",
        help="Can be set here but not read. It has to be entered again when the server changes.",
    )
    has_password = fields.Boolean(compute="_compute_has_password")

    def _compute_new_password(self):
        self.new_password = False

    def _inverse_new_password(self):
        for mailbox in self.filtered("new_password"):
            # sudo: whoever may change the mailbox may set its password
            mailbox.sudo().password = mailbox.new_password
        # What was written stays in the cache, from where the form's answer would be read.
        self.invalidate_recordset(["new_password"], flush=False)

    @api.depends("password", "server")
    @api.depends_context("uid")
    def _compute_has_password(self):
        knows_passwords = self._knows_passwords()
        for mailbox in self:
            # sudo: whether there is a password, not which
            saved = mailbox._origin.sudo()
            same_server = knows_passwords or mailbox.server == saved.server
            mailbox.has_password = bool(saved.password) and same_server

    def _knows_passwords(self):
        """Tell whether the user may read passwords anyway."""
        return self.env.su or self.env.user.has_group("base.group_system")

    @api.constrains("object_id", "helpdesk_team_id")
    def _check_object_id(self):
        """Mail is delivered with all rights: it must not reach another model from here."""
        # sudo: the name of a model is no secret
        for mailbox in self.sudo().filtered("helpdesk_team_id"):
            if mailbox.object_id.model != "helpdesk.ticket":
                raise ValidationError(self.env._("The mailbox of a team makes tickets."))

    @api.model_create_multi
    def create(self, vals_list):
        mailboxes = super().create(vals_list)
        for mailbox in mailboxes.filtered(lambda m: m.helpdesk_team_id and not m.port):
            mailbox.port = PORTS.get((mailbox.server_type, mailbox.is_ssl), 0)
        return mailboxes

    def write(self, vals):
        if "server" in vals and not self._knows_passwords():
            # Pointed to a server of one's own, a mailbox would tell it the password.
            moved = self.filtered(lambda mailbox: mailbox.server != vals["server"])
            moved.check_access("write")
            # sudo: see _inverse_new_password
            moved.sudo().write({"password": False, "state": "draft"})
        result = super().write(vals)
        if "helpdesk_team_id" in vals:
            # Rules look at records before they change: nobody may give a mailbox out of reach.
            self.check_access("write")
        return result

    # ------------------------------------------------------------------
    # Connect
    # ------------------------------------------------------------------

    def _connect__(self, allow_archived=False):
        # sudo: signing in needs the password, and doesn't show it
        return super(HelpdeskMailbox, self.sudo())._connect__(allow_archived=allow_archived)

    @api.model
    def _update_cron(self):
        # sudo: the scheduled action is the system's, and counts the mailboxes of all apps
        return super(HelpdeskMailbox, self.sudo())._update_cron()

    def button_confirm_login(self):
        """Sign in to try the mailbox, and switch it on if that works.

        :raise UserError: telling what is wrong with a team's mailbox
        """
        self.check_access("write")
        for mailbox in self:
            if not mailbox.helpdesk_team_id:
                super(HelpdeskMailbox, mailbox).button_confirm_login()
                continue
            if not mailbox.has_password:
                raise UserError(
                    self.env._("Enter the password of the mailbox “%s” first.", mailbox.name)
                )
            try:
                super(HelpdeskMailbox, mailbox).button_confirm_login()
            except UserError as error:
                raise UserError(mailbox._explain(error.__context__ or error)) from error
        return True

    def fetch_mail(self):
        """Fetch the mail now.

        :raise UserError: telling what is wrong with a team's mailbox
        """
        if not self.helpdesk_team_id:
            return super().fetch_mail()
        try:
            return super().fetch_mail()
        except UserError:
            raise
        except Exception as error:
            raise UserError(self._explain(error)) from error

    def _explain(self, error):
        """Return what a failed connection means, in words that help to put it right."""
        where = {"server": self.server, "port": self.port}
        if isinstance(error, gaierror):
            return self.env._("There is no server “%(server)s”. Check the name.", **where)
        if isinstance(error, UnicodeError):
            return self.env._("“%(server)s” is not the name of a server.", **where)
        if isinstance(error, TimeoutError):
            return self.env._(
                "“%(server)s” did not answer on port %(port)s. Check the server, the port and"
                " whether the connection is encrypted.",
                **where,
            )
        if isinstance(error, ConnectionRefusedError):
            return self.env._(
                "“%(server)s” takes no connections on port %(port)s. Check the server and the"
                " port.",
                **where,
            )
        said = _get_text(error)
        if isinstance(error, SSLError):
            return self.env._(
                "No encrypted connection to “%(server)s” on port %(port)s. Check the port and"
                " whether the server uses SSL/TLS there.\n%(said)s",
                said=said,
                **where,
            )
        if isinstance(error, (IMAP4.abort, EOFError)):
            return self.env._(
                "“%(server)s” broke the connection off on port %(port)s. Check the type of server,"
                " the port and whether the connection is encrypted.\n%(said)s",
                said=said,
                **where,
            )
        if isinstance(error, (IMAP4.error, error_proto)):
            return self.env._(
                "“%(server)s” did not let us in. Check the user name and the password.\n"
                "The server says: %(said)s",
                said=said,
                **where,
            )
        return self.env._(
            "No connection to “%(server)s” on port %(port)s: %(said)s", said=said, **where
        )


def _get_text(error):
    """Return an exception's message; mail servers' answers come as bytes."""
    said = error.args[0] if error.args else error
    return said.decode(errors="replace") if isinstance(said, bytes) else str(error)
