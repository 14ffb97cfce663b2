"""Values, events and commands to and from JSON.

Things are keys, sets of things are sorted lists, members of enumerations go by name, opaque values and the
configuration field by field. Decoding is strict: what was not written by encoding is an ``InputError``.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, cast

from . import model
from .border import typed, unknown
from .compiling import Objects
from .compiling.records import stored
from .state import Birth, Configure, Event, Input, InputError

SCALARS: tuple[type[Any], ...] = (bool, int, str, float)


class Codec:
    """To and from JSON for one system."""

    def __init__(self, system: model.System, objects: Objects) -> None:
        self.system = system
        self.objects = objects
        self.machines = {m.name: m for m in system.machines}
        self.commands = {objects.get(c.python): c for c in system.commands}
        self._of_event = cache(self._event_encoders)
        self._of_birth = cache(self._birth_encoders)
        self._of_command = {cls: _encoders(typed(declared.fields)) for cls, declared in self.commands.items()}

    # --- values ------------------------------------------------------------------------------------------------------

    def encode(self, type_: model.Type, value: Any) -> Any:
        """A value of the model's type as JSON."""
        return _encoder(type_)(value)

    def decode(self, type_: model.Type, data: Any, place: str) -> Any:
        """The value that this JSON stands for. Only its form is checked; ``border`` checks the rest."""
        if isinstance(type_, model.Maybe):
            return None if data is None else self.decode(type_.of, data, place)
        if isinstance(type_, model.SetOf):
            keys = cast("list[object]", data) if isinstance(data, list) else [None]
            if any(type(key) is not int for key in keys):
                raise InputError(f"{place}: a set of {type_.machine} is a list of keys, not {_brief(data)}")
            return frozenset(keys)
        if isinstance(type_, (model.Enumeration, model.Value)):
            return decode_python(self.objects.get(type_.python), data, place)
        return data

    def encode_all(self, types_: Mapping[str, model.Type], values: Mapping[str, Any]) -> dict[str, Any]:
        """Named values."""
        return {name: self.encode(types_[name], value) for name, value in values.items()}

    def decode_all(self, types_: Mapping[str, model.Type], data: Any, place: str) -> dict[str, Any]:
        """Named values; a name that is not there is an error."""
        found: dict[str, Any] = {}
        for name, value in mapping(data, place).items():
            if name not in types_:
                raise unknown("name", name, types_, f"{place} has")
            found[name] = self.decode(types_[name], value, f"{place}.{name}")
        return found

    # --- events and commands -----------------------------------------------------------------------------------------

    def encode_event(self, event: Input) -> dict[str, Any]:
        """``{"machine", "event", "target", "arguments"}``, ``{"birth", "fields"}`` or ``{"configure"}``."""
        if isinstance(event, Event):
            arguments = _encoded(self._of_event(event.machine, event.name), event.arguments)
            return {"machine": event.machine, "event": event.name, "target": event.target, "arguments": arguments}
        if isinstance(event, Birth):
            return {"birth": event.machine, "fields": _encoded(self._of_birth(event.machine), event.fields)}
        return {"configure": self.encode_all(typed(self.system.settings), event.settings)}

    def decode_event(self, data: Any) -> Input:
        """The event that this JSON stands for; a target or arguments may be left out."""
        given = mapping(data, "event")
        if "configure" in given:
            only(given, "event", "configure")
            return Configure(self.decode_all(typed(self.system.settings), given["configure"], "configure"))
        if "birth" in given:
            only(given, "event", "birth", "fields")
            name = given["birth"]
            return Birth(name, self.decode_all(self._fields(name), given.get("fields", {}), "fields"))
        only(given, "event", "machine", "event", "target", "arguments")
        machine, name = given.get("machine"), given.get("event")
        parameters = self._parameters(machine, name)
        arguments = self.decode_all(parameters, given.get("arguments", {}), "arguments")
        return Event(str(machine), str(name), given.get("target"), arguments)

    def encode_command(self, command: Any) -> dict[str, Any]:
        """``{"command", "fields"}``."""
        encoders = self._of_command[type(command)]
        fields = {name: encode(getattr(command, name)) for name, encode in encoders.items()}
        return {"command": self.commands[type(command)].name, "fields": fields}

    def decode_command(self, data: Any) -> Any:
        """The command that this JSON stands for."""
        given = mapping(data, "command")
        only(given, "command", "command", "fields")
        by_name = {c.name: (cls, c) for cls, c in self.commands.items()}
        if given.get("command") not in by_name:
            raise unknown("command", given.get("command"), by_name, f"{self.system.name} has")
        cls, declared = by_name[given["command"]]
        values = self.decode_all(typed(declared.fields), given.get("fields", {}), "fields")
        missing = [name for name in declared.required if name not in values]
        if missing:
            raise InputError(f"the command {declared.name} needs {missing[0]!r}")
        return cls(**values)

    def _event_encoders(self, machine: str, name: str) -> dict[str, Encoder]:
        return _encoders(self._parameters(machine, name))

    def _birth_encoders(self, machine: str) -> dict[str, Encoder]:
        return _encoders(self._fields(machine))

    def _machine(self, name: Any) -> model.Machine:
        if not isinstance(name, str) or name not in self.machines:
            raise unknown("machine", name, self.machines, f"{self.system.name} has")
        return self.machines[name]

    def _fields(self, machine: Any) -> dict[str, model.Type]:
        return typed(stored(self._machine(machine)))

    def _parameters(self, machine: Any, event: Any) -> dict[str, model.Type]:
        found = self._machine(machine)
        names = [e.name for e in found.events]
        if event not in names:
            raise unknown("event", event, names, f"{found.name} has")
        return {p.name: p.type for p in found.event(event).parameters if p.name != "now"}


