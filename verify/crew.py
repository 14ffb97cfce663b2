"""Processes that work at one system, each with formulas of its own: terms of the solver do not leave a process."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cached_property
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

from ..engine import model
from .outcome import SECONDS
from .workshop import Workshop

P = ParamSpec("P")
T = TypeVar("T")

MOST = 8
"""More processes than that make formulas for longer than they prove."""


class Crew:
    """So many processes; with one job this one does it all. To be entered before work is handed in."""

    def __init__(self, system: model.System, jobs: int = 1, seconds: float = SECONDS) -> None:
        self.jobs = min(jobs, MOST)
        self._system = system
        self._seconds = seconds
        self._pool: ProcessPoolExecutor | None = None

    @cached_property
    def workshop(self) -> Workshop:
        """The workshop of this process."""
        return Workshop(self._system, self._seconds)

    @property
    def room(self) -> int:
        """How many tasks may be waiting or at work."""
        return 1 if self.jobs == 1 else self.jobs + 1

    def __enter__(self) -> Crew:
        if self.jobs > 1 and self._pool is None:
            # Elsewhere a process cannot be trusted to go on as a copy.
            context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
            given = (self._system, self._seconds)
            self._pool = ProcessPoolExecutor(self.jobs, context, initializer=_begin, initargs=given)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def submit(
        self, function: Callable[Concatenate[Workshop, P], T], *arguments: P.args, **named: P.kwargs
    ) -> Future[T]:
        """Have a function called with a workshop and these arguments, which processes can hand to each other."""
        if self._pool:
            return self._pool.submit(_do, function, arguments, named)
        done: Future[T] = Future()
        try:
            done.set_result(function(self.workshop, *arguments, **named))
        except Exception as error:
            done.set_exception(error)
        return done


# --- in a process of the crew ----------------------------------------------------------------------------------------

_workshops: list[Workshop] = []


def _begin(system: model.System, seconds: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever has the crew ends it
    # Most of what is made here stays: looking through it again and again takes a third of the time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    _workshops.append(Workshop(system, seconds))


def _do(function: Callable[..., T], arguments: tuple[Any, ...], named: dict[str, Any]) -> T:
    return function(_workshops[-1], *arguments, **named)
