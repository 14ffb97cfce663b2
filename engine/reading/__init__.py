"""Reading: from the classes of a system, as written, to the model as data."""

from __future__ import annotations

from ..language import System
from ..model import System as SystemModel
from .errors import ModelError
from .source import NoSource
from .system import read_from_source

__all__ = ["ModelError", "read"]


def read(system: type[System]) -> SystemModel:
    """The system as data: from its source, or where that is missing from the file that stands for it.

    Raises:
        ModelError: something in its classes is outside the language; it says what, where and what would do.
    """
    try:
        return read_from_source(system)[0]
    except NoSource as missing:
        return _cached(system, missing)


def _cached(system: type[System], missing: NoSource) -> SystemModel:
    # Imported here: the cache is a command of its own, and needed by few.
    from ..cache import CacheError, load

    try:
        found = load(system)
    except CacheError as error:
        raise ModelError(
            f"the source of {missing} is not there, and its cache does not fit", None, str(error)
        ) from error
    if found is None:
        name = f"{system.__module__}:{system.__qualname__}"
        hint = f"Write the classes in a file; for bytecode alone, first make: python -m statewatt.engine.cache {name}"
        raise ModelError(f"the source of {missing} is not there", None, hint) from missing
    return found
