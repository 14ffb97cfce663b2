"""How events came to their outcome, choice by choice: each question, and the guards that answered it.

A step goes through choices without a stop. To see what held at each of them, its events are done again by a second
engine of the same system, in which the things of one machine rest at every choice. Both are made from the same data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import model
from .compiling.expressions import region_slot
from .evaluate import Evaluator, Frame, NoAnswerError, Reads
from .state import Birth, EngineFault, Event, Input, State
from .step import Engine, Move, Step

ONWARD = "onward"
"""The event by which a thing leaves the choice at which it rests."""

DENIED = "not: "
"""How the label of a guard begins that denies a predicate."""


@dataclass(frozen=True)
class Checked:
    """A guard: its label, whether it holds, and what it has read."""

    label: str
    holds: bool
    facts: tuple[str, ...]

    def __str__(self) -> str:
        """``yes: The EVSE is available``; what is denied is said of what it denies."""
        denies = self.label.startswith(DENIED)
        return f"{'yes' if self.holds != denies else 'no'}: {self.label.removeprefix(DENIED)}"


@dataclass(frozen=True)
class Decision:
    """A transition taken: from ``source`` upon ``event`` (none at a choice) to ``target``, states of the machine.

    ``question`` and ``answer`` are their labels. ``because`` are the guards of the transition, all of which hold;
    ``against`` is, for each transition tried before it, the guard that does not. ``state`` is what they saw: a state of
    the engine in ``Decisions``, whose things may rest at choices.
    """

    machine: str
    key: int
    event: str | None
    source: str
    target: str
    question: str
    answer: str
    because: tuple[Checked, ...]
    against: tuple[Checked, ...]
    state: State = field(repr=False, compare=False)


class Decisions:
    """Tells how the things of one machine came to where they are.

    The machine is one whose things are not made by actions.
    """

    def __init__(self, engine: Engine[Any], machine: str) -> None:
        self.machine = engine.system.machine(machine)
        self.choices = frozenset(s.name for s in self.machine.states if s.choice)
        self.slow: Engine[Any] = Engine(_resting(engine.system, self.machine))
        """The engine in which the machine's things rest at choices."""

    def of(self, moves: Iterable[Move]) -> tuple[Decision, ...]:
        """The decisions in the moves of a trace that are events or births of the machine, in order."""
        return tuple(decision for move in moves for decision in self._of_move(move))

    def checks(self, state: State, key: int, transition: model.Transition, **arguments: object) -> Iterator[Checked]:
        """Each guard of a transition in a state of the slow engine, whatever the others say."""
        given: dict[str, Any] = {"self": key, "now": state.now, **arguments}
        return (self._checked(guard, state, given) for guard in transition.guards)

    def copied(self, state: State, places: Mapping[int, str] | None = None) -> State:
        """The same state, for the slow engine; things of the machine may be put into other states of it."""
        system = self.slow.system
        rows = {m.name: {key: state.row(m.name, key) for key in state.keys(m.name)} for m in system.machines}
        for key, place in (places or {}).items():
            row = rows[self.machine.name][key]
            region = self.machine.state(place).region
            rows[self.machine.name][key] = replace(row, states=(*row.states[:region], place, *row.states[region + 1 :]))
        return self.slow.state(
            state.config,
            rows,
            fields={a.name: getattr(state.system, a.name) for a in system.attributes},
            now=state.now,
            next_keys={m.name: getattr(state, f"next_{m.name}") for m in system.machines},
        )

    def place(self, state: State, key: int, region: int = 0) -> str:
        """The name of the state that a thing of the machine is in."""
        name: str = getattr(getattr(state, self.machine.name)[key], region_slot(self.machine, region))
        return name

    def _of_move(self, move: Move) -> Iterator[Decision]:
        event = move.event
        if not isinstance(event, (Event, Birth)) or event.machine != self.machine.name:
            return
        state, now = self.copied(move.before), move.after.now
        for one in _one_by_one(event, state):
            if isinstance(one, Event):
                assert one.target is not None
                key = one.target
                decision, after = self._decided(state, key, one.name, one.arguments, now)
                if decision is None or after is None:
                    continue
                yield decision
            else:
                key = getattr(state, f"next_{self.machine.name}")
                after = self._taken(state, one, now)
            state = after
            while self.place(state, key) in self.choices:
                decision, after = self._decided(state, key, ONWARD, {}, now)
                if decision is None or after is None:
                    raise EngineFault(f"{self.machine.name} {key} finds no way out of {self.place(state, key)}")
                yield decision
                state = after

    def _decided(
        self, state: State, key: int, event: str, arguments: Mapping[str, object], now: int
    ) -> tuple[Decision | None, State | None]:
        """The transition that an event takes, and the state after it; none if the event is refused."""
        machine = self.slow.system.machine(self.machine.name)
        source = self.place(state, key, machine.event(event).region)
        given: dict[str, Any] = {"self": key, "now": now, **arguments}
        against: list[Checked] = []
        for transition in machine.exits(source, event):
            checked = _until_one_fails(self._checked(guard, state, given) for guard in transition.guards)
            if not transition.refused and all(one.holds for one in checked):
                target = transition.target or source
                labels = machine.state(source).label, machine.state(target).label
                name = None if event == ONWARD else event
                decision = Decision(machine.name, key, name, source, target, *labels, checked, tuple(against), state)
                return decision, self._taken(state, Event(machine.name, event, key, arguments), now)
            against += checked[-1:]
        return None, None

    def _checked(self, guard: model.Guard, state: State, given: Mapping[str, Any]) -> Checked:
        asking = _Asking(self.slow.system, self.slow.compiled.objects, state, trust=self._trust)
        label = guard.label.rstrip(".")
        try:
            holds = bool(asking.value(guard.condition, Frame(given, {**{name: name for name in given}, "self": ""})))
            facts = asking.reads.facts if holds else asking.decisive(guard.condition, given)
        except NoAnswerError as error:
            return Checked(label, False, (error.reason,))
        return Checked(label, holds, tuple(facts))

    def _trust(self, function: str, state: State, values: list[Any]) -> Any:
        return self.slow.compiled.function(f"{self.slow.system.name}__{function}")(state, *values)

    def _taken(self, state: State, event: Input, now: int) -> State:
        result = self.slow.take(state, event, now)
        if not isinstance(result, Step):
            raise EngineFault(f"done again, {event} is refused: {result}")
        return result.state


