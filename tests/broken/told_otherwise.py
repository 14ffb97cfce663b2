"""A token that waited in vain is told that it was rejected."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import Conclude
from statewatt.models.values import TokenHandlingResult


class Authorization(authorization.Authorization):
    """A token that waited in vain is told that it was rejected."""

    def conclude_timeout(self) -> None:
        """It ends with another result."""
        self.emit(Conclude(self, TokenHandlingResult.REJECTED, self.token, self.order, self.parent))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
