"""How a bundled module is used, by the shortest example that its system has: a station, and one event."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Any

from .. import model
from ..compiling import Objects
from ..compiling.records import stored
from ..entrance import created
from .bundle import Bundle


class _NoExampleError(Exception):
    """There is no simple value of a type."""


@dataclass(frozen=True)
class Example:
    """Names to import, and statements; the last one is an expression."""

    names: tuple[str, ...]
    statements: tuple[str, ...]


def session(examples: Iterable[Example], module: ModuleType) -> list[str]:
    """The first example that a module runs, as ``doctest`` has it; nothing if it runs none."""
    for example in examples:
        space = dict(vars(module))
        *before, last = example.statements
        try:
            for statement in before:
                exec(statement, space)
            shown = repr(eval(last, space)).splitlines()
        except Exception:  # of a model that is not sound, another example will do
            continue
        begin = f"from {module.__name__} import {', '.join(example.names)}"
        return [*(f">>> {line}" for line in (begin, *example.statements)), *shown]
    return []


def examples(system: model.System, objects: Objects, bundle: Bundle) -> Iterator[Example]:
    """Examples of a system: an event of a thing that it begins with, or time alone."""
    writer = _Writer(system, objects, bundle)
    try:
        config = writer.config()
    except _NoExampleError:
        return
    for machine in system.machines:
        for event in machine.events:
            if not (event.urgent or event.inner or any(p.name != "now" for p in event.parameters)):
                with suppress(_NoExampleError):
                    made = f"{bundle.word('Event')}({_quoted(machine.name)}, {_quoted(event.name)}, 1)"
                    yield writer.example(config, writer.births(machine.name), made)
    yield writer.example(config, [], "None")


class _Writer:
    """Writes values of the types of one system."""

    def __init__(self, system: model.System, objects: Objects, bundle: Bundle) -> None:
        self.system = system
        self.objects = objects
        self.name = bundle.name
        self.word = bundle.word
        self.inside = {*created(system)}

    def example(self, config: str, births: list[str], event: str) -> Example:
        """A station after some births, and what an event brings about."""
        begun = f", [{', '.join(births)}]" if births else ""
        made = f"station = {self.system.name}({config}{begun})"
        used = f"{made} {event}"
        words = [word for word in map(self.word, ("Birth", "Event")) if f"{word}(" in used]
        paths = {p.partition(":")[2]: self.name(p) for p in self._paths()}
        own = sorted({name for name in paths.values() if f"{name}(" in used or f"{name}." in used})
        return Example((self.system.name, *words, *own), (made, f"station.step({event}, now=0)"))

    def config(self) -> str:
        """A configuration."""
        given = ", ".join(f"{a.name}={self._value(a.type)}" for a in self.system.settings if not a.has_default)
        return f"{self.name(self.system.config)}({given})"

    def births(self, machine: str, begun: tuple[str, ...] = ()) -> list[str]:
        """The birth of a thing, after those of the things that it refers to."""
        if machine in self.inside or machine in begun:
            raise _NoExampleError
        needed = [a for a in stored(self.system.machine(machine)) if not a.has_default]
        found: list[str] = []
        for attribute in needed:
            if isinstance(attribute.type, model.Ref):
                before = self.births(attribute.type.machine, (*begun, machine))
                found += [birth for birth in before if birth not in found]
        given = ", ".join(f"{_quoted(a.name)}: {self._value(a.type)}" for a in needed)
        return [*found, f"{self.word('Birth')}({_quoted(machine)}{f', {{{given}}}' if given else ''})"]

    def _paths(self) -> Iterator[str]:
        yield self.system.config
        types = [a.type for m in self.system.machines for a in m.attributes] + [a.type for a in self.system.settings]
        for type_ in types:
            inner = type_.of if isinstance(type_, model.Maybe) else type_
            if isinstance(inner, model.Enumeration | model.Value):
                yield inner.python

    def _value(self, type_: model.Type) -> str:
        """A value of a type."""
        if isinstance(type_, model.Plain):
            return {"bool": "False", "int": "1", "str": "''"}[type_.name]
        if isinstance(type_, model.Deadline | model.Ref):
            return "1"
        if isinstance(type_, model.Maybe):
            return "None"
        if isinstance(type_, model.SetOf):
            return "frozenset()"
        if isinstance(type_, model.Enumeration):
            return f"{self.name(type_.python)}.{type_.members[0]}"
        if isinstance(type_, model.Value):
            return self._opaque(type_.python)
        raise _NoExampleError

    def _opaque(self, path: str) -> str:
        """A value whose fields are as plain as can be."""
        cls = self.objects.get(path)
        if not dataclasses.is_dataclass(cls):
            raise _NoExampleError
        plain: Mapping[Any, str] = {bool: "False", int: "1", str: "'A'"}
        hints = typing.get_type_hints(cls)
        given: list[str] = []
        for field in dataclasses.fields(cls):
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING and field.init:
                if hints[field.name] not in plain or issubclass(hints[field.name], Enum):
                    raise _NoExampleError
                given.append(f"{field.name}={plain[hints[field.name]]}")
        return f"{self.name(path)}({', '.join(given)})"


def _quoted(text: str) -> str:
    return f'"{text}"'
