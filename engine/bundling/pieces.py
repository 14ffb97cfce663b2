"""Pieces of Python as they stand in the bundled module: the source of the model, with other names where need be."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from .origins import Defined, Meaning, Module, refusal
from .scopes import Found, Function, Reference

NameOf = Callable[[Meaning], str]
Edit = tuple[int, int, str]
"""From and to (bytes from the beginning of the source), and what stands there instead."""


@dataclass
class Piece:
    """A statement of a module, a method of a class, or a class in another, on its own; ``symbol`` is what it defines,
    empty where it stands under its own names. ``without`` are decorators that are left out."""

    module: Module
    node: ast.stmt
    symbol: Defined | None = None
    without: Sequence[ast.expr] = ()
    found: Found = field(default_factory=Found)
    meanings: list[tuple[Reference, Meaning, int]] = field(default_factory=list[tuple[Reference, Meaning, int]])

    def nodes(self) -> Iterable[ast.AST]:
        """What of it is looked through for names."""
        return [self.node]

    def text(self, name_of: NameOf) -> str:
        """What stands in the bundled module."""
        return self.written([self.node], name_of)

    def written(self, nodes: Iterable[ast.stmt], name_of: NameOf, column: int = 0) -> str:
        """Some statements of it, beginning at a column."""
        edits = [*self.edits(name_of)]
        return "\n".join(self._segment(node, edits, column) for node in nodes)

    def expression(self, node: ast.expr, name_of: NameOf) -> str:
        """An expression in it."""
        return self._part(node, [*self.edits(name_of)])

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _bytes(self) -> bytes:
        return self.module.bytes

    def _at(self, line: int, column: int) -> int:
        return self.module.line_starts[line - 1] + column

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _segment(self, node: ast.stmt, edits: Sequence[Edit], column: int) -> str:
        """The lines of a statement, with its decorators."""
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        kept = [f"{' ' * column}@{self._part(each, edits)}" for each in decorators if each not in self.without]
        return "\n".join([*kept, _moved(self._part(node, edits), node, column)])

    def _part(self, node: ast.expr | ast.stmt, edits: Sequence[Edit]) -> str:
        return edited(self._bytes, *self._span(node), edits)

    def edits(self, name_of: NameOf) -> Iterator[Edit]:
        """What is written otherwise in it."""
        for each in self.found.imports:
            yield (*self._span(each), "pass")
        for shared in [*dict.fromkeys(r.node for r in self.found.references if isinstance(r.node, ast.Global))]:
            names = [name_of(meaning) for reference, meaning, _ in self.meanings if reference.node is shared]
            yield (*self._span(shared), f"global {', '.join(names)}")
        for reference, meaning, used in self.meanings:
            if isinstance(reference.node, ast.Name):
                yield from self._renaming(reference, name_of(meaning), used)
        yield from self._own_name(name_of)

    def _renaming(self, reference: Reference, name: str, used: int) -> Iterator[Edit]:
        assert isinstance(reference.node, ast.Name)
        start, end = self._span(reference.node)
        if used:
            end = self._span(reference.attributes[used - 1])[1]
        elif name == reference.name:
            return
        if not self._bytes[start:end].startswith(reference.name.encode()):
            # Before Python 3.12 nobody knows where a name stands in a formatted text.
            where = self.module.where(reference.node)
            raise refusal(where, f"{reference.name} is to become {name}: use it outside of the formatted text")
        yield start, end, name

    def _own_name(self, name_of: NameOf) -> Iterator[Edit]:
        """The name after ``def`` or ``class``."""
        if not isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        name = name_of(self.symbol or Defined(self.module.name, self.node.name))
        start = self._span(self.node)[0]
        head = re.match(rb"(?:async\s+def|def|class)\s+", self._bytes[start:])
        if name != self.node.name and head:
            yield start + head.end(), start + head.end() + len(self.node.name.encode()), name


def edited(raw: bytes, start: int, end: int, edits: Iterable[Edit]) -> str:
    """A part of the source with its edits."""
    parts: list[bytes] = []
    for first, last, text in sorted(set(edits)):
        if start <= first and last <= end:
            parts += [raw[start:first], text.encode()]
            start = last
    return b"".join([*parts, raw[start:end]]).decode()


def _moved(text: str, node: ast.stmt, column: int) -> str:
    """The lines of a statement, moved so that it begins at a column."""
    lines = text.split("\n")
    fixed = _inside_texts(node)
    lead, more = " " * (node.col_offset - column), " " * (column - node.col_offset)
    moved = [
        line if number in fixed or not line else more + line.removeprefix(lead)
        for number, line in enumerate(lines[1:], node.lineno + 1)
    ]
    return "\n".join([" " * column + lines[0], *moved])


def _inside_texts(node: ast.stmt) -> set[int]:
    """The lines that begin inside a text, where space counts; docstrings may be moved."""
    every = [ast.Module([node], []), *ast.walk(node)]
    bodies = [each.body for each in every if isinstance(each, ast.Module | ast.ClassDef | Function)]
    documentation = {id(body[0].value) for body in bodies if is_docstring(body[0])}
    return {
        line
        for each in ast.walk(node)
        if isinstance(each, ast.Constant | ast.JoinedStr) and each.end_lineno and id(each) not in documentation
        for line in range(each.lineno + 1, each.end_lineno + 1)
    }


def is_docstring(node: ast.stmt) -> TypeGuard[ast.Expr]:
    """A statement that is a text alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