class _Asking(Evaluator):
    """An evaluator that remembers which predicate it was asked last, of those that no other asked."""

    depth = 0
    asked: tuple[model.Predicate, Frame] | None = None

    def answer(self, predicate: model.Predicate, frame: Frame) -> Any:
        """The answer of a predicate, its parameters given."""
        if self.depth == 0:
            self.asked = (predicate, frame)
        self.depth += 1
        try:
            return super().answer(predicate, frame)
        finally:
            self.depth -= 1

    def decisive(self, condition: model.Expression, given: Mapping[str, Any]) -> list[str]:
        """What was read where a condition fails: of several that must hold, of the first that does not, down to the
        innermost; if nothing was, the label of the predicate in which that stands."""
        frame = Frame(given, {**{name: name for name in given}, "self": ""})
        labels: list[str] = []
        while isinstance(condition, (model.And, model.Ask)):
            if isinstance(condition, model.And):
                condition = next(part for part in condition.parts if not self.value(part, frame))
                continue
            self.value(condition, frame)
            assert self.asked is not None
            predicate, frame = self.asked
            for let in predicate.locals:
                frame = frame.having(let.name, self.value(let.value, frame), let.name)
            labels.append(predicate.label.rstrip("."))
            condition = predicate.body
        self.reads = Reads()
        self.value(condition, frame)
        return self.reads.facts or [f"no: {label}" for label in labels[1:][-1:]]


def _one_by_one(event: Event | Birth, state: State) -> list[Event | Birth]:
    """An event for every thing of its machine, as one event for each."""
    if isinstance(event, Birth) or event.target is not None:
        return [event]
    return [replace(event, target=key) for key in state.keys(event.machine)]


def _until_one_fails(checks: Iterable[Checked]) -> tuple[Checked, ...]:
    found: list[Checked] = []
    for checked in checks:
        found.append(checked)
        if not checked.holds:
            break
    return tuple(found)


def _resting(system: model.System, machine: model.Machine) -> model.System:
    """The system with an event by which the machine's things leave their choices, where they rest until then."""
    choices = [s for s in machine.states if s.choice]
    regions = sorted({s.region for s in choices})
    if len(regions) > 1:
        raise ValueError(f"{machine.name} has choices in several regions")
    onward = [model.Event(ONWARD, r, (), False, "", False, "onward", machine.where) for r in regions]
    opened = replace(
        machine,
        states=tuple(replace(s, choice=False) for s in machine.states),
        events=(*machine.events, *onward),
        transitions=tuple(replace(t, event=ONWARD) if t.event is None else t for t in machine.transitions),
    )
    return replace(system, machines=tuple(opened if m is machine else m for m in system.machines))
