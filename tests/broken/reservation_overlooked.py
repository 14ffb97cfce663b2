"""Reservations are not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """Reservations are not looked at."""

    def everything_is_reserved_for_others(self) -> bool:
        """Nothing is reserved."""
        return False

    def reservations_allow(self, evse: Evse) -> bool:
        """Nothing is reserved."""
        return True


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
