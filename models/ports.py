"""The ports of a running station: what its software implements, and the station calls.

Every call names the command's id, which is its own for ever, and whether it may have been made before (``repeat``,
after a restart): a receiver that keeps the ids can tell a repeat. A call that raises is made again, one that hangs is
given up; neither holds up another receiver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..engine.shell import Failure
from .commands import AuthorizeEvse, StopTransaction
from .values import (
    AuthorizationStatus,
    IdToken,
    ReservationEndReason,
    ReservationResult,
    TokenHandlingResult,
    TokenValidationStatus,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """Which command a call carries: its id, and whether it may have been carried before."""

    id: int
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """What a validator says: ``evses`` are the numbers of the EVSEs that it allows, ``None`` for all."""

    status: AuthorizationStatus
    parent: IdToken | None = None
    evses: Sequence[int] | None = None


class EvsePort(Protocol):
    """The EVSEs, by their numbers."""

    async def authorize(self, evse: int, response: AuthorizeEvse, sent: Sent) -> None:
        """The outcome of an authorization: Accepted grants it, anything else ends the EVSE's waiting."""
        ...

    async def withdraw(self, evse: int, sent: Sent) -> None:
        """The EVSE's grant, or its wait for a token, is over."""
        ...

    async def stop_transaction(self, evse: int, request: StopTransaction, sent: Sent) -> None:
        """The EVSE is to stop its transaction."""
        ...

    async def reserve(self, evse: int, reservation: int, sent: Sent) -> bool:
        """Whether the EVSE accepts this reservation."""
        ...

    async def hold(self, evse: int, held: bool, sent: Sent) -> None:
        """Show the EVSE as reserved, or as free again: reservations without an EVSE need it."""
        ...

    async def reservation_ended(self, evse: int, reservation: int, reason: ReservationEndReason, sent: Sent) -> None:
        """The reservation of this EVSE is over."""
        ...


class Validator(Protocol):
    """Says whether a token may charge."""

    async def validate(self, token: IdToken, evses: Sequence[int], sent: Sent) -> ValidationResult | None:
        """What it says of a token presented for these EVSEs; ``None``: it has nothing to say."""
        ...


class Display(Protocol):
    """Whoever shows people what becomes of their tokens."""

    async def status(self, token: IdToken, status: TokenValidationStatus, evse: int | None, sent: Sent) -> None:
        """Where a presented token stands."""
        ...

    async def result(self, token: IdToken, result: TokenHandlingResult, evse: int | None, sent: Sent) -> None:
        """How its presentation has ended."""
        ...

    async def choose(self, token: IdToken, evses: Sequence[int], sent: Sent) -> int | None:
        """The EVSE that the user chooses (selection algorithm UserInput); ``None``: no choice was made."""
        ...


class ReservationListener(Protocol):
    """Whoever is told of reservations: the CSMS connection, as a rule."""

    async def answered(self, reservation: int, result: ReservationResult, sent: Sent) -> None:
        """The answer to a request for a reservation."""
        ...

    async def reserve(self, reservation: int, sent: Sent) -> bool:
        """Whether a reservation without an EVSE is accepted."""
        ...

    async def ended(
        self, evse: int | None, reservation: int, reason: ReservationEndReason, update: bool, sent: Sent
    ) -> None:
        """A reservation is over; ``update``: the CSMS is to be told (OCPP ReservationStatusUpdate)."""
        ...


class NoEvses:
    """EVSEs that hear everything, do nothing, and accept every reservation: a base for those that do something."""

    async def authorize(self, evse: int, response: AuthorizeEvse, sent: Sent) -> None:
        """Nothing is done."""

    async def withdraw(self, evse: int, sent: Sent) -> None:
        """Nothing is done."""

    async def stop_transaction(self, evse: int, request: StopTransaction, sent: Sent) -> None:
        """Nothing is done."""

    async def reserve(self, evse: int, reservation: int, sent: Sent) -> bool:
        """It is accepted."""
        return True

    async def hold(self, evse: int, held: bool, sent: Sent) -> None:
        """Nothing is done."""

    async def reservation_ended(self, evse: int, reservation: int, reason: ReservationEndReason, sent: Sent) -> None:
        """Nothing is done."""


class NoDisplay:
    """A display that shows nothing."""

    async def status(self, token: IdToken, status: TokenValidationStatus, evse: int | None, sent: Sent) -> None:
        """Nothing is shown."""

    async def result(self, token: IdToken, result: TokenHandlingResult, evse: int | None, sent: Sent) -> None:
        """Nothing is shown."""

    async def choose(self, token: IdToken, evses: Sequence[int], sent: Sent) -> int | None:
        """Nobody chooses."""


class NoListener:
    """A listener that accepts every reservation and tells nobody."""

    async def answered(self, reservation: int, result: ReservationResult, sent: Sent) -> None:
        """Nobody is told."""

    async def reserve(self, reservation: int, sent: Sent) -> bool:
        """It is accepted."""
        return True

    async def ended(
        self, evse: int | None, reservation: int, reason: ReservationEndReason, update: bool, sent: Sent
    ) -> None:
        """Nobody is told."""


class AllowList:
    """A validator that knows its tokens (compared without regard to case, as OCPP does); all others are Invalid."""

    def __init__(self, tokens: Sequence[IdToken]) -> None:
        self._tokens = frozenset(tokens)

    async def validate(self, token: IdToken, evses: Sequence[int], sent: Sent) -> ValidationResult | None:
        """Accepted or Invalid."""
        known = any(token.value == each.value for each in self._tokens)
        return ValidationResult(AuthorizationStatus.Accepted if known else AuthorizationStatus.Invalid)


VALIDATION_TIMEOUT = 30.0
"""Seconds that a validator may take; then its answer is Unknown."""


@dataclass(frozen=True)
class Ports:
    """What a station calls. Each validator is asked at the same time, for ``validation_timeout`` seconds at most."""

    evses: EvsePort
    validators: Sequence[Validator]
    display: Display = field(default_factory=NoDisplay)
    reservations: ReservationListener = field(default_factory=NoListener)
    validation_timeout: float = VALIDATION_TIMEOUT
    failure: Failure = field(default_factory=Failure)
