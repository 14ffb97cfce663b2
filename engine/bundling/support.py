"""What every bundled module needs, as it stands in the engine, without what is for the engine and for type checkers.

A model may have a machine of the same name as something in it, a ``Step`` for instance. Then it goes by another name,
and has its own only until the model takes it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import ModuleType

from ..reading.source import Source
from ..state import InputError
from .origins import HOME, Defined, Library, Meaning, Module, library
from .pieces import Edit, Piece, edited, is_docstring
from .scopes import references

_CLASSES = "Candidates Fault Fields Station Thing Things"
_FUNCTIONS = "a among first insert key_of keys_of maybe state_view thing things"
USED = frozenset([*_CLASSES.split(), *_FUNCTIONS.split()])
"""What written classes use, and no class of a model can be called."""


class Support:
    """The modules that every system needs."""

    def __init__(self, modules: Sequence[ModuleType], taken: Iterable[str], system: str) -> None:
        """``taken`` are the names of the model, that of its system among them."""
        self._modules = [Module(module.__name__, Source(module)) for module in modules]
        every = Counter(name for module in self._modules for name in module.statements if name != "TYPE_CHECKING")
        if twice := [name for name, times in every.items() if times > 1]:
            raise InputError(f"{twice[0]} is defined in two modules of which every bundled module has both")
        names = every.keys()
        clashing = names & {*taken}
        # The system is the last class of all, and derives from Station: it may be called so.
        if used := sorted((clashing & USED) - ({system} & {"Station"})):
            what = "a name that every bundled module uses: give the class of the model another name"
            raise InputError(f"{used[0]} is {what}")
        self.names: Mapping[str, str] = {name: f"_every_{name}" if name in clashing else name for name in sorted(names)}
        """What it defines, and its names in the bundled module."""
        self._aliases = [f"{name} = {self.names[name]}" for name in sorted(clashing)]

    @property
    def meanings(self) -> dict[Meaning, str]:
        """The words of the engine that it has, and what it imports, each with its name."""
        found: dict[Meaning, str] = {Defined(HOME, name): known for name, known in self.names.items()}
        for module in self._modules:
            for name, (node, alias) in module.imports.items():
                if (brought := self._library(module, node, alias)) is not None:
                    found[brought] = name
        return found

    def texts(self) -> list[str]:
        """The text of each module."""
        texts = [self._text(module) for module in self._modules]
        return [*texts, "\n".join(self._aliases)] if self._aliases else texts

    def _library(self, module: Module, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Library | None:
        """What an import brings; nothing if another of the modules has it."""
        found = library(module, node, alias)
        if not found.module.startswith(f"{HOME}."):
            return found
        if found.name not in self.names or alias.asname:
            raise InputError(f"{module.where(node)}: {found.called} is no part of what every station needs")
        return None

    def _text(self, module: Module) -> str:
        edits = [edit for node in module.body for edit in self._renamed(module, node)]
        return edited(module.bytes, 0, len(module.bytes), [*edits, *self._removed(module)]).strip()

    def _renamed(self, module: Module, node: ast.stmt) -> Iterator[Edit]:
        piece = Piece(module, node, found=references([node], lambda _: False))
        known = [each for each in piece.found.references if each.name in self.names]
        piece.meanings = [(reference, Defined(HOME, reference.name), 0) for reference in known]
        return piece.edits(lambda meaning: self.names.get(meaning.name, meaning.name))

    def _removed(self, module: Module) -> Iterator[Edit]:
        for number, node in enumerate(module.source.tree.body):
            about = isinstance(node, ast.Import | ast.ImportFrom) or node not in module.body
            if about or (number == 0 and is_docstring(node)) or node in module.statements.get("TYPE_CHECKING", ()):
                first, last = module.line_starts[node.lineno - 1], module.line_starts[node.end_lineno or node.lineno]
                yield first, last, ""
