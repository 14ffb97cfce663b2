"""One module of everything that a system needs to run: the kernel, the Python of its model, and its written classes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from .. import model
from ..compiling import Objects
from .gathering import Gatherer
from .naming import Names, import_lines
from .origins import Defined, Meaning, Modules
from .pieces import Piece
from .scopes import bound, references
from .support import Support
from .values import SUPPORT, SUPPORTING, Value


@dataclass(frozen=True)
class Section:
    """A part of the bundled module, under a heading."""

    heading: str
    texts: Sequence[str]


class Bundle:
    """What a system needs, gathered and named."""

    def __init__(
        self,
        system: model.System,
        objects: Objects,
        support: Sequence[ModuleType],
        text: str,
        names: Mapping[str, str],
    ) -> None:
        """``support`` are the modules that every system needs, ``text`` its written classes; ``names`` are the names in
        it of the objects of the model.

        Raises:
            InputError: something of the model's Python cannot be bundled; it says what, and where.
        """
        body = ast.parse(text).body
        self._support = Support(support, bound(body) | {*names.values()}, system.name)
        self._root = system.python.partition(":")[0]
        self._modules = Modules(self._root, self._support.names)
        given, self._pieces = self._gathered(system, objects, names)
        looked_up = {each.name for each in references(body, lambda _: False).references}
        taken = {*self._support.names, *bound(body), *looked_up, *SUPPORTING}
        self._names = Names({**self._support.meanings, **given}, taken)

    def sections(self) -> tuple[Section, ...]:
        """The kernel, and what is needed of each module of the model, in the order in which Python would run it."""
        found = [Section("what every station needs", self._support.texts())]
        if any(isinstance(piece, Value) for piece in self._pieces):
            found.append(Section("what every value needs", [SUPPORT.rstrip()]))
        by_module: dict[str, list[Piece]] = {}
        for piece in self._pieces:
            by_module.setdefault(piece.module.name, []).append(piece)
        for name in self._modules.order(self._root):
            pieces = sorted(by_module.get(name, ()), key=lambda piece: (piece.node.lineno, piece.node.col_offset))
            if pieces:
                texts = [piece.text(self._names.of) for piece in pieces]
                found.append(Section(pieces[0].module.file, texts))
        return tuple(found)

    def imports(self) -> list[str]:
        """The lines that import from the standard library; known when the sections are written."""
        return import_lines(self._names.libraries())

    def name(self, path: str) -> str:
        """The name of what the model has at ``module:qualified name``."""
        module, _, name = path.partition(":")
        return self._names.of(Defined(module, name))

    def word(self, name: str) -> str:
        """The name of what every station is used with."""
        return self._support.names[name]

    # --- inside ------------------------------------------------------------------------------------------------------

    def _gathered(
        self, system: model.System, objects: Objects, names: Mapping[str, str]
    ) -> tuple[dict[Meaning, str], list[Piece]]:
        python = objects.get(system.python)
        methods = [*(function.name for function in system.trusted), *system.policies]
        as_is: frozenset[Defined] | None = frozenset()
        while True:
            gatherer = Gatherer(self._modules, self._support.names, as_is)
            given: dict[Meaning, str] = {gatherer.named(path): name for path, name in names.items()}
            for method in methods:
                symbol = Defined(self._root, f"{system.name}.{method}")
                given[symbol] = f"{system.name}__{method}"
                gatherer.method(python, method, symbol)
            gatherer.finish()
            found = None if gatherer.all_as_is else frozenset(gatherer.as_is)
            if found == as_is:
                return given, [*gatherer.pieces.values()]
            as_is = found


def heading(text: str) -> Iterator[str]:
    """A line that says what follows."""
    yield ""
    yield ""
    yield f"# {f'--- {text} '.ljust(118, '-')}"


def joined(sections: Iterable[Section]) -> Iterator[str]:
    """The text of the sections, with space as Python has it."""
    for section in sections:
        yield from heading(section.heading)
        follows = True
        for text in section.texts:
            is_block = text.startswith(("class ", "def ", "async ", "@", "_put"))
            yield ("\n\n" if is_block or follows else "") + text
            follows = is_block
