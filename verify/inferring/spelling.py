"""Inferred facts as the declarations that say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatchmethod

from ...engine import model
from ...engine.compiling import bare
from .literals import Naming, X
from .shapes import Y

WIDTH = 120
"""How long a line may be, in the class that it is pasted into."""


def declaration(naming: Naming, predicate: model.Predicate) -> str:
    """The method of the system that declares it."""
    body = predicate.body
    assert isinstance(body, model.Quantified)
    speller = Speller(naming, {X: body.bindings[0].machine[0].lower(), Y: "other"})
    said = [speller.text(body.body)]
    for binding in body.bindings:
        said.append(f"for {speller.names[binding.variable]} in {speller.text(binding.collection)}")
        if binding.conditions:
            said.append(f"if {' and '.join(speller.part(each) for each in binding.conditions)}")
    lines = ["@invariant", f"def {predicate.name}(self) -> bool:", f'    """{predicate.label}."""', "    return all("]
    return "\n".join([*lines, *(f"        {each}" for line in said for each in _folded(line)), "    )"])


def _folded(line: str) -> list[str]:
    """A line in pieces that are short enough, at ``and`` and ``or``."""
    room = WIDTH - 16
    if len(line) <= room:
        return [line]
    head, rest = ("if ", line.removeprefix("if ")) if line.startswith("if ") else ("", line)
    found = [f"{head}("]
    for part in re.split(r" (?=(?:and|or) )", rest):
        if len(found) > 1 and len(found[-1]) + len(part) < room:
            found[-1] += f" {part}"
        else:
            found.append(f"    {part}")
    return [*found, ")"]


@dataclass(frozen=True)
class Speller:
    """Writes expressions of facts as Python, with these names for the variables."""

    naming: Naming
    names: Mapping[str, str]

    @singledispatchmethod
    def text(self, expression: model.Expression) -> str:
        """The expression as Python."""
        raise TypeError(f"no fact is made of {type(expression).__name__}")

    def part(self, expression: model.Expression) -> str:
        """The same within a larger one."""
        text = self.text(expression)
        return f"({text})" if isinstance(expression, model.And | model.Or) else text

    @text.register
    def _(self, expression: model.Name) -> str:
        return self.names.get(expression.name, expression.name)

    @text.register
    def _(self, expression: model.Field) -> str:
        return f"{self.text(expression.of)}.{expression.name}"

    @text.register
    def _(self, expression: model.Literal) -> str:
        if isinstance(expression.type, model.Enumeration):
            return f"{expression.type.python.rpartition(':')[2]}.{expression.value}"
        return repr(expression.value)

    @text.register
    def _(self, expression: model.Things) -> str:
        return f"self.{self.naming.system.machine(expression.machine).collection}"

    @text.register
    def _(self, expression: model.InState) -> str:
        path = self.naming.system.machine(expression.machine).state(expression.state).path
        return f"{self.text(expression.of)}.{'.'.join(path)}.is_active"

    @text.register
    def _(self, expression: model.Not) -> str:
        inner = expression.of
        if isinstance(inner, model.Same):
            return f"{self.text(inner.left)} {'is not' if _is_identity(inner) else '!='} {self.text(inner.right)}"
        if isinstance(inner, model.Contains):
            return f"{self.text(inner.item)} not in {self.text(inner.collection)}"
        return f"not {self.part(inner)}"

    @text.register
    def _(self, expression: model.Same) -> str:
        operator = "is" if _is_identity(expression) else "=="
        return f"{self.text(expression.left)} {operator} {self.text(expression.right)}"

    @text.register
    def _(self, expression: model.Compare) -> str:
        return f"{self.text(expression.left)} {expression.operator} {self.text(expression.right)}"

    @text.register
    def _(self, expression: model.Contains) -> str:
        return f"{self.text(expression.item)} in {self.text(expression.collection)}"

    @text.register
    def _(self, expression: model.And) -> str:
        return " and ".join(map(self.part, expression.parts))

    @text.register
    def _(self, expression: model.Or) -> str:
        return " or ".join(map(self.part, expression.parts))


def _is_identity(same: model.Same) -> bool:
    """Things, and ``None``, are the same by ``is``; values are equal."""
    sides = [bare(side.type) for side in (same.left, same.right)]
    return any(isinstance(side, model.Ref | model.Station | model.Nothing) for side in sides)
