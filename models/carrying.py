"""What carries the commands of a station to its ports, and takes their answers back as inputs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from ..engine import Event, InputError, Refusal
from ..engine.journal import Delivery
from ..engine.shell import ClosedError, Courier, Lane, Shell
from ..engine.shell.redaction import redacted
from ..engine.state import always
from . import commands as c
from .ports import Ports, Sent, ValidationResult, Validator
from .requests import Requests, key_of
from .secrets import secrets
from .station import ChargingStation
from .values import AuthorizationStatus, Order, ReservationResult, TokenHandlingResult

T = TypeVar("T")
log = logging.getLogger("statewatt.station")

REMEMBERED = 10_000
"""Results that are kept for whoever asks late."""


class Awaited(Generic[T]):
    """One result for each key, for whoever waits for it or asks late."""

    def __init__(self) -> None:
        self._known: dict[int, asyncio.Future[T]] = {}

    def of(self, key: int) -> asyncio.Future[T]:
        """The result of a key, when it comes."""
        if key not in self._known:
            self._known[key] = asyncio.get_running_loop().create_future()
        return self._known[key]

    def settle(self, key: int, value: T) -> None:
        """The result is there."""
        found = self.of(key)
        if not found.done():
            found.set_result(value)
        for old in [k for k in islice(self._known, max(0, len(self._known) - REMEMBERED)) if self._known[k].done()]:
            del self._known[old]


class Carrier:
    """Carries each command to its port, and takes the port's answer back to the station."""

    def __init__(self, requests: Requests, ports: Ports, shell: Callable[[], Shell[ChargingStation]]) -> None:
        """``shell`` gives the shell that takes the answers, once it is there."""
        self.requests = requests
        self.topology = requests.topology
        self.ports = ports
        self.results: Awaited[TokenHandlingResult] = Awaited()
        self.answers: Awaited[ReservationResult] = Awaited()
        self._shell = shell

    def lane(self, command: Any) -> Lane:
        """Who gets the command: commands for one receiver keep their order, but no presentation waits for another."""
        match command:
            case c.ValidateToken():
                return Lane("validators", key_of(command.authorization))
            case c.ChooseEvse():
                return Lane("choices", key_of(command.authorization))
            case c.PublishStatus() | c.Conclude():
                return Lane("display")
            case c.AnswerReservation():
                return Lane("reservations")
            case _:
                return Lane("reservations" if command.evse is None else f"EVSE {self.topology.number(command.evse)}")

    def settle(self, command: Any) -> None:
        """Tell whoever waits for what the command says, however its port is doing."""
        if isinstance(command, c.Conclude):
            self.results.settle(key_of(command.authorization), command.result)
        elif isinstance(command, c.AnswerReservation):
            self.answers.settle(key_of(command.reservation), command.result)

    def limit(self, command: Any, usual: float) -> float | None:
        """Seconds for one try: validators have a limit of their own, and people choose as long as they may."""
        return None if isinstance(command, (c.ValidateToken, c.ChooseEvse)) else usual

    async def carry(self, delivery: Delivery) -> None:
        """Carry one command; what its receiver answers is on the disk when this returns."""
        sent = Sent(delivery.id, delivery.repeat)
        command, ports = delivery.command, self.ports
        match command:
            case c.ValidateToken():
                await self._validate(command, sent)
            case c.ChooseEvse():
                await self._choose(command, sent)
            case c.PublishStatus():
                evse = self._number(command.evse)
                await ports.display.status(command.token, command.status, evse, sent)
            case c.Conclude():
                await ports.display.result(command.token, command.result, self._number(command.evse), sent)
            case c.AnswerReservation():
                await ports.reservations.answered(command.number, command.result, sent)
            case c.Reserve():
                await self._reserve(command, sent)
            case c.ReservationEnded(evse=None):
                await ports.reservations.ended(None, command.number, command.reason, command.send_update, sent)
            case _:
                await self._tell_evse(command, sent)

    async def _tell_evse(self, command: Any, sent: Sent) -> None:
        ports, evse = self.ports, self.topology.number(command.evse)
        match command:
            case c.AuthorizeEvse():
                await ports.evses.authorize(evse, command, sent)
            case c.WithdrawAuthorization():
                await ports.evses.withdraw(evse, sent)
            case c.StopTransaction():
                await ports.evses.stop_transaction(evse, command, sent)
            case c.HoldEvse() | c.ReleaseEvse():
                await ports.evses.hold(evse, isinstance(command, c.HoldEvse), sent)
            case c.ReservationEnded():
                await ports.evses.reservation_ended(evse, command.number, command.reason, sent)
                await ports.reservations.ended(evse, command.number, command.reason, command.send_update, sent)
            case _:
                raise TypeError(f"no port takes {type(command).__name__}")

    # --- those that answer ---

    async def _validate(self, command: c.ValidateToken, sent: Sent) -> None:
        """Ask all validators at once; each answer counts as it comes. Those that are no longer there abstain."""
        key, evses = key_of(command.authorization), self._order(command.order)
        state = self._shell().state
        if key in state.keys("Authorization"):
            asked_then: Any = state.row("Authorization", key).fields["validators"]
            for number in range(len(self.ports.validators) + 1, asked_then + 1):
                await self._back(self.requests.abstain(key, number))
        asked = [
            self._ask(number, validator, key, command, evses, sent)
            for number, validator in enumerate(self.ports.validators, 1)
        ]
        await asyncio.gather(*asked)

    async def _ask(
        self, number: int, validator: Validator, key: int, command: c.ValidateToken, evses: Sequence[int], sent: Sent
    ) -> None:
        try:
            said = await asyncio.wait_for(validator.validate(command.token, evses, sent), self.ports.validation_timeout)
            event = self._answer(key, number, said)
        except Exception as error:
            log.warning(
                "validator %d has no answer: %s",
                number,
                redacted(f"{type(error).__name__}: {error}", secrets, command),
                extra={"validator": number, "presentation": key, "command_id": sent.id},
            )
            event = self._answer(key, number, ValidationResult(AuthorizationStatus.Unknown))
        await self._back(event)

    def _answer(self, key: int, number: int, said: ValidationResult | None) -> Event:
        requests = self.requests
        if said is None:
            return requests.abstain(key, number)
        parent = None if said.parent is None else said.parent.text
        evses = None if said.evses is None else list(said.evses)
        return requests.answer(key, number, said.status.value, parent, evses)

    async def _choose(self, command: c.ChooseEvse, sent: Sent) -> None:
        key = key_of(command.authorization)
        state = self._shell().state
        if key not in state.keys("Authorization"):
            return
        fields: Mapping[str, Any] = state.row("Authorization", key).fields
        offered = sorted(self.topology.number(evse) for evse in fields["listed"])
        left = None if fields["deadline"] is None else (fields["deadline"] - self._shell().clock.now()) / 1000
        try:
            chosen = await asyncio.wait_for(self.ports.display.choose(command.token, offered, sent), left)
        except TimeoutError:
            return  # the presentation has timed out by itself
        if chosen is not None:
            await self._back(self.requests.choose(key, chosen))

    async def _reserve(self, command: c.Reserve, sent: Sent) -> None:
        ports = self.ports
        if command.evse is None:
            accepts = await ports.reservations.reserve(command.number, sent)
        else:
            accepts = await ports.evses.reserve(self.topology.number(command.evse), command.number, sent)
        if not command.restored:
            await self._back(self.requests.answer_offer(key_of(command.reservation), bool(accepts)))

    async def _back(self, event: Event) -> None:
        """Take an answer; one that comes too late is refused, or its thing is gone: that changes nothing."""
        try:
            late = isinstance(await self._shell().enqueue(always(event)), Refusal)
        except ClosedError:
            raise
        except InputError:
            late = True
        if late:
            log.info("an answer came too late: %s", event)

    def _number(self, evse: object) -> int | None:
        return None if evse is None else self.topology.number(evse)

    def _order(self, order: Order) -> list[int]:
        """The EVSEs that a token came with."""
        return list(order.numbers) if order.named else list(self.topology.evses)


class PortCourier(Courier):
    """Carries the commands of a station to its ports, once whoever waits for one has been told."""

    def __init__(self, carrier: Carrier, done: Callable[[int], None]) -> None:
        failure = carrier.ports.failure
        super().__init__(carrier.lane, carrier.carry, done, failure, limit=carrier.limit, secrets=secrets)
        self._carrier = carrier

    def send(self, delivery: Delivery) -> None:
        """Tell those who wait, and put the command on its lane."""
        self._carrier.settle(delivery.command)
        super().send(delivery)
