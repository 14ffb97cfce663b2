"""What a validator says of the token is not looked at."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """What a validator says of the token is not looked at."""

    def answer_accepts(self) -> bool:
        """It does."""
        return True


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
