"""From laws to the facts that they rest on: what a walk agrees with, what keeps itself, what is needed, what is proved.

Walking and small scopes only choose. What is given is proved for any size, all of it together, by ``prove``.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...engine import model
from ..prove import Progress, prove
from .closure import Closure
from .fact import Fact, taken_names, written
from .literals import Naming
from .observing import Observer, surviving
from .scope import Small
from .shapes import Joined, Shape, cost, joined

ATTEMPTS = 4
"""How often is begun again without facts that turned out not to hold."""


@dataclass(frozen=True)
class Inferred:
    """The system with the facts that were found, and how they were: of so many ``candidates``, in so many seconds."""

    system: model.System
    facts: tuple[Fact, ...]
    candidates: int
    seconds: float

    @property
    def text(self) -> str:
        """The declarations, to be pasted into the system."""
        return "\n\n".join(fact.text for fact in self.facts)


def infer(system: model.System, progress: Progress | None = None) -> Inferred:
    """Find facts under which more of the declared properties are proved; none if all of them are proved."""
    begin = time.perf_counter()
    search = _Search(system, progress)
    open_ = search.unproved(())
    facts = search.facts() if open_ else []
    if not open_ - search.unproved(facts):
        facts = []
    return Inferred(_with(system, facts), tuple(facts), search.candidates, time.perf_counter() - begin)


def _with(system: model.System, facts: Iterable[Fact]) -> model.System:
    return replace(system, invariants=(*system.invariants, *(fact.predicate for fact in facts)))


class _Search:
    """One search. ``dropped``: facts that do not hold, or that cannot be proved."""

    def __init__(self, system: model.System, progress: Progress | None) -> None:
        self.system = system
        self.naming = Naming(system)
        self.progress: Progress = progress or (lambda text, done, steps: None)
        self.dropped: set[Shape] = set()
        self.deep = False
        self.candidates = 0

    def facts(self) -> list[Fact]:
        """Facts that are proved together with everything that is proved then."""
        self.progress("walking through the engine", 0, 1)
        observer = Observer(self.system)
        observer.walk()
        facts: dict[Shape, Fact] = {}
        unproved: set[Shape] = set()
        for _ in range(ATTEMPTS):
            chosen = self._chosen(observer)
            taken = taken_names(self.system)
            facts = {shape: written(self.naming, shape, taken) for shape in chosen}
            failed = self.unproved(facts.values())
            unproved = {shape for shape, fact in facts.items() if fact.predicate.name in failed}
            if not unproved:
                break
            self.dropped |= {part for shape in unproved for part in chosen[shape]}
        return [fact for shape, fact in facts.items() if shape not in unproved]

    def _chosen(self, observer: Observer) -> Joined:
        """Facts that keep themselves at a small scope, and that the laws need there."""
        shapes = list(surviving(observer, self.dropped, self.deep))
        while True:
            self.candidates = max(self.candidates, len(shapes))
            self.progress("making a small scope", 0, 1)
            named = {f"candidate {number}": shape for number, shape in enumerate(shapes)}
            small = Small(self.system, [shape.predicate(self.naming, n, "") for n, shape in named.items()])
            costs = {n: cost(self.naming, shape) for n, shape in named.items()}
            closure = Closure(small, costs, self.progress)
            found = closure.find()
            self.dropped |= {named[n] for n in closure.lost if n in named}
            self.deep |= closure.open
            weaker = list(surviving(observer, self.dropped, self.deep))
            if not closure.open or set(weaker) <= set(shapes):
                found = closure.without_the_idle(found)
                return joined([named[n] for n in sorted(found)], set(named.values()) - self.dropped)
            shapes = weaker

    def unproved(self, facts: Iterable[Fact]) -> set[str]:
        """What is not proved of the system with these facts."""
        proof = prove(_with(self.system, facts), progress=self.progress)
        return {name for name, outcome in proof.outcomes.items() if not outcome.proved}
