"""Who gets the next ticket: ranking of candidates, without a database."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Agent = TypeVar("Agent", bound=Hashable)


def distribute(
    preferences_per_ticket: Sequence[Sequence[Sequence[Agent]]],
    load: Mapping[Agent, int],
    room: Mapping[Agent, int] | None = None,
    turn: int = 0,
    ahead: int = 0,
) -> list[Agent | None]:
    """Give each ticket the least loaded of its candidates, counting what was just given.

    Equally loaded candidates take turns: ticket number ``turn`` goes to one of them, the next
    number to the next. So people who distribute consecutive numbers at the same moment, each
    from the same load and knowing by ``ahead`` how many come before them, choose as one person
    distributing all of them would.

    :param preferences_per_ticket: for each ticket, in order, groups of agents who may have it,
        the preferred group first; a later group counts when nobody before it has room
    :param load: tickets that each agent already has; a missing agent has none. Not changed.
    :param room: how many more each agent may get; a missing agent any number. Not changed.
    :param turn: number of the first ticket, such as its id
    :param ahead: tickets before the first that others distribute; taken to be like the first
    :return: for each ticket the chosen agent, or None where nobody may have it
    """
    load, room = dict(load), dict(room or {})
    chosen: list[Agent | None] = []
    tickets = [*preferences_per_ticket[:1] * ahead, *preferences_per_ticket]
    for number, groups in enumerate(tickets, start=turn - ahead):
        agent = next(
            (
                min(free, key=_by_load_and_turn(free, load, number))
                for group in groups
                if (free := [agent for agent in group if room.get(agent, 1) > 0])
            ),
            None,
        )
        chosen.append(agent)
        if agent is not None:
            load[agent] = load.get(agent, 0) + 1
            if agent in room:
                room[agent] -= 1
    return chosen[ahead:]


def _by_load_and_turn(agents: Sequence[Agent], load: Mapping[Agent, int], number: int):
    position = {agent: index for index, agent in enumerate(agents)}
    return lambda agent: (load.get(agent, 0), (position[agent] - number) % len(agents))
