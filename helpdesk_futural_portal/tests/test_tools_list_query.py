from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.list_query import FILTERS, GROUPINGS, SEARCH_IN, SORTINGS, ListQuery

KNOWN = {"status": ["1", "2"], "category": ["7"], "severity": [], "priority": ["0", "1", "2", "3"]}
NAMES = ("mine", "sortby", "order", "groupby", "search", "search_in", "page", *FILTERS)
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [*SORTINGS, *GROUPINGS, *SEARCH_IN, "1", "2", "7", "asc", "-1", "1e9", "²", "９"]
    ),
)


def parse(**parameters):
    return ListQuery.parse(lambda name: parameters.get(name, []), KNOWN)


@tagged("post_install", "-at_install")
class TestListQuery(BaseCase):
    def test_an_empty_address_shows_what_changed_last_first(self):
        self.assertEqual(parse().order_by(), "last_message_date desc, id desc")
        self.assertEqual(parse().url("/my/tickets"), "/my/tickets")

    def test_several_values_of_a_filter_are_kept_and_unknown_ones_dropped(self):
        query = parse(status=["2", "99", "1"], severity=["1"], priority=["3"], mine=["yes"])
        self.assertEqual(query.filters, {"status": ("1", "2"), "priority": ("3",)})
        self.assertFalse(query.mine)
        self.assertEqual(query.url("/x"), "/x?status=1&status=2&priority=3")

    def test_a_second_click_on_a_column_turns_the_order_round(self):
        once = parse().sorted_by("created")
        self.assertEqual((once.sortby, once.order), ("created", "desc"))
        self.assertEqual(once.sorted_by("created").order, "asc")
        self.assertEqual(once.sorted_by("title").order, "asc")

    def test_grouping_comes_before_sorting(self):
        query = parse(groupby=["status"], sortby=["title"])
        self.assertEqual(query.order_by(), "stage_id, name asc, id desc")
        same = parse(groupby=["status"], sortby=["status"], order=["desc"])
        self.assertEqual(same.order_by(), "stage_id desc, id desc")

    def test_a_filter_in_use_can_be_taken_away_alone(self):
        query = parse(status=["1", "2"], mine=["1"], search=["ink"])
        self.assertEqual(query.without("status", "1").filters, {"status": ("2",)})
        self.assertFalse(query.without("mine").mine)
        self.assertEqual(query.without("search").search, "")
        self.assertTrue(query.is_filtered)

    @given(st.dictionaries(st.sampled_from(NAMES), st.lists(VALUES, max_size=3)))
    def test_whatever_the_address_says_the_query_is_sound_and_stays_itself(self, parameters):
        query = parse(**parameters)
        self.assertIn(query.sortby, SORTINGS)
        self.assertIn(query.groupby, ("", *GROUPINGS))
        self.assertGreaterEqual(query.page, 1)
        self.assertNotIn("\0", query.search)
        for name, values in query.filters.items():
            self.assertLessEqual(set(values), set(KNOWN[name]))
        written = {
            name: values if isinstance(values, list) else [values]
            for name, values in query.parameters().items()
        }
        again = parse(**written, page=[str(query.page)])
        if query.search or query.search_in == "all":
            self.assertEqual(again, query)
