"""Guards as formulas: names are unknown truths, comparisons are of unknown ordered values."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from statemachine.spec_parser import replace_operators

from ...engine.state import InputError
from ..terms import FALSE, TRUE, Term, both, either, negated, z3
from ..verdict import place
from .chart import Arrow, Condition

COMPARED: Mapping[type[ast.cmpop], Callable[[Term, Term], Term]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class Conditions:
    """The formulas of one class: the same name means the same truth wherever it stands.

    That a value is compared says nothing of its own truth: ``count`` and ``count > 0`` are independent.
    """

    def __init__(self, arrows: Iterable[Arrow]) -> None:
        texts = {c.text: _parsed(c.text, a) for a in arrows for c in a.conditions if c.function is None}
        self._trees = texts
        self._numbers = _numbered(node.value for tree in texts.values() for node in _constants(tree))
        self._functions: list[object] = []

    def of(self, arrow: Arrow) -> Term:
        """When the guards of a transition hold."""
        return both(self._condition(condition, arrow) for condition in arrow.conditions)

    def _condition(self, condition: Condition, arrow: Arrow) -> Term:
        if condition.function is not None:
            held = z3.Bool(f"{condition.text} {self._number(condition.function)}")
        else:
            held = self._truth(self._trees[condition.text], arrow)
        return held if condition.wanted else negated(held)

    def _number(self, function: object) -> int:
        if not any(known is function for known in self._functions):
            self._functions.append(function)
        return next(number for number, known in enumerate(self._functions, 1) if known is function)

    def _truth(self, node: ast.expr, arrow: Arrow) -> Term:
        match node:
            case ast.Name(id=name):
                return z3.Bool(name)
            case ast.Constant(value=value):
                return TRUE if value else FALSE
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return negated(self._truth(operand, arrow))
            case ast.BoolOp(op=joined, values=values):
                join = both if isinstance(joined, ast.And) else either
                return join([self._truth(value, arrow) for value in values])
            case ast.Compare(left=left, ops=operators, comparators=others):
                sides = [self._value(side) for side in (left, *others)]
                return both(
                    COMPARED[type(compared)](*pair) for compared, pair in zip(operators, pairwise(sides), strict=True)
                )
            case ast.Call(args=states):
                asked = {str(state.value) for state in states if isinstance(state, ast.Constant)}
                return TRUE if asked <= {arrow.source} else FALSE
            case _:
                raise AssertionError(f"{ast.unparse(node)} was let through")

    def _value(self, node: ast.expr) -> Term:
        """A number for a constant, an unknown one for everything else."""
        if isinstance(node, ast.Constant):
            return z3.RealVal(str(self._numbers[repr(node.value)]))
        return z3.Real(ast.unparse(node))

    def told(self, model: Term) -> str:
        """The values of a model of the solver, in the words of the class."""
        found = {str(name): model[name] for name in model.decls()}
        return ", ".join(f"{name} {self._told(value)}" for name, value in sorted(found.items()))

    def _told(self, value: Term) -> str:
        if z3.is_bool(value):
            return "is true" if z3.is_true(value) else "is false"
        number = float(value.as_fraction())
        return "= " + next((text for text, known in self._numbers.items() if known == number), f"{number:g}")


def _parsed(text: str, arrow: Arrow) -> ast.expr:
    """As the library parses it: a name alone is a name, also where it is ``v``."""
    wrong = InputError(f"{place(arrow.where)}: python-statemachine cannot read the condition {text!r}")
    try:
        tree = ast.parse(text if text.isidentifier() else replace_operators(text), mode="eval").body
    except SyntaxError:
        raise wrong from None
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr | ast.boolop | ast.cmpop | ast.Not | ast.Load) or not _is_read(node):
            raise wrong
    return tree


def _is_read(node: ast.AST) -> bool:
    match node:
        case ast.UnaryOp(op=op):
            return isinstance(op, ast.Not)
        case ast.Call(func=ast.Name(id=name)):
            return name.lower() == "in"
        case ast.expr():
            return isinstance(node, ast.Name | ast.Constant | ast.BoolOp | ast.Compare)
        case ast.cmpop():
            return type(node) in COMPARED
        case _:
            return True


def _constants(tree: ast.expr) -> list[ast.Constant]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def _numbered(constants: Iterable[object]) -> dict[str, float]:
    """Numbers are themselves; texts and what else there is come behind them, in order and each for itself."""
    values = {repr(value): value for value in constants}
    found = {text: float(value) for text, value in values.items() if isinstance(value, int | float)}
    behind = max(found.values(), default=0.0) + 1
    others = sorted(text for text in values if text not in found)
    return found | {text: behind + rank for rank, text in enumerate(others)}
