"""A withdrawal is remembered, and meets whoever presents that token later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, evse, station
from statewatt.models.commands import WithdrawAuthorization

if TYPE_CHECKING:
    from statewatt.models.values import IdToken


class Authorization(authorization.Authorization):
    """A withdrawal is remembered, and meets whoever presents that token later."""

    station: ChargingStation  # pyright: ignore[reportIncompatibleVariableOverride]

    def withdraw_at_evse(self) -> None:
        """Its EVSE is told, and the station remembers the token."""
        assert self.evse is not None
        self.station.withdrawn = self.token
        self.emit(WithdrawAuthorization(self.evse))


class Evse(evse.Evse):
    """A withdrawal is remembered, and meets whoever presents that token later."""

    station: ChargingStation  # pyright: ignore[reportIncompatibleVariableOverride]

    def queue(self, now: int) -> None:
        """The vehicle takes its place, and a remembered withdrawal its effect."""
        self.station.plug_ins += 1
        self.plug_in_order = self.station.plug_ins
        if any(a.selecting.is_active and a.token == self.station.withdrawn for a in self.station.authorizations):
            late = next(
                a for a in self.station.authorizations if a.selecting.is_active and a.token == self.station.withdrawn
            )
            late.withdraw(evse=None, token=late.token)


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
    withdrawn: IdToken | None = None
