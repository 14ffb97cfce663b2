"""The asyncio shell around the step: one writer, deadlines, and commands that leave when their input is on the disk."""

from .clock import Clock, SystemClock
from .courier import Courier, Failure, Lane
from .health import Health
from .shell import Accepted, BusyError, ClosedError, Shell
from .threads import ThreadedShell

__all__ = [
    "Accepted",
    "BusyError",
    "Clock",
    "ClosedError",
    "Courier",
    "Failure",
    "Health",
    "Lane",
    "Shell",
    "SystemClock",
    "ThreadedShell",
]
