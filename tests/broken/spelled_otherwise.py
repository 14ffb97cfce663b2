"""A token in another spelling is taken for another one."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A token in another spelling is taken for another one."""

    station: ChargingStation  # pyright: ignore[reportIncompatibleVariableOverride]
    spelling: str

    def token_is_in_process(self) -> bool:
        """The token is being worked on in this spelling, or an EVSE holds it so."""
        return any(
            a is not self
            and a.token == self.token
            and a.spelling == self.spelling
            and (a.is_being_worked_on() or a.granted.is_active or a.withdrawing.is_active)
            for a in self.station.authorizations
        )

    def token_is_nowhere_else(self) -> bool:
        """No EVSE holds the token in this spelling."""
        return not any(
            a is not self and a.token == self.token and a.spelling == self.spelling and a.holds()
            for a in self.station.authorizations
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
