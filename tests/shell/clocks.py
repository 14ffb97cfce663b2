"""A clock that shows what it is set to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class SetClock:
    """Shows ``at`` milliseconds; ``ahead``: the time of day is ahead of it."""

    at: int = 1_000_000
    ahead: int = 0

    def now(self) -> int:
        return self.at

    def begin(self, least: int) -> None:
        self.at = max(self.at, least)

    def drift(self) -> int:
        return self.ahead
