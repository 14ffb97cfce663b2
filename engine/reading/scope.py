"""What names mean inside a method, and what may be said there."""

from __future__ import annotations

import ast
from collections.abc import Generator
from contextlib import contextmanager

from ..model import Name, Ref, Station, Type, Where
from .errors import ModelError, nearest
from .source import Source
from .tables import MachineTable, Method, Tables


class Scope:
    """A method's own names: ``self``, parameters, local names, variables of loops."""

    def __init__(self, method: Method, tables: Tables, owner: MachineTable | None) -> None:
        self.method = method
        self.tables = tables
        self.owner = owner
        self.source: Source = method.source
        self.in_law = method.role == "law"
        self.in_action = method.result is None
        self.in_loop = ""
        self.names: dict[str, Type] = {p.name: p.type for p in method.parameters}
        self.taken = {"self", *self.names}
        self.asked: dict[tuple[str, str], Where] = {}

    @property
    def self_type(self) -> Type:
        """What ``self`` is."""
        return Ref(self.owner.name) if self.owner else Station()

    def name(self, node: ast.Name) -> Name | None:
        """A name of the method; ``None`` if it has none such."""
        where = self.source.where(node)
        if node.id == "self":
            return Name(self.self_type, where, "self")
        if node.id in self.names:
            return Name(self.names[node.id], where, node.id)
        return None

    def unknown(self, node: ast.Name) -> ModelError:
        """The error for a name that means nothing here."""
        known = set(self.names)
        fields = list(self.owner.names()) if self.owner else list(self.tables.system.names())
        hint = nearest(node.id, known | {"self"})
        if node.id in fields:
            hint = f"Write self.{node.id}."
        elif node.id in self.taken:
            hint = "It is known only inside the block or loop that names it."
        return ModelError(f'unknown name "{node.id}"', self.source.where(node), hint)

    def bind(self, name: str, kind: Type, where: Where) -> None:
        """Make a local name; each is bound once."""
        if name in self.taken:
            hint = "A name means one thing in a method: choose another."
            raise ModelError(f'the name "{name}" is taken', where, hint)
        self.taken.add(name)
        self.names[name] = kind

    @contextmanager
    def block(self) -> Generator[None]:
        """Names bound inside are unknown after it."""
        names = dict(self.names)
        yield
        self.names = names

    @contextmanager
    def variables(self) -> Generator[None]:
        """As a block, and the names are free again after it (of comprehensions and loops)."""
        names, taken = dict(self.names), set(self.taken)
        yield
        self.names, self.taken = names, taken
