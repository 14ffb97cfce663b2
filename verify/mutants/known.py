"""What is proved, and from how little: a mutant that leaves that alone needs no new proof.

Terms are compared by identity: what is made in the same way has the same names, and the solver keeps equal terms once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..properties import Goal
from ..terms import Term, both, implied, negated, z3

Identities: TypeAlias = frozenset[int]


@dataclass(frozen=True)
class Lemma:
    """A goal that was proved, and the premises from which it follows; the goal keeps its terms alive."""

    goal: Goal
    needs: Identities


class Known:
    """The goals that were proved from some hypotheses: the invariants, and that texts differ."""

    def __init__(self, hypotheses: Iterable[Term]) -> None:
        self._hypotheses = list(hypotheses)
        self._lemmas: dict[int, list[Lemma]] = {}
        self._begin()

    def _begin(self) -> None:
        self._solver = z3.Solver()
        self._solver.add(*self._hypotheses)

    def suppose(self, hypotheses: Iterable[Term]) -> None:
        """Add what holds as well."""
        more = list(hypotheses)
        self._hypotheses += more
        self._solver.add(*more)

    def learn(self, goal: Goal, needs: Identities) -> None:
        """A goal was proved from these of its premises."""
        self._lemmas.setdefault(identity(goal.claim), []).append(Lemma(goal, needs))

    def follows(self, goal: Goal) -> bool:
        """Whether a goal was proved already, from premises that it has."""
        lemmas = self._lemmas.get(identity(goal.claim))
        if not lemmas:
            return False
        given = identities(premises_of(goal))
        return any(lemma.needs <= given for lemma in lemmas)

    def prove(self, goals: list[Goal], seconds: float) -> str:
        """Prove goals together: ``unsat`` if all of them hold, which is then known, ``sat`` if some does not, or
        ``unknown`` after so much time."""
        given = [identities(premises_of(goal)) for goal in goals]
        shared = given[0].intersection(*given[1:])
        self._solver.push()
        marks = self._marked(goals)
        claims = [
            implied([marks[each] for each in sorted(own - shared)], goal.claim)
            for goal, own in zip(goals, given, strict=True)
        ]
        self._solver.add(negated(both(claims)))
        answer = self._answer([marks[each] for each in sorted(shared)], seconds)
        if answer == "unsat":
            needed = identities(self._solver.unsat_core())
            core = frozenset(each for each in shared if identity(marks[each]) in needed)
            for goal, own in zip(goals, given, strict=True):
                self.learn(goal, core | (own - shared))
        self._end(answer)
        return answer

    def holds(self, premises: Iterable[Term], claim: Term, seconds: float) -> bool:
        """Whether a claim is proved; nothing is learnt."""
        self._solver.push()
        self._solver.add(*premises, negated(claim))
        answer = self._answer([], seconds)
        self._end(answer)
        return answer == "unsat"

    def _answer(self, assumptions: list[Term], seconds: float) -> str:
        self._solver.set("timeout", max(round(seconds * 1000), 1))
        return str(self._solver.check(*assumptions))

    def _end(self, answer: str) -> None:
        """Forget the question. A solver that was interrupted is not asked again: z3 may crash."""
        if answer == "unknown":
            self._begin()
        else:
            self._solver.pop()

    def _marked(self, goals: list[Goal]) -> dict[int, Term]:
        """For each premise a mark: if that is assumed, so is the premise."""
        marks: dict[int, Term] = {}
        for goal in goals:
            for premise in premises_of(goal):
                if identity(premise) not in marks:
                    marks[identity(premise)] = mark = z3.Bool(f"premise!{len(marks)}")
                    self._solver.add(implied([mark], premise))
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
