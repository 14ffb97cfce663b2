"""Whatever holds no token is granted: faulted, disabled, in use, to be plugged in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """Whatever holds no token is granted: faulted, disabled, in use, to be plugged in again."""

    def evse_is_available(self, evse: Evse) -> bool:
        """The EVSE holds no token."""
        return evse.holder is None


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
