"""Inferred facts in words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...engine import model
from .literals import Away, Literal, Naming, X
from .shapes import Shape, Unique, premises_of
from .spelling import Speller

LONGEST = 60
"""How long a name may be."""


def label(naming: Naming, shape: Shape) -> str:
    """One sentence, without its dot, as labels are."""
    if isinstance(shape, Unique):
        places = f" in {_one_of(shape.square() or _both(shape))}" if shape.states else ""
        flag = f" whose {_said(naming, shape.literal)}" if shape.literal else ""
        return f"No two {shape.machine}s{places}{flag} have the same {' and '.join(shape.fields)}"
    *premises, conclusion = premises_of(shape)
    who = "".join(_premise(naming, premise) for premise in premises)
    link = f" that has {_a(conclusion.link)}" if naming.guard(shape.machine, conclusion) is not None else ""
    return f"Each {shape.machine}{who}{link}: {_said(naming, conclusion)}"


def _premise(naming: Naming, literal: Literal) -> str:
    if isinstance(literal, Away):
        places = _one_of(literal.states)
        return f" whose {literal.link} is in {places}" if literal.link else f" in {places}"
    return f" whose {_said(naming, literal.denied())}"


def _said(naming: Naming, literal: Literal) -> str:
    if isinstance(literal, Away):
        who = f"its {literal.link}" if literal.link else "it"
        others = naming.resting(literal.machine, literal.region) - literal.states
        if len(others) <= len(literal.states):
            return f"{who} is in {_one_of(others)}"
        return f"{who} is not in {_one_of(literal.states)}"
    expression = literal.expression
    if isinstance(expression, model.Field):
        return f"{_named(expression)} is {literal.holds}"
    if isinstance(expression, model.Same):
        other = Speller(naming, {X: "it"}).text(expression.right)
        return f"{_named(expression.left)} is {'' if literal.holds else 'not '}{other}"
    text = Speller(naming, {X: "it"}).text(expression)
    return text if literal.holds else f"not {text}"


def _named(expression: model.Expression) -> str:
    if isinstance(expression, model.Field):
        of = _named(expression.of)
        return f"{of}'s {expression.name}" if of else expression.name
    return ""


def _one_of(names: Iterable[str]) -> str:
    *first, last = sorted(names)
    return f"{', '.join(first)} or {last}" if first else last


def _both(unique: Unique) -> frozenset[str]:
    return frozenset[str]().union(*unique.states)


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def name(naming: Naming, shape: Shape, taken: set[str]) -> str:
    """A name for it that is not taken."""
    words = label(naming, shape)
    short = re.sub(r"\b(each|whose|that has an?|its|is|it|in|the|same|have|two|no)\b", " ", words.lower())
    stem = "_".join(re.findall(r"[a-z0-9_]+", short))[:LONGEST].strip("_")
    found, number = stem, 1
    while found in taken:
        number += 1
        found = f"{stem}_{number}"
    taken.add(found)
    return found
