"""Conditions made and asked: the part of a proof that needs the solver, for one happening at a time.

All that is asked of one way through a step is one question to the solver: is there a state in which this way is open
and some claim fails? Only where there is one, or no answer comes, each claim is asked for on its own.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from ..engine import model
from .happenings import Happening, happenings
from .outcome import SECONDS, SHOWN_AT_MOST, Answer, Gap, Outcome
from .properties import Goal, Problem, goals_of, idle_goals, initial_goals, problem
from .steps import Step, Steps
from .terms import Term, both, implied, negated, z3
from .vocabulary import Vocabulary
from .world import empty_world, unknown_world


@dataclass(frozen=True)
class Failure:
    """A goal that the solver did not prove; ``answer`` is ``sat`` (it has a counterexample) or ``unknown``."""

    goal: Goal
    answer: str
    hypotheses: tuple[Term, ...]


class Workshop:
    """The formulas of one system, made when they are needed; one solver for each induction hypothesis."""

    def __init__(self, system: model.System, seconds: float = SECONDS) -> None:
        self.system = system
        self.seconds = seconds
        self._steps: dict[Happening, Step] = {}
        self._assumed: dict[frozenset[str], tuple[Term, ...]] = {}

    @cached_property
    def problem(self) -> Problem:
        """The system as formulas."""
        vocabulary = Vocabulary(self.system)
        return problem(self.system, vocabulary, unknown_world(vocabulary))

    @cached_property
    def _maker(self) -> Steps:
        return Steps(self.problem.vocabulary, self.problem.trusted, self.problem.world)

    def step(self, happening: Happening) -> Step:
        """What happens, as formulas."""
        if happening not in self._steps:
            self._steps[happening] = self._maker.of(happening)
        return self._steps[happening]

    def steps(self) -> list[Step]:
        """Everything that can happen."""
        return [self.step(happening) for happening in happenings(self.system) if happening.is_step]

    def goals(self, happening: Happening, names: Collection[str]) -> list[Goal]:
        """What these duties ask at a happening, always in the same order."""
        if happening.kind == "start":
            found = initial_goals(self.problem, empty_world(self.problem.vocabulary), names)
        elif happening.kind == "idle":
            found = idle_goals(self.problem, names)
        else:
            found = goals_of(self.problem, self.step(happening), names)
        return list(found)

    def failure(self, outcome: Outcome, gap: Gap) -> Failure:
        """A goal that was not proved, with all that could be assumed."""
        goal = self.goals(gap.happening, {outcome.owner.name})[gap.number]
        hypotheses = self._hypotheses(gap.happening, outcome.without)
        texts = self.problem.vocabulary.text_axioms()
        return Failure(goal, gap.answer, (*hypotheses, *texts, *goal.axioms, *goal.premises))

    # --- questions ---------------------------------------------------------------------------------------------------

    def answers(
        self, happening: Happening, names: Collection[str], unproved: frozenset[str], tired: Collection[str] = ()
    ) -> list[Answer]:
        """What comes of each duty at a happening; those that one is tired of are only counted."""
        goals = self.goals(happening, names)
        answers = {name: Answer(name, asked=name not in tired) for name in names}
        numbered: list[tuple[int, Goal]] = []
        for goal in goals:
            answer = answers[goal.owner.name]
            numbered.append((answer.conditions, goal))
            answer.conditions += 1
        groups: dict[int | None, list[tuple[int, Goal]]] = {}
        for number, goal in numbered:
            if answers[goal.owner.name].asked:
                groups.setdefault(goal.way, []).append((number, goal))
        # A new solver each time: what one has been asked before changes how long it thinks, or whether it finds out.
        solver = z3.Solver()
        solver.add(*self._hypotheses(happening, unproved))
        for way, asked in groups.items():
            premises = () if way is None else self.step(happening).ways[way].premises
            self._decide(solver, premises, asked, answers)
        return list(answers.values())

    def _decide(
        self, solver: Term, premises: tuple[Term, ...], goals: list[tuple[int, Goal]], answers: dict[str, Answer]
    ) -> None:
        """Decide goals that share their first premises."""
        begin = time.perf_counter()
        count = len(premises)
        axioms = {id(axiom): axiom for _, goal in goals for axiom in goal.axioms}
        claims = [implied(goal.premises[count:], goal.claim) for _, goal in goals]
        solver.push()
        solver.add(*self.problem.vocabulary.text_axioms(), *axioms.values(), *premises)
        if ask(solver, negated(both(claims)), self.seconds / 4) != "unsat":
            for (number, goal), claim in zip(goals, claims, strict=True):
                failures = answers[goal.owner.name].failures
                if len(failures) < SHOWN_AT_MOST and (answer := ask(solver, negated(claim), self.seconds)) != "unsat":
                    failures.append((number, answer))
        solver.pop()
        for _, goal in goals:
            answers[goal.owner.name].seconds += (time.perf_counter() - begin) / len(goals)

    def _hypotheses(self, happening: Happening, unproved: frozenset[str]) -> tuple[Term, ...]:
        """The induction hypothesis; of the start nothing is known."""
        if happening.kind == "start":
            return ()
        if unproved not in self._assumed:
            claims, axioms = self.problem.assumed(unproved)
            self._assumed[unproved] = (*claims, *axioms)
        return self._assumed[unproved]


def ask(solver: Term, formula: Term, seconds: float) -> str:
    """Whether the formula can hold: ``sat``, ``unsat``, or ``unknown`` after so much time."""
    solver.set("timeout", max(round(seconds * 1000), 1))
    solver.push()
    solver.add(formula)
    answer = str(solver.check())
    solver.pop()
    return answer
