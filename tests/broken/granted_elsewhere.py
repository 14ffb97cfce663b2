"""A validator's own list of EVSEs is not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """A validator's own list of EVSEs is not looked at."""

    def answer_allows(self, evse: Evse) -> bool:
        """It does."""
        return True


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
