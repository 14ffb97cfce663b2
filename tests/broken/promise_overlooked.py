"""Only reservations for the very EVSE are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """Only reservations for the very EVSE are looked at."""

    def everything_is_reserved_for_others(self) -> bool:
        """Nothing is reserved."""
        return False

    def reservations_allow(self, evse: Evse) -> bool:
        """The EVSE is not reserved for others."""
        return not evse.is_reserved() or any(self.reservation_serves(r, evse) for r in self.station.reservations)


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
