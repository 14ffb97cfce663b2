"""What is proved, and from how little: where that little is the same, no new proof is needed.

Terms are compared by identity: what is made in the same way has the same names, and the solver keeps equal terms once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from .properties import Goal
from .terms import Term, both, implied, negated, z3

Identities: TypeAlias = frozenset[int]
STEPS_PER_SECOND = 3_000_000
"""Effort is counted in the solver's own steps, so that an answer does not depend on how busy a machine is; but it is
given in seconds: so many steps take about one."""


class Known:
    """The goals that were proved from some hypotheses: the invariants, and that texts differ."""

    def __init__(self, hypotheses: Iterable[Term]) -> None:
        self._hypotheses = list(hypotheses)
        self._lemmas: dict[int, list[Identities]] = {}
        self._kept: list[Goal] = []
        self._marks: list[Term] = []
        self.begin()

    def begin(self) -> None:
        """Take a new solver: what one was asked before changes how it goes about the next question."""
        self._solver = z3.Solver()
        self._solver.add(*self._hypotheses)

    def suppose(self, hypotheses: Iterable[Term]) -> None:
        """Add what holds as well."""
        more = list(hypotheses)
        self._hypotheses += more
        self._solver.add(*more)

    def learn(self, goal: Goal, needs: Identities) -> None:
        """A goal was proved from these of its premises (the fewer, the more is known)."""
        lemmas = self._lemmas.setdefault(identity(goal.claim), [])
        if not any(known <= needs for known in lemmas):
            lemmas[:] = [*(known for known in lemmas if not needs <= known), needs]
            self._kept.append(goal)  # as long as its terms are there, no others get their numbers

    def open(self, goals: Iterable[Goal]) -> list[Goal]:
        """Those that do not follow from what was proved already, from premises that they have."""
        own: dict[int, tuple[tuple[Term, ...], Identities]] = {}
        found: list[Goal] = []
        for goal in goals:
            if id(goal.premises) not in own:
                own[id(goal.premises)] = goal.premises, identities(goal.premises)
            if not self._follows(goal, own[id(goal.premises)][1]):
                found.append(goal)
        return found

    def _follows(self, goal: Goal, premises: Identities) -> bool:
        for needs in self._lemmas.get(identity(goal.claim), ()):
            missing = needs - premises
            if not missing or missing <= identities(goal.axioms):
                return True
        return False

    def prove(self, goals: list[Goal], effort: float) -> str:
        """Prove goals together: ``unsat`` if all of them hold, which is then known, ``sat`` if some does not, or
        ``unknown`` after so much effort."""
        given = [identities(premises_of(goal)) for goal in goals]
        shared = given[0].intersection(*given[1:])
        self._solver.push()
        marks = self._marked(goals)
        claims = [
            implied([marks[each] for each in sorted(own - shared)], goal.claim)
            for goal, own in zip(goals, given, strict=True)
        ]
        self._solver.add(negated(both(claims)))
        answer = self._answer([marks[each] for each in sorted(shared)], effort)
        if answer == "unsat":
            needed = identities(self._solver.unsat_core())
            core = frozenset(each for each in shared if identity(marks[each]) in needed)
            for goal, own in zip(goals, given, strict=True):
                self.learn(goal, core | (own - shared))
        self._end(answer)
        return answer

    def holds(self, premises: Iterable[Term], claim: Term, effort: float) -> bool:
        """Whether a claim is proved; nothing is learnt."""
        self._solver.push()
        self._solver.add(*premises, negated(claim))
        answer = self._answer([], effort)
        self._end(answer)
        return answer == "unsat"

    def _answer(self, assumptions: list[Term], effort: float) -> str:
        self._solver.set("rlimit", max(round(effort * STEPS_PER_SECOND), 1))
        return str(self._solver.check(*assumptions))

    def _end(self, answer: str) -> None:
        """Forget the question. A solver that was interrupted is not asked again: z3 may crash."""
        if answer == "unknown":
            self.begin()
        else:
            self._solver.pop()

    def _marked(self, goals: list[Goal]) -> dict[int, Term]:
        """For each premise a mark: if that is assumed, so is the premise."""
        premises = {identity(premise): premise for goal in goals for premise in premises_of(goal)}
        while len(self._marks) < len(premises):
            self._marks.append(z3.Bool(f"premise!{len(self._marks)}"))
        marks = dict(zip(premises, self._marks, strict=False))
        self._solver.add([implied([marks[each]], premise) for each, premise in premises.items()])
        return marks


def premises_of(goal: Goal) -> tuple[Term, ...]:
    """All that may be used to prove a goal, beside the invariants."""
    return (*goal.premises, *goal.axioms)


def identity(term: Term) -> int:
    """Which term it is; the same for equal terms that are there at the same time."""
    return int(term.ast.value)


def identities(terms: Iterable[Term]) -> Identities:
    """Which terms they are."""
    return frozenset(map(identity, terms))
