"""Formulas with quantifiers and the same without say the same of a known number of things."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.verify.grounded import grounded
from statewatt.verify.terms import z3

THING = z3.DeclareSort("Thing")
COLOUR, (RED, GREEN) = z3.EnumSort("Colour", ["red", "green"])
ELEMENTS = [z3.Const("thing 1", THING), z3.Const("thing 2", THING)]
NEXT = z3.Function("next", THING, THING)
KNOWS = z3.Function("knows", THING, THING, z3.BoolSort())
LIKES = z3.Function("likes", THING, COLOUR, z3.BoolSort())


@st.composite
def formulas(draw: st.DrawFn, things: tuple[Any, ...] = (), depth: int = 0) -> Any:
    """A closed formula over a relation, a function and a colour."""
    kinds = ["all", "any"] if len(things) < 2 else ["all", "any", "knows", "knows", "likes", "same"]
    kind = draw(st.sampled_from(kinds if depth < 3 else ["knows", "likes", "same"]))
    if kind in ("all", "any"):
        variable = z3.Const(f"x{depth}", THING)
        body = draw(formulas((*things, variable), depth + 1))
        if draw(st.booleans()):
            body = z3.Or(body, z3.Not(draw(formulas((*things, variable), depth + 1))))
        return z3.ForAll([variable], body) if kind == "all" else z3.Exists([variable], body)
    one, other = (draw(st.sampled_from(things)) for _ in range(2))
    if kind == "likes":
        colour = z3.Const("c", COLOUR)
        return z3.Exists([colour], z3.And(LIKES(one, colour), LIKES(other, RED)))
    found = KNOWS(one, NEXT(other)) if kind == "knows" else one == NEXT(other)
    return z3.Not(found) if draw(st.booleans()) else found


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(formulas(), min_size=1, max_size=4))
def test_grounded_formulas_can_hold_exactly_when_the_quantified_ones_can(claims: list[Any]) -> None:
    x = z3.Const("x", THING)
    quantified, ground = z3.Solver(), z3.Solver()
    quantified.set("timeout", 500)
    quantified.add(z3.ForAll([x], z3.Or(*[x == element for element in ELEMENTS])), *claims)
    ground.add(*grounded(claims, {"Thing": ELEMENTS}))
    assert quantified.check() in (ground.check(), z3.unknown)
    assert not any(z3.is_quantifier(part) for claim in ground.assertions() for part in _parts(claim))


def _parts(term: Any) -> list[Any]:
    return [term, *(part for child in term.children() for part in _parts(child))]
