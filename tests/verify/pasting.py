"""Systems with invariants left out, and with declarations pasted in, as a user would."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statewatt.engine import model
from statewatt.engine.reading import read


def keeping(system: Any, names: Collection[str]) -> model.System:
    """The system with these of its invariants alone."""
    found = read(system)
    return replace(found, invariants=tuple(p for p in found.invariants if p.name in names))


def pasted(system: Any, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The class of the system with these declarations."""
    head = (
        "from __future__ import annotations\n\nfrom statewatt.engine import invariant\n"
        f"import {system.__module__} as original\n\n\nclass {system.__name__}(original.{system.__name__}):\n"
        '    """The same, and what was inferred."""\n\n'
    )
    body = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
    (folder / "pasted.py").write_text(head + body + "\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("pasted", folder / "pasted.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "pasted", module)
    spec.loader.exec_module(module)
    return getattr(module, system.__name__)
