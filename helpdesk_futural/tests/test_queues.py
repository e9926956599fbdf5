from datetime import timedelta

from lxml import etree
from markupsafe import Markup

from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common_lifecycle import LifecycleCase

# As the design lists them.
QUEUES = [
    "My Tickets",
    "Unassigned",
    "Waiting for Us",
    "Waiting for Customer",
    "Unread",
    "Due Soon",
    "SLA Failed",
    "Rotting",
    "Snoozed",
    "Recently Closed",
]


@tagged("post_install", "-at_install")
class TestQueues(LifecycleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_progress.rotting_threshold_days = 3
        cls.tomorrow = fields.Datetime.now() + timedelta(days=1)

    def _fill(self):
        """Create tickets of which each queue has a different number."""
        tickets = {
            "mine": self._settled(user_id=self.aino.id, stage_id=self.stage_progress.id),
            "pool": self._settled(channel="email"),
            "urgent pool": self._settled(priority="3"),
            "waiting": self._settled(stage_id=self.stage_waiting.id, user_id=self.lars.id),
            "closed": self._settled(stage_id=self.stage_closed.id),
            "solved": self._settled(stage_id=self.stage_done.id),
            "snoozed": self._settled(user_id=self.aino.id, priority="3"),
            "snoozed pool": self._settled(channel="email"),
        }
        (tickets["snoozed"] | tickets["snoozed pool"]).action_snooze(self.tomorrow)
        for days in (1, 4, 500):
            ticket = self._settled(stage_id=self.stage_progress.id, user_id=self.lars.id)
            ticket.date_last_stage_update = fields.Datetime.now() - timedelta(days=days)
            tickets[f"{days} days"] = ticket
        self._promise(tickets["mine"] | tickets["4 days"] | tickets["snoozed"], hours=1)
        self._promise(tickets["4 days"] | tickets["500 days"] | tickets["solved"], hours=-1)
        self._finish()
        return tickets

    def _promise(self, tickets, hours):
        """Give tickets clocks whose deadline is so many hours away; to warn was two hours ago."""
        now = fields.Datetime.now()
        policy = self.env["helpdesk.sla"].create(
            {"name": "Promise", "team_id": self.team.id, "target": "resolution", "time": 8}
        )
        self.env["helpdesk.sla.status"].create(
            [
                {
                    "ticket_id": ticket.id,
                    "sla_id": policy.id,
                    "target": "resolution",
                    "start_date": now - timedelta(days=1),
                    "deadline": now + timedelta(hours=hours),
                    "warning_date": now - timedelta(hours=2),
                }
                for ticket in tickets
            ]
        )

    def _filters(self):
        """Return ``{name: (group, domain)}`` of the filters; those of one group add to each other."""
        arch = self.env["helpdesk.ticket"].with_user(self.aino).get_view(view_type="search")["arch"]
        filters, group = {}, 0
        for node in etree.fromstring(arch):
            if node.tag == "separator":
                group += 1
            elif node.tag == "filter" and node.get("domain"):
                filters[node.get("name")] = (group, node.get("domain"))
        return filters

    def _search(self, action, user=None):
        """Return the tickets that the web client shows when it opens the action."""
        user = user or self.aino
        context = action["context"]
        if isinstance(context, str):
            context = safe_eval(context, {"uid": user.id})
        filters, chosen = self._filters(), {}
        for key in context:
            name = key.removeprefix("search_default_")
            if name != key and name in filters:
                group, domain = filters[name]
                chosen.setdefault(group, []).append(Domain(safe_eval(domain, {"uid": user.id})))
        domain = Domain.AND(Domain.OR(domains) for domains in chosen.values())
        if team_id := context.get("search_default_team_id"):
            domain &= Domain("team_id", "=", team_id)
        return self._as(user).search(domain & Domain("team_id.company_id", "=", self.company.id))

    def _queue(self, name, user=None):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"helpdesk_futural.helpdesk_ticket_action_{name}"
        )
        return self._search(action, user)

    def test_the_menu_has_the_queues_in_their_order(self):
        menu = self.env.ref("helpdesk_futural.menu_helpdesk_tickets").with_user(self.aino)
        names = [name for name in menu.child_id.mapped("name") if name in QUEUES]
        self.assertEqual(names, QUEUES)

    def test_every_queue_says_what_it_is_for_when_it_is_empty(self):
        menu = self.env.ref("helpdesk_futural.menu_helpdesk_tickets")
        for item in menu.child_id:
            with self.subTest(queue=item.name):
                text = etree.HTML(item.action.help or "<p/>")
                self.assertGreaterEqual(len(text.findall(".//p")), 2)

    def test_each_ticket_stands_in_the_queues_where_people_look_for_it(self):
        tickets = self._fill()
        queues = {
            "my": ["mine"],
            "unassigned": ["pool", "urgent pool"],
            "waiting_for_us": ["mine", "pool", "urgent pool", "1 days", "4 days", "500 days"],
            "waiting_for_customer": ["waiting"],
            "unread": ["pool", "snoozed pool"],
            "sla_due_soon": ["mine", "4 days", "snoozed"],
            "sla_failed": ["4 days", "500 days"],
            "rotting": ["4 days", "500 days"],
            "snoozed": ["snoozed", "snoozed pool"],
            "recently_closed": ["closed"],
        }
        for queue, names in queues.items():
            with self.subTest(queue=queue):
                found = self._queue(queue)
                self.assertEqual({k for k, t in tickets.items() if t in found}, set(names))

    def test_an_unread_message_on_a_solved_ticket_is_not_hidden(self):
        ticket = self._settled(stage_id=self.stage_done.id)
        ticket.action_mark_unread()
        self.assertIn(ticket, self._queue("unread"))

    def test_every_number_on_a_teams_card_is_the_count_of_the_list_that_it_opens(self):
        self._fill()
        card = self.env.ref("helpdesk_futural.helpdesk_team_view_dashboard")
        arch = self.env["helpdesk.team"].with_user(self.aino).get_view(card.id, "kanban")["arch"]
        numbers = {}
        for link in etree.fromstring(arch).iter("a"):
            for field in link.iter("field"):
                if field.get("name").endswith("_count"):
                    name = field.get("name")
                    context = safe_eval(link.get("context"))
                    team = self.team.with_user(self.aino).with_context(**context)
                    with self.subTest(number=name):
                        numbers[name] = len(self._search(team.action_view_tickets()))
                        self.assertEqual(team[name], numbers[name])
        self.assertEqual(
            {name: numbers[name] for name in ("open_ticket_count", "unassigned_ticket_count")},
            {"open_ticket_count": 9, "unassigned_ticket_count": 2},
        )
        self.assertGreaterEqual(len(numbers), 8)
        self.assertNotIn(0, numbers.values(), "nothing is shown by a number that is always zero")

    def test_the_shared_favourites_show_who_waits_longest_and_what_is_new_for_me(self):
        tickets = self._fill()
        for name, days in (("4 days", 1), ("mine", 9)):
            tickets[name].last_customer_message_date = fields.Datetime.now() - timedelta(days=days)
        tickets["mine"].unread = True
        found = {}
        for name in ("waiting_longest", "my_unread"):
            favourite = self.env.ref(f"helpdesk_futural.helpdesk_ticket_filter_{name}")
            self.assertFalse(favourite.user_ids, "everybody sees it")
            domain = Domain(safe_eval(favourite.domain, {"uid": self.aino.id}))
            order = ", ".join(safe_eval(favourite.sort)) or None
            own = Domain("team_id", "=", self.team.id)
            found[name] = self._as(self.aino).search(domain & own, order=order)
        self.assertEqual(found["waiting_longest"][:2], tickets["mine"] | tickets["4 days"])
        self.assertEqual(found["my_unread"], tickets["mine"])

    def test_the_list_can_be_sorted_by_what_it_shows(self):
        arch = etree.fromstring(self._as(self.aino).get_view(view_type="list")["arch"])
        for column in (
            "last_message_date",
            "last_author_id",
            "last_message_preview",
            "waiting_on",
            "unread",
            "snooze_until",
        ):
            with self.subTest(column=column):
                self.assertIsNotNone(arch.find(f".//field[@name='{column}']"))
                described = self.env["helpdesk.ticket"].fields_get([column])[column]
                self.assertTrue(described["sortable"])

    def test_the_list_tells_who_said_what_last_and_whose_turn_it_is(self):
        ticket = self._settled(user_id=self.aino.id)
        self._say(ticket, body=Markup("<p>Still jammed!</p><p>It beeps.</p>"))
        self.assertEqual(ticket.last_author_id, self.customer)
        self.assertEqual(ticket.waiting_on, "team")
        self.assertTrue(ticket.last_message_preview.startswith("Still jammed!"))
        self._answer(ticket, body="Unplug it.")
        self.assertEqual(ticket.last_author_id, self.aino.partner_id)
        self.assertEqual(
            (ticket.waiting_on, ticket.last_message_preview), ("customer", "Unplug it.")
        )


