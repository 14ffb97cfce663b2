"""What is declared, before any body is read: fields, methods and their signatures, states, events."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..language import Machine, System
from ..model import Attribute, CommandType, Parameter, State, Transition, Trusted, Type, Where
from .kinds import Kinds
from .source import Source, Sources


@dataclass
class Method:
    """A method's signature; ``result`` is ``None`` for an action."""

    owner: str
    name: str
    node: ast.FunctionDef
    source: Source
    parameters: tuple[Parameter, ...]
    result: Type | None
    label: str
    role: str = ""

    @property
    def where(self) -> Where:
        """Its first line."""
        return self.source.where(self.node)


@dataclass
class Draft:
    """A transition as written, before its guards are read."""

    event: str | None
    source: str
    target: str | None
    conditions: tuple[ast.expr, ...]
    actions: tuple[tuple[str, Where], ...]
    refused: bool
    ignored: bool
    where: Where
    written: Source


@dataclass
class EventTable:
    """An event and its parameters: those of its guards and actions together."""

    name: str
    region: int
    urgent: bool
    pick: str
    label: str
    where: Where
    drafts: list[Draft]
    parameters: tuple[Parameter, ...] = ()


@dataclass
class MachineTable:
    """A machine's names."""

    name: str
    cls: type[Machine]
    collection: str
    where: Where
    label: str
    system_field: str = ""
    attributes: dict[str, Attribute] = field(default_factory=dict[str, Attribute])
    belonging: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    methods: dict[str, Method] = field(default_factory=dict[str, Method])
    regions: tuple[str, ...] = ("",)
    states: dict[str, State] = field(default_factory=dict[str, State])
    state_paths: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    events: dict[str, EventTable] = field(default_factory=dict[str, EventTable])
    drafts: list[Draft] = field(default_factory=list[Draft])
    transitions: list[Transition] = field(default_factory=list[Transition])

    def begins_a_path(self, name: str) -> bool:
        """Whether a state's path starts with the name."""
        return any(path[0] == name for path in self.state_paths)

    def names(self) -> Iterator[str]:
        """Everything that can follow the dot."""
        yield self.system_field
        for known in (self.attributes, self.belonging, self.methods, self.events):
            yield from known
        yield from dict.fromkeys(path[0] for path in self.state_paths)


@dataclass
class SystemTable:
    """A system's names."""

    name: str
    cls: type[System]
    where: Where
    label: str
    config: type | None = None
    settings: dict[str, Attribute] = field(default_factory=dict[str, Attribute])
    attributes: dict[str, Attribute] = field(default_factory=dict[str, Attribute])
    collections: dict[str, str] = field(default_factory=dict[str, str])
    methods: dict[str, Method] = field(default_factory=dict[str, Method])
    trusted: dict[str, Trusted] = field(default_factory=dict[str, Trusted])

    def names(self) -> Iterator[str]:
        """Everything that can follow the dot."""
        for known in (self.collections, self.attributes, self.methods):
            yield from known
        yield "config"


@dataclass
class Tables:
    """All of a system's names, and the commands found so far."""

    system: SystemTable
    machines: Mapping[str, MachineTable]
    kinds: Kinds
    sources: Sources
    commands: dict[str, CommandType] = field(default_factory=dict[str, CommandType])


def label_of(node: ast.ClassDef | ast.FunctionDef) -> str:
    """The first line of the docstring without its full stop, or else the name in words."""
    text = ast.get_docstring(node) or ""
    return text.partition("\n")[0].rstrip(".") or node.name.replace("_", " ")
