"""What a bundled module needs of the Python of a model: from its values, policies and trusted functions on."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from types import FunctionType
from typing import Any, cast

from ..language import Machine, System
from ..model import Where
from ..reading.errors import ModelError
from .origins import HOME, Defined, Library, Module, Modules, refusal
from .pieces import Piece
from .scopes import Import, Reference, references
from .values import Value, ValueField, value_fields

Key = tuple[str, int, int, str]

HARMLESS = {"dataclass", "field", "KW_ONLY", "InitVar"}
"""What of ``dataclasses`` does not look at classes that are made otherwise."""


class Gatherer:
    """Follows every name to what it means, and keeps the pieces."""

    def __init__(self, modules: Modules, provided: Mapping[str, str], as_is: frozenset[Defined] | None) -> None:
        """``as_is`` are the dataclasses that stay dataclasses; ``None`` for all."""
        self.pieces: dict[Key, Piece] = {}
        self.as_is: set[Defined] = set(as_is or ())
        """The dataclasses that were found to be used as such."""
        self.all_as_is = as_is is None
        self._written_out: dict[Defined, tuple[ValueField, ...]] = {}
        self._modules = modules
        self._provided = provided
        self._pending: list[Piece] = []
        self._seen_modules: set[str] = set()

    # --- where it begins ---------------------------------------------------------------------------------------------

    def named(self, path: str) -> Defined:
        """What is at ``module:qualified name``."""
        module_name, _, qualified = path.partition(":")
        if "<locals>" in qualified:
            raise refusal(None, f"{path} is made inside a function: define it at the top level of a module")
        symbol = Defined(module_name, qualified)
        module = self._modules.of(module_name)
        if "." not in qualified and qualified not in module.statements:
            reference = Reference(qualified, ast.Name(qualified, ast.Load(), lineno=1, col_offset=0))
            meaning = self._modules.meaning(module, reference)
            if meaning is None or not isinstance(meaning[0], Defined):
                raise refusal(Where(module.source.file, 1), f"{qualified} is not defined in {module_name}")
            symbol = meaning[0]
        self.define(symbol, None)
        return symbol

    def method(self, cls: type, name: str, symbol: Defined) -> None:
        """A method of a class, as a function of its own."""
        owner = next(base for base in cls.__mro__ if name in vars(base))
        module = self._modules.of(owner.__module__)
        try:
            body = module.source.class_of(owner)
            nodes = [each for each in body.body if isinstance(each, ast.FunctionDef) and each.name == name]
            if not nodes:
                raise refusal(module.where(body), f"{name} of {owner.__name__} has to be a plain method to be bundled")
            self._check_method(module, vars(owner)[name], nodes[-1])
        except ModelError as error:
            raise refusal(error.where, error.message) from error
        without = [each for each in nodes[-1].decorator_list if self._is_a_mark(module, each)]
        self._add(Piece(module, nodes[-1], symbol, without))

    def finish(self) -> None:
        """Follow everything to its end."""
        while self._pending:
            self._follow(self._pending.pop())

    # --- following ---------------------------------------------------------------------------------------------------

    def define(self, symbol: Defined, where: Where | None) -> None:
        """Take the statements by which something is defined."""
        if symbol.module == HOME and symbol.name in self._provided:
            return
        module = self._modules.of(symbol.module, where)
        found: Any = _object(symbol)
        if isinstance(found, type) and issubclass(found, Machine | System):
            what = f"{symbol.name} is a part of the model: compiled Python has its things, and not its class"
            raise refusal(where, what)
        if "." in symbol.name:
            inner = module.source.class_of(cast("type[object]", found))
            self._add(self._piece(module, inner, symbol, found))
            return
        for node in module.statements[symbol.name]:
            self._add(self._piece(module, node, None, found))

    def _piece(self, module: Module, node: ast.stmt, symbol: Defined | None, found: Any) -> Piece:
        if isinstance(node, ast.ClassDef) and not self.all_as_is:
            own = symbol or Defined(module.name, node.name)
            fields = None if own in self.as_is else value_fields(found, node)
            if fields is not None:
                self._written_out[own] = fields
                value = Value(module, node, fields)
                value.symbol = symbol
                return value
            bases: tuple[type, ...] = getattr(found, "__mro__", ())[1:]
            kept = (Defined(base.__module__, base.__qualname__) for base in bases if is_dataclass(base))
            self.as_is.update(kept)
        return Piece(module, node, symbol)

    def _add(self, piece: Piece) -> None:
        name = piece.symbol.name if piece.symbol else ""
        key = (piece.module.name, piece.node.lineno, piece.node.col_offset, name)
        if key in self.pieces:
            return
        self.pieces[key] = piece
        self._pending.append(piece)
        if piece.module.name not in self._seen_modules:
            self._seen_modules.add(piece.module.name)
            for node in self._effects(piece.module):
                self._add(Piece(piece.module, node))

    def _effects(self, module: Module) -> Iterable[ast.stmt]:
        """What importing a module does: its expressions, and what its own decorators are told of."""
        yield from module.effects
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found = references(node.decorator_list, lambda _: False).references
                meanings = [self._modules.meaning(module, each) for each in found]
                if any(meaning and isinstance(meaning[0], Defined) for meaning in meanings):
                    yield node

    def _follow(self, piece: Piece) -> None:
        module = piece.module
        kept = list(piece.nodes())
        if piece.without and not isinstance(piece, Value):
            kept = [_without(piece.node, piece.without)]
        piece.found = references(kept, lambda node: self._modules.is_ours(module, node))
        if piece.found.elsewhere:
            what = "what is bundled is imported at the top level of a module, or in a function, without condition"
            raise refusal(module.where(piece.found.elsewhere[0]), what)
        inner = (node for part in kept for node in ast.walk(part))
        self.all_as_is |= any(isinstance(node, Import) and _is_about_dataclasses(node) for node in inner)
        for reference in piece.found.references:
            meaning = self._modules.meaning(module, reference)
            if meaning is None:
                continue
            piece.meanings.append((reference, *meaning))
            self._see(module, reference, *meaning)

    def _see(self, module: Module, reference: Reference, meaning: object, used: int) -> None:
        following = [each.attr for each in reference.attributes[used:]]
        if isinstance(meaning, Defined):
            self.define(meaning, module.where(reference.node))
            fields = self._written_out.get(meaning, ())
            if following and (following[0] in [each.name for each in fields] or "dataclass" in following[0]):
                self.as_is.add(meaning)
        elif isinstance(meaning, Library) and meaning.module == "dataclasses":
            self.all_as_is |= not {meaning.name or (following or [""])[0]} <= HARMLESS

    def _check_method(self, module: Module, function: object, node: ast.FunctionDef) -> None:
        if not isinstance(function, FunctionType):
            return
        module.source.check_unedited(function, node)
        if function.__closure__:
            raise refusal(module.where(node), f"{node.name} uses super() or __class__, and bundled it has no class")

    def _is_a_mark(self, module: Module, decorator: ast.expr) -> bool:
        """It is a word of the language: it says what the method is, and does nothing."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        found = references([called], lambda _: False).references
        meanings = [self._modules.meaning(module, each) for each in found]
        return any(m and isinstance(m[0], Defined) and m[0].module == f"{HOME}.language" for m in meanings)


def _without(node: ast.stmt, decorators: Iterable[ast.expr]) -> ast.stmt:
    """A function without some of its decorators."""
    assert isinstance(node, ast.FunctionDef)
    kept = [each for each in node.decorator_list if each not in [*decorators]]
    return ast.FunctionDef(node.name, node.args, node.body, kept, node.returns, node.type_comment)


def _is_about_dataclasses(node: Import) -> bool:
    names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return "dataclasses" in names


def _object(symbol: Defined) -> Any:
    found: Any = sys.modules[symbol.module]
    for part in symbol.name.split("."):
        found = getattr(found, part, None)
    return found
