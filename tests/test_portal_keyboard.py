"""Customers without a mouse: everything by keyboard, and they see where they are."""

import tempfile
from pathlib import Path

from odoo.http import root
from odoo.tests import tagged

from .portal_browsers import PortalBrowserCase

_MESSAGES = (
    "[...document.querySelector('#chatterRoot')?.shadowRoot.querySelectorAll('.o-mail-Message')]"
)
#: Notes what the bar of the progress shows, beyond the page that follows.
_NOTE_PROGRESS = """new MutationObserver(([{target}]) => {
    const shown = !target.classList.contains("d-none") && target.getAttribute("aria-valuenow");
    sessionStorage.progress = `${sessionStorage.progress || ""} ${shown}`;
}).observe(document.querySelector(".o_helpdesk_progress"), {attributes: true})"""


@tagged("post_install", "-at_install")
class TestPortalKeyboard(PortalBrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.sequence = -10
        cls.stage_closed.write({"portal_selectable": True, "customer_label": "Never mind"})

    def _write_files(self, *names):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        files = [Path(folder.name, name) for name in names]
        for file in files:
            file.write_text(f"This is {file.name}")
        return files

    def test_a_customer_filters_asks_comments_and_changes_the_status_by_keyboard(self):
        self._ticket(name="Urgent thing", priority="3")
        self._ticket(name="Usual thing", priority="1")
        with self.browsing(self.liisa) as browser:
            self._filter(browser)
            self._ask(browser)
            self._comment(browser)
            self._change_status(browser)
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "The forklift stands")])
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.ticket_type_id, self.category_bug)
        self.assertTrue(ticket.severity_id.in_sla)
        self.assertEqual(
            set(ticket._get_customer_attachments().mapped("name")), {"photo.txt", "log.txt"}
        )
        self.assertEqual(ticket.stage_id, self.stage_closed)

    def _filter(self, browser):
        browser.go_to("/my/tickets")
        browser.see("body[is-ready] .o_helpdesk_tickets", "Usual thing")
        browser.tab_to("#filter_status summary")
        browser.press("Enter")
        browser.see("#filter_status details[open], details#filter_status[open]")
        browser.press("Escape")
        browser.miss("#filter_status details[open], details#filter_status[open]")
        browser.tab_to("#filter_priority summary")
        browser.press("Enter")
        browser.tab_to("#filter_priority input[value='3']")
        browser.press("Space")
        browser.tab_to("#filter_priority button[type=submit]")
        browser.press("Enter")
        browser.miss(".o_helpdesk_tickets", "Usual thing")
        browser.see(".o_helpdesk_tickets", "Urgent thing")
        browser.tab_to("th.o_col_title a")
        browser.press("Enter")
        browser.see("th.o_col_title[aria-sort=ascending]")
        browser.see(".o_helpdesk_tickets", "Urgent thing")

    def _ask(self, browser):
        browser.tab_to(".o_helpdesk_new_ticket")
        browser.press("Enter")
        browser.see(".o_helpdesk_severity.d-none")  # the script has taken over
        browser.run(_NOTE_PROGRESS)
        browser.tab_to("[name=title]")
        browser.type("The forklift stands")
        browser.tab_to("[name=category]")
        browser.type("Bug")
        browser.see(".o_helpdesk_severity:not(.d-none)")
        browser.tab_to("[name=severity]")
        browser.press("Space")
        browser.tab_to("[name=description]")
        browser.type("It beeps.")
        browser.tab_to("[name=attachments]")
        with browser.choosing_files(self._write_files("photo.txt", "log.txt")):
            browser.press("Enter")
        browser.tab_to("button[type=submit]", "Send")
        browser.press("Enter")
        browser.see(".alert-success", "Your ticket has the number")
        self.assertIn(" 100", browser.run("sessionStorage.progress"), "the progress was shown")

    def _comment(self, browser):
        browser.wait_until(
            f"{_MESSAGES}.some(({{textContent}}) => textContent.includes('It beeps'))",
            "what was written stands there",
        )
        browser.tab_to(".o-mail-Composer-input")
        browser.type("It smokes, too.")
        browser.tab_to(".o-mail-Composer-send")
        browser.press("Enter")
        browser.wait_until(
            f"{_MESSAGES}[0]?.textContent.includes('It smokes')", "the newest comment first"
        )

    def _change_status(self, browser):
        browser.tab_to("#helpdesk_stage")
        browser.type("Never")
        browser.tab_to(".o_helpdesk_status button[type=submit]")
        browser.press("Enter")
        browser.see(".alert-success", "Never mind")
        self._see_conversation(browser)

    def _see_conversation(self, browser):
        """Wait for what the page loads last: who leaves while it does gets an error in the console."""
        browser.wait_until(f"{_MESSAGES}.length", "the conversation")

    def test_a_draft_outlives_the_session(self):
        with self.browsing(self.liisa) as browser:
            browser.go_to("/my/ticket/new")
            browser.see(".o_helpdesk_severity.d-none")
            browser.tab_to("[name=title]")
            browser.type("Lunch took long")
            browser.tab_to("[name=description]")
            browser.type("Nobody printed.")
            root.session_store.delete(self.session)
            browser.tab_to("button[type=submit]", "Send")
            browser.press("Enter")
            browser.see(".o_helpdesk_form_error:not(.d-none)", "signed out")
            self.assertEqual(
                browser.run("document.querySelector('[name=title]').value"), "Lunch took long"
            )

            browser.go_to("/my/ticket/new")
            browser.see("form.oe_login_form")
            browser.tab_to("[name=login]")
            browser.type(self.liisa.login)
            browser.tab_to("[name=password]")
            browser.type(self.liisa.login)
            browser.press("Enter")
            browser.see(".o_helpdesk_severity.d-none")
            typed = "Object.fromEntries(new FormData(document.querySelector(%r)))"
            form = browser.run(typed % ".o_helpdesk_request_form")
            self.assertEqual(form["title"], "Lunch took long")
            self.assertEqual(form["description"], "Nobody printed.")
            browser.click("button[type=submit]", "Send")
            browser.see(".alert-success", "Your ticket has the number")
            self._see_conversation(browser)
            browser.go_to("/my/ticket/new")
            browser.see(".o_helpdesk_severity.d-none")
            form = browser.run(typed % ".o_helpdesk_request_form")
            self.assertFalse(form["title"], "what was sent is no draft any more")
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "Lunch took long")])
        self.assertEqual(ticket.partner_id, self.customer)
