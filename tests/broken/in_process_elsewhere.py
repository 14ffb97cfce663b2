"""A token counts as in process only at the EVSEs that it is presented for."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A token counts as in process only at the EVSEs that it is presented for."""

    station: ChargingStation  # pyright: ignore[reportIncompatibleVariableOverride]

    def is_here(self, other: Authorization) -> bool:
        """The other presentation has no EVSE yet, or one that this one refers to."""
        return other.evse is None or other.evse in self.listed

    def token_is_in_process(self) -> bool:
        """The token is in process at an EVSE that it is presented for."""
        return any(
            a is not self
            and a.token == self.token
            and (a.is_being_worked_on() or a.granted.is_active or a.withdrawing.is_active)
            and self.is_here(a)
            for a in self.station.authorizations
        )

    def token_is_nowhere_else(self) -> bool:
        """No EVSE that it is presented for holds the token."""
        return not any(
            a is not self and a.token == self.token and (a.charging.is_active or (a.holds() and self.is_here(a)))
            for a in self.station.authorizations
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
