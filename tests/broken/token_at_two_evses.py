"""A token that is presented again is taken for another one."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A token that is presented again is taken for another one."""

    def token_is_in_process(self) -> bool:
        """The token is taken for another one."""
        return False

    def token_is_charging(self) -> bool:
        """The token is taken for another one."""
        return False

    def token_is_nowhere_else(self) -> bool:
        """The token is taken for another one."""
        return True


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
