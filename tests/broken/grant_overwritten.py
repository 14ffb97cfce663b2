"""An EVSE that holds a token is granted to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """An EVSE that holds a token is granted to another one."""

    def evse_is_available(self, evse: Evse) -> bool:
        """The EVSE has a usable connector, whoever holds it."""
        return evse.has_a_usable_connector() and not evse.has_a_connector_in_use() and not evse.replug_needed


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
