"""A system and many facts about it, at a small scope: what does a claim about a step need to be known before it?"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ...engine import model
from ..happenings import IDLE, happenings
from ..properties import Goal, Problem, Property, goals_of, idle_goals, problem
from ..steps import Step, Steps
from ..terms import TRUE, Term, both, implied, negated, same, z3
from ..ways import Way
from ..world import Key, World, keys_of, unknown_world
from .grounding import SmallVocabulary

THINGS = 2
"""How many things of each machine there are, with those that a step makes."""
SECONDS = 20.0
"""How long the solver thinks about one question."""

Ask: TypeAlias = Callable[[Iterable[str]], "set[str] | None"]


@dataclass
class Turn:
    """One way through a step: what holds on it, what the fields hold after it, and what is owed to the laws."""

    premises: tuple[Term, ...]
    after: Term = TRUE
    written: frozenset[Key] = frozenset()
    owed: list[Goal] = field(default_factory=list[Goal])
    mark: Term = TRUE


class Small:
    """A system and facts about it at a small scope: each of them before a step, and after it."""

    def __init__(self, system: model.System, facts: Sequence[model.Predicate]) -> None:
        self.facts = {fact.name for fact in facts}
        extended = replace(system, invariants=(*system.invariants, *facts))
        self.vocabulary = SmallVocabulary(extended, THINGS)
        self.after = unknown_world(self.vocabulary)
        self.world = unknown_world(self.vocabulary)
        self.problem: Problem = problem(extended, self.vocabulary, self.world)
        self.keys = {key: (machine, type_) for key, machine, type_ in keys_of(extended)}
        self._solver = z3.SolverFor("QF_FD")
        self._solver.set("timeout", round(SECONDS * 1000))
        # There are thousands of small questions: the solver is not to tidy up before each.
        self._solver.set("simplify.delay", 1_000_000_000)
        self._kept: dict[Key, Term] = {}
        self.before: dict[str, Term] = {}
        self.then: dict[str, Term] = {}
        self.reads: dict[str, frozenset[Key]] = {}
        for property_ in self.problem.properties:
            if property_.about == "state":
                self.reads[property_.name] = property_.reads
                mark = self.before[property_.name] = z3.Bool(f"{property_.name} before")
                self._solver.add(implied([mark], self._said(property_, self.world)))
            if property_.name in self.facts:
                self.then[property_.name] = self._said(property_, self.after)
        self._solver.add(*self.vocabulary.text_axioms())
        self._names = {mark.get_id(): name for name, mark in self.before.items()}
        self.turns = list(self._all_turns())
        for number, turn in enumerate(self.turns):
            turn.mark = z3.Bool(f"turn {number}")
            axioms = {id(axiom): axiom for goal in turn.owed for axiom in goal.axioms}
            self._solver.add(implied([turn.mark], both([*turn.premises, turn.after])), *axioms.values())
        self._solver.add(*self.vocabulary.limits)

    def _said(self, property_: Property, world: World) -> Term:
        """What a property says of a world."""
        formula, facts = self.problem.facts_of(property_, world, world)
        self._solver.add(*facts.axioms)
        return formula

    def _all_turns(self) -> Iterator[Turn]:
        """Every way through every step, and what is owed without a step."""
        declared = [p.name for p in self.problem.properties if p.name not in self.facts]
        steps = Steps(self.vocabulary, self.problem.trusted, self.world)
        for happening in happenings(self.problem.system):
            if happening == IDLE:
                yield Turn((), owed=list(idle_goals(self.problem, declared)))
            elif happening.is_step:
                yield from self._turns(steps.of(happening), declared)

    def _turns(self, step: Step, declared: Sequence[str]) -> Iterator[Turn]:
        self._solver.add(*step.facts.axioms)
        found: dict[int | None, Turn] = {number: self._turn(way) for number, way in enumerate(step.ways)}
        found[None] = Turn(())
        for goal in goals_of(self.problem, step, declared):
            found[goal.way].owed.append(goal)
        return iter(found.values())

    def _turn(self, way: Way) -> Turn:
        written = frozenset(way.world.changed_since(self.world))
        after = both(self._agree(key, way.world) if key in written else self._unchanged(key) for key in self.keys)
        return Turn(way.premises, after, written)

    def _unchanged(self, key: Key) -> Term:
        """A name for that a field holds after a step what it held before it."""
        if key not in self._kept:
            self._kept[key] = z3.Bool(f"{key} is kept")
            self._solver.add(implied([self._kept[key]], self._agree(key, self.world)))
        return self._kept[key]

    def _agree(self, key: Key, world: World) -> Term:
        """That a field holds after the step what the way leaves there."""
        machine, type_ = self.keys[key]
        if isinstance(type_, model.Station):
            return TRUE
        if not machine:
            return same(self.after.read(key), world.read(key), self.vocabulary.thing)
        return both(
            same(self.after.read(key, thing), world.read(key, thing), self.vocabulary.thing)
            for thing in self.vocabulary.elements(machine)
        )

    # --- questions ---------------------------------------------------------------------------------------------------

    @contextmanager
    def question(self, turn: Turn, claims: Sequence[Term]) -> Generator[Ask]:
        """Ask what these claims about a way need: given the names of what is known before it, those of what is used, or
        ``None`` if it is not enough."""

        def ask(known: Iterable[str]) -> set[str] | None:
            if str(self._solver.check(turn.mark, *[self.before[name] for name in known])) != "unsat":
                return None
            core = self._solver.unsat_core()
            return {name for term in core if (name := self._names.get(term.get_id(), ""))}

        self._solver.push()
        self._solver.add(negated(both(claims)))
        try:
            yield ask
        finally:
            self._solver.pop()
