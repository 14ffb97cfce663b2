"""What the command line says of an exploration. Importing this loads neither the explorer nor a solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...engine import InputError

STATES = 2_000_000
"""How many states are explored at most, unless more are asked for; each takes some 250 bytes."""


@dataclass(frozen=True)
class Exploration:
    """What the command line says of an exploration."""

    scope: str
    settings: Sequence[str] = ()
    states: int = STATES
    tour: str = ""
    folder: Path | None = None

    @property
    def states_given(self) -> bool:
        """The number of states was chosen."""
        return self.states != STATES

    @property
    def wanted(self) -> bool:
        """A system is to be explored, not only proved; ``InputError`` for what goes without a scope only."""
        if self.scope != "any":
            return True
        for given, name in ((self.settings, "--set"), (self.tour, "--tour"), (self.states_given, "--states")):
            if given:
                raise InputError(f"{name} is for an exploration: say how far with --scope, such as --scope evses=2")
        return False
