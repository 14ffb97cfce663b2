"""Proofs: each property of a system, for any number of things and any settings, by induction over steps.

The first state keeps every invariant; every step from a state that keeps them leads to one that does, keeps every law
and owes nothing. All of it is one question to the solver for each way through a step: is there a state in which this
way is open and some claim fails? Only where there is one, or no answer comes, each claim is asked for on its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..engine import model
from .properties import Goal, Problem, Property, goals_of, idle_goals, initial_goals, problem
from .steps import Step, Steps
from .terms import Term, both, implied, negated, z3
from .vocabulary import Vocabulary
from .world import empty_world, unknown_world

VerdictWord: TypeAlias = Literal["proved for any size", "violated", "not inductive", "checked up to n", "unknown"]

PROVED: VerdictWord = "proved for any size"
SHOWN_AT_MOST = 3
"""How many failures of one property are looked for."""
SECONDS = 10.0
"""How long the solver thinks about one question."""


@dataclass(frozen=True)
class Failure:
    """A goal that the solver did not prove; ``answer`` is ``sat`` (it has a counterexample) or ``unknown``."""

    goal: Goal
    answer: str
    hypotheses: tuple[Term, ...]


@dataclass
class Outcome:
    """What came of one property."""

    owner: Property
    seconds: float = 0.0
    goals: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])
    needs: tuple[str, ...] = ()
    """Unproved invariants with whose help it would be proved."""

    @property
    def proved(self) -> bool:
        """Every goal was proved."""
        return not self.failures


@dataclass
class Proof:
    """All of it: the problem, its steps, and one outcome for each property that was asked for."""

    problem: Problem
    steps: list[Step]
    outcomes: dict[str, Outcome]
    seconds: float = 0.0


Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is proved next, how many steps are done, and of how many."""


def prove(system: model.System, names: Iterable[str] | None = None, progress: Progress | None = None) -> Proof:
    """Prove the properties of a system (``names``: of the laws only these; invariants are proved all the same)."""
    begin = time.perf_counter()
    vocabulary = Vocabulary(system)
    world = unknown_world(vocabulary)
    found = problem(system, vocabulary, world)
    steps = list(Steps(vocabulary, found.trusted, world).all())
    wanted = None if names is None else set(names)
    open_ = [p for p in found.properties if wanted is None or p.about != "step" or p.name in wanted]
    outcomes = {p.name: Outcome(p) for p in open_}
    _round(found, steps, outcomes, frozenset(), progress)
    _without_the_unproved(found, steps, outcomes, progress)
    return Proof(found, steps, outcomes, time.perf_counter() - begin)


def _round(
    problem: Problem,
    steps: list[Step],
    outcomes: Mapping[str, Outcome],
    unproved: frozenset[str],
    progress: Progress | None,
) -> None:
    """Prove all outcomes, assuming every invariant but those that are unproved."""
    prover = Prover(problem, outcomes, unproved)
    prover.start()
    for number, step in enumerate(steps):
        if progress:
            progress(step.text, number, len(steps))
        prover.step(step)


def _without_the_unproved(
    problem: Problem, steps: list[Step], outcomes: dict[str, Outcome], progress: Progress | None
) -> None:
    """What was proved with the help of an invariant that is not proved itself has to do without it."""
    unproved: frozenset[str] = frozenset()
    while True:
        failed = frozenset(o.owner.name for o in outcomes.values() if o.owner.about == "state" and not o.proved)
        if failed == unproved:
            return
        unproved = failed
        again = {name: Outcome(o.owner) for name, o in outcomes.items() if o.proved}
        _round(problem, steps, again, unproved, progress)
        for name, outcome in again.items():
            outcomes[name].seconds += outcome.seconds
            if not outcome.proved:
                outcomes[name].failures = outcome.failures
                outcomes[name].needs = tuple(sorted(unproved))


class Prover:
    """One incremental solver that knows the induction hypothesis."""

    def __init__(self, problem: Problem, outcomes: Mapping[str, Outcome], unproved: frozenset[str]) -> None:
        self.problem = problem
        self.outcomes = outcomes
        claims, axioms = problem.assumed(unproved)
        self.hypotheses = (*claims, *axioms, *problem.vocabulary.text_axioms())
        self._solver = _solver(self.hypotheses)

    def start(self) -> None:
        """The first state, and what a step does that changes nothing."""
        world = empty_world(self.problem.vocabulary)
        texts = self.problem.vocabulary.text_axioms()
        self._decide(_solver(texts), (), self._asked(initial_goals(self.problem, world)), tuple(texts))
        self._decide(self._solver, (), self._asked(idle_goals(self.problem)), self.hypotheses)

    def step(self, step: Step) -> None:
        """Everything that is to be proved of a step."""
        groups: dict[int | None, list[Goal]] = {}
        for goal in self._asked(goals_of(self.problem, step)):
            groups.setdefault(goal.way, []).append(goal)
        for way, goals in groups.items():
            premises = () if way is None else step.ways[way].premises
            self._decide(self._solver, premises, goals, self.hypotheses)

    def _asked(self, goals: Iterable[Goal]) -> list[Goal]:
        return [
            goal
            for goal in goals
            if goal.owner.name in self.outcomes and len(self.outcomes[goal.owner.name].failures) < SHOWN_AT_MOST
        ]

    def _decide(
        self, solver: Term, premises: tuple[Term, ...], goals: list[Goal], hypotheses: tuple[Term, ...]
    ) -> None:
        """Decide goals that share their first premises."""
        if not goals:
            return
        begin = time.perf_counter()
        count = len(premises)
        axioms = {id(axiom): axiom for goal in goals for axiom in goal.axioms}
        claims = [implied(goal.premises[count:], goal.claim) for goal in goals]
        solver.push()
        solver.add(*axioms.values(), *premises)
        if _ask(solver, negated(both(claims))) != "unsat":
            for goal, claim in zip(goals, claims, strict=True):
                self._decide_alone(solver, goal, claim, hypotheses)
        solver.pop()
        each = (time.perf_counter() - begin) / len(goals)
        for goal in goals:
            self.outcomes[goal.owner.name].seconds += each
            self.outcomes[goal.owner.name].goals += 1

    def _decide_alone(self, solver: Term, goal: Goal, claim: Term, hypotheses: tuple[Term, ...]) -> None:
        outcome = self.outcomes[goal.owner.name]
        if len(outcome.failures) >= SHOWN_AT_MOST:
            return
        answer = _ask(solver, negated(claim))
        if answer != "unsat":
            outcome.failures.append(Failure(goal, answer, (*hypotheses, *goal.axioms, *goal.premises)))


def _solver(hypotheses: Iterable[Term]) -> Term:
    solver = z3.Solver()
    solver.set("timeout", round(SECONDS * 1000))
    solver.add(*hypotheses)
    return solver


def _ask(solver: Term, formula: Term) -> str:
    """Whether the formula can hold: ``sat``, ``unsat`` or ``unknown``."""
    solver.push()
    solver.add(formula)
    answer = str(solver.check())
    solver.pop()
    return answer
