"""An EVSE that needs a re-plug is granted when it is the only one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """An EVSE that needs a re-plug is granted when it is the only one."""

    def evse_is_available(self, evse: Evse) -> bool:
        """The EVSE is available, or needs a re-plug and is the only one."""
        return evse.is_available() or (
            evse.replug_needed and evse.has_a_usable_connector() and self.counts_as_left(evse) and self.one_is_left()
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
