"""Time for a shell: milliseconds since the epoch that never go back and never jump while the process runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Tells the time in milliseconds; it never goes back."""

    def now(self) -> int:
        """The time, in milliseconds since the epoch."""
        ...

    def begin(self, least: int) -> None:
        """The station goes on from a state of this time: the clock must not show an earlier one."""
        ...

    def drift(self) -> int:
        """Milliseconds by which the time of day is ahead of the station's."""
        ...


class SystemClock:
    """The computer's time at the start, and the monotonic clock from then on.

    That the computer's time is set while the process runs changes nothing for the station: its deadlines are spans of
    time. Where it was set back while the process was down, the station goes on from the time that it had reached; where
    it was set forward, or the power was off for long, what became due meanwhile takes effect at the start.
    """

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._anchor = round(wall() * 1000), monotonic()

    def now(self) -> int:
        """The time, in milliseconds since the epoch."""
        start, at = self._anchor
        return start + int((self._monotonic() - at) * 1000)

    def begin(self, least: int) -> None:
        """Go on from a state of the time ``least``."""
        self._anchor = max(round(self._wall() * 1000), least), self._monotonic()

    def drift(self) -> int:
        """Milliseconds by which the computer's time is ahead of the station's."""
        return round(self._wall() * 1000) - self.now()
