"""Why no law describes a mutant, as somebody has written it down and others have reviewed it.

The file stands beside the system's module, ``<module>.mutants.toml``, with tables under the name of the system::

    [[CarPark]]
    why = "Which of two free bays is taken is policy."
    mutants."Car.enter outside → inside" = ["without prefers", "negated prefers"]

What is before the colon in a mutant's name is written once; a list of whole names will do as well.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from ...engine import model
from ...engine.state import InputError


@dataclass(frozen=True)
class Explanations:
    """The reasons by the names of the mutants, and the file that holds them (if there is one)."""

    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    file: Path | None = None


def explanations(system: model.System) -> Explanations:
    """What is written down about the mutants of a system.

    Raises:
        InputError: the file is not of that form, or explains a mutant twice.
    """
    module, _, name = system.python.partition(":")
    home = importlib.import_module(module).__file__
    if home is None:
        return Explanations()
    file = Path(home).with_name(f"{module.rpartition('.')[2]}.mutants.toml")
    if not file.is_file():
        return Explanations()
    return Explanations(_read(file, name), file)


def _read(file: Path, system: str) -> dict[str, str]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is no TOML: {error}") from error
    found: dict[str, str] = {}
    for number, (why, names) in enumerate(_entries(file, data.get(system, [])), 1):
        for name in names:
            if name in found:
                raise InputError(f"{file}: entry {number} of {system} explains {name!r} a second time")
            found[name] = why
    return found


def _entries(file: Path, entries: object) -> list[tuple[str, list[str]]]:
    listed = cast("list[object]", entries) if isinstance(entries, list) else [entries]
    return [_entry(file, number, entry) for number, entry in enumerate(listed, 1)]


def _entry(file: Path, number: int, entry: object) -> tuple[str, list[str]]:
    known = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
    why, names = known.get("why"), _names(known.get("mutants"))
    if not isinstance(why, str) or not why or not names:
        form = 'why = "…", mutants."Machine.event source → target" = ["without guard", …]'
        raise InputError(f'{file}: entry {number} is to be of the form {form}, or mutants = ["whole name", …]')
    return why, names


def _names(listed: object) -> list[str]:
    """The names in a list of them, or in a table of what changes by where; nothing if it is neither."""
    if not isinstance(listed, dict):
        return _texts(listed)
    changes = {where: _texts(each) for where, each in cast("dict[str, object]", listed).items()}
    return [f"{where}: {each}" for where, texts in changes.items() for each in texts] if all(changes.values()) else []


def _texts(listed: object) -> list[str]:
    texts = cast("list[object]", listed) if isinstance(listed, list) else []
    found = [each for each in texts if isinstance(each, str)]
    return found if len(found) == len(texts) else []
