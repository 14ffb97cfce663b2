"""A fact in words: as data, and as the declaration that says it."""

from __future__ import annotations

from dataclasses import dataclass

from ...engine import model
from .literals import Naming
from .shapes import Shape
from .spelling import declaration
from .wording import label, name


@dataclass(frozen=True)
class Fact:
    """An inferred invariant: as data, and as the declaration that says it."""

    predicate: model.Predicate
    text: str


def written(naming: Naming, shape: Shape, taken: set[str]) -> Fact:
    """A fact with a name that is not taken, and words."""
    predicate = shape.predicate(naming, name(naming, shape, taken), label(naming, shape))
    return Fact(predicate, declaration(naming, predicate))


def taken_names(system: model.System) -> set[str]:
    """The names that a system has given to predicates and functions."""
    named = (*system.predicates, *system.invariants, *system.laws)
    return {*(p.name for p in named), *(function.name for function in system.trusted)}
