"""Two agents have the same ticket open, each in a browser of their own."""

from odoo import Command
from odoo.tests import tagged

from .browsers import BrowserCase

_VIEWERS = ".o-helpdesk-presence-viewers"
_WRITERS = ".o-helpdesk-presence-writers"
_EVENTS = ".o-helpdesk-presence-events"
_INPUT = ".o-mail-Composer-input"
_ANSWER = "Please unplug it and plug it in again."
_DRAFT = "Have you tried to"


@tagged("post_install", "-at_install")
class TestPresenceBrowsers(BrowserCase):
    def setUp(self):
        super().setUp()
        self.use_new_day()
        aino, lars = self.create_agent("Aino Sees"), self.create_agent("Lars Comes")
        team_id = self.create_committed(
            "helpdesk.team",
            {
                "name": "Presence",
                "alias_name": False,
                "member_ids": [Command.set([aino, lars])],
            },
        )
        first, second = (
            self.create_committed("helpdesk.ticket", {"name": name, "team_id": team_id})
            for name in ("The printer jams", "The screen is black")
        )
        self.first, self.second = (f"/odoo/helpdesk.ticket/{i}" for i in (first, second))
        self.aino, self.lars = self.open_browser(aino), self.open_browser(lars)

    def meet(self):
        """Let both open the same ticket, Aino first."""
        self.aino.go_to(self.first)
        self.aino.see(".o_helpdesk_ticket_form .o-mail-Chatter")
        self.aino.miss(_VIEWERS)
        self.lars.go_to(self.first)
        self.aino.see(_VIEWERS, "Lars Comes is viewing this ticket")
        self.lars.see(_VIEWERS, "Aino Sees is viewing this ticket")

    def test_an_agent_sees_a_colleague_come_write_answer_and_leave(self):
        self.meet()

        self.lars.click(".o-mail-Chatter-sendMessage")
        self.lars.write(_INPUT, _ANSWER)
        self.aino.see(_WRITERS, "Lars Comes is writing an answer…")
        self.lars.miss(_WRITERS)

        self.aino.click(".o-mail-Chatter-logNote")
        self.aino.write(_INPUT, _DRAFT)
        self.lars.see(_WRITERS, "Careful: Aino Sees is writing a note as well")

        self.lars.click(".o-mail-Composer-send")
        self.aino.see(_EVENTS, "Lars Comes answered")
        self.aino.miss(_WRITERS)
        self.aino.see(".o-mail-Message-body", _ANSWER)

        self.lars.go_to(self.second)
        self.aino.miss(_VIEWERS)
        self.lars.see(".o_last_breadcrumb_item", "The screen is black")
        self.lars.miss(_VIEWERS)
        self.lars.check()
        self.aino.check()

    def test_a_colleague_whose_browser_died_is_not_there_any_more(self):
        self.meet()
        self.lars.kill()
        self.aino.miss(_VIEWERS)
        self.aino.check()
