from odoo.tests import BaseCase

from ..tools.rounding import round_hours


class TestRounding(BaseCase):
    """Minutes are given and expected in minutes: hours are hard to read."""

    def _round(self, minutes, step=0, minimum=0):
        return round(round_hours(minutes / 60, step, minimum) * 60, 6)

    def test_started_quarters_are_billed_whole(self):
        billed = [self._round(m, step=15) for m in (1, 14, 15, 16, 30, 31, 61)]
        self.assertEqual(billed, [15, 15, 15, 30, 30, 45, 75])

    def test_a_quick_answer_costs_the_minimum(self):
        billed = [self._round(m, step=5, minimum=30) for m in (1, 29, 30, 31)]
        self.assertEqual(billed, [30, 30, 30, 35])

    def test_without_rounding_a_started_minute_is_a_minute(self):
        self.assertEqual(self._round(0.5), 1)
        self.assertEqual(self._round(7), 7)

    def test_a_time_that_is_round_already_stays(self):
        for quarters in range(1, 200):
            self.assertEqual(self._round(quarters * 15, step=15, minimum=15), quarters * 15)
        self.assertEqual(round_hours(0.1 + 0.2 + 0.2, 15), 0.5, "floats don't add a quarter")

    def test_no_time_and_corrections_are_left_alone(self):
        self.assertEqual(self._round(0, step=15, minimum=15), 0)
        self.assertEqual(self._round(-20, step=15, minimum=15), -20)
