"""JSON values, told apart."""

from __future__ import annotations

import json
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def kind(value: object) -> str:
    """What it is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a list" if is_array(value) else "an object"


def compact(value: object) -> str:
    """JSON on one line, for people."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_line(value: object) -> str:
    """JSON on a line of its own, for programs: in ASCII, whatever the encoding of the output."""
    return f"{json.dumps(value, separators=(',', ':'))}\n"
