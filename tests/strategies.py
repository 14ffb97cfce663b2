"""States, events and configurations of any system: well typed, reachable or not, lawful or not.

Whoever draws is a ``Chooser``: ``Seeded`` makes long fixed series quickly, ``states`` and ``events`` are strategies of
hypothesis, which find the smallest example. A ``Vocabulary`` says which values of a model's own types are worth trying:
few enough that two of them often meet.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from statewatt.engine import Birth, Configure, Engine, Event, Row
from statewatt.engine import model as m
from statewatt.engine.compiling.records import stored
from statewatt.engine.state import Input, State
from statewatt.models.values import (
    AuthorizationStatus,
    AuthorizationType,
    ConnectorType,
    IdToken,
    Order,
)
from tests.language.examples import station as small

T = TypeVar("T")


class Chooser(Protocol):
    """Whoever chooses; what comes first among the options is the simplest."""

    def choose(self, options: Sequence[T]) -> T:
        """One of the options, of which there is one at least."""
        ...


class Seeded:
    """Chooses by a fixed series of random numbers."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def choose(self, options: Sequence[T]) -> T:
        return options[int(self._random.random() * len(options))]


class Drawn:
    """Chooses as hypothesis wants."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def choose(self, options: Sequence[T]) -> T:
        return self._draw(st.sampled_from(options))


@dataclass(frozen=True)
class Vocabulary:
    """The values to try. ``named`` is for fields, settings and parameters of one name and goes before ``typed``, which
    is for enumerations (default: all members) and opaque values."""

    typed: Mapping[type, Sequence[object]] = field(default_factory=dict)
    named: Mapping[str, Sequence[object]] = field(default_factory=dict)
    integers: Sequence[int] = (0, 1, 2, 3)
    texts: Sequence[str] = ("", "A")

    def without_things(self, engine: Engine[Any], name: str, type_: m.Type) -> Sequence[Any]:
        """The values of a type that refers to no things."""
        if name in self.named:
            return self.named[name]
        if isinstance(type_, m.Maybe):
            return (None, *self.without_things(engine, name, type_.of))
        if isinstance(type_, (m.Enumeration, m.Value)):
            python = engine.compiled.objects.get(type_.python)
            if python in self.typed:
                return self.typed[python]
            assert issubclass(python, Enum), f"the vocabulary needs values of {python.__name__}"
            return list(python)
        plain: dict[m.Type, Sequence[object]] = {m.BOOL: (False, True), m.TEXT: self.texts}
        return plain.get(type_, self.integers)


STATION = Vocabulary(
    typed={
        # The first two are equal: they differ in what does not count.
        IdToken: (IdToken.of("A"), IdToken.of("a"), IdToken.of("B")),
        AuthorizationType: (AuthorizationType.RFID, AuthorizationType.PlugAndCharge),
        AuthorizationStatus: (AuthorizationStatus.Accepted, AuthorizationStatus.Accepted, AuthorizationStatus.Blocked),
        ConnectorType: (ConnectorType.cCCS2, ConnectorType.cType2, ConnectorType.Unknown),
        Order: (Order(), Order((2, 1), True)),
    },
    named={"connection_timeout": (2, 0), "validators": (1, 2, 0), "validator": (1, 2, 0)},
)
"""For the shipped station."""

SMALL = Vocabulary(typed={small.IdToken: (small.IdToken("A"), small.IdToken("B"))})
"""For the small station of the language's tests."""


def configurations(engine: Engine[Any], vocabulary: Vocabulary) -> list[Any]:
    """Every configuration whose settings the vocabulary knows."""
    settings = engine.system.settings
    values = [vocabulary.without_things(engine, a.name, a.type) for a in settings]
    python = engine.compiled.objects.get(engine.system.config)
    return [python(**dict(zip((a.name for a in settings), v, strict=True))) for v in itertools.product(*values)]


CALM = ((False,), (False, True), (False, True, True, True, True, True))
"""How often something is left as it was at birth."""


