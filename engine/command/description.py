"""Descriptions in TOML, checked against a JSON schema: whatever is wrong is named with file and line.

Of JSON schema, what the shipped schema needs is understood, and nothing else.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..state import InputError
from .telling import printable
from .values import compact, is_array, is_object, kind

Place = Sequence[str | int]
"""Where something stands: keys, and places in lists."""
Problems = Iterator[tuple[Place, str]]

LARGEST = 1 << 20
"""Bytes of the largest description."""


def read_description(
    path: Path, schema: Mapping[str, Any], further: Callable[[Mapping[str, Any]], Iterable[tuple[Place, str]]]
) -> Mapping[str, Any]:
    """The content of a file that is as the schema says, and of which ``further`` finds nothing wrong.

    Raises:
        InputError: the first that is wrong, with its file and line.
    """
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(_syntax(path, text, str(error))) from None
    except RecursionError:
        raise InputError(f"{path}: it is nested too deeply") from None
    first = next(problems(data, schema), None) or next(iter(further(data)), None)
    if first:
        place, what = first
        raise InputError(printable(f"{path}:{line_of(text, place)}: {written(place)}{what}"))
    return data


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    if len(raw) > LARGEST:
        raise InputError(f"{path} has more than {LARGEST} bytes: that is no description of a station")
    try:
        return raw.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: it is no UTF-8") from None


def _syntax(path: Path, text: str, error: str) -> str:
    found = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", error, re.DOTALL)
    if not found:
        return printable(f"{path}: {error}")
    line = found[2] or str(max(1, len(text.splitlines())))
    return printable(f"{path}:{line}: {found[1]}")


def problems(data: object, schema: Mapping[str, Any], place: Place = ()) -> Problems:
    """What is not as the schema says, in the order of the data."""
    expected = schema.get("type")
    if expected and not _TYPES[expected](data):
        yield place, f"{_a(expected)} is wanted, not {kind_of(data)}"
        return
    if "enum" in schema and data not in schema["enum"]:
        yield place, f"{compact(data)} is none of {', '.join(map(str, schema['enum']))}"
    elif is_object(data):
        yield from _in_object(data, schema, place)
    elif is_array(data):
        if len(data) < schema.get("minItems", 0):
            yield place, f"at least {schema['minItems']} is wanted"
        for number, part in enumerate(data):
            yield from problems(part, schema["items"], (*place, number))
    elif isinstance(data, str):
        if not schema.get("minLength", 0) <= len(data) <= schema.get("maxLength", len(data)):
            most = f" to {schema['maxLength']}" if "maxLength" in schema else " or more"
            yield place, f"{schema.get('minLength', 0)}{most} characters are wanted, not {len(data)}"
    elif isinstance(data, int | float) and not isinstance(data, bool):
        least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        if not least <= data <= most:
            yield place, f"{data} is not between {least} and {most}"


def _in_object(data: Mapping[str, Any], schema: Mapping[str, Any], place: Place) -> Problems:
    known: Mapping[str, Any] = schema["properties"]
    for name, value in data.items():
        if name in known:
            yield from problems(value, known[name], (*place, name))
        else:
            yield (*place, name), f"there is no such key; there are {', '.join(known)}"
    for name in schema.get("required", ()):
        if name not in data:
            yield place, f"{name} is missing"


def line_of(text: str, place: Place) -> int:
    """The line on which a key stands: where the shortest beginning of the text that has it ends, or, of a value over
    several lines, begins."""
    lines = text.split("\n")
    while place:
        begin = 1
        for number in range(1, len(lines) + 1):
            try:
                data: object = tomllib.loads("\n".join(lines[:number]))
            except (tomllib.TOMLDecodeError, RecursionError):
                continue  # in the midst of a value
            if _has(data, place):
                return next(n for n in range(begin, number + 1) if lines[n - 1].strip()[:1] not in ("", "#"))
            begin = number + 1
        place = place[:-1]
    return 1


def _has(data: object, place: Place) -> bool:
    for part in place:
        if is_object(data) and part in data:
            data = data[str(part)]
        elif is_array(data) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return False
    return True


def written(place: Place) -> str:
    """``evses[1].evse_id: ``, counted from 1 as people do."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{text.removeprefix('.')}: " if text else ""


def kind_of(data: object) -> str:
    """What a value of TOML is, in words."""
    known = any(fits(data) for fits in _TYPES.values())
    return kind(data) if known else "a date or a time"


def _a(expected: str) -> str:
    return {"object": "a table", "array": "a list", "integer": "a whole number"}.get(expected, f"a {expected}")


_TYPES: Mapping[str, Callable[[object], bool]] = {
    "object": is_object,
    "array": is_array,
    "string": lambda data: isinstance(data, str),
    "boolean": lambda data: isinstance(data, bool),
    "integer": lambda data: isinstance(data, int) and not isinstance(data, bool),
    "number": lambda data: isinstance(data, int | float) and not isinstance(data, bool),
}
