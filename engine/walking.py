"""All that is in a piece of the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import cast

from .model import Expression, Statement, Where


def walk(node: object) -> Iterator[Expression | Statement]:
    """Every expression and statement in a piece of the model, from the outside inwards."""
    if isinstance(node, tuple):
        for each in cast("tuple[object, ...]", node):
            yield from walk(each)
    elif dataclasses.is_dataclass(node) and not isinstance(node, Where | type):
        if isinstance(node, Expression | Statement):
            yield node
        for field in dataclasses.fields(node):
            if field.name not in ("type", "where"):
                yield from walk(getattr(node, field.name))
