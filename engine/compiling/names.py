"""The Python objects that a system names: classes of values, enumerations, commands, its configuration."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from ..model import Enumeration, Maybe, System, Type, Value


def load_object(path: str) -> Any:
    """The object at ``module:qualified name``."""
    module, _, name = path.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def bare(type_: Type) -> Type:
    """The type without ``None``."""
    return bare(type_.of) if isinstance(type_, Maybe) else type_


class Objects:
    """Every Python object that a system names, each loaded once, with its name in the generated module."""

    def __init__(self, system: System, known: Mapping[str, Any] | None = None) -> None:
        self._found: dict[str, Any] = dict(known or {})
        self._names: dict[str, str] = {}
        self._taken = {system.name, *(machine.name for machine in system.machines)}

    def get(self, path: str) -> Any:
        """The object at ``module:qualified name``."""
        if path not in self._found:
            self._found[path] = load_object(path)
        return self._found[path]

    def name(self, path: str) -> str:
        """Its name in the generated module."""
        if path not in self._names:
            wanted = name = path.partition(":")[2].replace(".", "_")
            number = 1
            while name in self._taken:
                number += 1
                name = f"{wanted}_{number}"
            self._taken.add(name)
            self._names[path] = name
            self.get(path)
        return self._names[path]

    def names(self) -> dict[str, str]:
        """The names in the generated module, by the path of their objects."""
        return dict(self._names)

    def globals(self) -> dict[str, Any]:
        """The names in the generated module, with their objects."""
        return {name: self._found[path] for path, name in self._names.items()}

    def python(self, type_: Type) -> Any:
        """The class of an enumeration or of an opaque value."""
        inner = bare(type_)
        if isinstance(inner, (Enumeration, Value)):
            return self.get(inner.python)
        raise TypeError(f"{inner} has no Python class")
