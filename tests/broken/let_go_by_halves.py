"""Who lets go of its EVSE is still named there."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """Who lets go of its EVSE is still named there."""

    def let_go(self) -> None:
        """It lets go, and the EVSE does not know."""
        self.deadline = None


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
