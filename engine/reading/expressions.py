"""Reading expressions: operators, comparisons and comprehensions."""

from __future__ import annotations

import ast
import builtins
from typing import Literal as OneOf

from ..model import (
    BOOL,
    INT,
    NOTHING,
    And,
    Arithmetic,
    Belonging,
    Binding,
    Choice,
    Compare,
    Contains,
    Expression,
    First,
    Literal,
    Maybe,
    Not,
    Nothing,
    Or,
    Quantified,
    Ref,
    Same,
    SetOf,
    Station,
    Things,
    Those,
    Type,
    Where,
)
from .calls import Calls
from .errors import ModelError, nearest
from .kinds import PLAIN, bare, common, fits, spelled

ORDERS: dict[type[ast.cmpop], OneOf["<", "<=", ">", ">="]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
DISPLAYS = (ast.Tuple, ast.List, ast.Set)
REFUSED: dict[type[ast.expr], tuple[str, str]] = {
    ast.Lambda: ("a lambda", "Write a predicate method."),
    ast.ListComp: ("a list", "Write a generator: all(… for …), any(…), frozenset(…)."),
    ast.SetComp: ("a set comprehension", "Write frozenset(x for x in … if …)."),
    ast.DictComp: ("a dict", "Things refer to each other by fields."),
    ast.List: ("a list", "Sets of things are frozenset(x for x in … if …)."),
    ast.Tuple: ("a tuple", "Write one value for each."),
    ast.Dict: ("a dict", "Things refer to each other by fields."),
    ast.Set: ("a set display", "Write frozenset(x for x in … if …)."),
    ast.NamedExpr: (":=", "Assign the name in a statement before."),
    ast.JoinedStr: ("formatted text", "Text is only compared and passed on: let the command say its parts."),
    ast.Subscript: ("[…]", "A thing is found with next(x for x in … if …): sets have no order."),
    ast.Starred: ("*", "Give every argument by itself."),
    ast.Await: ("await", "The step waits for nothing: emit a command, and let the answer come as an event."),
    ast.GeneratorExp: ("a generator by itself", "Give it to all(…), any(…), frozenset(…) or next(…)."),
}


class Expressions(Calls):
    """Reads the expressions of one method."""

    def read(self, node: ast.expr, wanted: Type | None = None) -> Expression:
        """The expression; its type fits what is wanted, if anything is."""
        found = self._read(node, wanted)
        if wanted is not None:
            self.check(found, wanted)
        return found

    def condition(self, node: ast.expr) -> Expression:
        """An expression that is true or false, and nothing else."""
        found = self._read(node, BOOL)
        if found.type == BOOL:
            return found
        kind = found.type
        hint = "Write a comparison."
        if isinstance(kind, Maybe):
            hint = 'Write "… is not None".'
        elif isinstance(kind, SetOf):
            hint = "Write any(True for x in …)."
        elif isinstance(kind, Ref):
            hint = "A thing is always there: ask for something about it."
        message = f"a condition is true or false, this is {spelled(kind)}"
        raise ModelError(message, found.where, hint)

    def check(self, found: Expression, wanted: Type) -> None:
        """Refuse an expression whose type is not the one that is wanted."""
        if not fits(found.type, wanted):
            message = f"this is {spelled(found.type)}, and {spelled(wanted)} is wanted"
            raise ModelError(message, found.where, "Types agree exactly; only | None may be added.")
        if isinstance(wanted, SetOf) and isinstance(found, Things | Belonging):
            hint = "Write frozenset(x for x in …)."
            raise ModelError("all things of a machine are no frozenset", found.where, hint)

    def _read(self, node: ast.expr, wanted: Type | None) -> Expression:
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Attribute):
            return self.attribute(node)
        if isinstance(node, ast.Call):
            return self.call(node, wanted)
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.condition(each) for each in node.values)
            return (And if isinstance(node.op, ast.And) else Or)(BOOL, self.where(node), parts)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node)
        if isinstance(node, ast.Compare):
            return self._comparisons(node)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node)
        if isinstance(node, ast.IfExp):
            return self._choice(node, wanted)
        what, hint = REFUSED.get(type(node), (f"this expression ({type(node).__name__})", "Say it in the subset."))
        raise ModelError(f"{what} is not modelled", self.where(node), hint)

    # --- names and literals ------------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Literal:
        if node.value is None:
            return Literal(NOTHING, self.where(node), None)
        if isinstance(node.value, bool | int | str):
            return Literal(PLAIN[type(node.value)], self.where(node), node.value)
        hint = "There are bool, int, str and None."
        if isinstance(node.value, float):
            hint = "Count in whole units: milliseconds, watts."
        raise ModelError(f"{type(node.value).__name__} is not modelled", self.where(node), hint)

    def _name(self, node: ast.Name) -> Expression:
        found = self.scope.name(node)
        if found is not None:
            return found
        try:
            self.tables.kinds.resolve(node.id, self.scope.source)
        except KeyError:
            raise self.scope.unknown(node) from None
        if node.id in (fields := list(self.scope.owner.names() if self.scope.owner else self.tables.system.names())):
            raise ModelError(f'unknown name "{node.id}"', self.where(node), f"Write self.{node.id}.") from None
        hint = nearest(node.id, [*self.scope.names, *fields]) if hasattr(builtins, node.id) else ""
        hint = hint or "Write the literal, or make it a setting: self.station.config.…"
        raise ModelError(f'"{node.id}" of the module is not modelled', self.where(node), hint)

    # --- operators ---------------------------------------------------------------------------------------------------

    def _unary(self, node: ast.UnaryOp) -> Expression:
        if isinstance(node.op, ast.Not):
            return Not(BOOL, self.where(node), self.condition(node.operand))
        if isinstance(node.op, ast.USub):
            operand = self.read(node.operand, INT)
            if isinstance(operand, Literal) and isinstance(operand.value, int):
                return Literal(INT, self.where(node), -operand.value)
            zero = Literal(INT, operand.where, 0)
            return Arithmetic(INT, self.where(node), "-", zero, operand)
        raise ModelError("this operator is not modelled", self.where(node), "There are not, -, +, and, or.")

    def _arithmetic(self, node: ast.BinOp) -> Expression:
        operator: OneOf["+", "-"]
        if isinstance(node.op, ast.Add):
            operator = "+"
        elif isinstance(node.op, ast.Sub):
            operator = "-"
        else:
            hint = "There are + and - of int; sets are frozenset(x for x in … if …)."
            raise ModelError("this operator is not modelled", self.where(node), hint)
        left, right = self._read(node.left, INT), self._read(node.right, INT)
        for side in (left, right):
            if isinstance(bare(side.type), SetOf):
                hint = "Write frozenset(x for x in … if x in … and x not in …)."
                raise ModelError(f"{operator} of sets is not modelled", self.where(node), hint)
            self.check(side, INT)
        return Arithmetic(INT, self.where(node), operator, left, right)

    def _choice(self, node: ast.IfExp, wanted: Type | None) -> Expression:
        condition = self.condition(node.test)
        then, otherwise = self._read(node.body, wanted), self._read(node.orelse, wanted)
        kind = common(then.type, otherwise.type)
        if kind is None:
            message = f"one of {spelled(then.type)} and {spelled(otherwise.type)} has no type"
            raise ModelError(message, self.where(node), "Both alternatives have the same type.")
        return Choice(kind, self.where(node), condition, then, otherwise)

    # --- comparisons -------------------------------------------------------------------------------------------------

    def _comparisons(self, node: ast.Compare) -> Expression:
        sides = [node.left, *node.comparators]
        parts = [
            self._comparison(node, left, operator, right)
            for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return parts[0] if len(parts) == 1 else And(BOOL, self.where(node), tuple(parts))

    def _comparison(self, node: ast.Compare, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Expression:
        where = self.where(node)
        if isinstance(operator, ast.In | ast.NotIn):
            collection = self._read(right, None) if not isinstance(right, DISPLAYS) else None
            if collection is None or not isinstance(collection.type, SetOf):
                hint = "Things are in sets; a value is compared: … == … or … == …"
                raise ModelError("in is asked of a set of things", self.where(right), hint)
            item = self.read(left, Ref(collection.type.machine))
            found: Expression = Contains(BOOL, where, item, collection)
            return Not(BOOL, where, found) if isinstance(operator, ast.NotIn) else found
        if type(operator) in ORDERS:
            return Compare(BOOL, where, ORDERS[type(operator)], self.read(left, INT), self.read(right, INT))
        first, second = self._read(left, None), self._read(right, None)
        self._check_same(first, second, isinstance(operator, ast.Is | ast.IsNot), where)
        same = Same(BOOL, where, first, second)
        return Not(BOOL, where, same) if isinstance(operator, ast.IsNot | ast.NotEq) else same

    def _check_same(self, left: Expression, right: Expression, by_identity: bool, where: Where) -> None:
        if isinstance(left.type, Nothing) or isinstance(right.type, Nothing):
            other = right if isinstance(left.type, Nothing) else left
            if not by_identity:
                raise ModelError("== None is not modelled", where, 'Write "is None".')
            if not isinstance(other.type, Maybe):
                hint = f"It is {spelled(other.type)}: leave the question out."
                raise ModelError("this is never None", other.where, hint)
            return
        kind = bare(left.type)
        if kind != bare(right.type):
            message = f"{spelled(left.type)} is compared with {spelled(right.type)}"
            raise ModelError(message, where, "They are never the same.")
        if isinstance(kind, SetOf | Station):
            hint = "Compare the elements: all(x in … for x in …)."
            raise ModelError(f"comparing {spelled(kind)} is not modelled", where, hint)
        if isinstance(kind, Ref) and not by_identity:
            hint = f'Write "is": a {kind.machine} is the same only as itself.'
            raise ModelError("things are compared with ==", where, hint)
        if by_identity and not isinstance(kind, Ref) and type(kind).__name__ != "Enumeration":
            raise ModelError(f"{spelled(kind)} is compared with is", where, 'Write "==": values have no identity.')

    # --- comprehensions ----------------------------------------------------------------------------------------------

    def quantified(self, kind: OneOf["all", "any"], node: ast.Call) -> Expression:
        """``all(… for …)`` or ``any(… for …)``."""
        generator = self._generator(node, kind)
        with self.scope.variables():
            bindings = tuple(self._binding(each) for each in generator.generators)
            body = self.condition(generator.elt)
        return Quantified(BOOL, self.where(node), kind, bindings, body)

    def those(self, node: ast.Call, wanted: Type | None) -> Expression:
        """``frozenset(x for x in … if …)``, or ``frozenset()`` where the type is known."""
        where = self.where(node)
        if not node.args and not node.keywords:
            if not isinstance(wanted, SetOf):
                raise ModelError("of which things this set is empty is not known", where, "Assign it to a field.")
            everything = Things(wanted, where, wanted.machine)
            return Those(wanted, where, Binding("x", wanted.machine, everything, (Literal(BOOL, where, False),)))
        binding = self._selection(node, "frozenset")
        return Those(SetOf(binding.machine), where, binding)

    def first(self, node: ast.Call) -> Expression:
        """``next(x for x in … if …)``."""
        if len(node.args) == 2:
            hint = "Ask any(…) first; next(…) is for where there is one, and that is proved."
            raise ModelError("a default of next(…) is not modelled", self.where(node.args[1]), hint)
        binding = self._selection(node, "next")
        return First(Ref(binding.machine), self.where(node), binding)

    def _selection(self, node: ast.Call, name: str) -> Binding:
        generator = self._generator(node, name)
        only = generator.generators[0]
        chosen, each = generator.elt, only.target
        same = isinstance(chosen, ast.Name) and isinstance(each, ast.Name) and chosen.id == each.id
        if len(generator.generators) > 1 or not same:
            hint = f"Write {name}(x for x in … if …); further ones stand in any(…) of its condition."
            raise ModelError(f"{name}(…) selects from one collection", self.where(generator), hint)
        with self.scope.variables():
            return self._binding(only)

    def _generator(self, node: ast.Call, name: str) -> ast.GeneratorExp:
        if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.GeneratorExp):
            return node.args[0]
        raise ModelError(f"{name}(…) of this is not modelled", self.where(node), f"Write {name}(… for x in …).")

    def _binding(self, node: ast.comprehension) -> Binding:
        if node.is_async:
            raise ModelError("async for is not modelled", self.where(node.target), "Write for.")
        variable, collection = self.bound(node.target, node.iter)
        conditions = tuple(self.condition(each) for each in node.ifs)
        assert isinstance(collection.type, SetOf)
        return Binding(variable, collection.type.machine, collection, conditions)

    def bound(self, target: ast.expr, iterated: ast.expr) -> tuple[str, Expression]:
        """The variable of a ``for``, and the set of things that it goes through."""
        collection = self._read(iterated, None)
        if not isinstance(collection.type, SetOf):
            hint = "Go through the things of a machine (self.station.evses) or a set of them."
            raise ModelError(f"for goes through things, this is {spelled(collection.type)}", collection.where, hint)
        if not isinstance(target, ast.Name):
            raise ModelError("for has one variable", self.where(target), "Write for x in ….")
        self.scope.bind(target.id, Ref(collection.type.machine), self.where(target))
        return target.id, collection
