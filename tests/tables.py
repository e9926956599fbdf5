"""Tables in Markdown that people review and tests carry out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A row: what it is about, and what its cells say for each kind of user."""

    line: int
    subject: tuple[str, ...]
    cells: dict[str, str]

    def format(self, cells: dict[str, str]) -> str:
        """Return the row as it would stand in the file with other cells."""
        return f"| {' | '.join((*self.subject, *(cells[name] for name in self.cells)))} |"


def read_rows(file: Path, *subjects: str) -> list[Row]:
    """Return the rows of those tables of a file whose first columns are the subjects.

    :param subjects: the heads of the columns that say what a row is about; what the other columns
        are headed by are kinds of users
    :raises ValueError: if a row has more or fewer cells than its head
    """
    head: list[str] = []
    rows = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if not line.startswith("|"):
            head = []
            continue
        values = [value.strip() for value in line.strip().strip("|").split("|")]
        if not head:
            head = values
        elif head[: len(subjects)] != [*subjects] or not values[0].strip("-: "):
            continue
        elif len(values) != len(head):
            raise ValueError(f"{file.name}, line {number}: {len(values)} cells, not {len(head)}")
        else:
            cells = dict(zip(head[len(subjects) :], values[len(subjects) :], strict=True))
            rows.append(Row(number, tuple(values[: len(subjects)]), cells))
    return rows
