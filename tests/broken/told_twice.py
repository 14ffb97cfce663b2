"""A grant whose time is over is told as a second result."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import Conclude
from statewatt.models.values import TokenHandlingResult


class Authorization(authorization.Authorization):
    """A grant whose time is over is told as a second result."""

    def withdraw_expired(self) -> None:
        """Its EVSE is told, and the presenter again."""
        assert self.evse is not None
        self.deadline = None
        self.evse.holder = None
        self.emit(Conclude(self, TokenHandlingResult.TIMEOUT, self.token, self.order, self.parent))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