@tagged("post_install", "-at_install")
class TestRotting(LifecycleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_progress.rotting_threshold_days = 3
        cls.stage_done.rotting_threshold_days = 1

    def _since(self, days, stage):
        ticket = self._settled(stage_id=stage.id)
        ticket.date_last_stage_update = fields.Datetime.now() - timedelta(days=days, hours=1)
        self._finish()
        return ticket

    def _is_found(self, ticket):
        return bool(self._as(self.aino).search([("is_rotting", "=", True), ("id", "=", ticket.id)]))

    def test_a_ticket_rots_after_the_days_of_its_stage_and_not_once_it_is_solved(self):
        for days, stage, rots in (
            (2, self.stage_progress, False),
            (4, self.stage_progress, True),
            (500, self.stage_progress, True),
            (40, self.stage_new, False),
            (4, self.stage_done, False),
        ):
            with self.subTest(stage=stage.name, days=days):
                ticket = self._since(days, stage)
                self.assertEqual(ticket.is_rotting, rots)
                self.assertEqual(self._is_found(ticket), rots)
                self.assertEqual(ticket.rotting_days, days if rots else 0)
                found = self._as(self.aino).search([("is_rotting", "=", False)])
                self.assertEqual(ticket in found, not rots)

    def test_moving_on_ends_the_rotting(self):
        ticket = self._since(4, self.stage_progress)
        ticket.with_user(self.aino).action_solve()
        self.assertFalse(ticket.is_rotting)
        self.assertFalse(self._is_found(ticket))

    def test_the_form_tells_how_long_a_ticket_was_in_each_stage(self):
        ticket = self._settled()
        moment = self.env.cr.now()
        for days, stage in ((5, self.stage_progress), (2, self.stage_waiting)):
            ticket.stage_id = stage
            self._finish()
            values = self.env["mail.tracking.value"].search(
                [("mail_message_id.res_id", "=", ticket.id)], order="id desc", limit=1
            )
            self.env.cr.execute(
                "UPDATE mail_tracking_value SET create_date = %s WHERE id = %s",
                [moment - timedelta(days=days), values.id],
            )
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = %s WHERE id = %s",
            [moment - timedelta(days=6), ticket.id],
        )
        self.env.invalidate_all()
        day = 24 * 3600
        self.assertEqual(
            {int(k): v for k, v in ticket.with_user(self.aino).duration_tracking.items()},
            {
                self.stage_new.id: day,
                self.stage_progress.id: 3 * day,
                self.stage_waiting.id: 2 * day,
            },
        )

    def test_it_shows_in_kanban_list_and_form_and_an_administrator_sets_it_on_the_stage(self):
        Ticket = self._as(self.aino)
        for view_type, widget in (
            ("kanban", "rotting"),
            ("list", "badge_rotting"),
            ("form", "rotting_statusbar_duration"),
        ):
            with self.subTest(view=view_type):
                arch = etree.fromstring(Ticket.get_view(view_type=view_type)["arch"])
                self.assertTrue(arch.xpath(f"//field[@widget='{widget}']"))
        stage = self.env["helpdesk.stage"].with_user(self.admin)
        arch = etree.fromstring(stage.get_view(view_type="form")["arch"])
        self.assertTrue(arch.xpath("//field[@name='rotting_threshold_days']"))
        self.stage_new.with_user(self.admin).rotting_threshold_days = 2
        self.assertTrue(self._since(3, self.stage_new).is_rotting)
