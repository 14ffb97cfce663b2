"""A token that is being validated cannot be withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse
    from statewatt.models.values import IdToken


class Authorization(authorization.Authorization):
    """A token that is being validated cannot be withdrawn."""

    def is_waiting_for(self, evse: Evse | None, token: IdToken | None) -> bool:
        """The request names it, and it is validated."""
        return (
            not self.validating.is_active
            and (token is None or token == self.token)
            and (evse is None or evse in self.listed)
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
