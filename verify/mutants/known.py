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
    """The goals that were proved with one solver, which knows the invariants."""

    def __init__(self, solver: Term) -> None:
        self.solver = solver
        self._lemmas: dict[int, list[Lemma]] = {}

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

    def prove(self, goals: list[Goal]) -> str:
        """Prove goals together: ``unsat`` if all of them hold, which is then known, ``sat`` if some does not, or
        ``unknown``."""
        given = [identities(premises_of(goal)) for goal in goals]
        shared = given[0].intersection(*given[1:])
        self.solver.push()
        marks = self._marked(goals)
        claims = [
            implied([marks[each] for each in sorted(own - shared)], goal.claim)
            for goal, own in zip(goals, given, strict=True)
        ]
        self.solver.add(negated(both(claims)))
        answer = str(self.solver.check(*[marks[each] for each in sorted(shared)]))
        if answer == "unsat":
            needed = identities(self.solver.unsat_core())
            core = frozenset(each for each in shared if identity(marks[each]) in needed)
            for goal, own in zip(goals, given, strict=True):
                self.learn(goal, core | (own - shared))
        self.solver.pop()
        return answer

    def _marked(self, goals: list[Goal]) -> dict[int, Term]:
        """For each premise a mark: if that is assumed, so is the premise."""
        marks: dict[int, Term] = {}
        for goal in goals:
            for premise in premises_of(goal):
                if identity(premise) not in marks:
                    marks[identity(premise)] = mark = z3.Bool(f"premise!{len(marks)}")
                    self.solver.add(implied([mark], premise))
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
