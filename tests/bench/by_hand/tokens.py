"""The tokens at a hand-written station: the way from the swipe to the result, selection, the grant."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from statewatt.models.commands import AuthorizeEvse, Conclude, PublishStatus, StopTransaction, WithdrawAuthorization
from statewatt.models.station import Config
from statewatt.models.values import (
    AuthorizationStatus,
    AuthorizationType,
    IdToken,
    Order,
    SelectionAlgorithm,
    StopTransactionReason,
    TokenHandlingResult,
    TokenValidationStatus,
)

from .reservations import Reservations
from .things import CHARGING, CONSIDERED, ENDED, GRANTED, SELECTING, STARTED, WAITING, WITHDRAWING, Evse, Grant

RESULT = TokenHandlingResult
STATUS = TokenValidationStatus


class Tokens:
    """``living`` has for each token the one presentation that is under way or holds an EVSE."""

    def __init__(
        self,
        evses: Sequence[Evse],
        config: Config,
        reservations: Reservations,
        changed: Callable[[Evse], None],
        wait_for: Callable[[int, Grant], None],
        out: list[Any],
    ) -> None:
        self.now = 0
        self._out = out
        self.living: dict[IdToken, Grant] = {}
        self.due: dict[int, Grant] = {}
        self._evses = evses
        self._numbers = {e.number: e for e in evses}
        self._config = config
        self._reservations = reservations
        self._changed = changed
        self._wait_for = wait_for
        self._presented = 0
        self._selecting: dict[int, Grant] = {}
        self._available: list[int] = []
        """The numbers of the EVSEs that are available, in order."""
        self._unheld: set[Evse] = set()
        """The EVSEs in service that no token holds."""
        self._waiting: set[Evse] = set()
        """The EVSEs at which a vehicle waits for a token."""

    def look_at(self, evse: Evse) -> None:
        """Keep account of an EVSE that has changed."""
        number, numbers = evse.number, self._available
        at = bisect_left(numbers, number)
        known = at < len(numbers) and numbers[at] == number
        if evse.available and not known:
            insort(numbers, number)
        elif known and not evse.available:
            del numbers[at]
        (self._unheld.add if evse.in_service and evse.holder is None else self._unheld.discard)(evse)
        (self._waiting.add if evse.session == WAITING else self._waiting.discard)(evse)

    # --- the way of a token, steps 1 to 6 ---

    def present(self, token: IdToken, type: AuthorizationType, order: Order, parent: IdToken | None) -> None:
        """A token is presented that is validated already; ``order`` names the EVSEs that it is for."""
        self._presented += 1
        listed = None
        if order.named:
            known = {self._numbers[n] for n in order.numbers if n in self._numbers}
            listed = sorted(known, key=lambda e: e.key)
        grant = Grant(self._presented, token, type, listed, order, parent)
        other = self.living.get(token)
        if other is not None and other.stage != STARTED:
            self._conclude(grant, RESULT.ALREADY_IN_PROCESS)
            return
        self._publish(grant, STATUS.Processing)
        if other is not None and type is AuthorizationType.RFID and self._lists(grant, other.evse):
            assert other.evse is not None
            self._stop_or_go_on(grant, other.evse, other.group or parent, narrowed=False)
        elif not self._is_worthwhile(grant):
            self._conclude(grant, RESULT.NO_CONNECTOR_AVAILABLE)
        elif not self._stops(grant):
            if self._nothing_is_available(grant):
                self._conclude(grant, RESULT.NO_CONNECTOR_AVAILABLE)
            else:
                self._selecting[grant.key] = grant
                if other is None:
                    self.living[token] = grant

    def _is_worthwhile(self, grant: Grant) -> bool:
        if self._nothing_is_available(grant):
            master = self._config.master_pass_group_id
            if master is None and all(e.holder is None or e.holder.group is None for e in self._listed(grant)):
                return False
        elif not self._reservations.placed:
            return True
        possible, may_be = self._reservations.charging_is_possible, self._reservations.may_be_for
        return any(
            (e.in_service or e.session == CHARGING) and (possible(e) or may_be(e, grant.token))
            for e in self._listed(grant)
        )

    def _stops(self, grant: Grant) -> bool:
        """It stops a transaction, lets it go on, or its group holds an EVSE already: it ends here."""
        group = grant.parent
        if group is None or (
            self._config.prioritize_authorization_over_stopping_transaction and not self._nothing_is_available(grant)
        ):
            return False
        if group == self._config.master_pass_group_id:
            self._stop_all(grant)
            return True
        held = [
            e
            for e in self._listed(grant)
            if e.holder is not None and (e.holder.token == group or e.holder.group == group)
        ]
        charging = next((e for e in held if e.session == CHARGING), None)
        if charging is not None:
            self._stop_or_go_on(grant, charging, group, narrowed=True)
        elif held:
            self._conclude(grant, RESULT.ALREADY_IN_PROCESS)
        return bool(held)

    def _stop_or_go_on(self, grant: Grant, evse: Evse, group: IdToken | None, *, narrowed: bool) -> None:
        result = RESULT.USED_TO_REAUTHORIZE
        if self._config.stop_transaction_on_reswipe:
            self._stop(grant, evse, StopTransactionReason.Local, narrowed)
            result = RESULT.USED_TO_STOP_TRANSACTION
        grant.parent = group
        self._conclude(grant, result, evse)

    def _stop_all(self, grant: Grant) -> None:
        """A master pass stops every transaction that it refers to."""
        stopped = [e for e in self._listed(grant) if e.session == CHARGING]
        for evse in stopped:
            self._stop(grant, evse, StopTransactionReason.MasterPass, narrowed=False)
        grant.parent = self._config.master_pass_group_id
        self._conclude(grant, RESULT.USED_TO_STOP_TRANSACTION, stopped=frozenset(e.key for e in stopped))

    # --- step 7, and what time brings ---

    def move(self) -> bool:
        """Let one presentation take its next step, the first that can; whether one could."""
        waiting = self._selecting
        if self.due:
            waiting = dict(sorted({**waiting, **self.due}.items()))
        return any(self._move(grant) for grant in list(waiting.values())) if waiting else False

    def _move(self, grant: Grant) -> bool:
        if grant.stage == CONSIDERED:
            self._consider(grant)
            return True
        due = grant.deadline is not None and grant.deadline <= self.now
        if grant.stage == SELECTING:
            evse = self._selected(grant)
            if evse is not None:
                self._grant(grant, evse)
            elif due:
                self._end(grant, RESULT.TIMEOUT)
            return evse is not None or due
        self.due.pop(grant.key, None)
        if due:
            self._expire(grant)
        return due

    def _consider(self, grant: Grant) -> None:
        """Whether it may start somewhere; if not, its EVSEs are told."""
        grant.deadline = self.now + self._config.connection_timeout
        other = self.living[grant.token]
        if grant.parent is not None and grant.parent == self._config.master_pass_group_id:
            self._end(grant, RESULT.REJECTED)
        elif other is not grant:
            grant.status = AuthorizationStatus.ConcurrentTx
            self._reject(grant)
        else:
            self._publish(grant, STATUS.Accepted)
            if self._nothing_is_available(grant):
                self._turn_away(grant, AuthorizationStatus.NotAtThisLocation)
            elif next(self._candidates(grant), None) is None:
                self._turn_away(grant, AuthorizationStatus.NotAtThisTime)
            else:
                grant.at_once = self._only_one(grant) is not None
                grant.stage = SELECTING
                self._wait_for(grant.deadline, grant)

    def _turn_away(self, grant: Grant, status: AuthorizationStatus) -> None:
        grant.status = status
        only = self._only_one(grant)
        if only is not None:
            self._tell(grant, only)
        self._reject(grant)

    def _reject(self, grant: Grant) -> None:
        for e in grant.listed or ():
            if e.holder is None and e.session != CHARGING:
                self._tell(grant, e)
        self._end(grant, RESULT.REJECTED)

    def _candidates(self, grant: Grant) -> Iterator[Evse]:
        """The EVSEs that it may get, in the order in which it names them, or else by their numbers."""
        numbers = dict.fromkeys(grant.order.numbers) if grant.order.named else self._available
        for number in numbers:
            evse = self._numbers.get(number)
            if evse is not None and self._may_get(grant, evse):
                yield evse

    def _may_get(self, grant: Grant, evse: Evse) -> bool:
        return (
            evse.available
            and self._lists(grant, evse)
            and (
                self._reservations.charging_is_possible(evse)
                or self._reservations.admitting(grant.token, grant.parent, evse) is not None
            )
        )

    def _selected(self, grant: Grant) -> Evse | None:
        """One of the candidates by the configured algorithm; none, to wait."""
        if grant.at_once:
            return min(self._candidates(grant), key=lambda e: e.key, default=None)
        algorithm = self._config.selection_algorithm
        # Who has reserved an EVSE gets that one, if it can.
        own = [e for e in self._reservations.reserved() if self._may_get(grant, e)]
        plugged = sorted((e for e in self._waiting if self._may_get(grant, e)), key=lambda e: e.plug_in_order)
        reserved = [e for e in plugged if e in own]
        if algorithm is SelectionAlgorithm.FindFirst:
            if own:
                return reserved[0] if reserved else next(e for e in self._candidates(grant) if e in own)
            return plugged[0] if plugged else next(self._candidates(grant), None)
        plugged = reserved or plugged
        if not plugged:
            return None
        return plugged[-1 if algorithm is SelectionAlgorithm.PlugEventsLIFO else 0]

    def _grant(self, grant: Grant, evse: Evse) -> None:
        number: int | None = None
        if self._reservations.placed:
            used = self._reservations.admitting(grant.token, grant.parent, evse)
            if used is not None:
                number = used.number
                self._reservations.end(used)
        del self._selecting[grant.key]
        self.due.pop(grant.key, None)
        grant.stage = GRANTED
        grant.evse = evse
        grant.group = grant.parent
        grant.status = AuthorizationStatus.Accepted
        grant.deadline = self.now + self._config.connection_timeout
        self._wait_for(grant.deadline, grant)
        evse.holder = grant
        self._changed(evse)
        self._tell(grant, evse, number, granted=True)
        self._conclude(grant, RESULT.USED_TO_START_TRANSACTION, evse)

    def _expire(self, grant: Grant) -> None:
        """No transaction was started in time."""
        evse = grant.evse
        assert evse is not None
        told = grant.stage == GRANTED
        grant.deadline = None
        grant.stage = ENDED
        evse.holder = None
        del self.living[grant.token]
        self._changed(evse)
        if told:
            self._out.append(WithdrawAuthorization(evse.key))
            self._publish(grant, STATUS.TimedOut, evse)

    def withdraw(self, evse: Evse | None, token: IdToken | None) -> None:
        """What waits is concluded; what is granted stays bound until its EVSE lets go; a transaction is stopped."""
        for grant in sorted(self.living.values(), key=lambda g: g.key):
            if token is not None and token != grant.token:
                continue
            if grant.stage == SELECTING:
                if evse is None or self._lists(grant, evse):
                    self._end(grant, RESULT.WITHDRAWN)
            elif evse is None or grant.evse is evse:
                self._withdraw(grant)

    def _withdraw(self, grant: Grant) -> None:
        evse = grant.evse
        assert evse is not None
        if grant.stage == GRANTED:
            grant.stage = WITHDRAWING
            self._out.append(WithdrawAuthorization(evse.key))
            parent, grant.parent = grant.parent, grant.group
            self._publish(grant, STATUS.Withdrawn, evse)
            grant.parent = parent
        elif grant.stage == STARTED:
            self._out.append(StopTransaction(evse.key, StopTransactionReason.DeAuthorized))

    # --- questions ---

    def _listed(self, grant: Grant) -> Sequence[Evse]:
        return self._evses if grant.listed is None else grant.listed

    def _lists(self, grant: Grant, evse: Evse | None) -> bool:
        return grant.listed is None or evse in grant.listed

    def _nothing_is_available(self, grant: Grant) -> bool:
        return not (self._available if grant.listed is None else any(e.available for e in grant.listed))

    def _only_one(self, grant: Grant) -> Evse | None:
        """The only EVSE in service that it refers to and that no token holds, if there is only one."""
        unheld = self._unheld if grant.listed is None else [e for e in grant.listed if e in self._unheld]
        return next(iter(unheld)) if len(unheld) == 1 else None

    # --- what is told ---

    def _end(self, grant: Grant, result: TokenHandlingResult) -> None:
        del self._selecting[grant.key]
        self.due.pop(grant.key, None)
        grant.deadline = None
        grant.stage = ENDED
        if self.living[grant.token] is grant:
            del self.living[grant.token]
        self._conclude(grant, result)

    def _conclude(
        self,
        grant: Grant,
        result: TokenHandlingResult,
        evse: Evse | None = None,
        stopped: frozenset[Any] = frozenset(),
    ) -> None:
        key = None if evse is None else evse.key
        self._out.append(Conclude(grant.key, result, grant.token, grant.order, grant.parent, key, stopped))

    def _publish(self, grant: Grant, status: TokenValidationStatus, evse: Evse | None = None) -> None:
        key = None if evse is None else evse.key
        self._out.append(PublishStatus(grant.key, status, grant.token, grant.order, grant.parent, key))

    def _tell(self, grant: Grant, evse: Evse, reservation: int | None = None, granted: bool = False) -> None:
        self._out.append(
            AuthorizeEvse(
                evse.key,
                grant.key,
                grant.status,
                grant.token,
                grant.order,
                grant.parent,
                grant.parent,
                reservation,
                granted,
            )
        )

    def _stop(self, grant: Grant, evse: Evse, reason: StopTransactionReason, narrowed: bool) -> None:
        self._out.append(StopTransaction(evse.key, reason, grant.key, grant.token, grant.order, grant.parent, narrowed))
