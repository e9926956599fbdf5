"""The results as a table, and which targets they meet."""

from .operations import BARE, TASK, TICKET

#: At most so many times what the bare model takes in the same run, at the size of 200,000 (milliseconds).
RATIOS = {
    "kanban, 20 cards a column": 1.3,
    "form": 1.3,
    "portal page": 1.3,
    "portal list": 1.5,
    "list of 80": 2,
    "search by word": 2,
}
#: At most so many queries; per record where there are many.
QUERIES = {
    "new mail": 43 + 12,  # the register takes about twelve
    "reply": 58,
    "create one": 17,
    "create 1,000": 0.5,
    "stage of one": 12,
    "close 500 with their mails": 4.5,
}
#: What a user waits for takes at most so many times longer on the largest size than on the smallest.
GROWTH = 1.5
_WAITED_FOR = (
    *RATIOS,
    "list of 80, all",
    "search by number",
    "search by customer",
    "dashboard of teams",
    "create one",
    "stage of one",
    "assign one",
)
_NAMES = {TICKET: "ticket", BARE: "bare", TASK: "task"}


def table(results):
    """Return the results as lines of a Markdown table.

    :param results: ``{size: {operation: {model: {"queries", "ms", "per"}}}}``
    """
    lines = ["| operation | model |" + "".join(f" {size:,} |" for size in results)]
    lines.append("|---|---|" + "---|" * len(results))
    first = next(iter(results.values()))
    for operation, models in first.items():
        for model in models:
            cells = [_cell(of_size[operation][model]) for of_size in results.values()]
            lines.append(f"| {operation} | {_NAMES[model]} | " + " | ".join(cells) + " |")
    return lines


def _cell(value):
    per = f" ({value['per']:g} each)" if value["per"] else ""
    return f"{value['queries']:g} q{per}, {value['ms']:,.1f} ms"


def verdicts(results):
    """Return ``[(met, text)]`` for each target that the run can tell of."""
    found = []
    size = min(results, key=lambda size: abs(size - 200_000))
    measured = results[size]
    for operation, limit in RATIOS.items():
        ratio = measured[operation][TICKET]["ms"] / max(measured[operation][BARE]["ms"], 0.01)
        found.append(
            (ratio <= limit, f"{operation}: {ratio:.2f} times the bare model (at most {limit})")
        )
    for operation, limit in QUERIES.items():
        value = measured[operation][TICKET]
        queries = value["per"] or value["queries"]
        found.append((queries <= limit, f"{operation}: {queries:g} queries (at most {limit})"))
    smallest, largest = min(results), max(results)
    if smallest != largest:
        for operation in _WAITED_FOR:
            growth = results[largest][operation][TICKET]["ms"] / max(
                results[smallest][operation][TICKET]["ms"], 0.01
            )
            text = f"{operation}: {growth:.2f} times from {smallest:,} to {largest:,}"
            found.append((growth <= GROWTH, f"{text} (at most {GROWTH})"))
    return found
