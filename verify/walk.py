"""Random walks through the engine: witnesses that laws say something, transitions that happen, laws that break.

A walk is repeatable as far as it comes: the same system and seed give the same steps. What it finds is reachable from a
system without things; what it does not find may be so all the same.
"""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..engine import Birth, Configure, Engine, EngineFault, Event, InputError, Refusal, StationState, model
from ..engine.compiling import bare
from ..engine.compiling.records import stored
from ..engine.evaluate import Evaluator, Frame, NoAnswerError
from ..engine.laws import Laws
from ..engine.state import Input
from ..engine.step import Move
from ..engine.walking import walk as parts_of
from .believed import Believed
from .concrete import example
from .witness import witnesses

LENGTH = 70
"""Steps from the empty system to a new beginning."""
SECONDS = 10.0
"""How long a walk takes at most: where urgent events find no end, a step takes long."""
THINGS = 3
"""How many things of a machine are made from outside."""

Timed = tuple[Input | None, int]
Transition = tuple[str, str | None, str, str]


@dataclass(frozen=True)
class Start:
    """How a walk begins: settings, and who decides."""

    config: Any


@dataclass(frozen=True)
class Broken:
    """A property that does not hold on a way from the empty system, and the inputs that lead there."""

    name: str
    config: Any
    inputs: tuple[Timed, ...]
    fault: str = ""


@dataclass
class Seen:
    """What walks have seen."""

    steps: int = 0
    transitions: set[Transition] = field(default_factory=set[Transition])
    witnessed: set[str] = field(default_factory=set[str])
    broken: dict[str, Broken] = field(default_factory=dict[str, Broken])


class Walker:
    """Walks through one system."""

    def __init__(self, engine: Engine[Any], seed: int = 1, names: Collection[str] | None = None) -> None:
        self.engine = engine
        self.system = engine.system
        self.random = random.Random(seed)
        self.seen = Seen()
        self.believed = Believed(engine, random.Random(seed), self.value)
        self._mentioned = mentioned(self.system)
        properties = (*self.system.invariants, *self.system.laws)
        self._wanted = {p.name: witnesses(p) for p in properties if names is None or p.name in names}
        self._every_transition = names is None
        self._laws = Laws(engine.compiled)
        self._hunting = False
        made = {n.machine for m in self.system.machines for n in parts_of(_bodies(m)) if isinstance(n, model.Create)}
        self._births = [m for m in self.system.machines if m.name not in made]
        self._events = [(m, e) for m in self.system.machines for e in m.events if not e.inner and not e.urgent]

    # --- values ------------------------------------------------------------------------------------------------------

    def value(self, type_: model.Type, state: StationState | None, others: int = 2) -> Any:
        """Any value of a type; ``LookupError`` if it takes a thing and there is none."""
        pick = self.random.choice
        if isinstance(type_, model.Maybe):
            things = isinstance(type_.of, model.Ref) and state and not state.keys(type_.of.machine)
            return None if things or pick((True, False, False)) else self.value(type_.of, state)
        if isinstance(type_, model.Ref):
            assert state is not None
            return pick(state.keys(type_.machine))
        if isinstance(type_, model.SetOf):
            assert state is not None
            keys = state.keys(type_.machine)
            most = pick((1.0, 0.5))
            return frozenset(key for key in keys if self.random.random() < most)
        if isinstance(type_, model.Enumeration):
            return pick(self._members(type_))
        if isinstance(type_, model.Value):
            return example(self.engine.compiled.objects.get(type_.python), self.random.randint(1, others + 1), {})
        if type_ == model.BOOL:
            return pick((False, True))
        return pick(("A", "B")) if type_ == model.TEXT else self.random.randint(0, 3)

    def _members(self, type_: model.Enumeration) -> list[Any]:
        """Those that the model names, and two others."""
        named = [name for name in type_.members if (type_.python, name) in self._mentioned]
        others = [name for name in type_.members if name not in named][:2]
        python = self.engine.compiled.objects.get(type_.python)
        return [python[name] for name in (*named, *others)]

    def config(self) -> Any:
        """Any settings."""
        python = self.engine.compiled.objects.get(self.system.config)
        return python(**{s.name: self.value(s.type, None) for s in self.system.settings})

    # --- inputs ------------------------------------------------------------------------------------------------------

    def input(self, state: StationState) -> Input | None:
        """Something that may happen; ``None`` is time alone."""
        for _ in range(10):
            try:
                return self._input(state)
            except LookupError:
                continue
        return None

    def _input(self, state: StationState) -> Input | None:
        dice = self.random.random()
        if dice < 0.3 and self._births:
            machine = self.random.choice(self._births)
            if len(state.keys(machine.name)) >= THINGS + 1:
                raise LookupError(machine.name)
            needed = [a for a in stored(machine) if not a.has_default]
            return Birth(machine.name, {a.name: self.value(a.type, state) for a in needed})
        if dice < 0.33 and self.system.settings:
            setting = self.random.choice(self.system.settings)
            return Configure({setting.name: self.value(setting.type, state)})
        if dice < 0.38 or not self._events:
            return None
        machine, event = self.random.choice(self._events)
        target = self.random.choice((None, *state.keys(machine.name), *state.keys(machine.name)))
        given = {p.name: self.value(p.type, state) for p in event.parameters if p.name != "now"}
        return Event(machine.name, event.name, target, given)

    # --- walking -----------------------------------------------------------------------------------------------------

    def walk(self, steps: int, hunted: Iterable[str] = (), enough: bool = True) -> Seen:
        """Walk so many steps; stop early when all is seen (``enough``), or all that is ``hunted`` is broken.

        A hunt looks for nothing else.
        """
        hunted = set(hunted)
        self._laws = Laws(self.engine.compiled, hunted or None)
        self._hunting = bool(hunted)
        end, deadline = self.seen.steps + steps, time.monotonic() + SECONDS
        while self.seen.steps < end and time.monotonic() < deadline:
            self._one_walk(min(LENGTH, end - self.seen.steps))
            if hunted and hunted <= set(self.seen.broken):
                break
            if enough and not hunted and self._seen_all():
                break
        return self.seen

    def _seen_all(self) -> bool:
        return all(set(w) <= self.seen.witnessed for w in self._wanted.values()) and not self.missing()

    def missing(self) -> set[Transition]:
        """Transitions that no walk has taken; for some properties alone, none is looked for."""
        if not self._every_transition:
            return set()
        return set(transitions(self.system)) - self.seen.transitions

    def without_witness(self) -> list[str]:
        """Properties that no walk has put to the test."""
        return [name for name, found in self._wanted.items() if not set(found) <= self.seen.witnessed]

    def _one_walk(self, steps: int) -> None:
        config = self.config()
        state = self.engine.start(config)
        inputs: list[Timed] = []
        for _ in range(steps):
            self.seen.steps += 1
            now = state.now + self.random.choice((0, 0, 1, 2))
            inputs.append((self.input(state), now))
            try:
                trace = self.engine.trace(state, inputs[-1][0], now)
            except EngineFault as fault:
                self._note("", config, inputs, str(fault))
                return
            if isinstance(trace, Refusal):
                inputs.pop()
                continue
            for move in trace.moves:
                self._look(move, config, inputs)
            if not self._hunting:
                self.believed.look(trace.step.state)
            state = trace.step.state

    def _look(self, move: Move, config: Any, inputs: Sequence[Timed]) -> None:
        for machine, _, event, source, target in move.path:
            self.seen.transitions.add((machine, event, source, target))
        for violation in self._laws.violations(move.before, move.commands, move.after):
            self._note(violation.name, config, inputs, violation.fault)
        if not self._hunting:
            self._look_for_witnesses(move)

    def _note(self, name: str, config: Any, inputs: Sequence[Timed], fault: str) -> None:
        if name not in self.seen.broken or len(inputs) < len(self.seen.broken[name].inputs):
            self.seen.broken[name] = Broken(name, config, tuple(inputs), fault)

    def _look_for_witnesses(self, move: Move) -> None:
        compiled = self.engine.compiled
        evaluator = Evaluator(
            self.system, compiled.objects, move.after, trust=self._trust, before=move.before, commands=move.commands
        )
        for found in self._wanted.values():
            for name, predicate in found.items():
                if name not in self.seen.witnessed:
                    try:
                        holds = evaluator.answer(predicate, Frame({"self": None}))
                    except (NoAnswerError, KeyError):
                        holds = False
                    if holds:
                        self.seen.witnessed.add(name)

    def _trust(self, function: str, state: StationState, values: list[Any]) -> Any:
        return self.engine.compiled.function(f"{self.system.name}__{function}")(state, *values)


