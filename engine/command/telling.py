"""Commands, messages and times as text for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .values import compact


def command_text(command: Mapping[str, Any]) -> str:
    """``token id_token=RED connectors=[1,2]``."""
    return _named(command, "cmd")


def message_text(message: Mapping[str, Any]) -> str:
    """``token_result id_token=RED result=REJECTED``."""
    return _named({key: value for key, value in message.items() if key != "step"}, "type")


def clock(seconds: float) -> str:
    """``75.5`` as ``1:15.500``."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes}:{rest // 1000:02}.{rest % 1000:03}"


def printable(text: str) -> str:
    """The text with every control character escaped, so that no recording plays tricks on a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _named(data: Mapping[str, Any], head: str) -> str:
    pairs = [f"{key}={_value(value)}" for key, value in data.items() if key != head and value is not None]
    return printable(" ".join([str(data.get(head)), *pairs]))


def _value(value: object) -> str:
    if isinstance(value, str) and value and not set(value) & set(' "=[]{}'):
        return value
    return compact(value)
