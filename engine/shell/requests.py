"""What a shell is asked, and what becomes of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from ..journal import Delivery, StorageError
from ..refusal import Refusal
from ..state import InputError, Make, State
from ..step import Step

log = logging.getLogger("statewatt.shell")


class BusyError(InputError):
    """More inputs wait than the bound allows; this one was not taken, and nothing was changed."""


class ClosedError(InputError):
    """The shell is closed, or closing; the input was not taken."""


@dataclass(frozen=True)
class Accepted:
    """An input that was taken and is on the disk: its entry in the journal (without one, 0), its time, the state before
    and after, and its commands with their ids."""

    number: int
    now: int
    before: State
    step: Step
    deliveries: tuple[Delivery, ...]

    def born(self, machine: str) -> int:
        """The key of the thing of this machine that the input made."""
        return self.before.next_key(machine)


Tell = Callable[[Accepted | Refusal | Exception], None]
"""Told what became of an input, when it is on the disk and before any of its commands leaves."""


@dataclass(eq=False)
class Request:
    """An input that waits. One that is ``patient`` is tried again where the disk fails, in its place, until the shell
    is closed; any other is told of the failure."""

    make: Make
    answer: asyncio.Future[Accepted | Refusal]
    note: Callable[[State], str] | None = None
    mark: int | None = None
    tell: Tell | None = None
    patient: bool = False

    def end(self, outcome: Accepted | Refusal | Exception) -> None:
        """Tell whoever waits for it, once."""
        if self.tell:
            tell, self.tell = self.tell, None
            try:
                tell(outcome)
            except Exception as error:
                log.error("whoever is told what became of an input failed: %s", type(error).__name__)
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
            # Nobody may be waiting for it: that is no error of its own.
            self.answer.exception()
        else:
            self.answer.set_result(outcome)

    def fail(self, error: StorageError) -> bool:
        """The disk has failed; whether it is to be tried again."""
        if not self.patient:
            self.end(error)
        return self.patient


def request(make: Make) -> Request:
    """One of which nobody is told."""
    return Request(make, asyncio.get_running_loop().create_future(), patient=True)
