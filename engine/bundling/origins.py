"""Where the Python of a model stands: its modules, what a name in one of them means, and what is to be refused."""

from __future__ import annotations

import ast
import builtins
import importlib
import importlib.util
import itertools
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from types import ModuleType
from typing import Any

from ..model import Where
from ..reading.errors import ModelError
from ..reading.source import NoSource, Source
from ..state import InputError
from .scopes import Import, Reference, bound_by, touched

HOME = __name__.rpartition(".")[0].rpartition(".")[0]
"""The package of the engine, some words of which the kernel has by the same names."""


NEVER = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'")
"""What does not hold in a module that is imported to be run."""


@dataclass(frozen=True)
class Defined:
    """Something that a module of the model defines, by its qualified name there."""

    module: str
    name: str


@dataclass(frozen=True)
class Library:
    """Something of the standard library: a module, or (``name``) what is imported from it."""

    module: str
    name: str = ""
    """What is imported from the module; empty for the module itself."""
    dotted: bool = False
    """``import os.path`` makes ``os`` known, not ``os.path``."""

    @property
    def called(self) -> str:
        """The name by which it is known, unless another is given."""
        return self.name or (self.module.partition(".")[0] if self.dotted else self.module.rpartition(".")[2])


@dataclass(frozen=True)
class Alias:
    """A module of the model."""

    module: str


Meaning = Defined | Library


def refusal(where: Where | None, what: str) -> InputError:
    """What cannot be bundled, with its place."""
    return InputError(f"{where}: {what}" if where else what)


class Module:
    """The source of one module, statement by statement."""

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        self.source = source
        self.package = name if hasattr(source.module, "__path__") else name.rpartition(".")[0]
        self.body = [*_effective(source.tree.body)]
        self.imports: dict[str, tuple[Import, ast.alias]] = {}
        """The imports at the top level, by the names that they bind."""
        self.stars: list[ast.ImportFrom] = []
        for node in self.body:
            if isinstance(node, Import):
                self._note(node)

    def where(self, node: ast.AST) -> Where:
        """The place of a node."""
        return self.source.where(node)

    @property
    def file(self) -> str:
        """The name of its file."""
        return PurePath(self.source.file).name

    @cached_property
    def bytes(self) -> bytes:
        """Its source, in the measure of ``ast``."""
        return self.source.text.encode()

    @cached_property
    def line_starts(self) -> list[int]:
        """Where in it each line begins."""
        return [0, *itertools.accumulate(len(line.encode()) for line in self.source.lines)]

    @cached_property
    def statements(self) -> Mapping[str, list[ast.stmt]]:
        """For each name of the module the statements that bind or change it, in order."""
        found: dict[str, list[ast.stmt]] = {}
        for node in self.body:
            for name in () if isinstance(node, Import) else sorted(touched(node)):
                found.setdefault(name, []).append(node)
        return found

    @cached_property
    def effects(self) -> tuple[ast.stmt, ...]:
        """What importing the module does beside binding names."""
        return tuple(
            node for node in self.body if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
        )

    def absolute(self, node: ast.ImportFrom) -> str:
        """The module from which is imported."""
        if not node.level:
            return node.module or ""
        outer = self.package.split(".")[: len(self.package.split(".")) - node.level + 1]
        return ".".join([*outer, *([node.module] if node.module else [])])

    def _note(self, node: Import) -> None:
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            self.stars.append(node)
            return
        for name, alias in zip(bound_by(node), node.names, strict=True):
            self.imports[name] = (node, alias)


