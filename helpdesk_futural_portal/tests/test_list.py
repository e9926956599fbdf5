from lxml import html

from odoo.tests import HttpCase, tagged

from .common import PortalCase


@tagged("post_install", "-at_install")
class TestList(HttpCase, PortalCase):
    """The list of tickets, as customers open it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["helpdesk.ticket"].search([("partner_id", "=", cls.customer.id)]).active = False
        create = cls.env["helpdesk.ticket"].create
        base = {"team_id": cls.team.id, "partner_id": cls.customer.id}
        cls.ink = create(
            {
                **base,
                "name": "Ink <b>empty</b>",
                "priority": "3",
                "ticket_type_id": cls.category_bug.id,
            }
        )
        cls.paper = create(
            {**base, "name": "Paper", "priority": "0", "description": "<p>A4 is gone</p>"}
        )
        cls.toner = create({**base, "name": "Toner", "stage_id": cls.stage_waiting.id})
        cls.theirs = create({**base, "name": "Secret", "partner_id": cls.other_customer.id})
        cls.stage_waiting.customer_label = "Your turn"
        cls.colleagues = create(
            {**base, "name": "Scanner", "partner_id": cls.colleague_of_customer.id}
        )
        for number, ticket in enumerate((cls.ink, cls.paper, cls.toner, cls.colleagues)):
            ticket.last_message_date = f"2026-03-0{number + 1} 10:00:00"

    def _open(self, query="", user=None, **options):
        user = user or self.liisa
        self.authenticate(user.login, user.login)
        return self.url_open(f"/my/tickets{query}", **options)

    def _titles(self, query="", user=None):
        response = self._open(query, user)
        self.assertEqual(response.status_code, 200)
        page = html.fromstring(response.text)
        return [
            node.text_content().strip()
            for node in page.xpath("//td[contains(@class,'o_col_title')]/a")
        ]

    def test_each_sees_theirs_latest_first_and_a_way_to_a_new_ticket(self):
        self.assertEqual(self._titles(), ["Toner", "Paper", "Ink <b>empty</b>"])
        self.assertEqual(len(self._titles(user=self.pekka)), 4)
        self.assertEqual(self._titles(user=self.ingrid), ["Secret"])
        page = html.fromstring(self._open().text)
        self.assertTrue(page.xpath("//a[@href='/my/ticket/new']"))

    def test_filters_take_several_values(self):
        stage = self.stage_new
        self.assertEqual(
            self._titles("?priority=3&priority=0&sortby=title"), ["Ink <b>empty</b>", "Paper"]
        )
        self.assertEqual(self._titles(f"?status={self.stage_waiting.id}"), ["Toner"])
        self.assertEqual(len(self._titles(f"?status={self.stage_waiting.id}&status={stage.id}")), 3)
        self.assertEqual(self._titles(f"?category={self.category_bug.id}"), ["Ink <b>empty</b>"])
        self.assertEqual(len(self._titles("?mine=1", user=self.pekka)), 1)

    def test_stages_that_customers_read_alike_are_one_choice(self):
        self.stage_progress.customer_label = "Your turn"
        self.paper.stage_id = self.stage_progress
        page = html.fromstring(self._open().text)
        labels = page.xpath("//details[@id='filter_status']//label")
        self.assertEqual([n.text_content().strip() for n in labels].count("Your turn"), 1)
        value = page.xpath(
            "//details[@id='filter_status']//label[contains(.,'Your turn')]/../input/@value"
        )
        self.assertEqual(self._titles(f"?status={value[0]}&sortby=title"), ["Paper", "Toner"])

    def test_every_column_sorts_both_ways(self):
        page = html.fromstring(self._open(user=self.pekka).text)
        heads = page.xpath("//thead//a/@href")
        self.assertEqual(len(heads), 9)
        for href in heads:
            query = href.partition("?")[2]
            with self.subTest(column=query):
                there = self._titles(f"?{query}", user=self.pekka)
                self.assertEqual(sorted(there), sorted(self._titles(user=self.pekka)))
        self.assertEqual(self._titles("?sortby=title")[0], "Ink <b>empty</b>")
        self.assertEqual(self._titles("?sortby=title&order=desc")[0], "Toner")
        self.assertEqual(self._titles("?sortby=priority")[0], "Ink <b>empty</b>")

    def test_the_search_finds_by_number_title_and_content(self):
        self._answer(self.toner)
        self._note(self.paper)
        number = self.ink.ticket_ref
        self.paper.former_ref = "HT00042"
        for query, found in (
            (f"?search=%23{number}", ["Ink <b>empty</b>"]),
            (f"?search={number}&search_in=number", ["Ink <b>empty</b>"]),
            ("?search=%23ht00042", ["Paper"]),
            ("?search=pap&search_in=title", ["Paper"]),
            ("?search=a4&search_in=content", ["Paper"]),
            ("?search=unplug&search_in=content", ["Toner"]),
            ("?search=unplug", ["Toner"]),
            ("?search=unplug&search_in=title", []),
            ("?search=Not+for+the+customer", []),
            ("?search=Secret", []),
            ("?search=%25", []),
        ):
            with self.subTest(query=query):
                self.assertEqual(self._titles(query), found)

    def test_groups_have_headings_and_the_choice_stays_in_the_address(self):
        page = html.fromstring(self._open("?groupby=status&priority=3&priority=1").text)
        headings = [n.text_content() for n in page.xpath("//th[@scope='colgroup']")]
        self.assertEqual(headings, ["New", "Your turn"])
        rows = [len(body.xpath("./tr")) - 1 for body in page.xpath("//table/tbody")]
        self.assertEqual(rows, [1, 1], "each ticket stands in its group, once")
        for href in page.xpath("//thead//a/@href"):
            for part in ("groupby=status", "priority=3", "priority=1"):
                self.assertIn(part, href)

    def test_what_an_address_has_wrong_is_ignored(self):
        for query in (
            "?status=x&category=-1&severity=99999999999999999999&priority=9",
            "?sortby=access_token&order=sideways&groupby=user_id&search_in=password",
            "?page=0&page=2",
            "?page=99999999999999999999",
            "?page=abc",
            "/page/0",
            "/page/999999999999999999",
            "?status[]=1&status=1;drop",
            "?mine=2&mine=%00",
            "?order=desc&order=asc",
            "?unknown=1&number=3",
        ):
            with self.subTest(query=query):
                self.assertEqual(len(self._titles(query)), 3)
        for query in (
            "?search=%00",
            "?search=%F0%28%8C",
            f"?search={'x' * 5000}",
            "?search=[]{}\\",
        ):
            with self.subTest(query=query):
                self.assertEqual(self._open(query).status_code, 200)

    def test_nothing_that_is_typed_becomes_markup(self):
        attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
        for query in (
            f"?search={attack}",
            f"?sortby={attack}",
            f"?status={attack}&groupby={attack}",
        ):
            with self.subTest(query=query):
                self.assertNotIn("<script>alert", self._open(query).text)
        self.assertNotIn("Ink <b>", self._open().text)

    def test_paging_keeps_the_filters(self):
        self.env["helpdesk.ticket"].create(
            [
                {"name": f"No {n}", "team_id": self.team.id, "partner_id": self.customer.id}
                for n in range(45)
            ]
        )
        first = self._titles("?priority=1&sortby=title")
        second = self._titles("/page/2?priority=1&sortby=title")
        self.assertEqual(len(first), 40)
        self.assertEqual(len(first + second), len(set(first + second)))
        page = html.fromstring(self._open("?priority=1&sortby=title").text)
        self.assertTrue(
            page.xpath("//a[contains(@href,'/my/tickets/page/2?priority=1&sortby=title')]")
        )

    def test_who_has_no_tickets_is_led_to_a_new_one(self):
        self.theirs.active = False
        response = self._open(user=self.ingrid)
        self.assertIn("You have no tickets yet", response.text)
        self.assertIn("No ticket matches", self._open("?search=zzz").text)

    def test_the_home_page_leads_here_and_counts(self):
        self.authenticate(self.liisa.login, self.liisa.login)
        self.assertIn('href="/my/tickets"', self.url_open("/my").text)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["ticket_count"]})
        self.assertEqual(counters["ticket_count"], 3)

    def test_visitors_are_asked_to_sign_in_and_employees_sent_home(self):
        response = self.url_open("/my/tickets", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])
        response = self._open(user=self.employee, allow_redirects=False)
        self.assertEqual(response.headers["Location"].rstrip("/")[-3:], "/my")

    def test_an_agent_sees_what_they_ask_for_themselves(self):
        self.paper.partner_id = self.aino.partner_id
        self.assertEqual(self._titles(user=self.aino), ["Paper"])

    def test_the_list_asks_no_more_for_more_tickets(self):
        def count(user):
            self.authenticate(user.login, user.login)
            self.url_open("/my/tickets?groupby=customer")
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.url_open("/my/tickets?groupby=customer")
            return self.cr.sql_log_count - before

        few = count(self.pekka)
        partners = self.env["res.partner"].create(
            [{"name": f"Colleague {n}", "parent_id": self.organisation.id} for n in range(35)]
        )
        self.env["helpdesk.ticket"].create(
            [{"name": "More", "team_id": self.team.id, "partner_id": p.id} for p in partners]
        )
        self.assertLessEqual(count(self.pekka), few + 2)
        self.assertLessEqual(few, 16, "two of them are of the website")
