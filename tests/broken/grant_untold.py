"""An EVSE is granted and does not learn of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import Conclude
from statewatt.models.values import TokenHandlingResult

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """An EVSE is granted and does not learn of it."""

    def take(self, evse: Evse, now: int) -> None:
        """The presenter alone is told."""
        self.evse = evse
        self.weighing = None
        self.deadline = now + self.station.config.connection_timeout
        evse.holder = self
        result = TokenHandlingResult.USED_TO_START_TRANSACTION
        self.emit(Conclude(self, result, self.token, self.order, self.parent, evse))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
