"""Whether whatever waits gets out by time alone.

The graph of time: what is urgent, what is dropped, and deadlines that pass; no event from outside, and no pick of a
policy, which may wait for ever. Every deadline falls due at last, so a run of it ends in a state without a next step,
or goes round in a component of the graph that nothing leads out of. There, no thing may have a deadline armed: it would
wait for ever. A cycle of urgent events alone, in no time, is a fault of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import networkx

from ...engine.compiling.records import can_end
from .moves import CUT
from .packing import MOMENT
from .search import Explored, Explorer


@dataclass(frozen=True)
class Waiting:
    """A thing (machine and key) that waits for ever from a state on."""

    state: int
    machine: str
    key: int


@dataclass(frozen=True)
class Liveness:
    """What was found: who waits for ever, and a state from which urgent events go round without an end."""

    waiting: Waiting | None
    endless: int | None


class TimeGraph:
    """What happens by itself."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer

    def urgent(self, state: int) -> tuple[list[int], bool]:
        """The states that come next without time, and whether it ends here: nothing is urgent, nothing is dropped."""
        for group in self.explorer.agenda(state).urgent:
            if not group.waits:
                effects = self.explorer.look(group.memo, state)
                if effects:
                    return ([] if effects[0] is CUT else [state ^ effects[0][0]]), False
        if state & MOMENT:
            return [state ^ MOMENT], False
        rest = self.explorer.dropped(state)
        return ([], True) if rest == state else ([rest], False)

    def following(self, state: int) -> list[int]:
        """The states that come next by urgency or by time."""
        states, at_rest = self.urgent(state)
        if at_rest:
            for group in self.explorer.agenda(state).time:
                states = [state ^ change for change, _, _ in self.explorer.look(group.memo, state)]
        return states


def check(explored: Explored) -> Liveness:
    """Look for whoever waits for ever from a state that was reached."""
    graph = TimeGraph(explored.explorer)
    sinks, cyclic = _descend(graph, explored.parents)
    waiting = next((w for state in sinks for w in _armed(explored.explorer, state, any_machine=True)), None)
    endless: int | None = None
    if cyclic:
        digraph: networkx.DiGraph[int] = networkx.DiGraph()
        for state in _reachable(graph, cyclic):
            digraph.add_edges_from((state, after) for after in graph.following(state))
        for component in networkx.strongly_connected_components(digraph):
            if len(component) == 1 and not digraph.has_edge(*(2 * tuple(component))):
                continue
            here = sorted(component, key=list(explored.parents).index) if len(component) < 50 else list(component)
            if endless is None and not any(graph.urgent(state)[1] for state in component):
                endless = here[0]
            terminal = all(after in component for state in component for after in digraph.successors(state))
            if waiting is None and terminal:
                waiting = next((w for s in here for w in _armed(explored.explorer, s, any_machine=False)), None)
    return Liveness(waiting, endless)


def _descend(graph: TimeGraph, states: Iterable[int]) -> tuple[list[int], list[int]]:
    """Follow every state by time: the states in which it ends, and those at which a cycle was met."""
    done: set[int] = set()
    sinks: list[int] = []
    cyclic: list[int] = []
    for start in states:
        if start in done:
            continue
        on_the_way = {start}
        stack: list[tuple[int, Iterator[int]]] = [(start, iter(_next(graph, start, sinks)))]
        while stack:
            state, following = stack[-1]
            after = next(following, None)
            if after is None:
                stack.pop()
                on_the_way.discard(state)
                done.add(state)
            elif after in on_the_way:
                cyclic.append(after)
            elif after not in done:
                on_the_way.add(after)
                stack.append((after, iter(_next(graph, after, sinks))))
    return sinks, cyclic


def _next(graph: TimeGraph, state: int, sinks: list[int]) -> list[int]:
    following = graph.following(state)
    if not following and graph.urgent(state)[1]:
        sinks.append(state)
    return following


def _reachable(graph: TimeGraph, states: Iterable[int]) -> Iterator[int]:
    seen = set(states)
    waiting = list(seen)
    while waiting:
        state = waiting.pop()
        yield state
        for after in graph.following(state):
            if after not in seen:
                seen.add(after)
                waiting.append(after)


def _armed(explorer: Explorer, state: int, *, any_machine: bool) -> Iterator[Waiting]:
    """The things that live and have a deadline; where time goes on, only those that could end."""
    tables = explorer.layout.tables
    ended: set[tuple[str, int]] | None = None
    for machine in explorer.system.machines:
        table = tables[machine.name]
        columns = [c for c in table.columns if c.is_deadline]
        if not columns or not (any_machine or can_end(machine)):
            continue
        for slot in range(table.size):
            row = state >> table.shift(slot) & table.row_mask
            if row & 1 and any(row & c.mask for c in columns):
                ended = ended or set(explorer.worlds.ended(explorer.worlds.world(state)))
                if (machine.name, slot + 1) not in ended:
                    yield Waiting(state, machine.name, slot + 1)
