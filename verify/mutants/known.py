"""What is proved, and from how little: a mutant that leaves that alone needs no new proof.

Terms are compared by identity: what is made in the same way has the same names, and the solver keeps equal terms once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..properties import Goal
from ..terms import Term, both, implied, negated, z3

Identities = frozenset[int]


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
        marks: dict[int, Term] = {}
        claims: list[Term] = []
        self.solver.push()
        for goal in goals:
            own = premises_of(goal)
            for premise in own:
                if identity(premise) not in marks:
                    marks[identity(premise)] = mark = z3.Bool(f"premise!{len(marks)}")
                    self.solver.add(implied([mark], premise))
        shared = frozenset.intersection(*(identities(premises_of(goal)) for goal in goals))
        for goal in goals:
            claims.append(
                implied([marks[identity(p)] for p in premises_of(goal) if identity(p) not in shared], goal.claim)
            )
        self.solver.add(negated(both(claims)))
        answer = str(self.solver.check(*[marks[each] for each in shared]))
        if answer == "unsat":
            needed = set(map(str, self.solver.unsat_core()))
            core = frozenset(each for each in shared if str(marks[each]) in needed)
            for goal in goals:
                self.learn(goal, core | (identities(premises_of(goal)) - shared))
        self.solver.pop()
        return answer


def premises_of(goal: Goal) -> tuple[Term, ...]:
    """All that may be used to prove a goal, beside the invariants."""
    return (*goal.premises, *goal.axioms)


def identity(term: Term) -> int:
    """Which term it is; the same for equal terms that are there at the same time."""
    return int(term.ast.value)


def identities(terms: Iterable[Term]) -> Identities:
    """Which terms they are."""
    return frozenset(map(identity, terms))
