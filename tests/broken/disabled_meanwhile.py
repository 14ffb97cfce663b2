"""A token whose EVSE was disabled is taken for free."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A token whose EVSE was disabled is taken for free."""

    station: ChargingStation  # pyright: ignore[reportIncompatibleVariableOverride]

    def is_left(self, other: Authorization) -> bool:
        """The other presentation has an EVSE that was disabled meanwhile."""
        return other.evse is not None and other.evse.is_unavailable()

    def token_is_in_process(self) -> bool:
        """The token is in process, and not at a disabled EVSE."""
        return any(
            a is not self
            and a.token == self.token
            and (a.is_being_worked_on() or a.granted.is_active or a.withdrawing.is_active)
            and not self.is_left(a)
            for a in self.station.authorizations
        )

    def token_is_nowhere_else(self) -> bool:
        """No EVSE that is enabled holds the token."""
        return not any(
            a is not self and a.token == self.token and a.holds() and not self.is_left(a)
            for a in self.station.authorizations
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
