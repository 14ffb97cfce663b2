"""Values of a model as terms of the solver.

z3 has no types for type checkers; it enters here and is ``Any`` everywhere else.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

z3: Any = importlib.import_module("z3")
_core: Any = importlib.import_module("z3.z3core")
_context: Any = z3.main_ctx()
_ref: Any = _context.ref()

Term: TypeAlias = Any
"""A z3 expression."""

TRUE: Final[Term] = z3.BoolVal(True)
FALSE: Final[Term] = z3.BoolVal(False)


@dataclass(frozen=True, slots=True)
class Optional:
    """A value or ``None``: whether there is one, and which (anything, where there is none)."""

    there: Term
    value: Any


@dataclass(frozen=True, slots=True)
class Several:
    """A set of things: which ones are in it."""

    machine: str
    contains: Callable[[Term], Term]


@dataclass(frozen=True, slots=True)
class TheSystem:
    """The system itself."""


THE_SYSTEM: Final = TheSystem()
NONE: Final = Optional(FALSE, None)

Value: TypeAlias = Any
"""A term, an ``Optional``, a ``Several`` or ``THE_SYSTEM``."""


# --- making terms: z3's own operators look at every argument's sort and context, which takes most of the time ---------


def _many(make: Callable[..., Any], parts: list[Term]) -> Term:
    return z3.BoolRef(make(_ref, len(parts), (z3.Ast * len(parts))(*[part.ast for part in parts])), _context)


def applied(function: Term, arguments: tuple[Term, ...]) -> Term:
    """An unknown function of arguments of its sorts."""
    given = (z3.Ast * len(arguments))(*[argument.ast for argument in arguments])
    return function.result(_core.Z3_mk_app(_ref, function.ast, len(arguments), given), _context)


def function_of(name: str, sorts: list[Term], result: Term) -> Term:
    """A new unknown function, to be ``applied``."""
    function = z3.Function(name, *sorts, result)
    function.result = type(z3.Const("x", result))
    return function


# --- logic, with the simplifications that keep formulas readable -----------------------------------------------------


def both(parts: Iterable[Term]) -> Term:
    """All of them."""
    kept: list[Term] = []
    for part in parts:
        if part is FALSE:
            return FALSE
        if part is not TRUE:
            kept.append(part)
    if not kept:
        return TRUE
    return kept[0] if len(kept) == 1 else _many(_core.Z3_mk_and, kept)


def either(parts: Iterable[Term]) -> Term:
    """One of them."""
    kept: list[Term] = []
    for part in parts:
        if part is TRUE:
            return TRUE
        if part is not FALSE:
            kept.append(part)
    if not kept:
        return FALSE
    return kept[0] if len(kept) == 1 else _many(_core.Z3_mk_or, kept)


def negated(term: Term) -> Term:
    """Not that."""
    if term is TRUE:
        return FALSE
    if term is FALSE:
        return TRUE
    return z3.BoolRef(_core.Z3_mk_not(_ref, term.ast), _context)


def implied(premises: Iterable[Term], conclusion: Term) -> Term:
    """If all premises hold, the conclusion does."""
    premise = both(premises)
    if premise is TRUE or conclusion is TRUE:
        return conclusion
    return TRUE if premise is FALSE else _implies(premise, conclusion)


def _implies(premise: Term, conclusion: Term) -> Term:
    return z3.BoolRef(_core.Z3_mk_implies(_ref, premise.ast, conclusion.ast), _context)


def every(variables: list[Term], body: Term) -> Term:
    """For all values of the variables."""
    if not variables or body is TRUE or body is FALSE:
        return body
    if any(hasattr(variable, "elements") for variable in variables):
        return both(_instances(variables, body, every))
    return z3.ForAll(variables, body)


def some(variables: list[Term], body: Term) -> Term:
    """For some values of the variables (things: a sort is never empty, so a condition must say that they are there)."""
    if not variables or body is TRUE or body is FALSE:
        return body
    if any(hasattr(variable, "elements") for variable in variables):
        return either(_instances(variables, body, some))
    return z3.Exists(variables, body)


def among(variable: Term, elements: tuple[Term, ...]) -> Term:
    """Mark a variable as one of these: what is said of all or some of them is said of each by name."""
    variable.elements = elements
    return variable


def _instances(variables: list[Term], body: Term, rest: Callable[[list[Term], Term], Term]) -> list[Term]:
    named = [variable for variable in variables if hasattr(variable, "elements")]
    others = [variable for variable in variables if not hasattr(variable, "elements")]
    choices = itertools.product(*[variable.elements for variable in named])
    return [rest(others, z3.substitute(body, *zip(named, choice, strict=True))) for choice in choices]


def same_term(left: Term, right: Term) -> Term:
    """Equality; decided at once where both are the same, or different literals."""
    if left is right or left.ast.value == right.ast.value:
        return TRUE
    if hasattr(left, "is_literal") and hasattr(right, "is_literal"):
        return FALSE
    if isinstance(left, z3.BoolRef):
        if left is TRUE or left is FALSE:
            return right if left is TRUE else negated(right)
        if right is TRUE or right is FALSE:
            return left if right is TRUE else negated(left)
    return z3.BoolRef(_core.Z3_mk_eq(_ref, left.ast, right.ast), _context)


def literal(term: Term) -> Term:
    """Mark a term as one that differs from every other literal of its sort."""
    term.is_literal = True
    return term


# --- values ----------------------------------------------------------------------------------------------------------


def same(left: Value, right: Value, variable: Callable[[str], Term]) -> Term:
    """``==`` or ``is``; ``variable`` makes a new thing to compare sets by."""
    if isinstance(left, Optional) or isinstance(right, Optional):
        return _same_optional(_optional(left), _optional(right), variable)
    if isinstance(left, Several) and isinstance(right, Several):
        x = variable(left.machine)
        return every([x], same_term(left.contains(x), right.contains(x)))
    if isinstance(left, TheSystem):
        return TRUE
    return same_term(left, right)


def _optional(value: Value) -> Optional:
    return value if isinstance(value, Optional) else Optional(TRUE, value)


def _same_optional(left: Optional, right: Optional, variable: Callable[[str], Term]) -> Term:
    if left.value is None:
        return negated(right.there)
    if right.value is None:
        return negated(left.there)
    values = same(left.value, right.value, variable)
    if left.there is TRUE or right.there is TRUE:
        return both([left.there, right.there, values])
    return both([same_term(left.there, right.there), implied([left.there], values)])


def chosen(condition: Term, then: Value, otherwise: Value) -> Value:
    """``then if condition else otherwise``, for values of one type."""
    if condition is TRUE:
        return then
    if condition is FALSE:
        return otherwise
    if isinstance(then, Optional) or isinstance(otherwise, Optional):
        return _chosen_optional(condition, _optional(then), _optional(otherwise))
    if isinstance(then, Several):
        return Several(then.machine, lambda x: chosen(condition, then.contains(x), otherwise.contains(x)))
    if isinstance(then, TheSystem) or then.ast.value == otherwise.ast.value:
        return then
    if isinstance(then, z3.BoolRef):
        return both([implied([condition], then), implied([negated(condition)], otherwise)])
    return _kind(then)(_core.Z3_mk_ite(_ref, condition.ast, then.ast, otherwise.ast), _context)


def _chosen_optional(condition: Term, then: Optional, otherwise: Optional) -> Optional:
    there = chosen(condition, then.there, otherwise.there)
    if then.value is None or otherwise.value is None:
        return Optional(there, otherwise.value if then.value is None else then.value)
    return Optional(there, chosen(condition, then.value, otherwise.value))


def _kind(term: Term) -> Any:
    return z3.ArithRef if isinstance(term, z3.ArithRef) else term.__class__
