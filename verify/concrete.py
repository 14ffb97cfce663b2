"""From a model of the solver to a state of the engine: things with keys, values as Python objects."""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ..engine import Birth, Configure, Event, Row, model
from ..engine.compiling import bare
from ..engine.compiling.records import stored
from ..engine.state import Input
from .properties import Problem
from .smallest import Small
from .steps import Step
from .terms import Optional, Several, Term, Value, z3
from .vocabulary import Vocabulary
from .world import World, state_of, there

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Content:
    """A state written out: what ``Engine.state`` takes."""

    config: Any
    things: Mapping[str, Mapping[int, Row]]
    fields: Mapping[str, object]


@dataclass
class Concrete:
    """Reads worlds under one model of the solver; whoever is there before the step has the lowest keys."""

    problem: Problem
    small: Small
    keys: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    objects: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the problem."""
        return self.problem.vocabulary

    def evaluated(self, term: Term) -> Term:
        """What a term is in the model."""
        return self.small.model.eval(term, model_completion=True)

    def holds(self, term: Term) -> bool:
        """Whether a formula holds in the model."""
        return bool(z3.is_true(self.evaluated(term)))

    # --- things and values -------------------------------------------------------------------------------------------

    def things(self, machine: str, world: World) -> dict[int, Term]:
        """The things of a machine that are there, by key."""
        known = self.keys.setdefault(machine, {})
        found: dict[int, Term] = {}
        for element in self.small.elements[machine]:
            if self.holds(world.read(there(machine), element)):
                found[known.setdefault(str(self.evaluated(element)), len(known) + 1)] = element
        return dict(sorted(found.items()))

    def key(self, machine: str, thing: Term) -> int:
        """The key of a thing."""
        known = self.keys.setdefault(machine, {})
        return known.setdefault(str(self.evaluated(thing)), len(known) + 1)

    def value(self, type_: model.Type, value: Value) -> Any:
        """A value of the model as the engine has it."""
        if isinstance(type_, model.Maybe):
            if isinstance(value, Optional):
                return self.value(type_.of, value.value) if self.holds(value.there) else None
            return self.value(type_.of, value)
        if isinstance(type_, model.SetOf):
            assert isinstance(value, Several)
            elements = self.small.elements[type_.machine]
            return frozenset(self.key(type_.machine, e) for e in elements if self.holds(value.contains(e)))
        if isinstance(type_, model.Ref):
            return self.key(type_.machine, value)
        found = self.evaluated(value)
        if isinstance(type_, model.Enumeration):
            members = self.vocabulary.members(type_.python)
            name = next(name for name, member in members.items() if member.eq(found))
            return self.vocabulary.objects.get(type_.python)[name]
        if isinstance(type_, model.Value):
            return self._object(type_, found)
        if type_ == model.BOOL:
            return self.holds(value)
        return self._text(found) if type_ == model.TEXT else found.as_long()

    def _text(self, found: Term) -> str:
        """A text that the model names, or a letter that it does not."""
        for text, term in self.vocabulary.texts.items():
            if self.evaluated(term).eq(found):
                return text
        known = [text for python, text in self.objects if python == "str"]
        others = [letter for letter in LETTERS if letter not in self.vocabulary.texts]
        return str(self.objects.setdefault(("str", str(found)), others[len(known) % len(others)]))

    def _object(self, type_: model.Value, found: Term) -> Any:
        known = (type_.python, str(found))
        if known not in self.objects:
            number = sum(python == type_.python for python, _ in self.objects) + 1
            python = self.vocabulary.objects.get(type_.python)
            given: dict[str, Any] = {}
            for name, (part_type, part) in self.vocabulary.parts_of(type_.python).items():
                given[name] = self.value(part_type, part((found,)))
            self.objects[known] = example(python, number, given)
        return self.objects[known]

    # --- states and inputs -------------------------------------------------------------------------------------------

    def content(self, world: World) -> Content:
        """A world written out."""
        system = self.problem.system
        things: dict[str, dict[int, Row]] = {}
        for machine in system.machines:
            self.things(machine.name, self.problem.world)
        for machine in system.machines:
            rows = things[machine.name] = {}
            for key, element in self.things(machine.name, world).items():
                rows[key] = self._row(machine, element, world)
        settings = {s.name: self.value(s.type, world.read(("config", s.name))) for s in system.settings}
        fields = {a.name: self.value(a.type, world.read(("", a.name))) for a in system.attributes}
        return Content(self.vocabulary.objects.get(system.config)(**settings), things, fields)

    def _row(self, machine: model.Machine, thing: Term, world: World) -> Row:
        fields = {a.name: self.value(a.type, world.read((machine.name, a.name), thing)) for a in stored(machine)}
        states: list[str] = []
        for region in range(len(machine.regions)):
            current = self.evaluated(world.read(state_of(machine.name, region), thing))
            members = self.vocabulary.members(f"{machine.name}:{region}")
            states.append(next(name for name, member in members.items() if member.eq(current)))
        return Row(fields, tuple(states))

    def input(self, step: Step, after: World) -> Input | None:
        """The event, the birth or the settings; ``None`` where the engine has no such input."""
        system = self.problem.system
        if step.kind == "configure":
            return Configure({s.name: self.value(s.type, after.read(("config", s.name))) for s in system.settings})
        if step.kind == "drop":
            return None
        machine = system.machine(step.machine)
        if step.kind == "birth":
            types = {a.name: a.type for a in stored(machine)}
            return Birth(machine.name, {name: self.value(types[name], value) for name, value in step.given.items()})
        parameters = [p for p in machine.event(step.name).parameters if p.name != "now"]
        arguments = {p.name: self.value(p.type, step.given[p.name]) for p in parameters}
        assert step.thing is not None
        return Event(machine.name, step.name, self.key(machine.name, step.thing), arguments)

    def now(self, step: Step) -> int:
        """The time of the step."""
        found: int = self.evaluated(step.now).as_long()
        return found


def spelled(value: Any) -> str:
    """A value for people: of an object, what counts when it is compared and is not at its default."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(spelled, cast("frozenset[object]", value)))) + "}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = [f for f in dataclasses.fields(value) if f.compare and getattr(value, f.name) != f.default]
        return f"{type(value).__name__}({', '.join(spelled(getattr(value, f.name)) for f in shown)})"
    return str(value)


