import time

from odoo.tests import BaseCase

from ..tools.mail_subject import find_case_numbers, strip_reply_prefixes, subject_key


class TestSubjectCaseNumbers(BaseCase):
    def test_a_case_number_is_found_wherever_it_stands(self):
        for subject in (
            "[#250127001] Printer on fire",
            "#250127001",
            "Re: [#250127001] Printer",
            "RE: Fwd: VS: Sv: AW: WG: VL: Antw: #250127001 Printer",
            "Re[2]:#250127001",
            "Printer on fire (#250127001)",
            "Printer #250127001, still on fire",
            "about #250127001.",
            "[# 250127001] typed by hand",
            "[EXTERNAL] Re: [#250127001] Printer",
        ):
            with self.subTest(subject=subject):
                self.assertEqual(find_case_numbers(subject), ["250127001"])

    def test_what_clients_do_to_characters_makes_no_difference(self):
        for subject in (
            "［＃２５０１２７００１］ プリンター",
            "Re\u00a0: [#\u00a0250127001]\u00a0Imprimante",
            "\u200f[#250127001]\u200e מדפסת",
            "#\u200b250127001",
            "[#250127001]\u3000打印机",
        ):
            with self.subTest(subject=subject):
                self.assertEqual(find_case_numbers(subject), ["250127001"])

    def test_a_busy_days_longer_numbers_are_found_whole(self):
        self.assertEqual(find_case_numbers("[#2501271000] x"), ["2501271000"])
        self.assertEqual(find_case_numbers("[#250127123456]"), ["250127123456"])

    def test_several_numbers_come_in_order_and_once(self):
        self.assertEqual(
            find_case_numbers("Re: [#250127002] as in #250127001 and #250127002"),
            ["250127002", "250127001"],
        )

    def test_other_numbers_are_not_taken_for_cases(self):
        for subject in (
            None,
            "",
            "250127001",
            "Call me at 250127001",
            "#12345678",
            "#2501270011234",
            "Ticket#250127001",
            "#250127001abc",
            "https://example.com/page/#250127001",
            "&#250127001;",
            "##250127001",
            "#٢٥٠١٢٧٠٠١x",
        ):
            with self.subTest(subject=subject):
                self.assertEqual(find_case_numbers(subject), [])

    def test_a_huge_subject_is_read_at_once(self):
        started = time.monotonic()
        for subject in ("#" * 100_000, "[# " * 30_000, "Re: " * 25_000, " " * 100_000):
            find_case_numbers(subject)
            strip_reply_prefixes(subject)
        self.assertLess(time.monotonic() - started, 2)


class TestSubjectPrefixes(BaseCase):
    def test_the_topic_is_what_remains_of_replies_in_any_language(self):
        for prefix in (
            "Re:",
            "RE: FW: re:",
            "Re[2]:",
            "Re(3): Fwd:",
            "Re^2:",
            "VS: VL:",
            "Sv: Vb:",
            "AW: WG:",
            "Antw:",
            "RE : TR :",
            "Re\u00a0:",
            "RV:",
            "Odp: PD:",
            "回复：",
            "转发: 答复:",
            "На: Отв:",
            "ΑΠ:",
        ):
            with self.subTest(prefix=prefix):
                self.assertEqual(strip_reply_prefixes(f"{prefix} Printer: jam"), "Printer: jam")

    def test_a_topic_that_resembles_a_prefix_stays(self):
        for subject in (
            "Printer: Re: jam",
            "Rewrite: the manual",
            "Re-imaging the laptops",
            "R: drive is full",
            "HA: cluster is down",
            "Ref: order 17",
            "[#250127001] Printer",
        ):
            with self.subTest(subject=subject):
                self.assertEqual(strip_reply_prefixes(subject), subject)

    def test_nothing_remains_of_nothing(self):
        for subject in (None, "", "  ", "Re:", "Re: Fwd: "):
            self.assertEqual(strip_reply_prefixes(subject), "")


class TestSubjectKey(BaseCase):
    def test_two_mails_about_one_thing_have_one_key(self):
        for subject in (
            "Printer jammed",
            "Re: printer  JAMMED ",
            "VS: [#250127001] Re: Printer\u00a0jammed",
            "[#250127001] Printer jammed",
            "Ｐrinter jammed",
            "Printer jammed #250127001",
        ):
            with self.subTest(subject=subject):
                self.assertEqual(subject_key(subject), "printer jammed")

    def test_other_subjects_have_other_keys(self):
        for subject in ("Printer jammed again", "Printer 2501270011 jammed", "Printer-jammed"):
            with self.subTest(subject=subject):
                self.assertNotEqual(subject_key(subject), "printer jammed")

    def test_nothing_has_no_key(self):
        for subject in (None, "", "Re: ", "[#250127001]"):
            self.assertEqual(subject_key(subject), "")
