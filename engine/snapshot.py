"""A whole state to and from JSON.

A snapshot names its format and the shape of the model that it was made with. One of an older format, or of another
model, is read if every field in it is one of this model and none is missing; otherwise the error says what to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from . import model
from .border import typed
from .codec import Codec, decode_python, encode_python, mapping, only
from .compiling.records import stored
from .state import InputError, Row, State
from .step import Engine

FORMAT = 1
"""Rises when snapshots are written differently; older ones stay readable."""

CONTENT = ("now", "config", "fields", "machines")
"""What a snapshot holds beside its names."""


def dumps(engine: Engine[Any], state: State) -> str:
    """The state as one line of JSON."""
    return json.dumps(encode(engine, state), ensure_ascii=False, separators=(",", ":"))


def loads(engine: Engine[Any], text: str | bytes) -> State:
    """The state in a text that ``dumps`` has made; ``InputError`` for any other."""
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(f"the snapshot is no JSON: {error}") from None
    return decode(engine, data)


def shape(system: model.System) -> str:
    """A name for all that a snapshot depends on: machines, fields and their types, states, settings."""
    parts: list[object] = [system.name]
    parts += [(a.name, a.type) for a in (*system.settings, *system.attributes)]
    for machine in system.machines:
        parts += [machine.name, machine.regions, [(a.name, a.type) for a in stored(machine)]]
        parts += [(s.name, s.region, s.final, s.choice) for s in machine.states]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def encode(engine: Engine[Any], state: State) -> dict[str, Any]:
    """The state as JSON values."""
    system = engine.system
    return {"format": FORMAT, "system": system.name, "model": shape(system), **content(engine, state)}


def content(engine: Engine[Any], state: State) -> dict[str, Any]:
    """What is in a snapshot of the state but for the names of the format and of the model."""
    system, codec = engine.system, engine.codec
    own = {a.name: getattr(state.system, a.name) for a in system.attributes}
    return {
        "now": state.now,
        "config": encode_python(state.config),
        "fields": codec.encode_all(typed(system.attributes), own),
        "machines": {m.name: _encode_machine(codec, m, state) for m in system.machines},
    }


def _encode_machine(codec: Codec, machine: model.Machine, state: State) -> dict[str, Any]:
    types = typed(stored(machine))
    things: dict[str, Any] = {}
    for key in state.keys(machine.name):
        row = state.row(machine.name, key)
        states = dict(zip(machine.regions, row.states, strict=True))
        shown: Any = row.states[0] if machine.regions == ("",) else states
        things[str(key)] = {"state": shown, "fields": codec.encode_all(types, row.fields)}
    return {"next": getattr(state, f"next_{machine.name}"), "things": things}


def decode(engine: Engine[Any], data: object) -> State:
    """The state that JSON values stand for; ``InputError`` if they stand for none."""
    given = mapping(data, "snapshot")
    form = given.get("format")
    if type(form) is not int or form < 1:
        raise InputError(f"this is no snapshot of a station: its format is {form!r}")
    if form > FORMAT:
        raise InputError(f"the snapshot has format {form}, this version reads up to {FORMAT}: use a newer version")
    try:
        only(given, "snapshot", "format", "system", "model", *CONTENT)
        for name in ("system", "model"):
            if name not in given:
                raise InputError(f"snapshot: {name!r} is missing")
        if given["system"] != engine.system.name:
            raise InputError(f"it is one of {given['system']!r}, not of {engine.system.name}")
        return of_content(engine, {name: given[name] for name in CONTENT if name in given})
    except InputError as error:
        made_with = given.get("model")
        if made_with == shape(engine.system):
            raise InputError(f"the snapshot is damaged: {error}") from error
        raise InputError(
            f"the snapshot was made with another model ({made_with}, here {shape(engine.system)}): {error}; change the "
            "snapshot to the fields and states of this model, or load it with the model that made it"
        ) from error


def of_content(engine: Engine[Any], data: object) -> State:
    """The state that ``content`` was made of; ``InputError`` if there is none."""
    system, codec = engine.system, engine.codec
    given = mapping(data, "snapshot")
    only(given, "snapshot", *CONTENT)
    for name in CONTENT:
        if name not in given:
            raise InputError(f"snapshot: {name!r} is missing")
    config = decode_python(engine.compiled.objects.get(system.config), given["config"], "config")
    own = codec.decode_all(typed(system.attributes), given["fields"], "fields")
    _all_there(own, system.attributes, "fields")
    machines = mapping(given["machines"], "machines")
    only(machines, "machines", *(m.name for m in system.machines))
    things: dict[str, dict[int, Row]] = {}
    following: dict[str, int] = {}
    for machine in system.machines:
        if machine.name not in machines:
            raise InputError(f"machines: {machine.name} is missing")
        place = f"machines.{machine.name}"
        part = mapping(machines[machine.name], place)
        only(part, place, "next", "things")
        following[machine.name] = part.get("next", 0)
        rows = mapping(part.get("things"), f"{place}.things")
        things[machine.name] = {_key(k, place): _row(codec, machine, row, f"{place}.{k}") for k, row in rows.items()}
    return engine.state(config, things, fields=own, now=given["now"], next_keys=following)


def _row(codec: Codec, machine: model.Machine, data: Any, place: str) -> Row:
    given = mapping(data, place)
    only(given, place, "state", "fields")
    fields = codec.decode_all(typed(stored(machine)), given.get("fields"), place)
    _all_there(fields, stored(machine), place)
    shown = given.get("state")
    if machine.regions == ("",):
        return Row(fields, (shown,))  # type: ignore[arg-type]  # the engine checks it
    states = mapping(shown, f"{place}.state")
    only(states, f"{place}.state", *machine.regions)
    return Row(fields, tuple(states.get(region, "") for region in machine.regions))


def _all_there(
    values: Mapping[str, Any], attributes: tuple[model.Attribute, ...] | list[model.Attribute], place: str
) -> None:
    for attribute in attributes:
        if attribute.name not in values:
            raise InputError(f"{place}: {attribute.name!r} is missing")


def _key(text: str, place: str) -> int:
    if not text.isascii() or not text.isdigit() or text != str(int(text[:18])):
        raise InputError(f"{place}: {text!r} is no key of a thing")
    return int(text)


def _no_constant(name: str) -> Any:
    raise InputError(f"the snapshot is no JSON: {name} is no number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise InputError(f"the snapshot is damaged: {next(n for n in names if names.count(n) > 1)!r} is there twice")
    return found
