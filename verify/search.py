"""A way from a system without things to a step that breaks a property: a search through the engine, led by the
counterexamples to induction.

Best first: whatever state is most like one that a counterexample starts from is followed. The same system and the same
counterexamples always give the same way. What is not found may be reachable all the same.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..engine import Birth, Configure, Engine, EngineFault, Event, InputError, Refusal, Row, StationState, model
from ..engine.compiling import bare
from ..engine.compiling.records import stored
from ..engine.laws import Laws
from ..engine.state import Input
from .concrete import Content, example
from .happenings import made_inside
from .walk import Broken, Timed, mentioned

STEPS = 3_000
"""How many steps of the engine one search takes."""


@dataclass(frozen=True)
class Goal:
    """A state from which ``event`` breaks the property."""

    content: Content
    event: Input | None


@dataclass(order=True)
class Node:
    """A state on the way, and how it was reached."""

    rank: tuple[float, int]
    state: StationState = field(compare=False)
    before: Node | None = field(compare=False, default=None)
    by: Timed = field(compare=False, default=(None, 0))

    @property
    def first(self) -> StationState:
        """The state that the way begins with."""
        node = self
        while node.before:
            node = node.before
        return node.state

    def inputs(self) -> tuple[Timed, ...]:
        """The way from the first state."""
        found: list[Timed] = []
        node: Node | None = self
        while node and node.before:
            found.append(node.by)
            node = node.before
        return tuple(reversed(found))


class Search:
    """Searches for a step that breaks one property."""

    def __init__(self, engine: Engine[Any], name: str, goal: Goal) -> None:
        self.engine = engine
        self.system = engine.system
        self.goal = goal
        self.name = name
        self._laws = Laws(engine.compiled, {name})
        self._domain = Domain(engine, goal)
        self._likeness = Likeness(engine.system, goal.content)
        inside = made_inside(self.system)
        self._births = [m for m in self.system.machines if m.name not in inside]
        self._events = [(m, e) for m in self.system.machines for e in m.events if not e.inner and not e.urgent]
        self._order = itertools.count()

    def way(self, steps: int = STEPS) -> Broken | None:
        """The way, if so many steps of the engine are enough to find one."""
        waiting = self._beginnings()
        seen = {self._key(node.state) for node in waiting}
        while waiting and steps > 0:
            node = heapq.heappop(waiting)
            for event, now in self._moves(node.state):
                steps -= 1
                after, broken, fault = self._tried(node.state, event, now)
                if broken:
                    return Broken(self.name, node.first.config, (*node.inputs(), (event, now)), fault)
                if after is not None and (key := self._key(after)) not in seen:
                    seen.add(key)
                    depth = len(node.inputs()) + 1
                    rank = self._likeness.distance(after) + 0.2 * depth
                    heapq.heappush(waiting, Node((rank, next(self._order)), after, node, (event, now)))
        return None

    def _beginnings(self) -> list[Node]:
        """The empty system with the counterexample's settings, and with one of them otherwise."""
        config, fields = self.goal.content.config, self.goal.content.fields
        configs = [config]
        for setting in self.system.settings:
            for value in self._domain.settings(setting):
                if value != getattr(config, setting.name):
                    configs.append(dataclasses.replace(config, **{setting.name: value}))
        starts = (self.engine.start(each, fields=fields) for each in configs)
        return [Node((float(number > 0), next(self._order)), start) for number, start in enumerate(starts)]

    def _tried(self, state: StationState, event: Input | None, now: int) -> tuple[StationState | None, bool, str]:
        """The state after a step (or none), and whether the step breaks the property."""
        try:
            trace = self.engine.trace(state, event, now)
        except (EngineFault, InputError) as error:
            return None, not self.name and isinstance(error, EngineFault), str(error)
        if isinstance(trace, Refusal):
            return None, False, ""
        for move in trace.moves:
            for violation in self._laws.violations(move.before, move.commands, move.after):
                return None, True, violation.fault
        return trace.step.state, False, ""

    def _key(self, state: StationState) -> object:
        """The state but for the time: deadlines count from now on."""
        return state.key()[1:]

    # --- what may happen ---------------------------------------------------------------------------------------------

    def _moves(self, state: StationState) -> Iterator[tuple[Input | None, int]]:
        now = state.now
        for machine in self._births:
            if len(state.keys(machine.name)) < self._domain.most(machine.name):
                needed = {a.name: a.type for a in stored(machine) if not a.has_default}
                for fields in self._domain.births(machine, needed, state):
                    yield Birth(machine.name, fields), now
        for machine, event in self._events:
            parameters = {p.name: p.type for p in event.parameters if p.name != "now"}
            for key in state.keys(machine.name):
                for arguments in self._domain.combinations(parameters, state):
                    yield Event(machine.name, event.name, key, arguments), now
        if isinstance(self.goal.event, Configure):
            yield self.goal.event, now
        if state.deadline is not None:
            yield None, state.deadline