# --- encoding --------------------------------------------------------------------------------------------------------

Encoder = Callable[[Any], Any]
"""Makes JSON of the values of one type; ``None`` stays."""


def _encoders(types_: Mapping[str, model.Type]) -> dict[str, Encoder]:
    return {name: _encoder(type_) for name, type_ in types_.items()}


def _encoded(encoders: Mapping[str, Encoder], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: encoders[name](value) for name, value in values.items()}


def _encoder(type_: model.Type) -> Encoder:
    if isinstance(type_, model.Maybe):
        return _encoder(type_.of)
    if isinstance(type_, model.SetOf):
        return _sorted
    return encode_python if isinstance(type_, (model.Enumeration, model.Value)) else _as_it_is


def _sorted(keys: Any) -> list[int] | None:
    return None if keys is None else sorted(keys)


def _as_it_is(value: Any) -> Any:
    return value


def encode_python(value: Any) -> Any:
    """A value inside an opaque value or the configuration, as JSON."""
    return value if value is None or type(value) in SCALARS else _encoder_of_class(value.__class__)(value)


@cache
def _encoder_of_class(kind: Any) -> Encoder:
    if issubclass(kind, Enum):
        return attrgetter("name")
    if issubclass(kind, datetime):
        return datetime.isoformat
    if issubclass(kind, bytes):
        return bytes.hex
    if issubclass(kind, tuple):
        return lambda value: [encode_python(part) for part in value]
    if issubclass(kind, frozenset):
        return lambda value: sorted((encode_python(element) for element in value), key=repr)
    if dataclasses.is_dataclass(kind):
        names = [f.name for f in dataclasses.fields(kind) if f.init]
        return lambda value: {name: encode_python(getattr(value, name)) for name in names}
    raise InputError(f"{kind.__name__} cannot be written as JSON; values hold {_KINDS}")


_KINDS = (
    "texts, numbers, bytes, datetimes, members of enumerations, tuples, frozen sets, and frozen dataclasses of these"
)


# --- decoding --------------------------------------------------------------------------------------------------------


def decode_python(kind: Any, data: Any, place: str) -> Any:
    """The value of the annotated type that this JSON stands for."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(arguments, data, place)
    if origin is tuple:
        return _decode_tuple(arguments, data, place)
    if origin is frozenset:
        return frozenset(decode_python(arguments[0], part, place) for part in sequence(data, place))
    if kind is float and type(data) is int:
        return float(data)
    if kind in SCALARS or kind is types.NoneType:
        if type(data) is not kind:
            raise InputError(f"{place}: {data!r} is no {kind.__name__}")
        return data
    if isinstance(kind, type) and issubclass(kind, Enum):
        if not isinstance(data, str) or data not in kind.__members__:
            raise unknown(f"{kind.__name__}", data, kind.__members__, f"{place}: there is")
        return kind[data]
    if kind in (datetime, bytes):
        return _parsed(datetime.fromisoformat if kind is datetime else bytes.fromhex, kind, data, place)
    if _is_dataclass(kind):
        return _decode_dataclass(kind, data, place)
    raise InputError(f"{place}: {kind} cannot be read from JSON; values hold {_KINDS}")


def _parsed(parse: Callable[[str], Any], kind: Any, data: Any, place: str) -> Any:
    try:
        return parse(data)
    except (TypeError, ValueError):
        raise InputError(f"{place}: {data!r} is no {kind.__name__}") from None


def _decode_union(kinds: tuple[Any, ...], data: Any, place: str) -> Any:
    wrong: InputError | None = None
    for kind in kinds:
        try:
            return decode_python(kind, data, place)
        except InputError as error:
            wrong = wrong or error
    raise wrong or InputError(f"{place}: {data!r} fits nothing")


def _decode_tuple(kinds: tuple[Any, ...], data: Any, place: str) -> tuple[Any, ...]:
    parts = sequence(data, place)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(parts)
    if len(kinds) != len(parts):
        raise InputError(f"{place}: {len(kinds)} parts are wanted, not {len(parts)}")
    return tuple(decode_python(kind, part, place) for kind, part in zip(kinds, parts, strict=True))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _is_dataclass(kind: Any) -> bool:
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def _decode_dataclass(kind: Any, data: Any, place: str) -> Any:
    given = mapping(data, place)
    fields = [f for f in dataclasses.fields(kind) if f.init]
    only(given, place, *(f.name for f in fields))
    missing = [f.name for f in fields if f.name not in given]
    if missing:
        raise InputError(f"{place}: {kind.__name__} needs {missing[0]!r}")
    hints = _hints(kind)
    values = {f.name: decode_python(hints[f.name], given[f.name], f"{place}.{f.name}") for f in fields}
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise InputError(f"{place}: {error}") from error


def mapping(data: Any, place: str) -> dict[str, Any]:
    """The data, an object of JSON."""
    if not isinstance(data, dict):
        raise InputError(f"{place}: an object is wanted, not {_brief(data)}")
    found = cast("dict[object, Any]", data)
    if not all(isinstance(key, str) for key in found):
        raise InputError(f"{place}: the names of an object are texts")
    return cast("dict[str, Any]", found)


def sequence(data: Any, place: str) -> list[Any]:
    """The data, an array of JSON."""
    if not isinstance(data, list):
        raise InputError(f"{place}: an array is wanted, not {_brief(data)}")
    found: list[Any] = [*cast("list[object]", data)]
    return found


def only(data: Mapping[str, Any], place: str, *names: str) -> None:
    """Nothing but these names is there."""
    for name in data:
        if name not in names:
            raise unknown("name", name, names, f"{place} has")


def _brief(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "..."
