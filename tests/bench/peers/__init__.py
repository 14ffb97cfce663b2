"""The connector by each of the peers: three independent facts, two guards, and a count of what made it unusable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

EVENTS = ("occupied", "freed", "disable", "enable", "raise_fault", "clear_fault")


class Facts(NamedTuple):
    """Where a connector stands, and how often it has become unusable."""

    in_use: bool
    disabled: bool
    faulted: bool
    losses: int


class Connector(Protocol):
    """A connector, and how events reach it the fastest way that its library has."""

    def send(self, events: Iterable[str]) -> None:
        """Take these events; those that change nothing are let pass."""
        ...

    def facts(self) -> Facts:
        """Where it stands."""
        ...


def call_each(calls: Mapping[str, Callable[[], object]], events: Iterable[str]) -> None:
    """One call for each event."""
    for event in events:
        calls[event]()
