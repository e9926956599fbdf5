"""Who gets the next ticket: ranking of candidates, without a database."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Agent = TypeVar("Agent", bound=Hashable)


def distribute(
    candidates_per_ticket: Iterable[Sequence[Agent]],
    load: dict[Agent, int],
    tie_break: Callable[[Agent], object],
) -> list[Agent | None]:
    """Give each ticket the least loaded of its candidates, counting what was just given.

    :param candidates_per_ticket: for each ticket, in order, the agents who may have it
    :param load: tickets that each agent already has; a missing agent has none. Not changed.
    :param tie_break: sort key among equally loaded agents
    :return: for each ticket the chosen agent, or None where nobody may have it
    """
    load = dict(load)
    chosen: list[Agent | None] = []
    for candidates in candidates_per_ticket:
        if not candidates:
            chosen.append(None)
            continue
        agent = min(candidates, key=lambda a: (load.get(a, 0), tie_break(a)))
        load[agent] = load.get(agent, 0) + 1
        chosen.append(agent)
    return chosen
