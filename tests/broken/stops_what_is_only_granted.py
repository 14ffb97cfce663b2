"""A card stops a transaction that has not begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """A card stops a transaction that has not begun."""

    def token_is_in_process(self) -> bool:
        """The token is being worked on."""
        return any(
            a is not self and a.token == self.token and a.is_being_worked_on() for a in self.station.authorizations
        )

    def charges_at(self, evse: Evse) -> bool:
        """The EVSE is held by this very token."""
        return evse.holder is not None and evse.holder.token == self.token


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
