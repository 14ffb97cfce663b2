"""Who once had a place in the queue of plug-ins is granted for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """Who once had a place in the queue of plug-ins is granted for ever."""

    def evse_is_available(self, evse: Evse) -> bool:
        """The EVSE is available, or has a place in the queue."""
        return evse.is_available() or evse.plug_in_order > 0


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
