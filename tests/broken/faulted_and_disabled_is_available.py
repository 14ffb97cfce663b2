"""A connector that is both faulted and disabled counts as usable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """A connector that is both faulted and disabled counts as usable."""

    def evse_is_available(self, evse: Evse) -> bool:
        """The EVSE is available, or it is free and a connector of it is faulted and disabled."""
        return evse.is_available() or (
            evse.holder is None
            and not evse.replug_needed
            and not evse.is_in_a_transaction()
            and not evse.has_a_connector_in_use()
            and any(c.evse is evse and c.is_faulted() and not c.is_enabled() for c in self.station.connectors)
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
