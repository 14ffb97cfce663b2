"""What the validators say of a presented token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine import Machine, State, refused, urgent
from .values import AuthorizationStatus, IdToken

if TYPE_CHECKING:
    from .authorization import Authorization
    from .evse import Evse
    from .station import ChargingStation


class Answer(Machine):
    """What one validator said of a presentation.

    ``validator`` counts them from 1, in the order of asking. ``silent``: it had nothing to say.
    """

    station: ChargingStation
    authorization: Authorization
    validator: int
    status: AuthorizationStatus
    parent: IdToken | None
    evses: frozenset[Evse]
    silent: bool

    come = State("has it anything to say?", initial=True)
    given = State("given")
    weighed = State("weighed")
    forgotten = State("forgotten", final=True)

    come.to(weighed, cond="is_silent")
    come.to(given)

    weigh = given.to(weighed) | refused(weighed)
    forget = urgent(given.to(forgotten, cond="is_of_no_more_use") | weighed.to(forgotten, cond="is_of_no_more_use"))

    def is_silent(self) -> bool:
        """The validator had nothing to say."""
        return self.silent

    def accepts(self) -> bool:
        """The validator accepts the token."""
        return self.status == AuthorizationStatus.Accepted and not self.silent

    def is_of_no_more_use(self) -> bool:
        """The presentation has ended or was granted."""
        return not self.authorization.is_being_worked_on()
