"""Runs what was recorded of a system through its bundled module, in a process where nothing else can be imported.

``python -I -S -c <this file> FOLDER MODULE SYSTEM < runs``: a line for each difference. Of nothing but the standard
library, since nothing else is there.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any


def encoded(value: Any) -> Any:
    """A value as JSON: members by class and name, values by class and fields, sets sorted."""
    if value is None or type(value) in (bool, int, str):
        return value
    kind = type(value).__name__
    if isinstance(value, tuple):
        return ["tuple", *map(encoded, value)]
    if isinstance(value, frozenset):
        return ["set", *sorted(map(encoded, value), key=repr)]
    if isinstance(value, dict):
        return ["dict", *([encoded(key), encoded(inner)] for key, inner in value.items())]
    if hasattr(value, "__match_args__"):
        return ["value", kind, *(encoded(getattr(value, name)) for name in value.__match_args__)]
    return ["member", kind, value.name]


def decoded(data: Any, names: Mapping[str, Any]) -> Any:
    """The value, of the classes of a module."""
    if not isinstance(data, list):
        return data
    kind, *rest = data
    if kind == "tuple":
        return tuple(decoded(part, names) for part in rest)
    if kind == "set":
        return frozenset(decoded(part, names) for part in rest)
    if kind == "dict":
        return {decoded(key, names): decoded(inner, names) for key, inner in rest}
    name, *parts = rest
    if kind == "value":
        return names[name](*(decoded(part, names) for part in parts))
    return names[name][parts[0]]


def outcome_of(step: Callable[[], Any], names: Mapping[str, Any]) -> list[Any]:
    """What a step of a station comes to."""
    try:
        result = step()
    except (names["EngineFault"], names["InputError"]) as error:
        where = str(getattr(error, "where", "")).replace("\\", "/").rpartition("/")[2]
        return [type(error).__name__, where or str(error)]
    if isinstance(result, names["Refusal"]):
        return ["refused"]
    return [encoded(result.commands), result.deadline, encoded(result.path)]


def content_of(station: Any) -> list[Any]:
    """Everything in a station."""
    return [encoded(station.rows()), encoded(station.own_fields()), encoded(station.next_keys()), station.now]


def bound(step: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    """The step, with its arguments."""
    return lambda: step(*arguments)


def differences(runs: Iterable[Any], system: str, names: Mapping[str, Any]) -> Iterator[str]:
    """Where the runs go otherwise."""
    for run in runs:
        start = decoded(run["start"], names)
        births = [names["Birth"](machine, fields) for machine, fields in start.pop("births", ())]
        config = start.pop("config")
        if births:
            station = names[system](config, births, **start)
        else:
            station = names[system].of_rows(config, start.pop("rows"), **start)
        for number, (event, now, expected) in enumerate(run["steps"]):
            given = None if event is None else names[event[0]](*(decoded(part, names) for part in event[1:]))
            found = outcome_of(bound(station.step, given, now), names)
            if found != expected:
                yield f"{run['name']}, step {number}, {given} at {now}: {found} instead of {expected}"
                break
        else:
            if content_of(station) != run["end"]:
                yield f"{run['name']}: in the end {content_of(station)} instead of {run['end']}"


def main() -> None:
    """One module, its runs on standard input."""
    folder, module, system = sys.argv[1:]
    sys.path.insert(0, folder)
    names = vars(__import__(module))
    print(*sorted(sys.modules))
    import json

    for difference in differences(json.load(sys.stdin), system, names):
        print(difference)


if __name__ == "__main__":
    main()
