"""How a shell is doing, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class LaneHealth:
    """A lane of commands. ``waiting`` counts the one under way; ``last_error`` is empty if there was none."""

    name: str
    waiting: int
    delivered: int
    failed: int
    last_error: str = ""


@dataclass(frozen=True)
class Health:
    """How a shell is doing. Times are in seconds, but for ``deadline``: milliseconds since the epoch.

    ``ready``: inputs are taken. ``storage``: why not, if the disk failed. ``fault``: the last error of the model or of
    a policy. ``lanes``: those that have something to do, or had trouble.
    """

    ready: bool
    queued: int
    bound: int
    accepted: int
    refused: int
    wrong: int
    turned_away: int
    entry: int
    commits: int
    last_commit_seconds: float
    outstanding: int
    deadline: int | None
    storage: str = ""
    fault: str = ""
    lanes: Mapping[str, LaneHealth] = field(default_factory=dict[str, LaneHealth])

    @property
    def well(self) -> bool:
        """Inputs are taken, and nothing is wrong now."""
        return self.ready and not self.storage

    def as_data(self) -> dict[str, Any]:
        """The same as JSON values."""
        return asdict(self)
