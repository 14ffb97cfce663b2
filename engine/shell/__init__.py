"""The asyncio shell around the step: one writer, deadlines, and commands that leave when their input is on the disk."""

from .clock import Clock, SystemClock
from .courier import Courier, Failure, Lane
from .health import Health, PortHealth
from .requests import Accepted, BusyError, ClosedError
from .shell import Shell
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
    "PortHealth",
    "Shell",
    "SystemClock",
    "ThreadedShell",
]
