"""The smallest counterexample: as few things and values as will do, and every field at its default that can be.

With a fixed number of elements of each sort a question has an answer, so this also decides what the solver left open.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ..engine import model
from ..engine.compiling.records import stored
from .grounded import grounded
from .properties import Problem
from .terms import Optional, Term, Value, every, negated, same, same_term, z3
from .workshop import Failure
from .world import state_of, there

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

    def chosen(self) -> dict[str, list[Term]]:
        """The elements of each sort."""
        return {name: found[: self.number[name]] for name, found in self.elements.items()}

    def grow(self, names: list[str]) -> bool:
        """One more element of each of these sorts; whether there is room for that."""
        growing = [name for name in names if self.number[name] < MOST]
        for name in growing:
            self.number[name] += 1
        return bool(growing)

    def shrink(self, least: int, is_enough: Callable[[], bool]) -> None:
        """No more elements of any sort than are needed: which ones the solver blames first is a matter of chance."""
        for name in self.number:
            while self.number[name] > least:
                self.number[name] -= 1
                if not is_enough():
                    self.number[name] += 1
                    break


def smallest(problem: Problem, failure: Failure, least: int = 1) -> Small | str:
    """A small counterexample; else ``unsat`` (there is none with up to ``MOST`` elements) or ``unknown``.

    With more than one element of each sort at ``least``, as many things as there can be are there.
    """
    sizes = Sizes(problem, least)
    solver = z3.Solver()
    solver.set("timeout", round(SECONDS * 1000))
    formulas = (*failure.hypotheses, negated(failure.goal.claim))
    solver.add(*formulas)
    while True:
        answer, core = _asked(solver, sizes)
        if answer == "unknown":
            return answer
        if answer == "sat":
            break
        if not sizes.grow(core):
            return "unsat"
    first = dict(sizes.number)
    sizes.shrink(least, lambda: _is_enough(formulas, sizes.chosen()))
    solver.push()
    solver.add(*sizes.limits().values())
    if str(solver.check()) != "sat":
        solver.pop()
        sizes.number = first
        solver.add(*sizes.limits().values())
        if str(solver.check()) != "sat":
            return "unknown"
    elements = sizes.chosen()
    return _tidied(problem, failure, Small(solver, solver.model(), elements), formulas, crowded=least > 1)


def _is_enough(formulas: Iterable[Term], elements: dict[str, list[Term]]) -> bool:
    """There is a counterexample with these elements: decided without quantifiers, so that chance has no part in it."""
    ground = z3.Solver()
    ground.set("timeout", round(SECONDS * 1000))
    ground.add(*grounded(formulas, {found[0].sort().name(): found for found in elements.values()}))
    return str(ground.check()) == "sat"


def _asked(solver: Term, sizes: Sizes) -> tuple[str, list[str]]:
    """The answer for these sizes, and if there is none, the sorts that may have too few elements."""
    solver.push()
    marks: dict[str, Term] = {}
    for name, limit in sizes.limits().items():
        marks[name] = z3.Bool(f"limit of {name}")
        solver.add(z3.Implies(marks[name], limit))
    answer = str(solver.check(*marks.values()))
    core = {str(mark) for mark in solver.unsat_core()} if answer == "unsat" else set[str]()
    solver.pop()
    return answer, [name for name in marks if f"limit of {name}" in core]


# --- everything at its default that can be ---------------------------------------------------------------------------

Wish: TypeAlias = tuple[Term, ...]
"""What is wanted of a counterexample: the first of these formulas that can be had."""


def _tidied(problem: Problem, failure: Failure, small: Small, formulas: Iterable[Term], crowded: bool) -> Small:
    """Every wish that can be granted is, in their order, so that the same question gets the same answer."""
    ground = z3.Solver()
    ground.set("timeout", round(SECONDS * 1000))
    ground.add(*grounded(formulas, {found[0].sort().name(): found for found in small.elements.values()}))
    if str(ground.check()) != "sat":
        return small
    model, granted = ground.model(), list[Term]()
    wishes = (_fewest(problem, small, crowded), _defaults(problem, small), _first_values(problem, failure, small))
    for wish in itertools.chain(*wishes):
        for formula in wish:
            if not z3.is_true(model.eval(formula, model_completion=True)):
                if str(ground.check(formula)) != "sat":
                    continue
                model = ground.model()
            ground.add(formula)
            granted.append(formula)
            break
    small.solver.push()
    small.solver.add(*granted)
    if str(small.solver.check()) == "sat":
        small.model = small.solver.model()
    return small


def _fewest(problem: Problem, small: Small, crowded: bool) -> Iterator[Wish]:
    """As few things as will do, or as many different ones."""
    for machine in problem.system.machines:
        elements = small.elements[machine.name]
        for number, element in reversed([*enumerate(elements)]):
            is_there = problem.world.read(there(machine.name), element)
            if crowded:
                yield z3.And(is_there, *[element != other for other in elements[:number]]), is_there
            else:
                yield (negated(is_there),)


def _defaults(problem: Problem, small: Small) -> Iterator[Wish]:
    """Settings at their defaults, things in their initial states, fields at their defaults or empty."""
    world, vocabulary = problem.world, problem.vocabulary
    for setting in problem.system.settings:
        if setting.has_default:
            default = vocabulary.literal(setting.type, setting.initial)
            yield (same(world.read(("config", setting.name)), default, vocabulary.thing),)
    for machine in problem.system.machines:
        for element in small.elements[machine.name]:
            for region in range(len(machine.regions)):
                initial = vocabulary.state(machine.name, machine.initial(region).name)
                yield (same_term(world.read(state_of(machine.name, region), element), initial),)
            for attribute in stored(machine):
                value = world.read((machine.name, attribute.name), element)
                if attribute.has_default:
                    yield (same(value, vocabulary.literal(attribute.type, attribute.initial), vocabulary.thing),)
                elif isinstance(value, Optional):
                    yield (negated(value.there),)
                elif isinstance(value, z3.ArithRef):
                    yield (value == 1,)


def _first_values(problem: Problem, failure: Failure, small: Small) -> Iterator[Wish]:
    """Whatever is still open has the first value that it can have: states, fields, then what the step is given."""
    world, system, step = problem.world, problem.system, failure.goal.step
    for setting in system.settings:
        yield from _first_value(problem, small, setting.type, world.read(("config", setting.name)))
    for own in system.attributes:
        yield from _first_value(problem, small, own.type, world.read(("", own.name)))
    for machine in system.machines:
        for element in small.elements[machine.name]:
            for region in range(len(machine.regions)):
                current = world.read(state_of(machine.name, region), element)
                states = problem.vocabulary.members(f"{machine.name}:{region}").values()
                yield tuple(same_term(current, state) for state in states)
            for attribute in stored(machine):
                value = world.read((machine.name, attribute.name), element)
                yield from _first_value(problem, small, attribute.type, value)
    if step is not None:
        yield _integers(step.now)
    if step is not None and step.machine:
        machine = system.machine(step.machine)
        given = machine.event(step.name).parameters if step.name else stored(machine)
        for each in given:
            if each.name in step.given:
                yield from _first_value(problem, small, each.type, step.given[each.name])


def _first_value(problem: Problem, small: Small, type_: model.Type, value: Value) -> Iterator[Wish]:
    if isinstance(type_, model.Maybe):
        if isinstance(value, Optional):
            yield (negated(value.there),)
            value = value.value
        yield from _first_value(problem, small, type_.of, value)
    elif isinstance(type_, model.SetOf):
        yield from ((negated(value.contains(element)),) for element in small.elements[type_.machine])
    elif isinstance(type_, model.Ref):
        yield tuple(same_term(value, element) for element in small.elements[type_.machine])
    elif isinstance(type_, model.Enumeration):
        yield tuple(same_term(value, member) for member in problem.vocabulary.members(type_.python).values())
    elif isinstance(type_, model.Value) or type_ == model.TEXT:
        sort = type_.python if isinstance(type_, model.Value) else "str"
        yield tuple(same_term(value, element) for element in small.elements.get(sort, ()))
    elif isinstance(type_, model.Deadline) or type_ == model.INT:
        yield _integers(value)
    elif type_ == model.BOOL:
        yield (negated(value),)


def _integers(value: Term) -> Wish:
    return tuple(value == number for number in (1, 0, 2, 3))
