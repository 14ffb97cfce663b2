"""What no log may show: the tokens in commands, inputs and states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

from ..engine import StationState
from .values import IdToken


def secrets(thing: object) -> Iterator[str]:
    """The text of every token in it, however deep."""
    if isinstance(thing, IdToken):
        yield thing.text
    elif isinstance(thing, StationState):
        yield from secrets(thing.config)
        for machine in thing.machines:
            for key in thing.keys(machine):
                yield from secrets(thing.row(machine, key).fields)
    elif isinstance(thing, Mapping):
        yield from secrets(tuple(cast("Mapping[Any, object]", thing).values()))
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from secrets(getattr(thing, each.name))
    elif isinstance(thing, Collection) and not isinstance(thing, (str, bytes)):
        for part in cast("Collection[object]", thing):
            yield from secrets(part)
