"""A system's model as a file, for where its source is not: ``python -m statewatt.engine.cache MODULE:NAME`` makes it.

Reading needs the source. Where only bytecode is shipped, the model is taken from ``<module>.model.json`` beside the
system's module. Where the source is there, it is read, and the file is not looked at.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from . import model
from .language import System

FORMAT = 1
"""Raised whenever the meaning of the file changes; other formats are refused."""

CLASSES: dict[str, type] = {
    name: value for name, value in vars(model).items() if isinstance(value, type) and dataclasses.is_dataclass(value)
}


class CacheError(Exception):
    """The file is not one of this system and this format; it says what would do."""


# --- to and from JSON ------------------------------------------------------------------------------------------------


def to_json(system: model.System, modules: Mapping[str, str]) -> object:
    """The model as JSON data; ``modules`` names the module of each source file, so that no path is kept."""

    def encode(value: object) -> object:
        if isinstance(value, model.Where):
            place = (value.line, value.column, value.end_line, value.end_column)
            return ":".join([modules[value.file], *map(str, place)])
        if isinstance(value, tuple):
            return [encode(each) for each in cast("tuple[object, ...]", value)]
        if dataclasses.is_dataclass(value):
            fields = {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return {"is": type(value).__name__, **fields}
        return value

    return encode(system)


def fingerprint(system: model.System) -> str:
    """A name for all that a model does: whoever has the same one takes the same steps (but for trusted functions and
    policies, which are not in the model). Labels and places in the source do not count."""

    def bare(value: object) -> object:
        if isinstance(value, tuple):
            return [bare(each) for each in cast("tuple[object, ...]", value)]
        if dataclasses.is_dataclass(value):
            names = [f.name for f in dataclasses.fields(value) if f.name not in ("where", "label")]
            return [type(value).__name__, *[[name, bare(getattr(value, name))] for name in names]]
        return value

    return hashlib.sha256(json.dumps(bare(system)).encode()).hexdigest()[:16]


def from_json(data: object) -> model.System:
    """The model that ``to_json`` gave.

    Raises:
        CacheError: it is something else.
    """
    files: dict[str, str] = {}

    def decode(value: object, key: str = "") -> Any:
        if isinstance(value, list):
            return tuple(decode(each) for each in cast("list[object]", value))
        if isinstance(value, dict):
            parts = cast("dict[str, object]", value)
            kind = CLASSES[str(parts["is"])]
            return kind(**{name: decode(part, name) for name, part in parts.items() if name != "is"})
        if key == "where":
            module, *place = str(value).rsplit(":", 4)
            file = files.get(module) or files.setdefault(module, _file_of(module))
            return model.Where(file, *map(int, place))
        return value

    try:
        found = decode(data)
    except (KeyError, TypeError, ValueError) as error:
        raise CacheError(f"this is no model: {error!r}; make it anew") from error
    if not isinstance(found, model.System):
        raise CacheError("this is no model of a system; make it anew")
    return found


def _file_of(module: str) -> str:
    from .reading.source import source_file

    return source_file(sys.modules.get(module) or importlib.import_module(module))


# --- files -----------------------------------------------------------------------------------------------------------


def path_of(system: type[System]) -> Path:
    """Where the file of a system is: beside its module."""
    module = sys.modules[system.__module__]
    return Path(str(module.__file__)).with_name(system.__module__.rpartition(".")[2] + ".model.json")


def text_of(system: type[System]) -> str:
    """What the file of a system holds, made from its source."""
    from .reading.system import read_from_source

    found, sources = read_from_source(system)
    read = sources.all()
    data = {
        "format": FORMAT,
        "system": found.python,
        "sources": {name: _hash(source.text) for name, source in sorted(read.items())},
        "model": to_json(found, {source.file: name for name, source in read.items()}),
    }
    return json.dumps(data, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n"


def is_current(system: type[System]) -> bool:
    """Whether the file of a system is what its source would make."""
    path = path_of(system)
    return path.is_file() and path.read_text(encoding="utf-8") == text_of(system)


def load(system: type[System]) -> model.System | None:
    """The model in the file of a system; ``None`` if there is no such file.

    Raises:
        CacheError: the file is of another system, another format, or made from another source than is there.
    """
    module = sys.modules.get(system.__module__)
    raw = _raw(module, path_of(system)) if module is not None and hasattr(module, "__file__") else None
    if raw is None:
        return None
    command = f"python -m statewatt.engine.cache {system.__module__}:{system.__qualname__}"
    try:
        data = json.loads(raw)
        made_of, version, sources = data["system"], data["format"], dict(data["sources"])
    except (ValueError, KeyError, TypeError) as error:
        raise CacheError(f"{path_of(system)} cannot be read; make it anew: {command}") from error
    if version != FORMAT:
        raise CacheError(f"{path_of(system)} has the format {version}, not {FORMAT}; make it anew: {command}")
    if made_of != f"{system.__module__}:{system.__qualname__}":
        raise CacheError(f"{path_of(system)} is of {made_of}; make it anew: {command}")
    _check_sources(system, sources, command)
    return from_json(data["model"])


def _check_sources(system: type[System], hashes: Mapping[str, str], command: str) -> None:
    """What is there of the source is what the file was made from."""
    from .reading.source import NoSource, Source

    for name, known in hashes.items():
        try:
            text = Source(sys.modules.get(name) or importlib.import_module(name)).text
        except NoSource:
            continue
        if _hash(text) != known:
            raise CacheError(f"{path_of(system)} was made from another source of {name}; make it anew: {command}")


def _raw(module: ModuleType, path: Path) -> bytes | None:
    """The file's content, also from a zip file."""
    read = getattr(module.__loader__, "get_data", None)
    try:
        return bytes(read(str(path))) if read is not None else path.read_bytes()
    except OSError:
        return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare, the file of a system. 0: done or current, 1: stale, 2: wrong usage."""
    from .reading import ModelError

    names = [each for each in arguments if each != "--check"]
    if len(names) != 1 or ":" not in names[0]:
        print("usage: python -m statewatt.engine.cache [--check] MODULE:NAME", file=sys.stderr)
        return 2
    module, _, name = names[0].partition(":")
    try:
        system = getattr(importlib.import_module(module), name)
        if "--check" in arguments:
            current = is_current(system)
            print(f"{path_of(system)} is {'current' if current else 'stale'}")
            return 0 if current else 1
        path_of(system).write_text(text_of(system), encoding="utf-8")
    except (ImportError, AttributeError, ModelError) as error:
        print(error, file=sys.stderr)
        return 2
    print(path_of(system))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