def told(type_: model.Type, value: Any) -> str:
    """A value of that type for people: things by machine and key."""
    inner = bare(type_)
    if value is None:
        return "None"
    if isinstance(inner, model.Ref):
        return f"{inner.machine} {value}"
    if isinstance(inner, model.SetOf):
        return "{" + ", ".join(f"{inner.machine} {key}" for key in sorted(value)) + "}"
    return spelled(value)


def example(python: Any, number: int, given: Mapping[str, Any]) -> Any:
    """An object of a frozen dataclass that differs from those of other numbers where it can."""
    hints = typing.get_type_hints(python)
    values = dict(given)
    for each in dataclasses.fields(python):
        required = each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
        if each.init and each.name not in values and (each.compare or required):
            values[each.name] = _example(hints[each.name], number)
    return python(**values)


def _example(hint: Any, number: int) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is str:
        return LETTERS[(number - 1) % len(LETTERS)] * ((number - 1) // len(LETTERS) + 1)
    if hint is bool:
        return number % 2 == 0
    if hint is int:
        return number
    if origin is tuple:
        return (_example(inner[0], number),) if inner else ()
    if origin is frozenset:
        return frozenset({_example(inner[0], number)})
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return list(hint)[(number - 1) % len(hint)]
    if dataclasses.is_dataclass(cast("object", hint)):
        return example(hint, number, {})
    return _example(inner[0], number) if inner else None
