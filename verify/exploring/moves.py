"""What can happen in a packed state, as the compiled step does it."""

# What a state keeps for the engine alone is private, also to those that make states for it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...engine import Birth, Configure, Engine, Event, model
from ...engine.compiling.records import stored
from ...engine.compiling.source import local
from ...engine.running import Runner
from ...engine.state import Input, Taken
from ...engine.view import Views
from ..walk import transitions
from .checks import Checks, Effect, Transition
from .memory import Memo
from .packing import AHEAD, CONFIG, HISTORY, MOMENT, NOW, OVER, Layout
from .scope import Domains
from .watched import Worlds

CUT: Effect = (0, (), ())
"""Stands for an urgent event that is not followed: nothing else may happen instead."""


@dataclass(frozen=True)
class Instance:
    """One thing that can happen in a state. ``event`` is ``None`` for time and for the dropping of ended things;
    ``turns`` are the changes and commands of each single event in it, the last change being the whole."""

    event: Input | None
    turns: tuple[tuple[int, tuple[Any, ...]], ...]
    path: tuple[Taken, ...] = ()
    beyond: bool = False
    """It makes more things than the scope has room for, and is not followed."""

    @property
    def change(self) -> int:
        """The bits that it changes."""
        return self.turns[-1][0]


class History:
    """Notes the last transition of each region of each thing, and which follow one another."""

    def __init__(self, layout: Layout, checks: Checks) -> None:
        self._layout = layout
        self._checks = checks
        self._machines = {m.name: m for m in layout.system.machines}
        self._numbers: dict[Transition, int] = {}
        self._transitions: list[Transition] = []
        for number, transition in enumerate(dict.fromkeys(transitions(layout.system)), 1):
            self._numbers[transition] = number
            self._transitions.append(transition)

    def change(self, state: int, path: Iterable[Taken], worlds: Worlds) -> int:
        """The bits that change when these transitions are taken."""
        last: dict[int, int] = {}
        for at, pair in self.followed(state, path):
            worlds.log.note(_LAST << at)
            last[at] = self._numbers[pair[1]]
            if pair[0] is not None:
                self._checks.pairs.setdefault((pair[0], pair[1]), state)
        return sum(((state >> at & _LAST) ^ number) << at for at, number in last.items())

    def followed(self, state: int, path: Iterable[Taken]) -> Iterator[tuple[int, tuple[Transition | None, Transition]]]:
        """For each transition of a path, where its number is kept, and the one before it."""
        last: dict[int, Transition] = {}
        for machine, key, event, source, target in path:
            table = self._layout.tables[machine]
            at = table.shift(key - 1) + table.packed + self._machines[machine].state(source).region * HISTORY
            number = state >> at & _LAST
            before = last.get(at, self._transitions[number - 1] if number else None)
            last[at] = transition = (machine, event, source, target)
            yield at, (before, transition)


_LAST = (1 << HISTORY) - 1


