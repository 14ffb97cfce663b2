"""Who has a reservation is granted an EVSE, and the reservation stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import AuthorizeEvse, Conclude
from statewatt.models.values import AuthorizationStatus, TokenHandlingResult

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """Who has a reservation is granted an EVSE, and the reservation stays."""

    def take(self, evse: Evse, now: int) -> None:
        """The EVSE is granted; no reservation is used up."""
        assert self.weighing is not None
        self.evse = evse
        self.group = self.weighing.parent
        self.status = AuthorizationStatus.Accepted
        self.weighing = None
        self.deadline = now + self.station.config.connection_timeout
        evse.holder = self
        self.emit(AuthorizeEvse(evse, self, self.status, self.token, self.order, self.parent, self.group, None, True))
        result = TokenHandlingResult.USED_TO_START_TRANSACTION
        self.emit(Conclude(self, result, self.token, self.order, self.parent, evse))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
