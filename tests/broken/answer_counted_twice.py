"""A validator that answers twice counts twice."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A validator that answers twice counts twice."""

    def validator_is_new(self, validator: int) -> bool:
        """Every answer is welcome."""
        return True


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
