"""A master pass is a token like others."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """A master pass is a token like others."""

    def answer_is_a_master_pass(self) -> bool:
        """It is a token like others."""
        return False


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
