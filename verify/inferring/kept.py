"""Whether facts are kept by every step, and properties with them: what a proof by induction asks, soon answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..happenings import START, happenings
from ..known import Known
from ..properties import Goal
from ..terms import Term
from ..workshop import Failure, Workshop

ASKED = 600
"""How often the solver is asked in one run."""
EFFORT = 0.015
"""How long it thinks about one question, in seconds as ``known`` counts them."""


class WearyError(Exception):
    """The solver was asked often enough."""


class Kept:
    """Questions about one system. ``assumed`` are the names of the invariants that hold anyhow."""

    def __init__(self, workshop: Workshop, assumed: Iterable[str]) -> None:
        self._workshop = workshop
        self._problem = workshop.problem
        names = frozenset(assumed)
        claims, axioms = self._problem.assumed(frozenset(p.name for p in self._problem.properties) - names)
        self._hypotheses = (*claims, *axioms, *self._problem.vocabulary.text_axioms())
        self._known = Known(self._hypotheses)
        self._at_the_start = Known(self._problem.vocabulary.text_axioms())
        self._happenings = list(happenings(workshop.system))
        self._left = ASKED

    def keeps(self, claim: str, facts: Iterable[str]) -> bool:
        """Whether a property, or one of the facts, is soon shown to be kept, where all facts hold before."""
        return not any(self._open(claim, facts))

    def gap(self, claim: str, facts: Iterable[str]) -> Failure | None:
        """Where it is not, if it is not."""
        for known, goals, hypotheses in self._open(claim, facts):
            for goal in goals:
                if len(goals) == 1 or self._ask(known, [goal]) != "unsat":
                    return Failure(goal, "", (*hypotheses, *goal.axioms, *goal.premises))
        return None

    def _open(self, claim: str, facts: Iterable[str]) -> Iterator[tuple[Known, list[Goal], tuple[Term, ...]]]:
        """Goals that are not shown together, with what was known."""
        held = tuple(term for fact in facts for term in self._before(fact))
        for happening in list(self._happenings):
            goals = self._workshop.goals(happening, {claim})
            known, hypotheses = self._known, self._hypotheses
            if happening == START:
                known, hypotheses = self._at_the_start, ()
            else:
                goals = [replace(goal, premises=(*goal.premises, *held)) for goal in goals]
            left = known.open(goals)
            if left and self._ask(known, left) != "unsat":
                # What breaks one often breaks another as well.
                self._happenings.remove(happening)
                self._happenings.insert(0, happening)
                yield known, left, hypotheses

    def _before(self, fact: str) -> Iterator[Term]:
        """That the fact holds before the step."""
        (property_,) = self._problem.named({fact})
        if property_.about == "state":
            formula, facts = self._problem.facts_of(property_, self._problem.world, self._problem.world)
            yield formula
            yield from facts.axioms

    def spend(self, questions: int) -> None:
        """Count questions that others ask; ``WearyError`` when there are too many."""
        self._left -= questions
        if self._left < 0:
            raise WearyError

    def _ask(self, known: Known, goals: list[Goal]) -> str:
        self.spend(1)
        return known.prove(goals, EFFORT)
