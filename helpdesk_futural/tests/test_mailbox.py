import socket
from imaplib import IMAP4
from poplib import error_proto
from ssl import SSLError
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase

SECRET = "correct horse battery"
CORE_LOGGER = "odoo.addons.mail.models.fetchmail"


@tagged("post_install", "-at_install")
class TestMailbox(HelpdeskCase):
    """A team's mailbox in the hands of a helpdesk administrator without rights on the system."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.system = cls._user("system", "base.group_system", name="Sami System")
        cls.mailbox = cls.env["fetchmail.server"].create(
            {
                "name": "Technical",
                "helpdesk_team_id": cls.team.id,
                "server_type": "imap",
                "server": "127.0.0.1",
                "port": 1,
                "user": "tech@pohjola.example",
                "password": SECRET,
            }
        )
        cls.foreign_mailbox = cls.env["fetchmail.server"].create(
            {
                "name": "Job Applications",
                "server_type": "imap",
                "server": "127.0.0.1",
                "port": 1,
                "user": "jobs@pohjola.example",
                "password": SECRET,
            }
        )
        cls.other_team = cls._team(
            name="Fjord Support", company_id=cls.other_company.id, resource_calendar_id=False
        )
        cls.other_mailbox = cls.env["fetchmail.server"].create(
            {
                "name": "Fjord",
                "helpdesk_team_id": cls.other_team.id,
                "server": "127.0.0.1",
                "user": "support@fjord.example",
                "password": SECRET,
            }
        )
        cls.env.flush_all()

    def _mailboxes(self, user):
        return (
            self.env["fetchmail.server"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
        )

    def _by_boss(self):
        self.env.invalidate_all()
        return self.mailbox.with_user(self.admin).with_context(
            allowed_company_ids=self.admin.company_ids.ids
        )

    # ------------------------------------------------------------------
    # Whose mailboxes
    # ------------------------------------------------------------------

    def test_an_administrator_sees_the_mailboxes_of_the_own_teams_only(self):
        self.assertEqual(self._mailboxes(self.admin).search([]), self.mailbox)

    def test_a_system_administrator_keeps_all_mailboxes(self):
        everything = self.mailbox | self.foreign_mailbox | self.other_mailbox
        self.assertLessEqual(everything, self._mailboxes(self.system).search([]))
        theirs = self.foreign_mailbox.with_user(self.system)
        theirs.write({"name": "Jobs", "server": "mail.example"})
        self.assertEqual(theirs.password, SECRET, "they may read it, and needn't type it again")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_access")
    def test_agents_and_employees_have_no_mailboxes(self):
        for user in (self.aino, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._mailboxes(user).search([])
        with self.assertRaises(AccessError):
            self.team.with_user(self.aino).read(["mailbox_ids"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_administrator_cant_touch_other_mailboxes(self):
        for mailbox in (self.foreign_mailbox, self.other_mailbox):
            theirs = self._mailboxes(self.admin).browse(mailbox.id)
            for attempt in (
                lambda m: m.read(["name"]),
                lambda m: m.write({"name": "x"}),
                lambda m: m.write({"helpdesk_team_id": self.team.id}),
                lambda m: m.write({"server": "evil.example"}),
                lambda m: m.write({"new_password": "x"}),
                lambda m: m.set_draft(),
                lambda m: m.button_confirm_login(),
                lambda m: m.fetch_mail(),
                lambda m: m.unlink(),
            ):
                self.env.invalidate_all()
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    attempt(theirs)
            self.assertEqual(mailbox.password, SECRET)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_administrator_cant_make_a_mailbox_of_no_team(self):
        values = {"name": "x", "server": "mail.example", "user": "x"}
        for team in (False, self.other_team.id):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._mailboxes(self.admin).create({**values, "helpdesk_team_id": team})
        partners = self.env["ir.model"]._get_id("res.partner")
        for values in (
            {"helpdesk_team_id": False},
            {"helpdesk_team_id": False, "object_id": partners},
            {"helpdesk_team_id": self.other_team.id},
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._by_boss().write(values)

    def test_mail_cant_be_led_into_another_model(self):
        partners = self.env["ir.model"]._get_id("res.partner")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._by_boss().write({"object_id": partners})
        self._by_boss().write({"object_id": partners, "helpdesk_team_id": self.team.id})
        self.assertEqual(self.mailbox.object_id.model, "helpdesk.ticket")

    # ------------------------------------------------------------------
    # The password
    # ------------------------------------------------------------------

    @mute_logger("odoo.models", "odoo.fields", "odoo.addons.base.models.ir_model")
    def test_an_administrator_never_reads_a_password(self):
        self.admin.group_ids |= self.env.ref("base.group_allow_export")
        mailbox = self._by_boss()
        for attempt in (
            lambda: mailbox.read(["password"]),
            lambda: mailbox.web_read({"password": {}}),
            lambda: mailbox.export_data(["name", "password"]),
            lambda: mailbox.search([("password", "=like", "c%")]),
            lambda: mailbox.search([], order="password"),
            lambda: mailbox.formatted_read_group([], ["password"], ["__count"]),
            lambda: mailbox.formatted_read_group([], [], ["password:array_agg"]),
            lambda: mailbox.env["helpdesk.team"].search([("mailbox_ids.password", "!=", False)]),
            lambda: mailbox.password,
        ):
            with self.assertRaises(AccessError):
                attempt()
        everything = mailbox.read()[0]
        self.assertNotIn("password", everything)
        self.assertNotIn(SECRET, str(everything))
        self.assertNotIn("password", mailbox.fields_get())
        self.assertTrue(mailbox.has_password)

    def test_an_administrator_sets_a_password_without_reading_it_back(self):
        mailbox = self._by_boss()
        [answer] = mailbox.web_save(
            {"new_password": "new secret"}, {"new_password": {}, "has_password": {}}
        )
        self.assertEqual(answer["new_password"], False)
        self.assertTrue(answer["has_password"])
        self.assertEqual(self.mailbox.sudo().password, "new secret")
        mailbox.web_save({"new_password": False, "name": "Renamed"}, {"name": {}})
        self.assertEqual(self.mailbox.sudo().password, "new secret", "empty leaves it as it is")

    def test_a_password_is_not_sent_to_another_server(self):
        self.mailbox.state = "done"
        mailbox = self._by_boss()
        mailbox.write({"server": "127.0.0.1", "name": "Same server"})
        self.assertEqual(self.mailbox.sudo().password, SECRET)
        mailbox.write({"server": "evil.example"})
        self.assertFalse(self.mailbox.sudo().password)
        self.assertEqual(self.mailbox.state, "draft")
        self.assertFalse(mailbox.has_password)
        mailbox.write({"server": "good.example", "new_password": "typed again"})
        self.assertEqual(self.mailbox.sudo().password, "typed again")

    def test_a_copy_knows_no_password(self):
        copy = self._by_boss().copy({"server": "evil.example"})
        self.assertFalse(copy.sudo().password)

    # ------------------------------------------------------------------
    # Set up from the team
    # ------------------------------------------------------------------

    def test_an_administrator_sets_a_mailbox_up_from_the_team(self):
        team = self.team.with_user(self.admin)
        values = {
            "name": "Second",
            "server_type": "pop",
            "server": "pop.pohjola.example",
            "is_ssl": True,
            "user": "second@pohjola.example",
            "new_password": SECRET,
        }
        team.mailbox_ids = [Command.create(values)]
        mailbox = self.team.mailbox_ids - self.mailbox
        self.assertEqual(mailbox.port, 995)
        self.assertEqual(mailbox.sudo().password, SECRET)
        self.assertEqual(mailbox.object_id.model, "helpdesk.ticket")
        self.assertEqual(mailbox.state, "draft")
        team.mailbox_ids = [Command.delete(mailbox.id)]
        self.assertFalse(mailbox.exists())

    def test_the_form_proposes_the_port(self):
        spec = {"server_type": {}, "is_ssl": {}, "port": {}, "has_password": {}}
        mailbox = self._mailboxes(self.admin)
        for (kind, ssl), port in {
            ("imap", True): 993,
            ("imap", False): 143,
            ("pop", True): 995,
            ("pop", False): 110,
        }.items():
            values = {"server_type": kind, "is_ssl": ssl}
            answer = mailbox.onchange(values, ["server_type", "is_ssl"], spec)
            self.assertEqual(answer["value"]["port"], port)
        self._by_boss().onchange({"is_ssl": True}, ["is_ssl"], spec)

    def test_a_team_with_a_mailbox_cant_be_deleted(self):
        with self.assertRaises(Exception), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):  # noqa: B017
            self.team.unlink()
        self.assertTrue(self.team.exists())

    # ------------------------------------------------------------------
    # Test it, use it, switch it off
    # ------------------------------------------------------------------

    def _assert_says(self, words, attempt):
        with self.assertRaisesRegex(UserError, words), mute_logger(CORE_LOGGER):
            attempt()

    def test_a_closed_port_is_named(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self.mailbox.port = port = closed.getsockname()[1]
            for kind in ("imap", "pop"):
                for ssl in (True, False):
                    self.mailbox.write({"server_type": kind, "is_ssl": ssl})
                    mailbox = self._by_boss()
                    self._assert_says(
                        f"“127.0.0.1” takes no connections on port {port}",
                        mailbox.button_confirm_login,
                    )
        self.assertEqual(self.mailbox.state, "draft")

    def test_each_failure_says_what_to_put_right(self):
        login = b"[AUTHENTICATIONFAILED] Authentication failed."
        for error, words in (
            (socket.gaierror(-2, "Name or service not known"), "There is no server"),
            (TimeoutError("timed out"), "did not answer on port"),
            (SSLError(1, "wrong version number"), "SSL/TLS"),
            (IMAP4.error(login), r"user name and the password.\nThe server says: \[AUTHENTICA"),
            (IMAP4.abort("socket error: EOF"), "broke the connection off"),
            (error_proto(b"-ERR [AUTH] invalid"), r"The server says: -ERR \[AUTH\] invalid"),
            (UnicodeError("label too long"), "not the name of a server"),
            (OSError(101, "Network is unreachable"), "Network is unreachable"),
        ):
            mailbox = self._by_boss()
            with (
                self.subTest(error=error),
                patch.object(type(mailbox), "_imap_login__", side_effect=error),
                patch("odoo.addons.mail.models.fetchmail.OdooIMAP4"),
            ):
                self._assert_says(words, mailbox.button_confirm_login)

    def test_a_missing_password_is_asked_for(self):
        self.mailbox.password = False
        self._assert_says("Enter the password", self._by_boss().button_confirm_login)

    def test_a_mailbox_is_switched_on_and_off(self):
        mailbox = self._by_boss()
        cron = self.env.ref("mail.ir_cron_mail_gateway_action")
        cron.active = False
        with patch("odoo.addons.mail.models.fetchmail.OdooIMAP4") as connection:
            mailbox.button_confirm_login()
        connection.return_value.login.assert_called_once_with("tech@pohjola.example", SECRET)
        self.assertEqual(mailbox.state, "done")
        self.assertTrue(cron.active)
        mailbox.set_draft()
        self.assertEqual(mailbox.state, "draft")
        self.assertFalse(cron.active)

    def test_switching_a_mailbox_off_leaves_those_of_other_apps_on(self):
        (self.mailbox | self.foreign_mailbox).write({"state": "done"})
        cron = self.env.ref("mail.ir_cron_mail_gateway_action")
        self._by_boss().set_draft()
        self.assertTrue(cron.active)

    def test_fetching_now_says_what_is_wrong(self):
        self.mailbox.state = "done"
        mailbox = self._by_boss()
        with patch.object(
            type(mailbox), "_fetch_mail", return_value=ConnectionRefusedError(111, "refused")
        ):
            self._assert_says("takes no connections", mailbox.fetch_mail)
