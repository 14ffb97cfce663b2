"""A member of a group that was granted an EVSE is ended without a result."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import Conclude
from statewatt.models.values import TokenHandlingResult


class Authorization(authorization.Authorization):
    """A member of a group that was granted an EVSE is ended without a result."""

    def conclude_already_in_process(self) -> None:
        """It is told only if the token itself is in process."""
        if self.token_is_in_process():
            self.emit(Conclude(self, TokenHandlingResult.ALREADY_IN_PROCESS, self.token, self.order, self.parent))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
