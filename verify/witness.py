"""Witnesses: what must happen for a law to say anything at all.

``all(… for … if …)`` says something of a state in which there is such a thing; ``a or b`` if ``a`` does not decide it.
"""

from __future__ import annotations

from dataclasses import replace

from ..engine import model


def witnesses(predicate: model.Predicate) -> dict[str, model.Predicate]:
    """For each part of a law, a predicate that holds where the part is put to the test."""
    parts = predicate.body.parts if isinstance(predicate.body, model.And) else (predicate.body,)
    return {
        f"{predicate.name}:{number}": replace(predicate, body=_tested(part)) for number, part in enumerate(parts, 1)
    }


def _tested(expression: model.Expression) -> model.Expression:
    where = expression.where
    if isinstance(expression, model.Quantified) and expression.kind == "all":
        return replace(expression, kind="any", body=_tested(expression.body))
    if isinstance(expression, model.Not) and isinstance(expression.of, model.Quantified):
        inner = expression.of
        return replace(inner, kind="any", body=_true(where)) if inner.kind == "any" else _true(where)
    if isinstance(expression, model.Or):
        *first, last = expression.parts
        return model.And(model.BOOL, where, (*(model.Not(model.BOOL, p.where, p) for p in first), _tested(last)))
    return _true(where)


def _true(where: model.Where) -> model.Expression:
    return model.Literal(model.BOOL, where, True)
