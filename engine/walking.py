"""All that is in a piece of the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from .model import Expression, Statement, Where


def walk(node: object) -> Iterator[Expression | Statement]:
    """Every expression and statement in a piece of the model, from the outside inwards."""
    left: list[Any] = [node]
    while left:
        part = left.pop()
        if isinstance(part, tuple):
            left += reversed(cast("tuple[object, ...]", part))
        elif (names := _inner(type(part))) is not None:  # type: ignore[arg-type]  # classes are hashable
            if isinstance(part, Expression | Statement):
                yield part
            left += [getattr(part, name) for name in names]


@cache
def _inner(kind: type) -> tuple[str, ...] | None:
    """The fields of a piece of the model in which others may be, the last first; ``None`` for all that is no piece."""
    if not dataclasses.is_dataclass(kind) or issubclass(kind, Where):
        return None
    return tuple(field.name for field in reversed(dataclasses.fields(kind)) if field.name not in ("type", "where"))
