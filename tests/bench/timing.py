"""Turns: in each round every contender is measured once, and another one begins each time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from .figures import Progress

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def interleaved(contenders: Mapping[K, Callable[[], V]], rounds: int, tell: Progress, what: str) -> dict[K, list[V]]:
    """What each contender has measured, once in each round. What others have left to collect is collected before."""
    figures: dict[K, list[V]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(rounds):
        tell(f"{what}: round {turn + 1} of {rounds}")
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            figures[name].append(contenders[name]())
    return figures


def seconds_each(operation: Callable[[], object], least: float) -> float:
    """Seconds of one operation: the mean over as many as take at least that long."""
    many = 1
    while True:
        turns = range(many)
        begin = time.perf_counter()
        for _ in turns:
            operation()
        spent = time.perf_counter() - begin
        if spent >= least:
            return spent / many
        many = max(many * 2, min(many * 100, int(many * least / max(spent, 1e-9) * 1.2)))
