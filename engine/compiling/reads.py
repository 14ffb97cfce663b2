"""What the guards of urgent events read: when something is written, whose urgent events have to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Final

from .. import model
from .names import bare
from .plan import Index

SYSTEM = ""
"""Stands for the system among the machines."""

Path = tuple[Index, ...]
"""The fields that lead from the thing to another one."""

NOW: Final = "now"
Names = Mapping[str, Path | str]
"""What is known of names: how the thing leads there, or that it is the time."""


@dataclass
class Reads:
    """What a condition about a thing reads beyond its settings."""

    own: bool = False
    """The thing itself, or which thing it is."""
    through: set[tuple[Index, str]] = field(default_factory=set[tuple[Index, str]])
    """Of a thing to which a field of it refers: that field, and the machine there."""
    wide: set[str] = field(default_factory=set[str])
    """Machines of which it may read any thing."""
    due: set[str] = field(default_factory=set[str])
    """Its deadlines that are compared with the time."""
    clock: bool = False
    """The time in any other way."""


class Reader:
    """Finds what conditions read."""

    def __init__(self, system: model.System) -> None:
        self.system = system

    def of(self, conditions: Iterable[model.Expression]) -> Reads:
        """What conditions about ``self`` read; other names stand for any thing."""
        found = Reads()
        for condition in conditions:
            self._visit(condition, {"self": (), NOW: NOW}, found)
        return found

    def _path(self, expression: model.Expression, names: Names) -> Path | str | None:
        if isinstance(expression, model.Name):
            return names.get(expression.name)
        if isinstance(expression, model.Field):
            before, of = self._path(expression.of, names), bare(expression.of.type)
            if isinstance(before, tuple) and isinstance(of, model.Ref):
                return (*before, (of.machine, expression.name))
        return None

    def _note(self, of: model.Expression, names: Names, found: Reads) -> None:
        """Something of this thing is read."""
        type_, path = bare(of.type), self._path(of, names)
        if isinstance(type_, model.Station):
            found.wide.add(SYSTEM)
        if not isinstance(type_, model.Ref):
            return
        if path == ():
            found.own = True
        elif isinstance(path, tuple) and len(path) == 1:
            found.own = True
            found.through.add((path[0], type_.machine))
        else:
            found.wide.add(type_.machine)

    @singledispatchmethod
    def _visit(self, expression: object, names: Names, found: Reads) -> None:
        raise TypeError(f"no way to read {type(expression).__name__}")

    @_visit.register(model.Literal)
    @_visit.register(model.Setting)
    def _(self, expression: model.Expression, names: Names, found: Reads) -> None:
        pass

    @_visit.register
    def _(self, expression: model.Name, names: Names, found: Reads) -> None:
        known = names.get(expression.name)
        found.own |= known == ()
        found.clock |= known == NOW

    @_visit.register(model.Field)
    @_visit.register(model.InState)
    def _(self, expression: model.Field | model.InState, names: Names, found: Reads) -> None:
        self._note(expression.of, names, found)
        self._reach(expression.of, names, found)

    def _reach(self, of: model.Expression, names: Names, found: Reads) -> None:
        """Visit what leads to a thing; the name of a thing alone reads nothing of it."""
        if not isinstance(of, model.Name):
            self._visit(of, names, found)

    @_visit.register
    def _(self, expression: model.Part, names: Names, found: Reads) -> None:
        self._visit(expression.of, names, found)

    @_visit.register
    def _(self, expression: model.Things, names: Names, found: Reads) -> None:
        found.wide.add(expression.machine)

    @_visit.register
    def _(self, expression: model.Belonging, names: Names, found: Reads) -> None:
        found.wide.add(expression.machine)
        self._visit(expression.of, names, found)

    @_visit.register(model.Same)
    @_visit.register(model.Arithmetic)
    def _(self, expression: model.Same | model.Arithmetic, names: Names, found: Reads) -> None:
        self._visit(expression.left, names, found)
        self._visit(expression.right, names, found)

    @_visit.register
    def _(self, expression: model.Compare, names: Names, found: Reads) -> None:
        early, late = expression.left, expression.right
        if expression.operator in (">", ">="):
            early, late = late, early
        path = self._path(early, names)
        timed = self._path(late, names) == NOW and isinstance(bare(early.type), model.Deadline)
        if timed and isinstance(path, tuple) and len(path) == 1:
            found.own = True
            found.due.add(path[0][1])
            return
        self._visit(early, names, found)
        self._visit(late, names, found)

    @_visit.register
    def _(self, expression: model.Not, names: Names, found: Reads) -> None:
        self._visit(expression.of, names, found)

    @_visit.register(model.And)
    @_visit.register(model.Or)
    def _(self, expression: model.And | model.Or, names: Names, found: Reads) -> None:
        for part in expression.parts:
            self._visit(part, names, found)

    @_visit.register
    def _(self, expression: model.Choice, names: Names, found: Reads) -> None:
        for part in (expression.condition, expression.then, expression.otherwise):
            self._visit(part, names, found)

    @_visit.register
    def _(self, expression: model.Quantified, names: Names, found: Reads) -> None:
        for binding in expression.bindings:
            names = self._bound(binding, names, found)
        self._visit(expression.body, names, found)

    @_visit.register(model.Those)
    @_visit.register(model.First)
    def _(self, expression: model.Those | model.First, names: Names, found: Reads) -> None:
        self._bound(expression.binding, names, found)

    def _bound(self, binding: model.Binding, names: Names, found: Reads) -> Names:
        self._visit(binding.collection, names, found)
        found.wide.add(binding.machine)
        names = {name: known for name, known in names.items() if name != binding.variable}
        for condition in binding.conditions:
            self._visit(condition, names, found)
        return names

    @_visit.register
    def _(self, expression: model.Contains, names: Names, found: Reads) -> None:
        self._visit(expression.item, names, found)
        self._visit(expression.collection, names, found)

    @_visit.register
    def _(self, expression: model.Ask, names: Names, found: Reads) -> None:
        of_system = isinstance(expression.of.type, model.Station)
        owner = self.system if of_system else self.system.machine(expression.owner)
        predicate = owner.predicate(expression.predicate)
        inside: dict[str, Path | str] = {}
        given = {"self": expression.of} if not of_system else {}
        given |= {p.name: value for p, value in zip(predicate.parameters, expression.arguments, strict=True)}
        for name, value in given.items():
            known = self._path(value, names)
            if known is not None:
                inside[name] = known
            self._reach(value, names, found)
        for let in predicate.locals:
            self._visit(let.value, inside, found)
            known = self._path(let.value, inside)
            if known is not None:
                inside[let.name] = known
        self._visit(predicate.body, inside, found)

    @_visit.register
    def _(self, expression: model.Trust, names: Names, found: Reads) -> None:
        for value in expression.arguments:
            self._visit(value, names, found)
        trusted = next(t for t in self.system.trusted if t.name == expression.function)
        owners = {read.partition(".")[0] for read in trusted.reads}
        machines = {machine.name for machine in self.system.machines}
        found.wide |= owners & machines
        if not owners <= machines:
            found.wide.add(SYSTEM)
