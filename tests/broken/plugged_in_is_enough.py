"""Wherever a vehicle waits is granted: faulted or disabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """Wherever a vehicle waits is granted: faulted or disabled."""

    def evse_is_available(self, evse: Evse) -> bool:
        """The EVSE is available, or a vehicle waits there."""
        return evse.is_available() or (evse.holder is None and evse.facts.session.waiting.is_active)


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
