"""The connector as a bare dictionary from state and event to the next state and what it adds to the count: the floor.

The state is a number of three bits; everything that the guards read is in it, or settled before.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import EVENTS, Facts

IN_USE, DISABLED, FAULTED = 1, 2, 4

Table = dict[str, tuple[int, int]]
"""For each event the next state, and how much the count rises."""


def _next(state: int, event: str, ignore_faults: bool) -> int:
    if event == "occupied":
        return state if state & DISABLED else state | IN_USE
    if event == "raise_fault":
        return state if ignore_faults else state | FAULTED
    return {
        "freed": state & ~IN_USE,
        "disable": state | DISABLED,
        "enable": state & ~DISABLED,
        "clear_fault": state & ~FAULTED,
    }[event]


def _table(ignore_faults: bool) -> list[Table]:
    return [
        {event: (after := _next(state, event, ignore_faults), int(after > state)) for event in EVENTS}
        for state in range(8)
    ]


_TABLES = {ignore: _table(ignore) for ignore in (False, True)}


class Dictionary:
    """A state, a count, and a table."""

    def __init__(self, ignore_faults: bool) -> None:
        self.table = _TABLES[ignore_faults]
        self.state = 0
        self.losses = 0

    def send(self, events: Iterable[str]) -> None:
        """Look up, and go on."""
        table, state, losses = self.table, self.state, self.losses
        for event in events:
            state, lost = table[state][event]
            losses += lost
        self.state, self.losses = state, losses

    def facts(self) -> Facts:
        """From the bits."""
        return Facts(bool(self.state & IN_USE), bool(self.state & DISABLED), bool(self.state & FAULTED), self.losses)
