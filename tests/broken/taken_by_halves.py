"""Who is granted an EVSE is not named there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import Conclude
from statewatt.models.values import TokenHandlingResult

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """Who is granted an EVSE is not named there."""

    def take(self, evse: Evse, now: int) -> None:
        """The EVSE is granted, and does not know."""
        self.evse = evse
        self.deadline = now + self.station.config.connection_timeout
        self.weighing = None
        result = TokenHandlingResult.USED_TO_START_TRANSACTION
        self.emit(Conclude(self, result, self.token, self.order, self.parent, evse))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
