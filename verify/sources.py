"""What a result depends on of Python itself, as keys: the prover's own code, and the modules that a model runs."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType

from .. import engine as _engine
from ..engine import model
from ..engine.compiling import Objects

FORMAT = 1
"""Raised when what is remembered is written differently."""


@cache
def own_key() -> str:
    """The key of the prover: its code, the engine's, and the versions of Python and of the solver."""
    found = hashlib.blake2b(f"{FORMAT} {sys.version_info[:2]} {_solver()}".encode(), digest_size=16)
    for folder in (Path(__file__).parent, Path(str(_engine.__file__)).parent):
        for file in sorted((*folder.rglob("*.py"), *folder.glob("*.pyc"))):
            found.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
    return found.hexdigest()


def _solver() -> str:
    try:
        return importlib.metadata.version("z3-solver")
    except importlib.metadata.PackageNotFoundError:
        from .terms import z3

        return str(z3.get_full_version())


def modules_key(system: model.System) -> str:
    """The key of the Python code that runs with a model: trusted functions, policies, values, and what they import.

    The standard library counts by the version of Python; what a function loads at run time is not seen.
    """
    found = hashlib.blake2b(digest_size=16)
    for name, module in sorted(_reached(_modules_of(system)).items()):
        file = getattr(module, "__file__", None)
        found.update(name.encode() + (Path(file).read_bytes() if file else b""))
    return found.hexdigest()


def _modules_of(system: model.System) -> Iterator[str]:
    """The modules in which a system's classes stand, and those of the classes that these extend."""
    objects = Objects(system)
    for python in (system.python, system.config, *(c.python for c in system.commands)):
        yield from (of.__module__ for of in objects.get(python).__mro__)
    for machine in system.machines:
        yield from (of.__module__ for of in objects.get(machine.python).__mro__)


def _reached(names: Iterable[str]) -> dict[str, ModuleType]:
    """These modules and all that they import, without the standard library and the engine."""
    found: dict[str, ModuleType] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        module = sys.modules.get(name)
        outside = name.partition(".")[0] not in sys.stdlib_module_names
        if module and name not in found and outside and not f"{name}.".startswith(f"{_engine.__name__}."):
            found[name] = module
            waiting += _imported(module)
    return found


def _imported(module: ModuleType) -> Iterator[str]:
    """Every loaded module that a name in the code may stand for, from here or from any package around."""
    loader = module.__spec__.loader if module.__spec__ else None
    get_code = getattr(loader, "get_code", None)
    code = get_code(module.__name__) if get_code else None
    package = (module.__package__ or "").split(".")
    around = ["", *(".".join(package[: n + 1]) + "." for n in range(len(package)))]
    for name in _names(code) if code else ():
        for prefix in around:
            if f"{prefix}{name}" in sys.modules:
                yield f"{prefix}{name}"


def _names(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found
