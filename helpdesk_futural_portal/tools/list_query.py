"""What a customer asks of the list of tickets, read from the address of the page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

#: Columns that the list can be sorted by, and the ticket's fields behind them.
SORTINGS = {
    "number": "ticket_ref",
    "title": "name",
    "customer": "partner_id",
    "category": "ticket_type_id",
    "severity": "severity_id",
    "priority": "priority",
    "status": "stage_id",
    "created": "create_date",
    "updated": "last_message_date",
}
#: Columns that begin with the greatest: latest and most urgent first.
DESCENDING = ("number", "priority", "created", "updated")
GROUPINGS = ("status", "category", "severity", "priority", "customer")
SEARCH_IN = ("all", "number", "title", "content")
FILTERS = ("status", "category", "severity", "priority")
MAX_SEARCH_LENGTH = 100


@dataclass(frozen=True)
class ListQuery:
    """Filters, sorting, grouping and search. What an address has wrong is left out of it."""

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mine: bool = False
    sortby: str = "updated"
    order: str = "desc"
    groupby: str = ""
    search: str = ""
    search_in: str = "all"
    page: int = 1

    @classmethod
    def parse(
        cls, get_values: Callable[[str], list[str]], known: Mapping[str, Iterable[str]]
    ) -> "ListQuery":
        """Read the parameters.

        :param get_values: returns all values of a parameter, for example ``MultiDict.getlist``
        :param known: per filter the values that make sense; others are ignored
        """

        def get(name: str, allowed: Iterable[str], default: str) -> str:
            return next((value for value in get_values(name) if value in allowed), default)

        filters = {}
        for name in FILTERS:
            wanted = set(get_values(name))
            if chosen := tuple(value for value in known.get(name, ()) if value in wanted):
                filters[name] = chosen
        sortby = get("sortby", SORTINGS, cls.sortby)
        return cls(
            filters=filters,
            mine="1" in get_values("mine"),
            sortby=sortby,
            order=get("order", ("asc", "desc"), default_order(sortby)),
            groupby=get("groupby", GROUPINGS, ""),
            search=clean_search(next(iter(get_values("search")), "")),
            search_in=get("search_in", SEARCH_IN, cls.search_in),
            page=parse_page(next(iter(get_values("page")), "")),
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters or self.mine or self.search)

    def parameters(self) -> dict[str, list[str] | str]:
        """Return what goes into an address, without the page and without defaults."""
        parameters: dict[str, list[str] | str] = {
            name: list(values) for name, values in self.filters.items()
        }
        if self.mine:
            parameters["mine"] = "1"
        if (self.sortby, self.order) != (ListQuery.sortby, ListQuery.order):
            parameters |= {"sortby": self.sortby, "order": self.order}
        if self.groupby:
            parameters["groupby"] = self.groupby
        if self.search:
            parameters["search"] = self.search
            if self.search_in != ListQuery.search_in:
                parameters["search_in"] = self.search_in
        return parameters

    def url(self, path: str) -> str:
        parameters = self.parameters()
        return f"{path}?{urlencode(parameters, doseq=True)}" if parameters else path

    def sorted_by(self, column: str) -> "ListQuery":
        """Return the query for a click on the column's head: again turns the order round."""
        turned = "asc" if self.order == "desc" else "desc"
        order = turned if column == self.sortby else default_order(column)
        return replace(self, sortby=column, order=order)

    def without(self, name: str, value: str = "") -> "ListQuery":
        """Return the query without one value of a filter, ``mine`` or the search."""
        if name == "mine":
            return replace(self, mine=False)
        if name == "search":
            return replace(self, search="")
        left = tuple(v for v in self.filters.get(name, ()) if v != value)
        filters = {key: values for key, values in self.filters.items() if key != name}
        return replace(self, filters=filters | ({name: left} if left else {}))

    def order_by(self) -> str:
        """Return the order in Odoo's notation; the id makes it the same on every page."""
        keys = [SORTINGS[self.groupby]] if self.groupby else []
        column = SORTINGS[self.sortby]
        if column not in keys:
            keys.append(f"{column} {self.order}")
        elif self.order == "desc":
            keys = [f"{column} desc"]
        return ", ".join([*keys, "id desc"])


def default_order(column: str) -> str:
    return "desc" if column in DESCENDING else "asc"


def clean_search(text: str) -> str:
    """Return one line of printable characters; others can't be in what is searched."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:MAX_SEARCH_LENGTH]


def parse_page(text: str) -> int:
    """Return the number of a page, 1 for whatever is none."""
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        return 1
    return max(1, int(text))
