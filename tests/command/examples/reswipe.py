"""A station at which no card stops its own transaction."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A presentation that stops nothing of its own."""

    def reswipe_stops(self) -> bool:
        """Cards stop nothing here."""
        return False


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
