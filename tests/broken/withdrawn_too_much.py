"""Withdrawing a token that waits lets go of every EVSE."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import Conclude
from statewatt.models.values import TokenHandlingResult


class Authorization(authorization.Authorization):
    """Withdrawing a token that waits lets go of every EVSE."""

    def conclude_withdrawn(self) -> None:
        """It ends, and so does every grant."""
        for e in self.station.evses:
            e.holder = None
        self.emit(Conclude(self, TokenHandlingResult.WITHDRAWN, self.token, self.order, self.parent))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
