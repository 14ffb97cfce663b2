"""Objects that the command line names, as ``module:Name``."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from ..language import System
from ..state import InputError

STATION = "statewatt.models.station:ChargingStation"
"""The system that is meant when none is named."""

RECORDING = "statewatt.models.recording:Recording"
"""What drives that system by recorded commands."""

RUNNING = "statewatt.models.running:Running"
"""What describes that system and runs it on JSON lines."""

LOOKING_BACK = "statewatt.models.looking_back:look_back"
"""What explains decisions in its journal."""

TOLD = "statewatt.models.looking_back:told"
"""What says in the words of recordings what an entry of its journal told."""

EXPLANATION = "statewatt.models.explanation:explain"
"""What explains its decisions."""


def named(reference: str, what: str) -> Any:
    """The object at ``module:Name``; modules in the working directory are found as well.

    Raises:
        InputError: the reference has another form, or there is no such module or no such name in it. What goes wrong
            inside the module is passed on.
    """
    module_name, colon, name = reference.partition(":")
    if not colon or not _is_dotted(module_name) or not _is_dotted(name):
        near = _of_path(module_name, name) or f"for instance {STATION}, not {reference!r}"
        raise InputError(f"{what} is written as module:Name, {near}")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise
        raise InputError(f"{what}: there is no module {error.name!r}") from None
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise InputError(f"{what}: {module_name} has no {name!r}") from None
    return found


def system(reference: str) -> type[System]:
    """The class of the system at ``module:Name``; ``InputError`` if there is none."""
    python = named(reference, "the system")
    if not (isinstance(python, type) and issubclass(python, System)):
        raise InputError(f"{reference} is no System")
    return python


def _of_path(path: str, name: str) -> str:
    """What to write instead of a path to the module."""
    module = ".".join(Path(path.removesuffix(".py")).parts)
    return f"not as a path: write {module}:{name}" if _is_dotted(module) and _is_dotted(name) else ""


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))
