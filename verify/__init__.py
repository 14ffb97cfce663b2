"""Proofs about a system read as data: for any number of things and all settings, or a counterexample to read.

``verify(read(System))`` gives a ``Report``. It needs z3, the extra ``verify``. Each of these names is loaded
when it is asked for: the pytest plugin in this package costs nothing to those who do not use it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .plain.checking import check
    from .report import as_data
    from .verdict import Report, Story, Verdict
    from .verifying import verify

__all__ = ["Report", "Story", "Verdict", "as_data", "check", "verify"]

_HOMES = {
    "Report": "verdict",
    "Story": "verdict",
    "Verdict": "verdict",
    "as_data": "report",
    "check": "plain.checking",
    "verify": "verifying",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
