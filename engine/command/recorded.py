"""Recorded runs as files: one JSON object a line, a command with what was seen upon it.

The first line tells what the commands are: those of a recorded day (``configure``), or inputs of an engine (a trace,
which begins with its ``system``).
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..state import InputError
from .telling import printable
from .values import is_array, is_object, kind

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
KEYS = ("in", "out", "state")
BEGIN = "the first command of a recording is configure"


class RecordingError(InputError):
    """A file is no recording; the text begins with the file, and the line where there is one."""

    def __init__(self, name: str, line: int | None, reason: str) -> None:
        super().__init__(f"{name}:{line}: {reason}" if line else f"{name}: {reason}")


@dataclass(frozen=True)
class Recorded:
    """One step of a recording.

    ``line`` counts lines of the file from 1; ``out`` and ``state`` are ``None`` where they were not recorded.
    """

    line: int
    command: Mapping[str, Any]
    out: list[dict[str, Any]] | None = None
    state: dict[str, Any] | None = None


def read_file(path: str) -> Iterator[Recorded]:
    """The steps of a file, or (``-``) of standard input, each as soon as it is there; ``RecordingError``."""
    try:
        with _opened(path) as stream:
            yield from read(stream, shown_name(path))
    except OSError as error:
        raise RecordingError(shown_name(path), None, error.strerror or str(error)) from None


def shown_name(path: str) -> str:
    """The path as errors name it."""
    return "standard input" if path == "-" else printable(path)


def _opened(path: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if path == "-" else open(path, "rb")


def read(lines: Iterable[bytes], name: str) -> Iterator[Recorded]:
    """The steps in the lines of a file of that name; empty lines count for nothing."""
    first: Recorded | None = None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                recorded = _step(number, _decoded(line, number))
                _check_place(recorded.command, first.command if first else None)
            except _LineError as error:
                raise RecordingError(name, number, str(error)) from None
            first = first or recorded
            yield recorded
    if first is None:
        raise RecordingError(name, None, f"there is nothing in it; {BEGIN}")


def is_trace(first: Mapping[str, Any]) -> bool:
    """Whether the first command of a file begins a trace."""
    return "system" in first


def _check_place(command: Mapping[str, Any], first: Mapping[str, Any] | None) -> None:
    """The first command begins a day or a trace; the others are of the same kind."""
    if first is None:
        if command.get("cmd") != "configure" and not is_trace(command):
            raise _LineError(BEGIN)
    elif is_trace(first) and "now" not in command:
        raise _LineError('an input of a trace has "now", the time of it')
    elif not is_trace(first) and "cmd" not in command:
        raise _LineError("it is no command of a recorded day; an input of an engine stands in a trace")


class _LineError(ValueError):
    """What is wrong with one line."""


def _decoded(line: bytes, number: int) -> object:
    if number == 1 and line.startswith(BYTE_ORDER_MARK):
        raise _LineError("it begins with a byte order mark; save it as UTF-8 without one")
    try:
        return json.loads(line.decode(), parse_constant=_no_constant, parse_float=_finite)
    except _LineError:
        raise
    except UnicodeDecodeError as error:
        raise _LineError(f"it is no UTF-8 at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        raise _LineError(f"it is no JSON at column {error.colno}: {error.msg}") from None
    except ValueError:
        raise _LineError("a number in it has too many digits") from None
    except RecursionError:
        raise _LineError("it is nested too deeply") from None


def _no_constant(name: str) -> float:
    raise _LineError(f"it is no JSON: {name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _LineError(f"the number {text[:20]} is too large")
    return value


def _step(number: int, data: object) -> Recorded:
    """A step, or a bare command, which has ``cmd`` (in a trace: ``system`` or ``now``) at the top."""
    if not is_object(data):
        raise _LineError(f"it is {kind(data)}, not an object")
    if "in" not in data and not {"cmd", "system", "now"}.isdisjoint(data):
        return Recorded(number, _command(data))
    if "in" not in data:
        raise _LineError('it has neither "in" nor "cmd"')
    for key in data:
        if key not in KEYS:
            raise _LineError(f"there is no {key!r} in a step; there are {', '.join(KEYS)}")
    return Recorded(number, _command(data["in"]), _out(data.get("out")), _state(data.get("state")))


def _command(data: object) -> dict[str, Any]:
    if not is_object(data):
        raise _LineError(f'"in" is {kind(data)}, not a command')
    if "cmd" not in data and ("system" in data or "now" in data):
        return data
    if not isinstance(data.get("cmd"), str):
        raise _LineError(f'"cmd" is {kind(data.get("cmd"))}, not the name of a command')
    return data


def _out(data: object) -> list[dict[str, Any]] | None:
    if data is None:
        return None
    if not is_array(data) or not all(map(is_object, data)):
        raise _LineError('"out" is no list of objects')
    return data


def _state(data: object) -> dict[str, Any] | None:
    if data is None:
        return None
    if not is_object(data):
        raise _LineError(f'"state" is {kind(data)}, not an object')
    return data