class Arbitrary:
    """Draws states of one system, and events for them."""

    def __init__(self, engine: Engine[Any], vocabulary: Vocabulary, chooser: Chooser, most: int = 3) -> None:
        self.engine = engine
        self.system = engine.system
        self.vocabulary = vocabulary
        self.chooser = chooser
        self.most = most

    def value(self, name: str, type_: m.Type, keys: Mapping[str, Sequence[int]]) -> Any:
        """A value of a type; things are among these keys."""
        choose = self.chooser.choose
        inner = type_.of if isinstance(type_, m.Maybe) else type_
        if isinstance(inner, m.Ref):
            things = keys[inner.machine]
            if isinstance(type_, m.Maybe) and (not things or choose((True, False, False))):
                return None
            # The first ones are meant more often, so that things meet.
            return choose((things[0], *things))
        if isinstance(inner, m.SetOf):
            return frozenset(key for key in keys[inner.machine] if choose((True, True, False)))
        return choose(self.vocabulary.without_things(self.engine, name, type_))

    # --- states ------------------------------------------------------------------------------------------------------

    def configuration(self) -> Any:
        """A configuration."""
        settings = {a.name: self.value(a.name, a.type, {}) for a in self.system.settings}
        return self.engine.compiled.objects.get(self.system.config)(**settings)

    def state(self, config: Any = None, *, first: Mapping[str, str] | None = None) -> State:
        """A state, with up to ``most`` things of each machine; ``first`` names states for the first thing of machines.

        The things of each machine are more or less calm: so many fields are as at birth, and so many states initial.
        Where some are calm and others not, guards that ask for many things at once may hold.
        """
        wanted = first or {}
        calm = {machine.name: self.chooser.choose(CALM) for machine in self.system.machines}
        keys = self._keys(wanted)
        things = {
            machine.name: {
                key: self._row(machine, keys, calm[machine.name], wanted.get(machine.name) if key == 1 else None)
                for key in keys[machine.name]
            }
            for machine in self.system.machines
        }
        fields = {a.name: self.value(a.name, a.type, keys) for a in self.system.attributes}
        now = self.chooser.choose(self.vocabulary.integers)
        return self.engine.state(self.configuration() if config is None else config, things, fields=fields, now=now)

    def _keys(self, wanted: Mapping[str, str]) -> dict[str, list[int]]:
        numbers = range(self.most + 1)
        least = {machine.name: 1 if machine.name in wanted else 0 for machine in self.system.machines}
        counts = {name: max(number, self.chooser.choose(numbers)) for name, number in least.items()}
        for _ in self.system.machines:
            for machine in self.system.machines:
                needed = {a.type.machine for a in stored(machine) if isinstance(a.type, m.Ref)}
                if machine.name in wanted:
                    counts.update({name: max(1, counts[name]) for name in needed})
                elif not all(counts[name] for name in needed):
                    counts[machine.name] = 0
        return {name: list(range(1, number + 1)) for name, number in counts.items()}

    def _row(
        self, machine: m.Machine, keys: Mapping[str, Sequence[int]], calm: Sequence[bool], wanted: str | None
    ) -> Row:
        choose = self.chooser.choose
        fields = {
            a.name: self.value(a.name, a.type, keys) for a in stored(machine) if not (a.has_default and choose(calm))
        }
        states: list[str] = []
        for region in range(len(machine.regions)):
            resting = [s.name for s in machine.states if s.region == region and not s.choice]
            if wanted in resting:
                states.append(wanted)
            elif machine.initial(region).name in resting and choose(calm):
                states.append(machine.initial(region).name)
            else:
                living = [s for s in resting if not machine.state(s).final] or resting
                states.append(choose(choose((living, living, living, resting))))
        return Row(fields, tuple(states))

    # --- events ------------------------------------------------------------------------------------------------------

    def event(self, state: State, machine: str, name: str, target: int | None) -> Event | None:
        """An event with any arguments; none if a thing would be needed that is not there."""
        declared = self.system.machine(machine).event(name)
        arguments = self._values([(p.name, p.type) for p in declared.parameters if p.name != "now"], state)
        return None if arguments is None else Event(machine, name, target, arguments)

    def birth(self, state: State, machine: str) -> Birth | None:
        """The birth of a thing with any fields; none if a thing would be needed that is not there."""
        fields = self._values([(a.name, a.type) for a in stored(self.system.machine(machine))], state)
        return None if fields is None else Birth(machine, fields)

    def change(self) -> Configure:
        """Another value for one setting."""
        setting = self.chooser.choose(self.system.settings)
        return Configure({setting.name: self.value(setting.name, setting.type, {})})

    def any_event(self, state: State) -> Input:
        """Any event for any thing, the inner and urgent ones too; a change of settings if there is no thing."""
        things = [(mc, key) for mc in self.system.machines for key in (*state.keys(mc.name), None) if mc.events]
        machine, key = self.chooser.choose(things)
        found = self.event(state, machine.name, self.chooser.choose(machine.events).name, key)
        return found or self.change()

    def _values(self, wanted: Iterable[tuple[str, m.Type]], state: State) -> dict[str, object] | None:
        keys = {machine.name: state.keys(machine.name) for machine in self.system.machines}
        wanted = list(wanted)
        if any(isinstance(type_, m.Ref) and not keys[type_.machine] for _, type_ in wanted):
            return None
        return {name: self.value(name, type_, keys) for name, type_ in wanted}


