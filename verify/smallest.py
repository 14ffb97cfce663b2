"""The smallest counterexample: as few things and values as will do, and every field at its default that can be.

With a fixed number of elements of each sort a question has an answer, so this also decides what the solver left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..engine.compiling.records import stored
from .properties import Problem
from .prove import Failure
from .terms import Optional, Several, Term, Value, every, negated, same, same_term, z3
from .world import World, state_of, there

MOST = 4
"""How many elements of a sort are tried."""
SECONDS = 5.0
"""How long the solver thinks about one size."""


@dataclass
class Small:
    """A model of the solver, and the elements of each sort in it."""

    solver: Term
    model: Term
    elements: dict[str, list[Term]]


class Sizes:
    """Numbers of elements, which grow where the solver says that more are needed."""

    def __init__(self, problem: Problem, least: int) -> None:
        sorts = problem.vocabulary.sorts
        self._sorts = {name: sort for name, sort in sorts.items() if sort.kind() == z3.Z3_UNINTERPRETED_SORT}
        self.number = dict.fromkeys(self._sorts, least)
        self.elements = {
            name: [z3.Const(f"{name} {i + 1}", sort) for i in range(MOST)] for name, sort in self._sorts.items()
        }

    def limits(self) -> dict[str, Term]:
        """For each sort, that it has no more elements."""
        found: dict[str, Term] = {}
        for name, sort in self._sorts.items():
            x = z3.Const(f"{name} x", sort)
            among = z3.Or(*[x == element for element in self.elements[name][: self.number[name]]])
            found[name] = every([x], among)
        return found

    def grow(self, names: list[str]) -> bool:
        """One more element of each of these sorts; whether there is room for that."""
        growing = [name for name in names if self.number[name] < MOST]
        for name in growing:
            self.number[name] += 1
        return bool(growing)


def smallest(problem: Problem, failure: Failure, least: int = 1) -> Small | str:
    """A small counterexample; else ``unsat`` (there is none with up to ``MOST`` elements) or ``unknown``.

    With more than one element of each sort at ``least``, as many things as there can be are there.
    """
    sizes = Sizes(problem, least)
    solver = z3.Solver()
    solver.set("timeout", round(SECONDS * 1000))
    solver.add(*failure.hypotheses, negated(failure.goal.claim))
    while True:
        solver.push()
        marks: dict[str, Term] = {}
        for name, limit in sizes.limits().items():
            marks[name] = z3.Bool(f"limit of {name}")
            solver.add(z3.Implies(marks[name], limit))
        answer = str(solver.check(*marks.values()))
        if answer == "sat":
            solver.add(*marks.values())
            elements = {name: found[: sizes.number[name]] for name, found in sizes.elements.items()}
            return _tidied(problem, Small(solver, solver.model(), elements), crowded=least > 1)
        core = {str(mark) for mark in solver.unsat_core()} if answer == "unsat" else set[str]()
        solver.pop()
        if answer == "unknown":
            return answer
        if not sizes.grow([name for name in marks if f"limit of {name}" in core]):
            return "unsat"


# --- everything at its default that can be ---------------------------------------------------------------------------


def _tidied(problem: Problem, small: Small, crowded: bool) -> Small:
    """Fewer things (or more), then defaults: each wish that can be granted is, in this order."""
    world = problem.world
    for wish in _wishes(problem, world, small, crowded):
        if z3.is_true(small.model.eval(wish, model_completion=True)):
            small.solver.add(wish)
            continue
        small.solver.push()
        small.solver.add(wish)
        if str(small.solver.check()) == "sat":
            small.model = small.solver.model()
        else:
            small.solver.pop()
    return small


def _wishes(problem: Problem, world: World, small: Small, crowded: bool) -> Iterator[Term]:
    vocabulary = problem.vocabulary
    for machine in problem.system.machines:
        for element in reversed(small.elements[machine.name]):
            is_there = world.read(there(machine.name), element)
            yield is_there if crowded else negated(is_there)
    for setting in problem.system.settings:
        if setting.has_default:
            default = vocabulary.literal(setting.type, setting.initial)
            yield same(world.read(("config", setting.name)), default, vocabulary.thing)
    for machine in problem.system.machines:
        for element in small.elements[machine.name]:
            for region in range(len(machine.regions)):
                initial = vocabulary.state(machine.name, machine.initial(region).name)
                yield same_term(world.read(state_of(machine.name, region), element), initial)
            for attribute in stored(machine):
                value = world.read((machine.name, attribute.name), element)
                if attribute.has_default:
                    yield same(value, vocabulary.literal(attribute.type, attribute.initial), vocabulary.thing)
                else:
                    yield from _plain(value)


def _plain(value: Value) -> Iterator[Term]:
    """A field without a default is best ``None``, false, empty or 1."""
    if isinstance(value, Optional):
        yield negated(value.there)
    elif isinstance(value, Several):
        return
    elif isinstance(value, z3.BoolRef):
        yield negated(value)
    elif isinstance(value, z3.ArithRef):
        yield value == 1
