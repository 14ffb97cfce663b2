"""A token that is deauthorized in its transaction is taken for free, and starts another one."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.values import AuthorizationStatus


class Authorization(authorization.Authorization):
    """A token that is deauthorized in its transaction is taken for free, and starts another one."""

    def token_is_charging(self) -> bool:
        """The token is in a transaction, and still accepted."""
        return any(
            a is not self
            and a.token == self.token
            and a.charging.is_active
            and a.status == AuthorizationStatus.Accepted
            for a in self.station.authorizations
        )

    def token_is_nowhere_else(self) -> bool:
        """No EVSE holds the token, and it is still accepted there."""
        return not any(
            a is not self and a.token == self.token and a.holds() and a.status == AuthorizationStatus.Accepted
            for a in self.station.authorizations
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
