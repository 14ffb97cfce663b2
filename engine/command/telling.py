"""Commands, messages and times as text for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .values import compact, is_array, is_object


def command_text(command: Mapping[str, Any]) -> str:
    """``token id_token=RED connectors=[1,2]``; of a trace's input ``plug_in of Evse 1``."""
    return _named(command, "cmd") if "cmd" in command else _input_text(command)


def message_text(message: Mapping[str, Any]) -> str:
    """``token_result id_token=RED result=REJECTED``; of a trace ``AuthorizeEvse evse=1``."""
    if "command" in message:
        return printable(" ".join([str(message["command"]), *_pairs(message.get("fields"))]))
    if "type" not in message:
        return printable("; ".join(f"{what}: {_lines(text)}" for what, text in message.items()))
    return _named({key: value for key, value in message.items() if key != "step"}, "type")


def clock(seconds: float) -> str:
    """``75.5`` as ``1:15.500``."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes}:{rest // 1000:02}.{rest % 1000:03}"


def printable(text: str) -> str:
    """The text with every control character escaped, so that no recording plays tricks on a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _input_text(given: Mapping[str, Any]) -> str:
    """An input of an engine, or the beginning of a trace."""
    if "system" in given:
        head, values = f"system {given['system']}", given.get("settings")
    elif "birth" in given:
        head, values = f"a new {given['birth']}", given.get("fields")
    elif "configure" in given:
        head, values = "settings", given["configure"]
    elif "event" in given:
        target = "" if given.get("target") is None else f" {given['target']}"
        head, values = f"{given['event']} of {given.get('machine')}{target}", given.get("arguments")
    else:
        head, values = "time passes", None
    alone = " (alone)" if given.get("alone") else ""
    return printable(" ".join([head, *_pairs(values)]) + alone)


def _lines(text: object) -> str:
    return "; ".join(map(str, text)) if is_array(text) else str(text)


def _named(data: Mapping[str, Any], head: str) -> str:
    return printable(" ".join([str(data.get(head)), *_pairs({k: v for k, v in data.items() if k != head})]))


def _pairs(values: Any) -> list[str]:
    """Named values; what is null is left out."""
    if not is_object(values):
        return []
    return [f"{key}={_value(value)}" for key, value in values.items() if value is not None]


def _value(value: object) -> str:
    if isinstance(value, str) and value and not set(value) & set(' "=[]{}'):
        return value
    return compact(value)
