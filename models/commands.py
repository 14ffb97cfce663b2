"""What the station tells the world: each is one message to an EVSE, the validators, the display or a requester."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..engine import Command
from .values import (
    AuthorizationStatus,
    IdToken,
    Order,
    ReservationEndReason,
    ReservationResult,
    StopTransactionReason,
    TokenHandlingResult,
    TokenValidationStatus,
)

if TYPE_CHECKING:
    from .authorization import Authorization
    from .evse import Evse
    from .reservation import Reservation


@dataclass(frozen=True)
class PublishStatus(Command):
    """Publish where a presented token stands; ``order`` are the EVSEs that it came with, ``evse`` the one that it is
    used for by now."""

    authorization: Authorization
    status: TokenValidationStatus
    token: IdToken
    order: Order
    parent: IdToken | None
    evse: Evse | None = None


@dataclass(frozen=True)
class Conclude(Command):
    """Publish and tell the presenter how the presentation has ended: the one and only time. ``stopped`` are the EVSEs
    whose transactions a master pass stops."""

    authorization: Authorization
    result: TokenHandlingResult
    token: IdToken
    order: Order
    parent: IdToken | None
    evse: Evse | None = None
    stopped: frozenset[Evse] = frozenset()


@dataclass(frozen=True)
class ValidateToken(Command):
    """Ask every validator about the token."""

    authorization: Authorization
    token: IdToken
    order: Order


@dataclass(frozen=True)
class ChooseEvse(Command):
    """Ask the user to choose an EVSE (selection algorithm UserInput)."""

    authorization: Authorization
    token: IdToken


@dataclass(frozen=True)
class AuthorizeEvse(Command):
    """Tell an EVSE the outcome of an authorization: Accepted grants it the token, anything else ends its waiting.
    ``validated_parent`` comes from the validator; ``reservation`` is the number of the one that is used up."""

    evse: Evse
    authorization: Authorization
    status: AuthorizationStatus
    token: IdToken
    order: Order
    parent: IdToken | None
    validated_parent: IdToken | None
    reservation: int | None = None
    granted: bool = False


@dataclass(frozen=True)
class WithdrawAuthorization(Command):
    """Tell an EVSE that its grant, or its wait for a token, is over."""

    evse: Evse


@dataclass(frozen=True)
class StopTransaction(Command):
    """Tell an EVSE to stop its transaction; ``authorization`` is the presentation that stops it, if one does, and
    ``narrowed`` whether that presentation is by now for this EVSE alone."""

    evse: Evse
    reason: StopTransactionReason
    authorization: Authorization | None = None
    token: IdToken | None = None
    order: Order | None = None
    parent: IdToken | None = None
    narrowed: bool = False


@dataclass(frozen=True)
class Reserve(Command):
    """Tell an EVSE (or, without one, the station's listeners) of a reservation; it answers whether it accepts.
    ``restored``: it was placed before a restart, and no answer is awaited."""

    reservation: Reservation
    number: int
    evse: Evse | None
    restored: bool = False


@dataclass(frozen=True)
class AnswerReservation(Command):
    """Answer a request for a reservation."""

    reservation: Reservation
    number: int
    result: ReservationResult


@dataclass(frozen=True)
class ReservationEnded(Command):
    """Tell an EVSE (or, without one, the station's listeners) that a reservation is over; ``send_update``: tell the
    CSMS as well (OCPP ReservationStatusUpdate)."""

    number: int
    evse: Evse | None
    reason: ReservationEndReason
    send_update: bool


@dataclass(frozen=True)
class HoldEvse(Command):
    """Show the EVSE as reserved: the reservations without an EVSE need every free one (of some type)."""

    evse: Evse


@dataclass(frozen=True)
class ReleaseEvse(Command):
    """Show the EVSE as free again: the reservations without an EVSE no longer need it."""

    evse: Evse