# --- shorter ---------------------------------------------------------------------------------------------------------


def breaks(engine: Engine[Any], config: Any, inputs: Sequence[Timed], name: str) -> bool:
    """Whether these inputs lead from the empty system to a step that breaks the property."""
    state = engine.start(config)
    laws = Laws(engine.compiled, {name})
    for event, now in inputs:
        try:
            trace = engine.trace(state, event, max(now, state.now))
        except EngineFault:
            return name == ""
        except InputError:
            return False
        if isinstance(trace, Refusal):
            continue
        for move in trace.moves:
            if laws.violations(move.before, move.commands, move.after):
                return True
        state = trace.step.state
    return False


def shortened(engine: Engine[Any], found: Broken) -> Broken:
    """The same with fewer inputs: each that can be left out is, and so every one that is refused."""
    inputs, count = list(found.inputs), 0
    while len(inputs) != count:
        count = len(inputs)
        for index in reversed(range(count)):
            fewer = inputs[:index] + inputs[index + 1 :]
            if breaks(engine, found.config, fewer, found.name):
                inputs = fewer
    return Broken(found.name, found.config, tuple(inputs), found.fault)


# --- what a model names ----------------------------------------------------------------------------------------------


def transitions(system: model.System) -> Iterator[Transition]:
    """Every transition that can be taken, as the engine reports it."""
    for machine in system.machines:
        for t in machine.transitions:
            if not t.refused:
                yield machine.name, t.event, t.source, t.target or t.source


def _bodies(machine: model.Machine) -> tuple[object, ...]:
    return tuple(action.body for action in machine.actions)


def mentioned(system: model.System) -> set[tuple[str, str]]:
    """The members of enumerations that the model names."""
    found: set[tuple[str, str]] = set()
    predicates = (*system.predicates, *system.invariants, *system.laws)
    bodies: list[object] = [(p.locals, p.body) for p in predicates]
    for machine in system.machines:
        bodies += [*_bodies(machine), *((p.locals, p.body) for p in machine.predicates)]
    for node in parts_of(tuple(bodies)):
        if isinstance(node, model.Literal) and isinstance(node.value, str):
            inner = bare(node.type)
            if isinstance(inner, model.Enumeration):
                found.add((inner.python, node.value))
    return found


def settings_told(system: model.System, config: Any) -> Mapping[str, Any]:
    """The settings by name."""
    return {s.name: getattr(config, s.name) for s in system.settings}
