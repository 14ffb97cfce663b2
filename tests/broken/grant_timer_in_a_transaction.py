"""The grant timer goes on in the transaction."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """The grant timer goes on in the transaction."""

    def disarm(self) -> None:
        """Nothing is disarmed."""


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
