"""What can be said of a plain class for every combination of its guards' values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from ...engine.model import Where
from ..terms import Term, negated, z3
from ..verdict import place
from .chart import Arrow, Chart
from .conditions import Conditions


@dataclass(frozen=True)
class Finding:
    """Something that is not as a property says: where, what, why; ``brief``: what, of a state, in a few words."""

    where: Where
    what: str
    why: tuple[str, ...] = ()
    state: str = ""
    brief: str = ""


class Checks:
    """The answers about one class; each property has its method, which yields what speaks against it."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.asked = 0
        self._conditions = Conditions(chart.arrows)
        self._solver = z3.Solver()

    @property
    def of(self) -> Mapping[str, Callable[[], Iterator[Finding]]]:
        """The method of each property."""
        return {
            "every_state_can_be_reached": self.unreachable,
            "every_state_has_a_way_out": self.without_a_way_out,
            "every_transition_can_be_taken": self.never_taken,
            "guards_exclude_each_other": self.decided_by_order,
            "every_event_is_handled": self.unhandled,
        }

    # --- what can happen ---------------------------------------------------------------------------------------------

    @cached_property
    def takeable(self) -> frozenset[Arrow]:
        """The transitions that are taken from their source for some event and some values of the guards."""
        return frozenset(
            arrow
            for state, event in self._choices()
            for arrow, earlier in _ranked(self.chart.exits(state, event))
            if self._can(arrow, *earlier)
        )

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The states that a way of such transitions leads to."""
        found = new = {self.chart.initial}
        while new:
            new = {arrow.target for arrow in self.takeable if arrow.source in new} - found
            found = found | new
        return frozenset(found)

    def _choices(self) -> Iterator[tuple[str, str]]:
        return ((state.name, event) for state in self.chart.states for event in ("", *self.chart.events))

    def _can(self, arrow: Arrow, *earlier: Arrow) -> bool:
        """It is open while those before it are not."""
        return self._when((arrow,), earlier) is not None

    def _when(self, open_: Sequence[Arrow], closed: Sequence[Arrow] = ()) -> str | None:
        """Values of the guards for which transitions are open and others are not; ``None`` if there are none."""
        self.asked += 1
        terms: list[Term] = [self._conditions.of(arrow) for arrow in open_]
        terms += [negated(self._conditions.of(arrow)) for arrow in closed]
        self._solver.push()
        self._solver.add(*terms)
        told = self._conditions.told(self._solver.model()) if str(self._solver.check()) == "sat" else None
        self._solver.pop()
        return told

    # --- properties --------------------------------------------------------------------------------------------------

    def unreachable(self) -> Iterator[Finding]:
        """States that no way leads to."""
        for state in self.chart.states:
            if state.name not in self.reachable:
                arrows = [a for a in self.chart.arrows if a.target == state.name and a.source != state.name]
                lines = [f"{arrow}: {self._why_not(arrow)}" for arrow in arrows] or ["no transition leads there"]
                yield Finding(state.where, f"{state.name} cannot be reached from {self.chart.initial}", tuple(lines))

    def without_a_way_out(self) -> Iterator[Finding]:
        """States that are reached, are not final, and that nothing leaves."""
        for state in self.chart.states:
            if state.name not in self.reachable or state.final:
                continue
            exits = [arrow for arrow in self.chart.arrows if arrow.source == state.name]
            if not any(arrow in self.takeable and arrow.target != state.name for arrow in exits):
                lines = [f"{a}: {self._why_not(a)}" for a in exits if a.target != state.name]
                lines = lines or ["no transition leads elsewhere, and it is not declared final"]
                yield Finding(state.where, f"{state.name} cannot be left", tuple(lines))

    def never_taken(self) -> Iterator[Finding]:
        """Transitions whose guards never hold, or whose turn never comes."""
        for arrow in self.chart.arrows:
            if arrow not in self.takeable:
                yield Finding(arrow.where, f"{_full(arrow)} is never taken", (self._why_not(arrow),))

    def decided_by_order(self) -> Iterator[Finding]:
        """Pairs of transitions that are open together, of which the first is taken."""
        for state, event in self._choices():
            exits = [arrow for arrow in self.chart.exits(state, event) if arrow in self.takeable]
            for first, second in combinations(exits, 2):
                when = self._when((first, second)) if state in self.reachable else None
                if when is not None:
                    on = event or "without an event"
                    what = f"both are open in {state}, {on}, {_at(when)}"
                    brief = f"{on} → {first.target} before → {second.target}"
                    yield Finding(second.where, what, (f"taken: {first}", f"not taken: {second}"), state, brief)

    def unhandled(self) -> Iterator[Finding]:
        """Events that a state does not take, or not for all values of the guards."""
        for state in self.chart.states:
            for event in self.chart.events if state.name in self.reachable and not state.final else ():
                exits = self.chart.exits(state.name, event)
                when = self._when((), exits)
                if when is not None:
                    where = exits[0].where if exits else state.where
                    brief = f"{event} at times" if exits else event
                    what = f"{event} in {state.name} is {self.chart.unheard}" + (f" {_at(when)}" if exits else "")
                    yield Finding(where, what, (), state.name, brief)

    def _why_not(self, arrow: Arrow) -> str:
        """Why a transition is never taken."""
        if arrow in self.takeable:
            return f"{arrow.source} cannot be reached either"
        if not self._can(arrow):
            return "its guards can never hold"
        event = min(arrow.events, default="")
        earlier = next(earlier for each, earlier in _ranked(self.chart.exits(arrow.source, event)) if each == arrow)
        needed = list(earlier)
        for before in reversed(earlier):
            fewer = [each for each in needed if each != before]
            needed = needed if self._can(arrow, *fewer) else fewer
        told = " or ".join(f"{before} ({place(before.where)})" for before in needed)
        return f"whenever it is open, an earlier one is taken: {told}"


def _ranked(exits: Sequence[Arrow]) -> Iterator[tuple[Arrow, Sequence[Arrow]]]:
    return ((arrow, exits[:number]) for number, arrow in enumerate(exits))


def _full(arrow: Arrow) -> str:
    events = ", ".join(sorted(event for event in arrow.events if event))
    return f"{arrow} on {events}" if events else f"{arrow}"


def _at(when: str) -> str:
    return f"when {when}" if when else "at any time"
