"""Where the states and transitions of a class stand in its source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from statemachine import StateChart

from ...engine.model import Where

SOURCE_WORDS = ("to", "from_")


class Places:
    """The lines of one class and of those that it derives from; without source, the first line of what there is."""

    def __init__(self, cls: type) -> None:
        self._names: dict[str, Where] = {}
        self._arrows: dict[tuple[str, str], list[Where]] = defaultdict(list)
        self.of_class = Where("?", 1)
        for base in reversed(cls.__mro__):
            if issubclass(base, StateChart) and not base.__module__.startswith("statemachine."):
                self._read(base)

    def of(self, name: str) -> Where:
        """Where a state or an event is assigned."""
        return self._names.get(name, self.of_class)

    def take(self, source: str, target: str, event: str) -> Where:
        """Where the next transition between two states is made; asked for in the order of their declaration."""
        known = self._arrows.get((source, target))
        return known.pop(0) if known else self._names.get(event, self.of(source))

    def _read(self, cls: Any) -> None:
        try:
            file = inspect.getsourcefile(cls) or "?"
            lines, first = inspect.getsourcelines(cls)
            (node,) = ast.parse(textwrap.dedent("".join(lines))).body
        except (OSError, TypeError, SyntaxError, ValueError):
            return
        assert isinstance(node, ast.ClassDef)
        first += len(lines[: node.lineno]) - node.lineno
        self.of_class = Where(file, first + node.lineno - 1)
        for statement in node.body:
            for name in _assigned(statement):
                self._names[name] = Where(file, first + statement.lineno - 1)
        calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
        for call in sorted(calls, key=lambda c: (c.end_lineno or 0, c.end_col_offset or 0)):
            for source, target in _arrows(call):
                self._arrows[source, target].append(Where(file, first + call.lineno - 1))


def _assigned(statement: ast.stmt) -> Iterator[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def _arrows(call: ast.Call) -> Iterator[tuple[str, str]]:
    """``a.to(b, c)``, ``b.from_(a)`` and ``a.to.itself()``, as pairs of source and target."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return
    if function.attr == "itself" and isinstance(function.value, ast.Attribute):
        function = function.value
        others = [function.value]
    else:
        others = call.args
    if function.attr not in SOURCE_WORDS or not isinstance(function.value, ast.Name):
        return
    for other in others:
        if isinstance(other, ast.Name):
            names = function.value.id, other.id
            yield names if function.attr == "to" else (names[1], names[0])