class Moves:
    """Finds what can happen, group by group: an event of one thing with all its arguments, a birth with all its
    fields, time, settings. What is found is noted by ``checks``."""

    def __init__(self, engine: Engine[Any], worlds: Worlds, domains: Domains, checks: Checks) -> None:
        self.engine = engine
        self.system = engine.system
        self.worlds = worlds
        self.layout = worlds.layout
        self.domains = domains
        self.checks = checks
        self.beyond: set[str] = set()
        """The machines of which more things would be made than the scope has."""
        self.runner = Runner(engine.compiled, Views(engine.compiled), {})
        self._matters = self.layout.matters
        self.history = History(self.layout, checks) if self.layout.history else None

    # --- groups ------------------------------------------------------------------------------------------------------

    def events(self, machine: model.Machine, name: str, slot: int) -> Callable[[int], Iterator[Instance]]:
        """One event of one thing, with any arguments."""
        declared = machine.event(name)
        fire = self.engine.compiled.event(machine.name, name)
        key = slot + 1

        def instances(state: int) -> Iterator[Instance]:
            world = self.worlds.world(state)
            for given in self._arguments(machine, declared, world):
                event = Event(machine.name, name, key, {n: v for n, v in given.items() if n != "now"})
                d = self.worlds.draft(world)
                if self._does(state, event, partial(fire, d, key, *given.values())):
                    yield from self._instance(state, event, d)

        return instances

    def to_all(self, machine: model.Machine, name: str) -> Callable[[int], Iterator[Instance]]:
        """One event that each thing is offered in turn, where more than one accepts it."""
        declared = machine.event(name)
        fire = self.engine.compiled.event(machine.name, name)

        def instances(state: int) -> Iterator[Instance]:
            world = self.worlds.world(state)
            for given in self._arguments(machine, declared, world):
                event = Event(machine.name, name, None, {n: v for n, v in given.items() if n != "now"})
                d, turns, before = self.worlds.draft(world), list[tuple[int, tuple[Any, ...]]](), 0
                for key in list(getattr(world, machine.name)):
                    if self._does(state, event, partial(fire, d, key, *given.values())):
                        change = self._change(state, d)
                        if change is None:
                            break
                        turns.append((change, tuple(d.commands[before:])))
                        before = len(d.commands)
                else:
                    if len(turns) > 1:
                        yield Instance(event, tuple(turns), tuple(d.path))

        return instances

    def births(self, machine: model.Machine) -> Callable[[int], Iterator[Instance]]:
        """The birth of a thing, with any fields.

        Only fields that are read on the way make a difference to it. The others are as given, which needs no step.
        """
        make = self.engine.compiled.function(f"new_{machine.name}")
        fields = [a for a in stored(machine) if not a.has_default]
        names = [local(a.name) for a in fields]
        counts = [self._matters.column(machine.name, a.name) for a in fields]

        def instances(state: int) -> Iterator[Instance]:
            world = self.worlds.world(state)
            options = [self._options(a.name, a.type, world, n) for a, n in zip(fields, counts, strict=True)]
            known: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
            for numbers in itertools.product(*(range(len(values)) for values in options)):
                if any(tuple([numbers[i] for i in read]) in seen for read, seen in known.items()):
                    continue
                values = [several[number] for several, number in zip(options, numbers, strict=True)]
                d = self.worlds.draft(world)
                event = Birth(machine.name, {a.name: v for a, v in zip(fields, values, strict=True)})
                self.worlds.given()
                given = dict(zip(names, values, strict=True))
                born = self._does(state, event, partial(make, d, **given))
                bits = self.worlds.given()
                read = tuple(i for i in range(len(fields)) if bits >> i & 1)
                known.setdefault(read, set()).add(tuple([numbers[i] for i in read]))
                if born:
                    for instance in self._instance(state, event, d):
                        if not instance.beyond:
                            yield from self._likewise(instance, machine.name, d, bits, options)

        return instances

    def _likewise(
        self, birth: Instance, machine: str, d: Any, read: int, options: Sequence[Sequence[Any]]
    ) -> Iterator[Instance]:
        """The births that go the same way, whatever is given in those fields that were not read."""
        records = self.worlds.records[machine]
        key, record = next(reversed(getattr(d, machine).items()))
        others = list(records.others(record, read))
        event, ((change, commands),) = birth.event, birth.turns
        assert isinstance(event, Birth)
        shift = records.table.shift(key - 1)
        base = change & ~sum(column.mask << shift for _, column in others)
        for values in itertools.product(*(options[number] for number, _ in others)):
            packed = sum(c.codec.pack(v) << c.shift for (_, c), v in zip(others, values, strict=True))
            fields = {**event.fields, **{c.name: v for (_, c), v in zip(others, values, strict=True)}}
            yield Instance(Birth(machine, fields), ((base | packed << shift, commands),), birth.path)

    def time(self, state: int) -> Iterator[Instance]:
        """The deadlines that are due now pass, and one that lies ahead falls due; or none does."""
        world = self.worlds.world(state)
        passing, ahead = 0, list[int]()
        ended = set(self.worlds.ended(world))
        for machine in self.system.machines:
            table = self.layout.tables[machine.name]
            for column in table.columns:
                if column.is_deadline:
                    for key, record in getattr(world, machine.name).items():
                        getattr(record, column.name)
                        at = table.shift(key - 1) + column.shift
                        how = state >> at & 3
                        if (machine.name, key) in ended:
                            continue
                        if how == NOW:
                            passing ^= (NOW ^ OVER) << at
                        elif how == AHEAD:
                            ahead.append((AHEAD ^ NOW) << at)
        for change in (*ahead, *((0,) if passing else ())):
            yield Instance(None, ((change ^ passing ^ MOMENT, ()),))

    def configure(self, state: int) -> Iterator[Instance]:
        """Another value for one setting."""
        configs = self.layout.configs
        number = state >> CONFIG & 0xFFFF
        here = configs.list[number]
        for other, config in enumerate(configs.list):
            changed = {s.name: getattr(config, s.name) for s in self.system.settings
                       if getattr(config, s.name) != getattr(here, s.name)}  # fmt: skip
            if len(changed) == 1:
                yield Instance(Configure(changed), (((number ^ other) << CONFIG | state & MOMENT, ()),))

    def drop(self, state: int) -> tuple[tuple[str, int], ...]:
        """The ended things to which nothing leads, by machine and slot, the last first."""
        d = self.worlds.draft(self.worlds.world(state))
        d._ended = ended = self.worlds.ended(d)
        if ended:
            self.runner.drop_ended(d)
        return tuple(sorted(((m, key - 1) for m, key in ended if key not in getattr(d, m)), reverse=True))

    # --- what becomes of it ------------------------------------------------------------------------------------------

    def memo(self, instances: Callable[[int], Iterable[Instance]], first: bool = False) -> Memo:
        """Remembers the different effects of a group (``first``: of the first that is accepted)."""

        def effects(state: int) -> tuple[Effect, ...]:
            found: dict[Effect, None] = {}
            for instance in instances(state):
                if instance.beyond:
                    if first:
                        return (CUT,)
                    continue
                self.checks.taken(state, instance.path)
                effect = self.checks.effect(instance.turns)
                if effect is not None:
                    found[effect] = None
                if first:
                    break
            return tuple(found)

        return self.worlds.memo(effects)

    def _instance(self, state: int, event: Input, d: Any) -> Iterator[Instance]:
        change = self._change(state, d)
        if change is None:
            yield Instance(event, ((0, ()),), beyond=True)
        else:
            yield Instance(event, ((change, tuple(d.commands)),), tuple(d.path))

    def _change(self, state: int, d: Any) -> int | None:
        change = self.worlds.change(d, state)
        if change is None:
            sizes = self.layout.sizes
            self.beyond |= {name for name in sizes if len(getattr(d, name)) > sizes[name]}
            return None
        if self.history:
            change |= self.history.change(state, d.path, self.worlds)
        return change ^ state & MOMENT

    def _does(self, state: int, event: Input, fire: Callable[[], Any]) -> bool:
        """Whether the event is accepted; a fault of the model is noted."""
        try:
            return bool(fire())
        except Exception as error:
            self.checks.fault(state, event, self.engine.compiled.fault(error))
            return False

    # --- arguments ---------------------------------------------------------------------------------------------------

    def _arguments(self, machine: model.Machine, event: model.Event, world: Any) -> Iterator[dict[str, Any]]:
        options = [
            (0,) if p.name == "now"
            else self._options(p.name, p.type, world, self._matters.parameter(machine.name, event.name, p.name))
            for p in event.parameters
        ]  # fmt: skip
        for values in itertools.product(*options):
            yield {p.name: v for p, v in zip(event.parameters, values, strict=True)}

    def _options(self, name: str, type_: model.Type, world: Any, matters: bool) -> Sequence[Any]:
        """The values for a field or a parameter; one will do where nothing depends on it."""
        of = type_.of if isinstance(type_, model.Maybe) else type_
        nothing = (None,) if isinstance(type_, model.Maybe) else ()
        if isinstance(of, model.Ref):
            found: Sequence[Any] = (*nothing, *getattr(world, of.machine))
        elif isinstance(of, model.SetOf):
            keys = list(getattr(world, of.machine))
            several = [frozenset(c) for n in range(len(keys) + 1) for c in itertools.combinations(keys, n)]
            found = (*nothing, *reversed(several))
        else:
            found = self.domains.values(name, type_)
        return found if matters else found[:1]
