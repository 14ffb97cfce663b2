"""A card that is named like a group stops what that group was granted, unvalidated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """A card that is named like a group stops what that group was granted, unvalidated."""

    def charges_at(self, evse: Evse) -> bool:
        """The EVSE is in a transaction of this token, or held by the group of that name."""
        return evse.holder is not None and (
            (evse.holder.charging.is_active and evse.holder.token == self.token) or evse.holder.group == self.token
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
