"""Whatever a validation changes to is published as accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statewatt.engine import Each
from statewatt.models import authorization, station
from statewatt.models.commands import PublishStatus
from statewatt.models.values import TokenValidationStatus

if TYPE_CHECKING:
    from statewatt.models.evse import Evse
    from statewatt.models.values import AuthorizationStatus, IdToken


class Authorization(authorization.Authorization):
    """Whatever a validation changes to is published as accepted."""

    def replace_validation(self, evse: Evse, status: AuthorizationStatus, parent: IdToken | None) -> None:
        """Its validation has changed, and Accepted is published."""
        self.status = status
        self.group = parent
        self.emit(PublishStatus(self, TokenValidationStatus.Accepted, self.token, self.order, parent, evse))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