class Domain:
    """The values that are tried: those of the counterexample, and a few more."""

    def __init__(self, engine: Engine[Any], goal: Goal) -> None:
        self.engine = engine
        self.goal = goal
        self._mentioned = mentioned(engine.system)
        self._values: dict[str, dict[Any, None]] = {}
        for machine in engine.system.machines:
            rows = goal.content.things.get(machine.name, {}).values()
            for attribute in stored(machine):
                for row in rows:
                    self._note(attribute.type, row.fields[attribute.name])
        event = goal.event
        if isinstance(event, Event):
            parameters = engine.system.machine(event.machine).event(event.name).parameters
            for p in parameters:
                if p.name in event.arguments:
                    self._note(p.type, event.arguments[p.name])
        elif isinstance(event, Birth):
            for a in stored(engine.system.machine(event.machine)):
                if a.name in event.fields:
                    self._note(a.type, event.fields[a.name])

    def settings(self, setting: model.Attribute) -> list[Any]:
        """What a setting may be."""
        inner = bare(setting.type)
        if inner == model.INT or isinstance(inner, model.Deadline):
            return [1000]
        if isinstance(inner, model.Value | model.Plain) and inner != model.BOOL:
            known = list(self._values.get(str(inner), ()))
            return known or [self._example(inner)]
        return self.values(inner, None)

    def _example(self, type_: model.Type) -> Any:
        if isinstance(type_, model.Value):
            return example(self.engine.compiled.objects.get(type_.python), 1, {})
        return "A" if type_ == model.TEXT else 1

    def _note(self, type_: model.Type, value: Any) -> None:
        if value is not None:
            self._values.setdefault(str(bare(type_)), {})[value] = None

    def most(self, machine: str) -> int:
        """How many things of a machine are made."""
        return len(self.goal.content.things.get(machine, {})) + 1

    def births(
        self, machine: model.Machine, types: Mapping[str, model.Type], state: StationState
    ) -> Iterator[dict[str, Any]]:
        """Fields for a new thing: those of the counterexample's first, but for what they refer to."""
        things = {name: type_ for name, type_ in types.items() if isinstance(bare(type_), model.Ref)}
        for row in self.goal.content.things.get(machine.name, {}).values():
            for references in self.combinations(things, state):
                yield {**{name: row.fields[name] for name in types}, **references}
        yield from self.combinations(types, state)

    def combinations(self, types: Mapping[str, model.Type], state: StationState) -> Iterator[dict[str, Any]]:
        """Values for these names: the first of each, every thing in every place, and else one that differs."""
        choices = {name: self.values(type_, state) for name, type_ in types.items()}
        if not all(choices.values()):
            return
        first = {name: values[0] for name, values in choices.items()}
        things = [name for name, type_ in types.items() if isinstance(bare(type_), model.Ref)]
        for keys in itertools.product(*(choices[name] for name in things)):
            base = {**first, **dict(zip(things, keys, strict=True))}
            yield base
            for name, values in choices.items():
                if name not in things:
                    yield from ({**base, name: value} for value in values[1:])

    def values(self, type_: model.Type, state: StationState | None) -> list[Any]:
        """The values of a type that are tried in a state."""
        if isinstance(type_, model.Maybe):
            return [*self.values(type_.of, state), None]
        if isinstance(type_, model.Ref | model.SetOf):
            keys = state.keys(type_.machine) if state else ()
            return list(keys) if isinstance(type_, model.Ref) else [*{frozenset(keys): None, frozenset[int](): None}]
        if type_ == model.BOOL:
            return [False, True]
        if isinstance(type_, model.Deadline):
            return [state.now + 1 if state else 1]
        known = list(self._values.get(str(type_), ()))
        if isinstance(type_, model.Enumeration):
            python = self.engine.compiled.objects.get(type_.python)
            others = [python[name] for name in type_.members if (type_.python, name) in self._mentioned]
            return [*known, *(other for other in others if other not in known)] or [next(iter(python))]
        return known or [self._example(type_)]