class Modules:
    """The modules of one model, each read once."""

    def __init__(self, system: str, provided: Mapping[str, str]) -> None:
        """``system`` is the module of the system; ``provided`` are names that the kernel has for the engine's."""
        self._home = {system.partition(".")[0], HOME.partition(".")[0]}
        self._provided = provided
        self._modules: dict[str, Module] = {}

    def of(self, name: str, where: Where | None = None) -> Module:
        """The module of that name; ``where`` it is asked for."""
        if name not in self._modules:
            module = self._loaded(name, where)
            try:
                self._modules[name] = Module(name, Source(module))
            except NoSource:
                raise refusal(where, f"the source of {name} is not there, and it has to be bundled") from None
            except ModelError as error:
                raise refusal(error.where, error.message) from error
        return self._modules[name]

    def is_ours(self, module: Module, node: Import) -> bool:
        """An import of what is bundled, by a module."""
        named = [module.absolute(node)] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        if all(_is_standard(name) for name in named):
            return False
        if any(_is_standard(name) for name in named):
            raise refusal(module.where(node), "import modules of the project and of others in lines of their own")
        return True

    def meaning(self, module: Module, reference: Reference) -> tuple[Meaning, int] | None:
        """What a reference leads to, and how many of its attributes lead there; ``None`` for a builtin."""
        where = module.where(reference.node)
        if reference.by is not None:
            index = [*bound_by(reference.by)].index(reference.name)
            found: Meaning | Alias | None = self._imported(module, reference.by, reference.by.names[index])
        else:
            found = self._named(module, reference.name, where)
        used = 0
        while isinstance(found, Alias):
            if used == len(reference.attributes):
                raise refusal(where, f"the module {found.module} is used as a value, and bundled there are no modules")
            found = self._member(found.module, reference.attributes[used].attr, where)
            used += 1
        return None if found is None else (found, used)

    def order(self, root: str) -> list[str]:
        """The modules that were read, each after those that it imports at its top level, as Python runs them."""
        done: dict[str, None] = {}
        begun: set[str] = set()

        def run(name: str) -> None:
            if name in begun:
                return
            begun.add(name)
            module = self._modules.get(name)
            for node, alias in module.imports.values() if module else ():
                for imported in self._modules_of(module, node, alias):
                    run(imported)
            done[name] = None

        run(root)
        for name in sorted(self._modules):
            run(name)
        return [name for name in done if name in self._modules]

    # --- inside ------------------------------------------------------------------------------------------------------

    def _modules_of(self, module: Module | None, node: Import, alias: ast.alias) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield alias.name
        elif module is not None:
            base = module.absolute(node)
            yield base
            yield f"{base}.{alias.name}"

    def _loaded(self, name: str, where: Where | None) -> ModuleType:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            raise refusal(where, f"{name} cannot be imported: {error}") from error
        file = getattr(module, "__file__", None)
        installed = file is not None and {"site-packages", "dist-packages"} & {*PurePath(file).parts}
        if installed and name.partition(".")[0] not in self._home:
            raise refusal(where, f"{name} is a library: what is bundled needs the standard library alone")
        if file is None or not file.endswith((".py", ".pyc")):
            raise refusal(where, f"{name} has no Python source, and it has to be bundled")
        return module

    def _named(self, module: Module, name: str, where: Where) -> Meaning | Alias | None:
        if name in module.imports:
            if name in module.statements:
                raise refusal(where, f"{name} is imported, and defined as well: give one of the two another name")
            return self._imported(module, *module.imports[name])
        if name in module.statements:
            return self._defined(module.name, name)
        if hasattr(builtins, name) or name == "__name__":
            return None
        if module.stars:
            raise refusal(module.where(module.stars[0]), f"import what is needed by name, {name} for instance")
        raise refusal(where, f"{name} is not defined at the top level of {module.name}")

    def _imported(self, module: Module, node: Import, alias: ast.alias) -> Meaning | Alias:
        where = module.where(node)
        if isinstance(node, ast.ImportFrom):
            name = module.absolute(node)
            return library(module, node, alias) if _is_standard(name) else self._member(name, alias.name, where)
        if _is_standard(alias.name):
            return library(module, node, alias)
        self._loaded(alias.name, where)
        return Alias(alias.name if alias.asname else alias.name.partition(".")[0])

    def _member(self, name: str, member: str, where: Where) -> Meaning | Alias:
        """What ``name.member`` is: a submodule, or something that the module defines or imports."""
        if (known := self._given(name, member)) is not None:
            return known
        if (inner := self._submodule(name, member, where)) is not None:
            return inner
        package = self._package(name, where)
        if package is not None and (member in package.statements or member in package.imports):
            found = self._named(package, member, where)
            assert found is not None
            return found
        if package is not None and package.stars:
            raise refusal(package.where(package.stars[0]), f"import what is needed by name, {member} for instance")
        raise refusal(where, f"{name} defines no {member}")

    def _submodule(self, name: str, member: str, where: Where) -> Alias | None:
        """The module that ``from name import member`` gives, if it gives one."""
        holder, full = importlib.import_module(name), f"{name}.{member}"
        if not hasattr(holder, member):
            if not hasattr(holder, "__path__") or importlib.util.find_spec(full) is None:
                return None
            self._loaded(full, where)
        return Alias(full) if getattr(holder, member) is sys.modules.get(full) else None

    def _package(self, name: str, where: Where) -> Module | None:
        """The module of that name; none for a namespace package, which holds modules alone."""
        module: Any = sys.modules.get(name)
        if module is not None and getattr(module, "__file__", None) is None and hasattr(module, "__path__"):
            return None
        return self.of(name, where)

    def _given(self, module: str, name: str) -> Defined | None:
        if (module == HOME or module.startswith(f"{HOME}.")) and name in self._provided:
            return Defined(HOME, name)
        return None

    def _defined(self, module: str, name: str) -> Defined:
        return self._given(module, name) or Defined(module, name)


def library(module: Module, node: Import, alias: ast.alias) -> Library:
    """What an import from the standard library brings."""
    if isinstance(node, ast.ImportFrom):
        return Library(module.absolute(node), alias.name)
    return Library(alias.name, dotted="." in alias.name and alias.asname is None)


def _is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def _effective(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that are run when the module is imported."""
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) in NEVER:
            yield from _effective(node.orelse)
        elif not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            yield node
