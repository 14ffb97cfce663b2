"""What is said when a model cannot be read."""

from __future__ import annotations

import linecache
from collections.abc import Iterable
from difflib import get_close_matches

from ..model import Where


class ModelError(Exception):
    """A model says something that is outside the language, or contradicts itself.

    ``message`` says what is wrong, ``where`` is the offending piece of source, ``hint`` says what would do.
    """

    def __init__(self, message: str, where: Where | None, hint: str = "") -> None:
        super().__init__(message, where, hint)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        parts = [self.message]
        if self.where is not None:
            parts.append(f'  File "{self.where.file}", line {self.where.line}')
            parts.extend(f"    {line}" for line in excerpt(self.where))
        if self.hint:
            parts.append(self.hint)
        return "\n".join(parts)


def excerpt(where: Where) -> list[str]:
    """The source line and the underlined piece below it; nothing if the source is not at hand.

    Of a piece of several lines only the first is shown.
    """
    raw = linecache.getline(where.file, where.line).rstrip("\n")
    if not raw.strip():
        return []
    text = raw.encode()
    start = len(text[: where.column].decode(errors="replace"))
    one_line = where.end_line == where.line and where.end_column > where.column
    end = len(text[: where.end_column].decode(errors="replace")) if one_line else len(raw)
    indent = len(raw) - len(raw.lstrip())
    start = max(start, indent)
    return [raw[indent:], " " * (start - indent) + "^" * max(end - start, 1)]


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean "occupied"?``, or else the list of what there is; empty if there is nothing."""
    names = sorted(dict.fromkeys(known))
    close = get_close_matches(name, names, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {one_of(close)}?"
    return f"There {'is' if len(names) == 1 else 'are'} {', '.join(names)}." if names else ""


def one_of(names: Iterable[str]) -> str:
    """``"a"``, ``"a" or "b"``, ``"a", "b" or "c"``."""
    quoted = [f'"{name}"' for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
