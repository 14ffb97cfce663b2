"""Transitions that can never happen: no state that keeps the invariants lets one fire."""

from __future__ import annotations

from collections.abc import Iterable

from .properties import Goal, Problem, Property
from .smallest import smallest
from .terms import FALSE, Term, z3
from .walk import Transition
from .ways import Way
from .workshop import Failure, Workshop

SECONDS = 3.0
"""How long the solver thinks about one way."""


def impossible(workshop: Workshop, transitions: Iterable[Transition]) -> list[Transition]:
    """Those of the transitions on which no way is open in any lawful state.

    Transitions inside a loop are not looked at: they are one write to all of its things.
    """
    ways: dict[Transition, list[tuple[Way, tuple[Term, ...]]]] = {}
    problem = workshop.problem
    for step in workshop.steps():
        for way in step.ways:
            for taken in way.taken:
                t = taken.transition
                name = (taken.machine, t.event, t.source, t.target or t.source)
                ways.setdefault(name, []).append((way, tuple(step.facts.axioms)))
    claims, axioms = problem.assumed(frozenset())
    solver = z3.Solver()
    solver.set("timeout", round(SECONDS * 1000))
    solver.add(*claims, *axioms, *problem.vocabulary.text_axioms())
    return [t for t in sorted(transitions, key=str) if t in ways and not _can_happen(problem, solver, ways[t])]


def _can_happen(problem: Problem, solver: Term, ways: list[tuple[Way, tuple[Term, ...]]]) -> bool:
    doubtful: list[tuple[Way, tuple[Term, ...]]] = []
    for way, axioms in ways:
        solver.push()
        solver.add(*axioms, *way.premises)
        answer = str(solver.check())
        solver.pop()
        if answer == "sat":
            return True
        if answer == "unknown":
            doubtful.append((way, axioms))
    return any(_is_open(problem, way, axioms) for way, axioms in doubtful)


def _is_open(problem: Problem, way: Way, axioms: tuple[Term, ...]) -> bool:
    """Whether a few things are enough to open the way; if the solver cannot tell, it is taken to be open."""
    claims, more = problem.assumed(frozenset())
    owner: Property = problem.properties[0]
    goal = Goal(owner, None, None, way.premises, FALSE)
    return smallest(problem, Failure(goal, "unknown", (*claims, *more, *axioms, *way.premises))) != "unsat"
