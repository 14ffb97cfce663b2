"""Guards in words for pictures, and in names for ids: predicates joined by ``and``, ``or``, ``not``."""

from __future__ import annotations

from collections.abc import Iterator

from ..engine import model
from .graph import lowered


def predicates(condition: model.Expression) -> Iterator[str]:
    """The names of the predicates that a guard asks, in order."""
    if isinstance(condition, model.Ask):
        yield condition.predicate
    elif isinstance(condition, model.Not):
        yield from predicates(condition.of)
    else:
        for part in _parts(condition):
            yield from predicates(part)


def told(condition: model.Expression, machine: model.Machine) -> str:
    """A guard in the words of its predicates' labels."""
    if isinstance(condition, model.Ask):
        return lowered(machine.predicate(condition.predicate).label)
    if isinstance(condition, model.Not):
        return f"not: {_inner(condition.of, machine)}"
    word = " or " if isinstance(condition, model.Or) else " and "
    return word.join(_inner(part, machine) for part in _parts(condition))


def _inner(condition: model.Expression, machine: model.Machine) -> str:
    text = told(condition, machine)
    return f"({text})" if isinstance(condition, model.And | model.Or) else text


def key(condition: model.Expression) -> str:
    """A guard as a part of an id: ``a``, ``-a`` for not, ``(a|b)`` for or, ``(a&b)`` for and."""
    if isinstance(condition, model.Ask):
        return condition.predicate
    if isinstance(condition, model.Not):
        return f"-{key(condition.of)}"
    return f"({('|' if isinstance(condition, model.Or) else '&').join(map(key, _parts(condition)))})"


def _parts(condition: model.Expression) -> tuple[model.Expression, ...]:
    assert isinstance(condition, model.And | model.Or), "the reader lets nothing else be a guard"
    return condition.parts
