"""Models written, imported and read within a test."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EXAMPLES = Path(__file__).parent / "examples"
NUMBERS = itertools.count()

Import = Callable[..., ModuleType]


def import_file(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def import_text(tmp_path: Path) -> Iterator[Import]:
    """Write a text into a file and import it under a name that no other test uses."""
    names: list[str] = []

    def make(text: str, name: str = "") -> ModuleType:
        names.append(name or f"model_{next(NUMBERS)}")
        path = tmp_path / f"{names[-1]}.py"
        path.write_text(text, encoding="utf-8")
        return import_file(path, names[-1])

    yield make
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture(scope="session")
def station() -> Any:
    """The example station, imported."""
    return sys.modules.get("example_station") or import_file(EXAMPLES / "station.py", "example_station")
