"""A piece of the model with another piece in place of one of its parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, cast

from ...engine import model

Put: TypeAlias = Callable[[Any], Any]
"""The whole, with what is given in place of one part."""


def pieces(node: object) -> Iterator[tuple[Any, Put]]:
    """Every expression, statement, binding and tuple in a piece of the model, from the outside inwards."""
    yield node, lambda new: new
    if isinstance(node, tuple):
        items = cast("tuple[object, ...]", node)
        for index, item in enumerate(items):
            for part, put in pieces(item):
                yield part, _in_tuple(items, index, put)
    elif isinstance(node, model.Expression | model.Statement | model.Binding):
        for field in dataclasses.fields(node):
            if field.name not in ("type", "where"):
                for part, put in pieces(getattr(node, field.name)):
                    yield part, _in_field(node, field.name, put)


def without(items: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    """The tuple without one of its items."""
    return (*items[:index], *items[index + 1 :])


def instead(items: tuple[Any, ...], index: int, item: Any) -> tuple[Any, ...]:
    """The tuple with another item in the place of one."""
    return (*items[:index], item, *items[index + 1 :])


def _in_tuple(items: tuple[Any, ...], index: int, put: Put) -> Put:
    return lambda new: instead(items, index, put(new))


def _in_field(node: Any, name: str, put: Put) -> Put:
    return lambda new: dataclasses.replace(node, **{name: put(new)})
