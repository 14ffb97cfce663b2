"""A presentation whose validation is over is given another answer."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.answer import Answer
from statewatt.models.values import AuthorizationStatus


class Authorization(authorization.Authorization):
    """A presentation whose validation is over is given another answer."""

    def begin_selection(self) -> None:
        """An EVSE is to be selected, and an answer comes late."""
        Answer(
            station=self.station,
            authorization=self,
            validator=99,
            status=AuthorizationStatus.Invalid,
            parent=None,
            evses=frozenset(),
            silent=True,
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
