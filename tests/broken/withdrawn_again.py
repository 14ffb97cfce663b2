"""A withdrawn grant whose time is over is withdrawn again, and told as timed out."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import PublishStatus, WithdrawAuthorization
from statewatt.models.values import TokenValidationStatus


class Authorization(authorization.Authorization):
    """A withdrawn grant whose time is over is withdrawn again, and told as timed out."""

    def let_go(self) -> None:
        """It lets go of its EVSE, and says so in any case."""
        assert self.evse is not None
        self.deadline = None
        self.evse.holder = None
        if self.withdrawing.is_active:
            self.emit(WithdrawAuthorization(self.evse))
            status = TokenValidationStatus.TimedOut
            self.emit(PublishStatus(self, status, self.token, self.order, self.parent, self.evse))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
