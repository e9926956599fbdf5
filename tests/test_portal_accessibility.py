"""The customer's pages under axe-core, in a real browser, wide and narrow."""

import re

from odoo.tests import tagged

from dev import axe

from .portal_browsers import DESKTOP, PHONE, PortalBrowserCase

_TALK = "document.querySelector('#chatterRoot')?.shadowRoot.querySelector('.o-mail-Message-body')"
_NAMES = "document.querySelector('#chatterRoot').shadowRoot.textContent"
#: Left out is the line "Create a free website" of core's `website`, whose links look like the text;
#: companies take it away. Sheets of styles from other servers are not looked into.
_RUN = """axe.run(
    {exclude: [[".o_brand_promotion"]]},
    {resultTypes: ["violations"], preload: false}
).then(({violations}) => violations
    .filter(({impact}) => ["serious", "critical"].includes(impact))
    .map(({id, help, nodes}) => `${id} (${help}): ` + nodes.map(
        node => `${node.target} ${node.html.slice(0, 200)} ${node.failureSummary}`).join("; ")))"""


@tagged("post_install", "-at_install")
class TestPortalAccessibility(PortalBrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.axe = axe.provide().read_text()
        cls.team.write(
            {
                "use_website_helpdesk_form": True,
                "use_rating": True,
                "portal_show_deadline": True,
                "description": "<p>We answer on weekdays.</p>",
                "sequence": -10,
            }
        )
        cls.stage_waiting.write({"customer_label": "Your turn", "portal_selectable": True})

    def _show_ticket(self):
        """Return a ticket with everything that its page can show."""
        ticket = self._ticket(user_id=self.aino.id, ticket_type_id=self.category_bug.id)
        ticket.message_subscribe(self.colleague_of_customer.ids)
        self._answer(ticket, attachments=[("manual.txt", b"Read it")])
        ticket._customer_comment(self.customer, "It smokes")
        self.env.cr.flush()
        ticket.write({"stage_id": self.stage_done.id, "resolution": "<p>A new drum</p>"})
        self.env.cr.flush()
        return ticket

    def _open(self, browser, path):
        """Open a page and wait for all of it: who leaves while it loads gets errors in the console."""
        browser.run("window.isFormerPage = true")  # it may still be there when it is left already
        browser.go_to(path)
        browser.wait_until(
            "!window.isFormerPage && document.body?.hasAttribute('is-ready')",
            f"{path}: its scripts",
        )
        if re.search(r"/my/ticket/\d", path):
            browser.wait_until(_TALK, "the conversation, which comes later than the rest")

    def _find_problems(self, browser, path):
        found = []
        self._open(browser, path)
        if "?notice=" in path:
            self.assertNotIn("Unnamed", browser.run(_NAMES), "mails of ours come from the team")
        browser.run(self.axe + "; 0")
        for size in (DESKTOP, PHONE):
            browser.resize(*size)
            found += [f"{path} at {size[0]} px: {problem}" for problem in browser.run(_RUN)]
            if browser.overflow() > 0:
                found.append(f"{path} at {size[0]} px: {browser.overflow()} px too wide")
        return found

    def test_no_page_has_a_serious_obstacle(self):
        ticket = self._show_ticket()
        for stage in (self.stage_new, self.stage_waiting, self.stage_closed):
            self._ticket(name=f"In {stage.name}", stage_id=stage.id, priority="3")
        rate = f"/rate/{ticket.rating_ids.access_token}/3"
        form = self.team._get_form_url()
        problems = []
        with self.browsing(self.pekka) as browser:
            for path in (
                "/my/tickets",
                "/my/tickets?groupby=status&priority=3&search=In&sortby=title",
                "/my/tickets?search=nothing+like+it",
                "/my/ticket/new",
                f"/my/ticket/{ticket.id}?notice=created",
            ):
                problems += self._find_problems(browser, path)
        with self.browsing() as browser:
            for path in (form, rate):
                problems += self._find_problems(browser, path)
        self.assertFalse(problems, "\n\n".join(problems))

    def test_pages_fit_a_phone_in_every_language(self):
        codes = ("fi_FI", "nb_NO")
        languages = self.env["res.lang"]
        for code in codes:
            languages |= languages._activate_lang(code)
        names = ("portal", "mail", "helpdesk_futural", "helpdesk_futural_portal")
        modules = self.env["ir.module.module"].search([("name", "in", names)])
        modules._update_translations(codes)
        if "website" in self.env:
            self.env["website"].search([]).language_ids |= languages
        ticket = self._show_ticket()
        with self.browsing(self.pekka, PHONE) as browser:
            for language in languages:
                for path in (
                    "/my/tickets",
                    "/my/ticket/new",
                    f"/my/ticket/{ticket.id}",
                    self.team._get_form_url(),
                ):
                    self._open(browser, f"/{language.url_code}{path}")
                    with self.subTest(language=language.code, path=path):
                        said = browser.run("document.documentElement.lang")
                        self.assertEqual(said, language.code.replace("_", "-"))
                        self.assertLessEqual(browser.overflow(), 0, "wider than the phone")
