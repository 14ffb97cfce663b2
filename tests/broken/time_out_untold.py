"""A token that waited in vain gets no result."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A token that waited in vain gets no result."""

    def conclude_timeout(self) -> None:
        """It ends without a word."""


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
