"""Generated source: its lines, and for each the line of the model that it comes from."""

from __future__ import annotations

import keyword
from collections.abc import Generator
from contextlib import contextmanager

from ..model import Where

_OURS = "d before commands command record state key nothing accepted accepts"
_OF_OBJECTS = "undo station chosen candidates memo answer question"
_CALLED = "all any first frozenset given list sorted type Fault Accepted"
RESERVED = frozenset([*_OURS.split(), *_OF_OBJECTS.split(), *_CALLED.split(), *keyword.kwlist])
"""Names with a meaning in generated functions."""


class Source:
    """Lines of Python, indented as they are written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: dict[int, Where] = {}
        self._depth = 0

    def line(self, text: str = "", where: Where | None = None) -> None:
        """Write one line that comes from ``where``."""
        self.lines.append("    " * self._depth + text if text else "")
        if where is not None:
            self.places[len(self.lines)] = where

    @contextmanager
    def block(self, head: str, where: Where | None = None) -> Generator[None, None, None]:
        """What is written inside is indented under ``head``."""
        self.line(head, where)
        self._depth += 1
        yield
        self._depth -= 1

    @contextmanager
    def function(
        self, name: str, parameters: list[str], about: str, where: Where | None = None
    ) -> Generator[None, None, None]:
        """A function of the draft ``d`` and the parameters; its docstring says what it is and whence it comes."""
        self.line()
        self.line()
        with self.block(f"def {name}({', '.join(parameters)}):", where):
            text = about.replace("\\", "\\\\").replace('"""', "'''").rstrip('"')
            self.line(f'"""{text}  ({short(where)})"""' if where else f'"""{text}"""')
            yield

    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"


def short(where: Where) -> str:
    """The file's own name and the line: generated text is the same on every machine."""
    return f"{where.file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{where.line}"


def local(name: str) -> str:
    """A name of the model as a local name of a generated function."""
    return f"{name}_" if name in RESERVED or name.endswith(("_", "_r")) else name


def tupled(items: list[str]) -> str:
    """The source of a tuple."""
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