@st.composite
def states(draw: st.DrawFn, engine: Engine[Any], vocabulary: Vocabulary, most: int = 3) -> State:
    """Any well-typed state."""
    return Arbitrary(engine, vocabulary, Drawn(draw), most).state()


@st.composite
def events(draw: st.DrawFn, engine: Engine[Any], vocabulary: Vocabulary, state: State) -> Input:
    """Any well-typed event for that state."""
    return Arbitrary(engine, vocabulary, Drawn(draw)).any_event(state)


# --- all of them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """All events of a small world. ``births`` gives those that are still to come in a state, ``times`` the points in
    time, ``every_set``: not only the empty and the full set of things."""

    vocabulary: Vocabulary
    births: Callable[[State], Iterable[Birth]]
    times: Sequence[int] = (0,)
    every_set: bool = False

    def events(self, engine: Engine[Any], state: State) -> list[Input]:
        """Every event that things could be sent, inner and urgent ones too; every birth.

        Each is for one thing; those from outside are for all things too, where there is not just one.
        """
        found: list[Input] = list(self.births(state))
        for machine in engine.system.machines:
            for event in machine.events:
                parameters = [p for p in event.parameters if p.name != "now"]
                values = [self._values(engine, p.name, p.type, state) for p in parameters]
                names = [p.name for p in parameters]
                keys: list[int | None] = list(state.keys(machine.name))
                if len(keys) != 1 and not event.inner and not event.urgent:
                    keys.append(None)
                for key in keys:
                    found += [
                        Event(machine.name, event.name, key, dict(zip(names, given, strict=True)))
                        for given in itertools.product(*values)
                    ]
        return found

    def _values(self, engine: Engine[Any], name: str, type_: m.Type, state: State) -> Sequence[Any]:
        inner = type_.of if isinstance(type_, m.Maybe) else type_
        if not isinstance(inner, (m.Ref, m.SetOf)):
            return self.vocabulary.without_things(engine, name, type_)
        keys: Sequence[int] = state.keys(inner.machine)
        if isinstance(inner, m.Ref):
            return (None, *keys) if isinstance(type_, m.Maybe) else keys
        if not self.every_set:
            return (frozenset(), frozenset(keys)) if keys else (frozenset(),)
        sizes = range(len(keys) + 1)
        return [frozenset(some) for size in sizes for some in itertools.combinations(keys, size)]
