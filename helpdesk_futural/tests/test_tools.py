from datetime import date

from odoo.tests import BaseCase

from ..tools.assignment import distribute
from ..tools.case_number import format_case_number, parse_case_number, split_case_number
from ..tools.preview import PREVIEW_LENGTH, plain_text, preview


class TestCaseNumberFormat(BaseCase):
    def test_number_is_the_day_and_three_digits(self):
        self.assertEqual(format_case_number(date(2025, 1, 27), 1), "250127001")
        self.assertEqual(format_case_number(date(2025, 1, 27), 999), "250127999")

    def test_a_busy_day_gets_four_digits_and_stays_unique(self):
        thousand = format_case_number(date(2025, 1, 27), 1000)
        self.assertEqual(thousand, "2501271000")
        self.assertNotEqual(thousand[:6], format_case_number(date(2025, 1, 28), 1)[:6])

    def test_counter_starts_at_one(self):
        with self.assertRaises(ValueError):
            format_case_number(date(2025, 1, 27), 0)

    def test_people_write_numbers_in_several_ways(self):
        for text in ("250127001", "#250127001", "[#250127001]", "  # 250127001 "):
            with self.subTest(text=text):
                self.assertEqual(parse_case_number(text), "250127001")

    def test_other_text_is_no_number(self):
        for text in ("", None, "12345678", "printer", "250127001 printer", "#", "٢٥٠١٢٧٠٠١x"):
            with self.subTest(text=text):
                self.assertIsNone(parse_case_number(text))

    def test_split_gives_back_what_format_took(self):
        self.assertEqual(split_case_number("#2501271000"), ("250127", 1000))
        self.assertIsNone(split_case_number("printer"))


class TestDistribute(BaseCase):
    def test_every_ticket_of_a_batch_counts_for_the_next(self):
        chosen = distribute([[["a", "b"]]] * 4, {})
        self.assertEqual(chosen, ["a", "b", "a", "b"])

    def test_the_least_loaded_comes_first(self):
        self.assertEqual(distribute([[["a", "b"]]], {"a": 3, "b": 1}), ["b"])

    def test_nobody_is_chosen_where_nobody_may(self):
        self.assertEqual(distribute([[], [["a"]]], {}), [None, "a"])

    def test_what_was_given_is_not_changed(self):
        load, room = {"a": 1}, {"a": 1}
        distribute([[["a"]]], load, room)
        self.assertEqual((load, room), ({"a": 1}, {"a": 1}))

    def test_the_second_group_gets_what_the_first_has_no_room_for(self):
        chosen = distribute([[["a"], ["a", "b"]]] * 4, {"b": 9}, {"a": 1, "b": 2})
        self.assertEqual(chosen, ["a", "b", "b", None])

    def test_equally_loaded_agents_take_turns(self):
        group = [["a", "b", "c"]]
        first = [distribute([group], {}, turn=turn)[0] for turn in range(6)]
        self.assertEqual(sorted(first), ["a", "a", "b", "b", "c", "c"])

    def test_people_who_distribute_at_the_same_moment_choose_as_one_would(self):
        group, load = [["a", "b", "c", "d"]], {"a": 7, "b": 5, "c": 2}
        alone = distribute([group] * 20, load, turn=100)
        together = [
            distribute([group], load, turn=100 + ahead, ahead=ahead)[0] for ahead in range(20)
        ]
        self.assertEqual(together, alone)

    def test_tickets_that_come_before_fill_up_who_has_room(self):
        self.assertEqual(distribute([[["a", "b"]]], {}, {"a": 1, "b": 1}, turn=1, ahead=1), ["b"])
        self.assertEqual(distribute([[["a", "b"]]], {}, {"a": 1, "b": 1}, ahead=2), [None])


class TestPreview(BaseCase):
    def test_what_was_said_is_shown_without_markup(self):
        self.assertEqual(
            preview("<p><br/></p><p>Good <b>morning</b>,</p><p>it <em>still</em> smokes.</p>"),
            "Good morning, it still smokes.",
        )

    def test_lines_stay_apart_and_links_leave_no_footnotes(self):
        text = plain_text(
            '<h2>Export</h2><p>Press <em>Export</em>, see <a href="https://x.example">there</a></p>'
            "<ul><li><u>One</u></li><li>Two</li></ul>"
        )
        self.assertEqual(text.split("\n"), ["Export", "Press Export, see there", "One", "Two"])

    def test_quoted_history_and_signature_are_passed_over(self):
        self.assertEqual(
            preview("<p>&gt; you wrote</p><p>Thanks!</p><div>-- </div><div>Pekka, Laine Oy</div>"),
            "Thanks!",
        )

    def test_a_long_message_is_cut_visibly(self):
        text = preview("<p>%s</p>" % ("word " * 60))
        self.assertLessEqual(len(text), PREVIEW_LENGTH)
        self.assertTrue(text.endswith("…"))

    def test_nothing_said_is_nothing_shown(self):
        self.assertEqual(preview(False), "")
        self.assertEqual(preview("<p></p>"), "")
