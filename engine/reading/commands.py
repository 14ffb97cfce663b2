"""Commands: what a station tells the world."""

from __future__ import annotations

import dataclasses

from ..language import Command
from ..model import CommandType, Parameter, Where
from .errors import ModelError
from .kinds import python_name
from .tables import Tables


def command_of(cls: type[Command], where: Where, tables: Tables) -> CommandType:
    """The kind of command that a class means."""
    known = tables.commands.get(cls.__name__)
    if known is not None and known.python == python_name(cls):
        return known
    if known is not None:
        raise ModelError(f"two commands are named {cls.__name__}", where, "Give one of them another name.")
    parameters = getattr(cls, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        raise ModelError(f"{cls.__name__} can be changed", where, "Declare it with @dataclass(frozen=True).")
    fields: list[Parameter] = []
    required: list[str] = []
    for field, node, source in tables.kinds.parts_of(cls, where):
        fields.append(Parameter(field.name, tables.kinds.type_of(node, source)))
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.append(field.name)
    label = (cls.__doc__ or "").strip().partition("\n")[0].rstrip(".") or cls.__name__
    found = CommandType(cls.__name__, python_name(cls), tuple(fields), tuple(required), label)
    tables.commands[cls.__name__] = found
    return found
