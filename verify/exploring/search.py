"""Breadth-first exploration of a system at a scope: every state, every step, every law."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...engine import Engine, model
from .agenda import Agenda, Agendas
from .checks import Broken, Checks, Effect, Transition
from .matters import Matters
from .memory import Branch, Memo
from .moves import Moves
from .numbering import Numbering
from .options import STATES
from .packing import MOMENT, SPARE, Layout, TooManyValuesError
from .scope import Domains, Scope
from .watched import Worlds

TOLD = 20_000
"""After how many states progress is told."""


@dataclass(frozen=True)
class Progress:
    """How far an exploration is: ``states`` were found, and ``frontier`` are to be looked at, ``depth`` steps from the
    beginning."""

    states: int
    frontier: int
    depth: int
    seconds: float


@dataclass
class Explored:
    """What was found. ``parents`` has every state, with one from which it was reached first (the beginning has
    itself); ``deadlock`` is the first state in which nothing can happen, though not all has ended."""

    explorer: Explorer
    parents: dict[int, int] = field(default_factory=dict[int, int])
    steps: int = 0
    depth: int = 0
    finished: bool = False
    deadlock: int | None = None
    seconds: float = 0.0

    @property
    def broken(self) -> dict[str, Broken]:
        """By name, what does not hold; ``""`` for a fault of the model."""
        return self.explorer.checks.broken

    @property
    def transitions(self) -> Mapping[Transition, int]:
        """The transitions that were taken, each with the first state in which it was."""
        return self.explorer.checks.transitions


class Explorer:
    """Explores one system at one scope."""

    def __init__(self, engine: Engine[Any], scope: Scope, spare: int = SPARE[0], history: bool = False) -> None:
        # An engine of its own: its records are watched.
        self.engine: Engine[Any] = Engine(engine.system, indexed=False)
        self.system: model.System = engine.system
        self.scope = scope
        domains = Domains(self.engine, scope.values)
        self.layout = Layout(self.engine, scope, domains, Matters(self.system), spare, history)
        self.worlds = Worlds(self.engine, self.layout)
        self.checks = Checks(self.engine, self.worlds)
        self.moves = Moves(self.engine, self.worlds, domains, self.checks)
        self.numbering = Numbering(self.layout)
        self.dropping = self.worlds.memo(self.moves.drop)
        self.agendas = Agendas(self.moves)
        self._agendas: dict[int, Agenda] = {}

    def starts(self) -> list[int]:
        """The states without things."""
        return [self.worlds.start(config) for config in self.scope.configs]

    def agenda(self, state: int) -> Agenda:
        """What may happen in a state."""
        key = state & self.agendas.mask
        found = self._agendas.get(key)
        if found is None:
            found = self._agendas[key] = self.agendas.of(state)
        return found

    def look(self, memo: Memo, state: int) -> Any:
        """What a memo knows of a state."""
        outcome = memo.known(state)
        return self.worlds.found(memo, state) if outcome is None else outcome

    def dropped(self, state: int) -> int:
        """The state without the ended things to which nothing leads."""
        things = self.look(self.dropping, state)
        return self.numbering.without(state, things) if things else state

    # ``effects`` and ``_level`` look into memos by hand, as ``Memo.known`` does: that is most of what an exploration
    # does once little is new, and a call for each memo makes the whole some tenth slower.

    def effects(self, state: int) -> tuple[list[Effect], int]:
        """All that can happen in a state, and the state that it comes to without ended things (itself if none is to be
        dropped, or it is not at rest)."""
        found = self.worlds.found
        agenda = self.agenda(state)
        effects: list[Effect] = []
        for group in agenda.urgent:
            memo = group.memo
            several = memo.table.get(state & memo.mask)
            while type(several) is Branch:
                several = several.table.get(state & several.mask)
            if several is None:
                several = found(memo, state)
            if several:
                effects += several
                if not group.waits:
                    if not state & MOMENT:
                        return effects, state
                    break
        else:
            if state & MOMENT:
                return effects, state ^ MOMENT
            rest = self.dropped(state)
            if rest != state:
                return effects, rest
        for group in agenda.free:
            memo = group.memo
            several = memo.table.get(state & memo.mask)
            while type(several) is Branch:
                several = several.table.get(state & several.mask)
            if several is None:
                several = found(memo, state)
            effects += several
        return effects, state

    def explore(
        self,
        states: int = STATES,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Explored:
        """Explore so many states at most; ``stop`` is asked after each level whether all that is wanted is found."""
        result = Explored(self)
        begin = time.perf_counter()
        frontier = self.starts()
        parents = result.parents
        for state in frontier:
            parents[state] = state
            self._check_all(state)
        while frontier and len(parents) < states and not (stop and stop()):
            result.depth += 1
            frontier = self._level(result, frontier, states, lambda left: progress and progress(
                Progress(len(parents), left, result.depth, time.perf_counter() - begin)))  # fmt: skip
        result.finished = not frontier
        result.seconds = time.perf_counter() - begin
        return result

    def _level(self, result: Explored, frontier: list[int], most: int, progress: Callable[[int], object]) -> list[int]:
        """Look at every state of a level; the states of the next."""
        parents, found, effects_of = result.parents, self.worlds.found, self.effects
        following: list[int] = []
        told = len(parents) + TOLD
        steps = 0
        for number, state in enumerate(frontier):
            effects, rest = effects_of(state)
            for change, laws, invariants in effects:
                for memo in laws:
                    known = memo.table.get(state & memo.mask)
                    while type(known) is Branch:
                        known = known.table.get(state & known.mask)
                    if known is None:
                        found(memo, state)
                after = state ^ change
                if after not in parents:
                    parents[after] = state
                    following.append(after)
                    for memo in invariants:
                        known = memo.table.get(after & memo.mask)
                        while type(known) is Branch:
                            known = known.table.get(after & known.mask)
                        if known is None:
                            found(memo, after)
            steps += len(effects)
            if rest != state:
                steps += 1
                if rest not in parents:
                    parents[rest] = state
                    following.append(rest)
                    self._check_all(rest)
            elif not effects and result.deadlock is None and not self._is_final(state):
                result.deadlock = state
            if len(parents) >= told:
                told = len(parents) + TOLD
                progress(len(frontier) - number + len(following))
                if len(parents) >= most:
                    following.append(state)
                    break
        result.steps += steps
        return following

    def _check_all(self, state: int) -> None:
        for _, memo in self.checks.invariants:
            self.look(memo, state)

    def _is_final(self, state: int) -> bool:
        """Every thing has ended."""
        world = self.worlds.world(state)
        things = sum(len(getattr(world, machine.name)) for machine in self.system.machines)
        return len(self.worlds.ended(world)) == things


def explore(
    engine: Engine[Any],
    scope: Scope,
    states: int = STATES,
    progress: Callable[[Progress], None] | None = None,
    history: bool = False,
) -> Explored:
    """Explore a system at a scope; once more with more room where a table of values was too small."""
    for spare in SPARE:
        try:
            return Explorer(engine, scope, spare, history).explore(states, progress)
        except TooManyValuesError:
            if spare == SPARE[-1]:
                raise
    raise AssertionError


def path(parents: dict[int, int], state: int) -> Iterator[int]:
    """The states from the beginning to this one."""
    way = [state]
    while parents[way[-1]] != way[-1]:
        way.append(parents[way[-1]])
    return reversed(way)
