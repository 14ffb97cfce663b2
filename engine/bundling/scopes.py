"""Which names of a piece of Python mean something of its module, and which are its own.

Annotations are left out: in a bundled module nobody evaluates them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Import = ast.Import | ast.ImportFrom
Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Reference:
    """A name that is looked up in the module, with the attributes that are read of it, the first one first.

    ``by`` is the import inside a function that binds it, if one does; ``node`` may be a ``global`` statement.
    """

    name: str
    node: ast.Name | ast.Global
    attributes: tuple[ast.Attribute, ...] = ()
    by: Import | None = None


@dataclass
class Found:
    """What a piece of Python refers to, and the imports in its functions that are replaced."""

    references: list[Reference] = field(default_factory=list[Reference])
    imports: list[Import] = field(default_factory=list[Import])
    elsewhere: list[Import] = field(default_factory=list[Import])
    """Imports that would have to be replaced, and stand under a condition or in the body of a class."""


@dataclass
class _Scope:
    """The names of a function, a comprehension or a class's body; ``imported`` are those by replaced imports."""

    names: set[str]
    imported: dict[str, Import]
    shared: set[str]
    is_class: bool = False


def references(nodes: Iterable[ast.AST], is_replaced: Callable[[Import], bool]) -> Found:
    """What these nodes, at the top level of a module, refer to; ``is_replaced`` picks imports inside functions."""
    walker = _Walker(is_replaced)
    for node in nodes:
        walker.visit(node)
    return walker.found


def bound(body: Iterable[ast.AST]) -> set[str]:
    """The names that statements bind in their own scope."""
    return {name for node in body for name in _bound(node)}


def touched(statement: ast.stmt) -> set[str]:
    """The names that a statement binds or whose content it changes, in its own scope."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign):
        targets = [statement.target]
    roots = (root_of(target) for target in targets if isinstance(target, ast.Attribute | ast.Subscript))
    return bound([statement]) | {root.id for root in roots if root}


def root_of(node: ast.expr) -> ast.Name | None:
    """The name of which something is an attribute or an element."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, Function | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, Import):
        yield from bound_by(node)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, COMPREHENSIONS):
        # Of a comprehension only what := binds is seen outside.
        yield from (n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
        return
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def bound_by(node: Import) -> Iterator[str]:
    """The names that an import binds."""
    for alias in node.names:
        yield alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Everything in a scope, without what is inside the functions and classes in it."""
    for node in body:
        yield node
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            yield from _statements(ast.iter_child_nodes(node))


class _Walker(ast.NodeVisitor):
    def __init__(self, is_replaced: Callable[[Import], bool]) -> None:
        self.found = Found()
        self._is_replaced = is_replaced
        self._scopes: list[_Scope] = []

    # --- names ---

    def visit_Name(self, node: ast.Name) -> None:
        self._see(node, ())

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain: list[ast.Attribute] = []
        of: ast.expr = node
        while isinstance(of, ast.Attribute):
            chain.insert(0, of)
            of = of.value
        if isinstance(of, ast.Name):
            self._see(of, tuple(chain))
        else:
            self.visit(of)

    def visit_Global(self, node: ast.Global) -> None:
        self.found.references += [Reference(name, node) for name in node.names]

    def visit_Import(self, node: ast.Import) -> None:
        self._see_import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._see_import(node)

    def _see_import(self, node: Import) -> None:
        if self._is_replaced(node):
            inside = self._scopes and not self._scopes[-1].is_class
            (self.found.imports if inside else self.found.elsewhere).append(node)

    def _see(self, node: ast.Name, attributes: tuple[ast.Attribute, ...]) -> None:
        for position, scope in enumerate(reversed(self._scopes)):
            if scope.is_class and position > 0:
                continue
            if node.id in scope.shared:
                break
            if node.id in scope.imported:
                self.found.references.append(Reference(node.id, node, attributes, scope.imported[node.id]))
                return
            if node.id in scope.names:
                return
        self.found.references.append(Reference(node.id, node, attributes))

    # --- scopes ---

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._defaults(node.args)
        self._inside(_names_of(node.args), [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self._inside(set(), node.body, is_class=True)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if node.value:
            self.visit(node.value)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node.generators, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node.generators, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node.generators, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node.generators, [node.key, node.value])

    def _function(self, node: Function) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._defaults(node.args)
        self._inside(_names_of(node.args), node.body)

    def _defaults(self, arguments: ast.arguments) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default:
                self.visit(default)

    def _comprehension(self, generators: Sequence[ast.comprehension], elements: Sequence[ast.expr]) -> None:
        self.visit(generators[0].iter)
        names = {n for g in generators for n in _bound(g.target)}
        inner = [part for g in generators[1:] for part in (g.iter, g.target)]
        tests = [test for g in generators for test in g.ifs]
        self._inside(names, [generators[0].target, *inner, *tests, *elements], walrus=False)

    def _inside(self, names: set[str], body: Sequence[ast.AST], *, is_class: bool = False, walrus: bool = True) -> None:
        imported: dict[str, Import] = {}
        shared: set[str] = set()
        for node in _statements(body):
            if isinstance(node, ast.Global):
                shared.update(node.names)
            elif isinstance(node, Import) and self._is_replaced(node):
                imported |= dict.fromkeys(bound_by(node), node)
        own = names | (bound(body) if walrus else set[str]())
        self._scopes.append(_Scope(own, imported, shared, is_class))
        for node in body:
            self.visit(node)
        self._scopes.pop()


def _names_of(arguments: ast.arguments) -> set[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {argument.arg for argument in every if argument}
