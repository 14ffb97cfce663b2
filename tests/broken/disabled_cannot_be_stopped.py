"""A transaction on a disabled EVSE is not found by its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """A transaction on a disabled EVSE is not found by its card."""

    def charges_at(self, evse: Evse) -> bool:
        """The EVSE is enabled, and in a transaction of this very token."""
        return (
            evse.holder is not None
            and evse.holder.charging.is_active
            and evse.holder.token == self.token
            and not any(c.evse is evse and not c.is_enabled() for c in self.station.connectors)
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
