"""A withdrawn token that its EVSE has not let go of yet is not counted as holding it."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A withdrawn token that its EVSE has not let go of yet is not counted as holding it."""

    def holds(self) -> bool:
        """It holds an EVSE, and was not withdrawn."""
        return self.granted.is_active or self.charging.is_active


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
