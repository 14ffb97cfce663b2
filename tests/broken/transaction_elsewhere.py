"""A token counts as in a transaction only at the EVSEs that it is presented for."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A token counts as in a transaction only at the EVSEs that it is presented for."""

    def token_is_charging(self) -> bool:
        """The token is in a transaction at an EVSE that it is presented for."""
        return any(
            a is not self
            and a.token == self.token
            and a.charging.is_active
            and a.evse is not None
            and a.evse in self.listed
            for a in self.station.authorizations
        )

    def token_is_nowhere_else(self) -> bool:
        """No EVSE holds the token, but in a transaction elsewhere."""
        return not self.token_is_charging() and not any(
            a is not self and a.token == self.token and a.holds() and not a.charging.is_active
            for a in self.station.authorizations
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