class Likeness:
    """How far a state is from the one that a counterexample starts from: in transitions, and in fields."""

    def __init__(self, system: model.System, content: Content) -> None:
        self._machines = [(m, list(content.things.get(m.name, {}).items())) for m in system.machines]
        self._steps = {m.name: _distances(m) for m in system.machines}

    def distance(self, state: StationState) -> float:
        """0 where everything that is wanted is there."""
        found = 0.0
        matched: dict[tuple[str, int], int] = {}
        wanted: list[tuple[model.Machine, Row, Row]] = []
        for machine, goals in self._machines:
            rows = {key: state.row(machine.name, key) for key in state.keys(machine.name)}
            found += 0.1 * max(len(rows) - len(goals), 0)
            for goal_key, goal in goals:
                costs = {key: self._apart(machine, row, goal) for key, row in rows.items()}
                if not costs:
                    found += 6.0
                    continue
                best = min(costs, key=lambda key: (costs[key], key))
                found += costs[best]
                matched[machine.name, goal_key] = best
                wanted.append((machine, rows.pop(best), goal))
        return found + sum(self._apart_in_relations(machine, row, goal, matched) for machine, row, goal in wanted)

    def _apart(self, machine: model.Machine, row: Row, goal: Row) -> float:
        steps = self._steps[machine.name]
        found = float(sum(steps.get(pair, 8) for pair in zip(row.states, goal.states, strict=True)))
        for attribute in stored(machine):
            here, there = row.fields[attribute.name], goal.fields[attribute.name]
            if (here is None) != (there is None):
                found += 1.0
            elif not isinstance(bare(attribute.type), model.Ref | model.Deadline) and here != there:
                found += 0.5
        return found

    def _apart_in_relations(
        self, machine: model.Machine, row: Row, goal: Row, matched: Mapping[tuple[str, int], int]
    ) -> float:
        found = 0.0
        for attribute in stored(machine):
            of = bare(attribute.type)
            here, there = row.fields[attribute.name], goal.fields[attribute.name]
            if isinstance(of, model.Ref) and here is not None and there is not None:
                found += here != matched.get((of.machine, int(str(there))))
        return found


def _distances(machine: model.Machine) -> dict[tuple[str, str], int]:
    """The number of transitions from state to state; choices on the way cost nothing."""
    choices = {state.name for state in machine.states if state.choice}
    after: dict[str, set[tuple[str, int]]] = {state.name: set() for state in machine.states}
    for t in machine.transitions:
        if t.target and not t.refused:
            after[t.source].add((t.target, 0 if t.source in choices else 1))
    found: dict[tuple[str, str], int] = {}
    for state in machine.states:
        waiting: list[tuple[int, str]] = [(0, state.name)]
        while waiting:
            cost, name = heapq.heappop(waiting)
            if (state.name, name) not in found:
                found[state.name, name] = cost
                for target, more in after[name]:
                    heapq.heappush(waiting, (cost + more, target))
    return found


def way_to(engine: Engine[Any], name: str, goals: Iterable[Goal]) -> Broken | None:
    """The first way that is found to one of the goals, or to whatever else breaks the property."""
    return next(filter(None, (Search(engine, name, goal).way() for goal in goals)), None)
