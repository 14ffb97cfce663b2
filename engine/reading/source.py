"""The source text of a model: where a class stands in it, and whether it is still what was imported."""

from __future__ import annotations

import ast
import builtins
import importlib
import linecache
import sys
import warnings
from functools import cached_property
from types import CodeType, FunctionType, ModuleType

from ..model import Where
from .errors import ModelError


class NoSource(Exception):  # noqa: N818 - it is no fault of the model: the cache may stand in
    """The source of a module is not there."""


class Source:
    """One module's source."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.file = source_file(module)
        linecache.checkcache(self.file)
        self.lines = linecache.getlines(self.file, vars(module))
        self.text = "".join(self.lines)
        if not self.text:
            raise NoSource(module.__name__)
        try:
            self.tree = ast.parse(self.text)
        except SyntaxError as error:
            raise edited(module.__name__, Where(self.file, error.lineno or 1)) from error

    def where(self, node: ast.AST) -> Where:
        """The place of a node; of a class or function, its first line."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            return Where(self.file, line, column, line, len(self.lines[line - 1].rstrip("\n").encode()))
        return Where(
            self.file, line, column, getattr(node, "end_lineno", line), getattr(node, "end_col_offset", column)
        )

    def inside(self, node: ast.Constant, start: int, end: int) -> Where:
        """A piece of a text literal; the whole literal if it is not written plainly on one line."""
        whole = self.where(node)
        value = str(node.value)
        written = self.lines[whole.line - 1].encode()[whole.column : whole.end_column].decode(errors="replace")
        if whole.end_line != whole.line or written[1:-1] != value:
            return whole
        lead = whole.column + 1
        first, last = (len(value[:offset].encode()) for offset in (start, end))
        return Where(whole.file, whole.line, lead + first, whole.line, lead + last)

    def check_future(self) -> None:
        """Refuse a module whose annotations are evaluated: its classes refer to each other."""
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                return
        hint = "Begin it with: from __future__ import annotations"
        raise ModelError(f"{self.module.__name__} evaluates its annotations", Where(self.file, 1), hint)

    def class_of(self, cls: type) -> ast.ClassDef:
        """The statement that makes the class."""
        body: list[ast.stmt] = self.tree.body
        found: ast.ClassDef | None = None
        for part in cls.__qualname__.split("."):
            named = [node for node in _declared(body) if node.name == part]
            if not named:
                raise ModelError(
                    f"the source of {cls.__qualname__} is not found",
                    Where(self.file, 1),
                    "Declare it with a class statement at the top level of a module.",
                )
            if len(named) > 1:
                raise ModelError(f"{part} is declared twice", self.where(named[1]), "Give one of the two another name.")
            found = named[0]
            body = found.body
        assert found is not None
        return found

    def check_unedited(self, function: FunctionType, node: ast.FunctionDef) -> None:
        """Refuse a function whose source was edited after it was imported."""
        code = function.__code__
        if "@pytest_ar" in code.co_names:
            # pytest has rewritten its assertions, so that it compares to nothing; it did so from this very file.
            return
        if self.codes.get((function.__qualname__, code.co_firstlineno)) != code:
            raise edited(self.module.__name__, self.where(node))

    @cached_property
    def codes(self) -> dict[tuple[str, int], CodeType]:
        """What the functions of the source compile to, by qualified name and first line."""
        found: dict[tuple[str, int], CodeType] = {}
        with warnings.catch_warnings(action="ignore"):
            pending = [compile(self.text, self.file, "exec", dont_inherit=True)]
        while pending:
            code = pending.pop()
            found[code.co_qualname, code.co_firstlineno] = code
            pending.extend(constant for constant in code.co_consts if isinstance(constant, CodeType))
        return found

    @cached_property
    def late_names(self) -> dict[str, object]:
        """What the module imports for type checkers only."""
        found: dict[str, object] = {}
        for test in self.tree.body:
            if isinstance(test, ast.If) and _is_type_checking(test.test):
                for node in test.body:
                    found.update(self._imported(node))
        return found

    def _imported(self, node: ast.stmt) -> dict[str, object]:
        if not isinstance(node, ast.ImportFrom):
            return {}
        name = "." * node.level + (node.module or "")
        module = importlib.import_module(name, self.module.__package__)
        return {a.asname or a.name: getattr(module, a.name) for a in node.names if hasattr(module, a.name)}

    def named(self, name: str) -> object:
        """What a name means in the module; ``KeyError`` if nothing."""
        variables = vars(self.module)
        if name in variables:
            return variables[name]
        if name in self.late_names:
            return self.late_names[name]
        return vars(builtins)[name]


class Sources:
    """The sources of all modules of a model, each parsed once."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}

    def of(self, cls: type) -> Source:
        """The source of the module that declares the class."""
        if "<locals>" in cls.__qualname__:
            raise ModelError(
                f"{cls.__qualname__} is declared in a function",
                _place_of(cls),
                "Declare it at the top level of a module: its names are looked up there.",
            )
        module = sys.modules.get(cls.__module__)
        if module is None or not hasattr(module, "__file__"):
            raise NoSource(cls.__module__)
        if cls.__module__ not in self._sources:
            self._sources[cls.__module__] = Source(module)
        return self._sources[cls.__module__]

    def all(self) -> dict[str, Source]:
        """The sources read so far, by module name."""
        return dict(self._sources)


def source_file(module: ModuleType) -> str:
    """The path of a module's source, also where only its bytecode is there."""
    file = str(module.__file__)
    return file[:-1] if file.endswith(".pyc") else file


def edited(module: str, where: Where) -> ModelError:
    """The file and the imported module differ."""
    return ModelError(
        f"the source of {module} is not what was imported",
        where,
        "It was edited since: start anew.",
    )


def _declared(body: list[ast.stmt]) -> list[ast.ClassDef]:
    return [node for node in body if isinstance(node, ast.ClassDef)]


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _place_of(cls: type) -> Where | None:
    functions = [value for value in vars(cls).values() if isinstance(value, FunctionType)]
    return Where(functions[0].__code__.co_filename, functions[0].__code__.co_firstlineno) if functions else None
