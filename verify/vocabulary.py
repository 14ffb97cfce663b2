"""The sorts and unknowns that formulas about one system are made of."""

from __future__ import annotations

import copy
import dataclasses
import itertools
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from ..engine import model
from ..engine.compiling import Objects, bare
from ..engine.state import InputError
from .terms import FALSE, THE_SYSTEM, TRUE, Optional, Several, Term, Value, applied, function_of, literal, z3

_runs = itertools.count(1)


class NotModelledError(InputError):
    """The prover has no formula for this piece of a model; ``where`` is its line."""

    def __init__(self, reason: str, where: model.Where) -> None:
        super().__init__(f"{where}: {reason}")
        self.reason = reason
        self.where = where

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.where)


class Vocabulary:
    """Sorts: one for each machine, enumeration, kind of value, and region; and new unknowns of every type.

    Sorts of things and values have any number of elements; which things are there, a predicate of the state says.
    """

    def __init__(self, system: model.System) -> None:
        self.system = system
        self.objects = Objects(system)
        self._run = next(_runs)
        self._scope = ""
        self._numbers = itertools.count(1)
        self.sorts: dict[str, Term] = {}
        self._members: dict[str, dict[str, Term]] = {}
        self._texts: dict[str, Term] = {}
        self._parts: dict[tuple[str, str], tuple[model.Type, Term]] = {}
        self.machines = {machine.name: machine for machine in system.machines}
        for machine in system.machines:
            self._declare(machine.name)
            for region in range(len(machine.regions)):
                names = tuple(s.name for s in machine.states if s.region == region)
                self._enumerate(f"{machine.name}:{region}", names)

    def of(self, system: model.System) -> Vocabulary:
        """The same vocabulary, in which guards and actions mean what they do in another system.

        That has the same machines with the same states and fields.
        """
        other = copy.copy(self)
        other.system = system
        other.machines = {machine.name: machine for machine in system.machines}
        return other

    def _declare(self, name: str) -> Term:
        if name not in self.sorts:
            self.sorts[name] = z3.DeclareSort(f"{name}!{self._run}")
        return self.sorts[name]

    def _enumerate(self, name: str, members: tuple[str, ...]) -> Term:
        if name not in self.sorts:
            prefix = f"{name}!{self._run}"
            sort, values = z3.EnumSort(prefix, [f"{prefix}:{member}" for member in members])
            self.sorts[name] = sort
            self._members[name] = dict(zip(members, map(literal, values), strict=True))
        return self.sorts[name]

    def sort(self, type_: model.Type) -> Term:
        """The sort of a type without ``None`` that is no set."""
        if isinstance(type_, model.Ref):
            return self.sorts[type_.machine]
        if isinstance(type_, model.Enumeration):
            return self._enumerate(type_.python, type_.members)
        if isinstance(type_, model.Value):
            return self._declare(type_.python)
        if isinstance(type_, model.Deadline) or type_ == model.INT:
            return z3.IntSort()
        if type_ == model.BOOL:
            return z3.BoolSort()
        if type_ == model.TEXT:
            return self._declare("str")
        raise TypeError(f"no sort of {type_}")

    # --- constants ---------------------------------------------------------------------------------------------------

    def state(self, machine: str, name: str) -> Term:
        """A state of a machine."""
        region = self.machines[machine].state(name).region
        return self._members[f"{machine}:{region}"][name]

    def members(self, sort_name: str) -> dict[str, Term]:
        """The members of an enumeration (by ``python``), or the states of a region (``Machine:0``)."""
        return self._members[sort_name]

    def literal(self, type_: model.Type, value: Any) -> Value:
        """A literal of the model as a value of that type."""
        if isinstance(type_, model.Nothing) or (isinstance(type_, model.Maybe) and value is None):
            inner = None if isinstance(type_, model.Nothing) else self.anything(bare(type_))
            return Optional(FALSE, inner)
        if isinstance(type_, model.Maybe):
            return Optional(TRUE, self.literal(type_.of, value))
        if isinstance(type_, model.SetOf):
            return Several(type_.machine, lambda _: FALSE)
        if isinstance(type_, model.Enumeration):
            self.sort(type_)
            return self._members[type_.python][str(value)]
        if type_ == model.BOOL:
            return TRUE if value else FALSE
        if type_ == model.TEXT:
            return self._texts.setdefault(str(value), z3.Const(f"text!{value}", self.sort(type_)))
        return literal(z3.IntVal(value))

    def anything(self, type_: model.Type) -> Value:
        """One fixed value, for what is not there."""
        if isinstance(type_, model.SetOf):
            return Several(type_.machine, lambda _: FALSE)
        sort = self.sort(type_)
        return z3.Const(f"any!{sort}", sort)

    def python_value(self, type_: model.Type, value: object) -> Value | None:
        """A Python object (the default of a command's field) as a value; ``None`` if the solver cannot name it."""
        inner = bare(type_)
        if value is None:
            return self.literal(type_, None)
        if isinstance(inner, model.Enumeration):
            return self.literal(type_, getattr(value, "name", value))
        if isinstance(inner, model.SetOf):
            return self.literal(inner, None) if value == frozenset() else None
        return self.literal(type_, value) if isinstance(value, bool | int | str) else None

    @property
    def texts(self) -> dict[str, Term]:
        """The texts that the model names."""
        return self._texts

    def text_axioms(self) -> list[Term]:
        """Different texts are different."""
        return [z3.Distinct(*self._texts.values())] if len(self._texts) > 1 else []

    # --- unknowns ----------------------------------------------------------------------------------------------------

    def name(self, stem: str) -> str:
        """A name that is new."""
        return f"{stem}!{self._scope}{next(self._numbers)}"

    @contextmanager
    def within(self, scope: str) -> Generator[None, None, None]:
        """Names are counted anew in there: what is made twice in the same way, has the same names both times."""
        outside = self._scope, self._numbers
        self._scope, self._numbers = f"{scope}!", itertools.count(1)
        try:
            yield
        finally:
            self._scope, self._numbers = outside

    def bound(self, machine: str, stem: str, depth: int = 0) -> Term:
        """The variable of a quantifier inside ``depth`` others: formulas that say the same are the same."""
        return z3.Const(f"{stem}@{depth}", self.sorts[machine])

    def thing(self, machine: str, stem: str = "") -> Term:
        """A new unknown thing (or none that is there)."""
        return z3.Const(self.name(stem or machine), self.sorts[machine])

    def unknown(self, type_: model.Type, stem: str) -> Value:
        """A new unknown value of a type."""
        return self.cell(type_, stem, [])(())

    def cell(self, type_: model.Type, stem: str, sorts: list[Term]) -> Callable[[tuple[Term, ...]], Value]:
        """A new unknown function from these sorts to values of a type."""
        if isinstance(type_, model.Station):
            return lambda _: THE_SYSTEM
        if isinstance(type_, model.Maybe):
            there = self._function(f"{stem} is given", sorts, z3.BoolSort())
            inner = self.cell(type_.of, stem, sorts)
            return lambda of: Optional(there(of), inner(of))
        if isinstance(type_, model.SetOf):
            contains = self._function(f"{stem} has", [*sorts, self.sorts[type_.machine]], z3.BoolSort())
            machine = type_.machine
            return lambda of: Several(machine, lambda x: contains((*of, x)))
        return self.raw_cell(stem, sorts, self.sort(type_))

    def raw_cell(self, stem: str, sorts: list[Term], result: Term) -> Callable[[tuple[Term, ...]], Term]:
        """A new unknown function between these sorts."""
        return self._function(stem, sorts, result)

    def _function(self, stem: str, sorts: list[Term], result: Term) -> Callable[[tuple[Term, ...]], Term]:
        name = self.name(stem)
        if not sorts:
            constant = z3.Const(name, result)
            return lambda _: constant
        function = function_of(name, sorts, result)
        return lambda of: applied(function, of)

    def part(self, of: model.Value, term: Term, name: str, type_: model.Type, where: model.Where) -> Value:
        """An attribute of an opaque value: equal values have equal ones."""
        fields = {field.name: field for field in dataclasses.fields(self.objects.get(of.python))}
        if name not in fields or not fields[name].compare:
            raise NotModelledError(f"{name} does not count when two values are compared: equal ones may differ", where)
        key = (of.python, name)
        if key not in self._parts:
            cell = self.cell(type_, f"{of.python.rpartition('.')[2]}.{name}", [self.sort(of)])
            self._parts[key] = type_, cell
        return self._parts[key][1]((term,))

    def parts_of(self, python: str) -> dict[str, tuple[model.Type, Callable[[tuple[Term, ...]], Value]]]:
        """The attributes of a kind of value that were read."""
        return {name: part for (of, name), part in self._parts.items() if of == python}
