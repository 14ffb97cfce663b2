"""What a walk through the engine has seen of single things and of pairs of them, and which facts that leaves."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from ...engine import Engine, EngineFault, Refusal, StationState, model
from ...engine.compiling import bare
from ...engine.compiling.records import stored
from ..walk import LENGTH, Walker
from .literals import Away, Literal, Naming, Said, fields, links, states
from .shapes import Clause, Shape, Unique

STEPS = 20_000
"""How many steps are walked."""
SECONDS = 30.0
"""How long is walked at most."""


@dataclass
class Seen:
    """What was seen of the things of one machine: for each thing in each state, which literals held (as bits)."""

    machine: model.Machine
    literals: list[Literal]
    keys: list[tuple[str, ...]]
    vectors: dict[int, int] = field(default_factory=dict[int, int])
    """Which literals held, and the number of that."""
    twins: dict[tuple[str, ...], set[tuple[int, int]]] = field(default_factory=dict[Any, Any])
    """Of two things with the same in these fields, which literals held."""


class Observer:
    """Walks through one system and notes what holds of its things."""

    def __init__(self, system: model.System) -> None:
        self.naming = Naming(system)
        self.seen = {m.name: Seen(m, self._literals(m), list(_keys(m))) for m in system.machines}
        predicates = [*system.predicates]
        for name, seen in self.seen.items():
            for number, literal in enumerate(seen.literals):
                body = self.naming.whole(name, literal)
                parameter = model.Parameter("x", model.Ref(name))
                where = self.naming.where
                predicates.append(model.Predicate(_name(name, number), (parameter,), (), body, "", where))
        self.engine: Engine[Any] = Engine(replace(system, predicates=tuple(predicates)))
        compiled = self.engine.compiled
        self._asks = {
            name: [compiled.predicate(system.name, _name(name, n)) for n in range(len(seen.literals))]
            for name, seen in self.seen.items()
        }

    def _literals(self, machine: model.Machine) -> list[Literal]:
        own: list[Literal] = [*states(self.naming, machine), *fields(self.naming, machine, machine.name)]
        return [*own, *links(self.naming, machine)]

    def walk(self, steps: int = STEPS) -> None:
        """Walk, and look at each state on the way."""
        walker = Walker(self.engine)
        end, deadline = 0, time.monotonic() + SECONDS
        while end < steps and time.monotonic() < deadline:
            state = self.engine.start(walker.config())
            for _ in range(LENGTH):
                end += 1
                now = state.now + walker.random.choice((0, 0, 1, 2))
                try:
                    trace = self.engine.trace(state, walker.input(state), now)
                except EngineFault:
                    break
                if not isinstance(trace, Refusal):
                    for move in trace.moves:
                        self.look(move.after)
                    state = trace.step.state
                    self.look(state)

    def look(self, state: StationState) -> None:
        """Note what holds of each thing."""
        for name, seen in self.seen.items():
            found: dict[int, int] = {}
            for key in state.keys(name):
                vector = 0
                for bit, ask in enumerate(self._asks[name]):
                    if ask(state, key):
                        vector |= 1 << bit
                found[key] = vector
                seen.vectors.setdefault(vector, len(seen.vectors))
            for fields_ in seen.keys:
                _note_twins(seen, fields_, state, found)


def _note_twins(seen: Seen, names: tuple[str, ...], state: StationState, vectors: dict[int, int]) -> None:
    known: dict[tuple[Any, ...], list[int]] = {}
    records = getattr(state, seen.machine.name)
    for key, vector in vectors.items():
        value = tuple(getattr(records[key], name) for name in names)
        if None not in value:
            for other in known.setdefault(value, []):
                seen.twins.setdefault(names, set()).add((other, vector))
            known[value].append(vector)


def _name(machine: str, number: int) -> str:
    return f"literal_{machine}_{number}"


def _keys(machine: model.Machine) -> Iterator[tuple[str, ...]]:
    """The fields by which things may be told apart: one, or one that refers to a thing and another."""
    plain = [a for a in stored(machine) if _tells_apart(a.type)]
    for attribute in plain:
        yield (attribute.name,)
    for one, other in itertools.combinations(plain, 2):
        if isinstance(one.type, model.Ref) or isinstance(other.type, model.Ref):
            yield one.name, other.name


def _tells_apart(type_: model.Type) -> bool:
    inner = bare(type_)
    return isinstance(inner, model.Ref | model.Value) or inner in (model.INT, model.TEXT)


# --- what that leaves ------------------------------------------------------------------------------------------------


def surviving(observer: Observer, dropped: Set[Shape], deep: bool = False) -> Iterator[Shape]:
    """The strongest facts that everything seen agrees with, but those that were dropped; ``deep``: more of them."""
    for seen in observer.seen.values():
        if seen.vectors:
            yield from _clauses(seen, dropped, 3 if deep else 2)
            yield from _uniques(observer.naming, seen, dropped)


def _clauses(seen: Seen, dropped: Set[Shape], longest: int) -> Iterator[Clause]:
    """One literal, two that go together, or (``longest``) three; none that a shorter one says already."""
    everything = (1 << len(seen.vectors)) - 1
    columns = [
        sum(1 << i for i, vector in enumerate(seen.vectors) if vector >> bit & 1) for bit in range(len(seen.literals))
    ]
    found: set[frozenset[int]] = set()
    for bits in _combinations(seen, longest):
        held = 0
        for bit in bits:
            held |= columns[bit]
        if held == everything and not any(frozenset(part) in found for part in _parts(bits)):
            clause = Clause(seen.machine.name, frozenset(seen.literals[bit] for bit in bits))
            if clause not in dropped:
                found.add(frozenset(bits))
                yield clause


def _combinations(seen: Seen, longest: int) -> Iterator[tuple[int, ...]]:
    literals, every = seen.literals, range(len(seen.literals))
    yield from ((bit,) for bit in every)
    for one, other in itertools.combinations(every, 2):
        pair = literals[one], literals[other]
        if _go_together(*pair) and not _is_over(seen.machine, pair):
            yield one, other
    if longest > 2:
        own = [bit for bit in every if isinstance(literals[bit], Away) and not literals[bit].link]
        flags = [bit for bit in every if _is_flag(literals[bit])]
        linked = [bit for bit in every if isinstance(literals[bit], Away) and literals[bit].link]
        yield from itertools.product(own, flags, linked)


def _parts(bits: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """What is shorter."""
    return itertools.chain.from_iterable(itertools.combinations(bits, size) for size in range(1, len(bits)))


def _is_over(machine: model.Machine, pair: Sequence[Literal]) -> bool:
    """Of a thing that has ended it only counts where others are."""
    ended = any(
        isinstance(x, Away) and not x.link and any(machine.state(name).final for name in x.states) for x in pair
    )
    return ended and not any(isinstance(x, Away) and x.link for x in pair)


def _go_together(first: Literal, second: Literal) -> bool:
    """Whether a person would say the two together."""
    if isinstance(first, Said) and isinstance(second, Said):
        if first.expression == second.expression:
            return False
        return not (first.link and second.link) and not (_is_rich(first) or _is_rich(second))
    if isinstance(first, Away) and isinstance(second, Away):
        return first.group != second.group and not (first.link and second.link)
    away, said = (first, second) if isinstance(first, Away) else (second, first)
    return not (away.link and (said.link or _is_rich(said)))


def _is_rich(literal: Literal) -> bool:
    """A literal of which there are too many to pair."""
    if not isinstance(literal, Said):
        return False
    return isinstance(literal.expression, model.Compare | model.Contains) or (
        isinstance(literal.expression, model.Same)
        and isinstance(literal.expression.right, model.Literal)
        and literal.expression.right.value is not None
    )


def _uniques(naming: Naming, seen: Seen, dropped: Set[Shape]) -> Iterator[Unique]:
    machine = seen.machine
    places = [
        (bit, next(iter(literal.states)))
        for bit, literal in enumerate(seen.literals)
        if isinstance(literal, Away) and not literal.link and literal.region == 0
    ]
    living = [(bit, name) for bit, name in places if not machine.state(name).final]
    occupied = [(bit, name) for bit, name in living if any(not vector >> bit & 1 for vector in seen.vectors)]
    flags = [None, *(bit for bit, x in enumerate(seen.literals) if _is_flag(x))]
    for names in seen.keys:
        twins = seen.twins.get(names, set())
        for (one, first), (other, second) in itertools.combinations_with_replacement(occupied, 2):
            clashes = [t for t in twins if _at(t, one, other)]
            for flag in flags:
                if not any(flag is None or (x >> flag & 1 and y >> flag & 1) for x, y in clashes):
                    said = None if flag is None else seen.literals[flag]
                    assert not isinstance(said, Away)
                    unique = Unique(machine.name, names, frozenset([frozenset([first, second])]), said)
                    if unique not in dropped:
                        yield unique
                        if flag is None:
                            break
        if not places and not twins:
            unique = Unique(machine.name, names, frozenset())
            if unique not in dropped:
                yield unique


def _at(twin: tuple[int, int], one: int, other: int) -> bool:
    """Whether the one thing is at the one place and the other at the other; a bit says where a thing is not."""
    x, y = twin
    return (not x >> one & 1 and not y >> other & 1) or (not x >> other & 1 and not y >> one & 1)


def _is_flag(literal: Literal) -> bool:
    return isinstance(literal, Said) and not literal.link and isinstance(literal.expression, model.Field)
