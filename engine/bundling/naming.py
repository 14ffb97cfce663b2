"""The names in a bundled module: each thing keeps its own, unless another has it."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Mapping

from ..state import InputError
from .origins import Library, Meaning


class Names:
    """Gives every meaning one name."""

    def __init__(self, given: Mapping[Meaning, str], taken: Iterable[str]) -> None:
        self._names: dict[Meaning, str] = dict(given)
        self._taken = {*dir(builtins), *keyword.kwlist, *taken, *given.values()}

    def of(self, meaning: Meaning) -> str:
        """Its name."""
        if meaning not in self._names:
            self._names[meaning] = self._free(meaning)
            self._taken.add(self._names[meaning])
        return self._names[meaning]

    def libraries(self) -> dict[Library, str]:
        """What is imported from the standard library, and as what."""
        return {meaning: name for meaning, name in self._names.items() if isinstance(meaning, Library)}

    def _free(self, meaning: Meaning) -> str:
        own = meaning.called if isinstance(meaning, Library) else meaning.name.replace(".", "_")
        if own not in self._taken:
            return own
        if isinstance(meaning, Library) and meaning.dotted:
            raise InputError(f"import {meaning.module} as something else: {own} is the name of another thing")
        wanted = f"{meaning.module.rpartition('.')[2]}_{own.lstrip('_')}"
        number, name = 1, wanted
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        return name


def import_lines(libraries: Mapping[Library, str]) -> list[str]:
    """The imports, sorted."""
    whole: list[str] = []
    parts: dict[str, list[str]] = {}
    for library, name in libraries.items():
        if not library.name:
            plain = library.dotted or library.module == name
            whole.append(f"import {library.module}" if plain else f"import {library.module} as {name}")
        else:
            part = library.name if library.name == name else f"{library.name} as {name}"
            parts.setdefault(library.module, []).append(part)
    return [*sorted(whole), *(f"from {module} import {', '.join(sorted(parts[module]))}" for module in sorted(parts))]
