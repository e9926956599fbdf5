from odoo.tests import BaseCase, tagged

from ..oca_import import mapping
from ..oca_import.report import FAILED, MOST_ROWS_SHOWN, Report


@tagged("-at_install", "post_install")
class TestOcaMapping(BaseCase):
    """What something in OCA's helpdesk is here."""

    def test_a_stage_means_what_it_says_or_is_called(self):
        for name, closed, unattended, state in (
            ("New", False, True, "new"),
            ("In Progress", False, False, "in_progress"),
            ("Awaiting", False, False, "waiting"),
            ("On hold", False, False, "waiting"),
            ("Odottaa asiakasta", False, False, "waiting"),
            ("Avventer kunde", False, False, "waiting"),
            ("Ordering parts", False, False, "in_progress"),
            ("Waiting no more", True, False, "closed"),
        ):
            with self.subTest(name=name):
                found = mapping.stage_state(name, closed=closed, unattended=unattended)
                self.assertEqual(found, state)

    def test_what_was_refused_was_not_solved(self):
        self.assertTrue(mapping.is_solving("Done"))
        for name in ("Cancelled", "Rejected", "Spam", "Peruttu"):
            self.assertFalse(mapping.is_solving(name), name)

    def test_the_channel_is_known_by_its_kind_then_its_name_then_the_first_mail(self):
        for xmlid, name, by_mail, expected in (
            ("helpdesk_ticket_channel_web", "Whatever", True, ("portal", False)),
            (None, "E-mail (support)", False, ("email", False)),
            (None, "Phone call", False, ("phone", False)),
            (None, "Fax", True, ("manual", True)),
            (None, None, True, ("email", False)),
            (None, None, False, ("manual", False)),
        ):
            with self.subTest(name=name):
                self.assertEqual(mapping.channel_of(xmlid, name, by_mail=by_mail), expected)

    def test_nothing_becomes_visible_to_more_people(self):
        def subtype(xmlid, internal=False, is_internal=False, message_type="comment"):
            return mapping.subtype_of(
                xmlid, internal=internal, is_internal=is_internal, message_type=message_type
            )

        self.assertEqual(subtype("mail.mt_comment"), "mail.mt_comment")
        self.assertEqual(subtype("mail.mt_note", internal=True), "mail.mt_note")
        self.assertEqual(subtype("other.public"), "mail.mt_comment")
        self.assertEqual(subtype("other.public", is_internal=True), "mail.mt_note")
        self.assertEqual(subtype("other.private", internal=True), "mail.mt_note")
        self.assertEqual(subtype("helpdesk_mgmt.x", message_type="notification"), "mail.mt_note")
        self.assertIsNone(subtype(None))
        self.assertIsNone(mapping.message_type_of("user_notification"))

    def test_pictures_in_a_text_are_those_that_were_brought(self):
        html = (
            '<img src="/web/image/12?access_token=a"> <a href="/web/content/123-x/a.pdf">'
            '<img src="https://old.example/web/image/12"> <p data-attachment-id="7">/web/image/9</p>'
        )
        self.assertEqual(mapping.find_files(html), {12, 123, 7})
        text, unknown = mapping.rewrite_files(html, {12: 50, 7: 51})
        self.assertIn('"/web/image/50?access_token=a"', text)
        self.assertIn('"/web/content/0-x/a.pdf"', text)  # somebody else's file here
        self.assertIn("https://old.example/web/image/12", text)
        self.assertIn('data-attachment-id="51"', text)
        self.assertEqual(unknown, {123})
        self.assertEqual(mapping.rewrite_files(None, {}), ("", set()))

    def test_what_changed_on_one_side_is_brought_or_stays_and_on_both_is_told(self):
        long = "<p>" + "long " * 50 + "</p>"
        there = {"name": "A", "priority": "1", "description": long, "stage_id": 5, "user_id": 7}
        brought = {name: [mapping.mark(value)] * 2 for name, value in there.items()}
        here = {**there, "priority": "3", "stage_id": 6}
        self.assertEqual(mapping.changes_to_bring(brought, there, here), ({}, []))
        changed = {**there, "name": "B", "stage_id": 8, "description": long + "!"}
        self.assertEqual(
            mapping.changes_to_bring(brought, changed, here),
            ({"name": "B", "description": long + "!"}, ["stage_id"]),
        )
        # The same change on both sides is none; what was cleaned here is not changed here.
        self.assertEqual(
            mapping.changes_to_bring(brought, {"stage_id": 6}, {"stage_id": 6}), ({}, [])
        )
        cleaned = {"description": ["there", "here"]}
        self.assertEqual(
            mapping.changes_to_bring(cleaned, {"description": "new"}, {"description": "here"}),
            ({"description": "new"}, []),
        )

    def test_the_stages_of_a_ticket_are_told_from_its_changes(self):
        changes = [("2026-01-03 09:00:00", 2, 3), ("2026-01-02 09:00:00", 1, 2)]
        self.assertEqual(
            mapping.told_stages("2026-01-01 09:00:00", changes, 3),
            [
                (1, "2026-01-01 09:00:00"),
                (2, "2026-01-02 09:00:00"),
                (3, "2026-01-03 09:00:00"),
            ],
        )
        self.assertEqual(mapping.told_stages("2026-01-01", (), 4), [(4, "2026-01-01")])
        self.assertEqual(
            mapping.told_stages("2026-01-01", [("2026-01-02", 0, 2)], 2), [(2, "2026-01-02")]
        )

    def test_properties_that_link_to_records_are_left(self):
        kept, left = mapping.plain_properties(
            [{"name": "a", "type": "char"}, {"name": "b", "type": "many2one", "string": "Contact"}]
        )
        self.assertEqual([each["name"] for each in kept], ["a"])
        self.assertEqual(left, ["Contact"])

    def test_names_are_read_as_people_read_them(self):
        self.assertEqual(mapping.text_of({"fi_FI": "Tuki"}), "Tuki")
        self.assertEqual(mapping.text_of({"fi_FI": "Tuki", "en_US": "Support"}), "Support")
        self.assertEqual(mapping.name_key(" Tytär  OY "), mapping.name_key("tytär oy"))

    def test_the_report_shows_every_failure_and_some_of_the_rest(self):
        report = Report()
        for number in range(30):
            report.note("ticket", number, f"T{number}", FAILED, "broken")
            report.note("ticket", number, f"T{number}", "to do", "without agent")
        report.left("channel “Fax”", 2, "By hand.")
        report.left("channel “Fax”", 1, "By hand.")
        text = report.text()
        self.assertEqual(text.count("broken"), 30)
        self.assertEqual(text.count("without agent"), MOST_ROWS_SHOWN)
        self.assertIn("to do: 20 more tickets", text)
        self.assertIn("3  channel “Fax”. By hand.", text)
        before = report.snapshot()
        report.count("ticket", FAILED)
        report.become(before)
        self.assertEqual(report.failed, 0)
