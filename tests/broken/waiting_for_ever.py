"""Whoever waits for an EVSE has no deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station

if TYPE_CHECKING:
    from statewatt.models.answer import Answer


class Authorization(authorization.Authorization):
    """Whoever waits for an EVSE has no deadline."""

    def weigh_answer(self, answer: Answer, now: int) -> None:
        """The answer is looked at, and no time begins to run."""
        answer.weigh()
        self.weighing = answer


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
