"""The clocks of service levels: when they ran, stood still and ended, from a ticket's stages.

All of it follows from the ticket's stage history, ``[[stage id, state, "2025-03-03 08:00:00"], …]``
with times in UTC, so it can be told again for policies that come later, and explained on the ticket.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from .working_time import (
    Interval,
    clipped,
    hours_between,
    in_utc,
    moment_after,
    normalized,
    paused_hours,
)

#: When something ends that still lasts.
FOREVER = datetime.max.replace(tzinfo=UTC)
#: States of a stage in which nobody waits for us.
STANDING_STATES = ("waiting", "solved", "closed")
DONE_STATES = ("solved", "closed")


class Visit(NamedTuple):
    """A ticket's time in a stage."""

    stage_id: int
    state: str
    start: datetime
    stop: datetime  # FOREVER while it is there


class Run(NamedTuple):
    """What became of a promise: when its clock started, and was reached or ended without that."""

    start: datetime
    reached: datetime | None = None
    ended: datetime | None = None

    @property
    def stop(self) -> datetime | None:
        return self.reached or self.ended


class Reading(NamedTuple):
    """What a clock shows; hours are working hours."""

    deadline: datetime | None  # None: it stands still, or the calendar has too little work
    paused_since: datetime | None
    paused_hours: float
    exceeded_hours: float
    remaining_hours: float  # negative once exceeded


def read_history(history: Sequence[Sequence]) -> list[Visit]:
    """Return the visits of a stage history, oldest first."""
    starts = [
        datetime.fromisoformat(since).replace(tzinfo=UTC) for _stage, _state, since in history
    ]
    return [
        Visit(stage_id, state, start, stop)
        for (stage_id, state, _since), start, stop in zip(
            history, starts, [*starts[1:], FOREVER], strict=True
        )
    ]


def find_pauses(visits: Sequence[Visit], excluded: Collection[int] = ()) -> list[Interval]:
    """Return when clocks stood still: in stages that don't wait for us, and in excluded ones."""
    return normalized(
        (visit.start, visit.stop)
        for visit in visits
        if visit.state in STANDING_STATES or visit.stage_id in excluded
    )


def run_until(
    visits: Sequence[Visit],
    answered: datetime | None,
    reaches: Callable[[Visit], bool],
    start: datetime | None = None,
) -> Run:
    """Return the run of a promise that is kept once: a response, or a stage.

    :param answered: when it was kept by a message, if at all
    :param reaches: tells whether a visit keeps it
    :param start: if later than the ticket's creation
    """
    start = start or visits[0].start
    moments = [max(visit.start, start) for visit in visits if visit.stop > start and reaches(visit)]
    if answered and answered >= start:
        moments.append(answered)
    if moments:
        return Run(start, reached=min(moments))
    return Run(start, ended=_closed_since(visits))


def resolution_runs(visits: Sequence[Visit], resolves: Callable[[Visit], bool]) -> list[Run]:
    """Return the runs of the promise to resolve: the first, and one from each reopening."""
    runs: list[Run] = []
    was_done = True
    for visit in visits:
        done = visit.state in DONE_STATES
        if was_done and not done:
            runs.append(Run(visit.start))
        if done and runs:
            run = runs[-1]
            if not run.reached:
                reached = visit.start if resolves(visit) else None
                runs[-1] = Run(run.start, reached, run.ended or visit.start)
        was_done = done
    return runs


def read_clock(
    work: Sequence[Interval],
    pauses: Sequence[Interval],
    run: Run,
    hours: float,
    now: datetime,
    deadline: datetime | None = None,
) -> Reading:
    """Tell what the clock of a run shows.

    :param work: from the start of the run to beyond the deadline
    :param hours: what was promised
    :param deadline: if it is settled; a failed promise stays failed
    """
    now = in_utc(now)
    until = run.stop or now
    paused_since = None
    if run.stop:
        # As if it had run on, so that one can tell whether it was in time.
        pauses = clipped(pauses, run.start, until) if until > run.start else []
    elif pauses and pauses[-1][1] == FOREVER and pauses[-1][0] <= now:
        paused_since = max(pauses[-1][0], run.start)
    deadline = deadline or moment_after(work, run.start, hours, pauses)
    if deadline:
        # The hours were used up before the pause began, or as it did.
        deadline, paused_since = deadline.replace(microsecond=0), None
    paused = paused_hours(work, pauses, run.start, until)
    exceeded = 0.0
    if deadline and deadline < until:
        exceeded = hours_between(work, deadline, until)
        exceeded -= paused_hours(work, pauses, deadline, until)
    ran = hours_between(work, run.start, until) - paused
    return Reading(deadline, paused_since, paused, exceeded, hours - ran)


def _closed_since(visits: Sequence[Visit]) -> datetime | None:
    """Return since when the ticket is closed, if it is."""
    since = None
    for visit in reversed(visits):
        if visit.state != "closed":
            break
        since = visit.start
    return since
