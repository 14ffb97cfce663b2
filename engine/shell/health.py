"""How a shell is doing, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class PortHealth:
    """A port: commands under way, delivered, tries that failed, commands given up, and the last error (empty if there
    was none)."""

    under_way: int
    delivered: int
    failed: int
    lost: int
    last_error: str = ""


@dataclass(frozen=True)
class Health:
    """How a shell is doing. ``last_commit_seconds`` is what it says, ``deadline`` milliseconds since the epoch.

    ``ready``: inputs are taken. ``queued`` of at most ``bound`` inputs wait. ``accepted``, ``refused``, ``wrong`` and
    ``turned_away`` (too many at once) count inputs, ``commits`` transactions; ``entry`` is the last of the journal,
    ``outstanding`` the commands under way. ``storage``: why the disk fails, if it does. ``fault``: the last error of
    the model, of a policy, or of whoever makes inputs. ``ports``: those that had something to do.
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
    ports: Mapping[str, PortHealth] = field(default_factory=dict[str, PortHealth])

    @property
    def well(self) -> bool:
        """Inputs are taken, and the disk does not fail."""
        return self.ready and not self.storage

    def as_data(self) -> dict[str, Any]:
        """The same as JSON values."""
        return asdict(self)
