"""A result that is valid for one EVSE is taken for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.evse import Evse


class Authorization(authorization.Authorization):
    """A result that is valid for one EVSE is taken for all."""

    def answer_allows(self, evse: Evse) -> bool:
        """There is an answer."""
        return self.weighing is not None


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
