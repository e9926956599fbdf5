"""What became of everything: printed in the end, and written to a file row by row."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CREATED, FOUND, CHANGED, FAILED = "created", "found", "changed", "failed"
#: The order in which the counts are printed.
KINDS = (
    *("company", "user", "contact", "team", "stage", "category", "tag"),
    *("ticket", "message", "attachment", "follower", "related"),
)


MOST_ROWS_SHOWN = 10


@dataclass
class Report:
    """Counts, and a row for each thing that somebody may want to look at."""

    counts: Counter = field(default_factory=Counter)
    rows: list[dict] = field(default_factory=list)
    #: what has no counterpart here: how many of ``(what, what to do about it)``
    leftovers: Counter = field(default_factory=Counter)

    def count(self, kind: str, outcome: str, number: int = 1) -> None:
        """Count something that became of some records."""
        self.counts[kind, outcome] += number

    def note(self, kind: str, key, label: str, outcome: str, reason: str) -> None:
        """Add a row about one record."""
        self.rows.append(
            {"kind": kind, "id": key, "label": label, "outcome": outcome, "reason": reason}
        )

    def left(self, what: str, number: int, advice: str) -> None:
        """Add something that has no counterpart here."""
        if number:
            self.leftovers[what, advice] += number

    @property
    def failed(self) -> int:
        """How many tickets could not be brought."""
        return self.counts["ticket", FAILED]

    def snapshot(self) -> "Report":
        """Return what is known so far, to go back to."""
        return Report(Counter(self.counts), list(self.rows), Counter(self.leftovers))

    def become(self, other: "Report") -> None:
        """Forget everything but what the other one knows."""
        self.counts, self.rows, self.leftovers = other.counts, other.rows, other.leftovers

    def text(self) -> str:
        """Return the report as people read it."""
        lines = ["", f"{'':12}{'created':>9}{'found':>9}{'changed':>9}{'failed':>9}"]
        for kind in KINDS:
            numbers = [self.counts[kind, outcome] for outcome in (CREATED, FOUND, CHANGED, FAILED)]
            if any(numbers):
                lines.append(f"{kind:12}" + "".join(f"{number:>9}" for number in numbers))
        if self.leftovers:
            lines += ["", "Without counterpart here:"]
            lines += [
                f"  {number:>6}  {what}. {advice}"
                for (what, advice), number in self.leftovers.items()
            ]
        return "\n".join([*lines, *self._tell_rows()])

    def _tell_rows(self) -> list[str]:
        """Return every failure, and of the rest as much as one can read on a screen."""
        lines, shown = ["", "To look at:"] if self.rows else [], Counter()
        for row in self.rows:
            shown[row["kind"], row["outcome"]] += 1
            if row["outcome"] == FAILED or shown[row["kind"], row["outcome"]] <= MOST_ROWS_SHOWN:
                lines.append(
                    f"  {row['outcome']}: {row['kind']} {row['id']} {row['label']}: {row['reason']}"
                )
        for (kind, outcome), number in shown.items():
            if outcome != FAILED and number > MOST_ROWS_SHOWN:
                lines.append(f"  {outcome}: {number - MOST_ROWS_SHOWN} more {kind}s, see the file")
        return lines

    def save(self, path: Path) -> None:
        """Write the rows and the leftovers as CSV, for a spreadsheet."""
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, ["kind", "id", "label", "outcome", "reason"])
            writer.writeheader()
            for (kind, outcome), number in sorted(self.counts.items()):
                writer.writerow({"kind": kind, "outcome": outcome, "label": number})
            for (what, advice), number in self.leftovers.items():
                writer.writerow(
                    {"kind": what, "outcome": "no counterpart", "label": number, "reason": advice}
                )
            writer.writerows(self.rows)
