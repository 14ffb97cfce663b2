"""Random days at a station of any kind: commands in any order, and what must hold whatever comes."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeVar

from statewatt.engine import InputError, Step
from statewatt.models.commands import (
    AnswerReservation,
    Conclude,
    PublishStatus,
    ReservationEnded,
    StopTransaction,
)
from statewatt.models.recording import Recording
from statewatt.models.values import TokenHandlingResult, TokenValidationStatus
from tests.models.days import Message, Watched
from tests.strategies import Chooser

T = TypeVar("T")

TOKENS = ("A", "a", "B", "C", "D")
GROUPS = (None, None, "G", "g", "H", "MASTER")
TYPES = ("cCCS2", "cType2", "Unknown")
STATUSES = ("Accepted", "Accepted", "Accepted", "Invalid", "ConcurrentTx")
ALGORITHMS = ("FindFirst", "PlugEvents", "PlugEventsLIFO", "UserInput")
EVENTS = (
    *("SessionStarted", "SessionStarted", "SessionStarted", "TransactionStarted", "TransactionStarted"),
    *("TransactionFinished", "SessionFinished", "Deauthorized", "ReservationEnd", "Disabled", "Enabled", "Enabled"),
)
COMMANDS = (
    *("token",) * 6,
    *("session_event",) * 10,
    *("reserve",) * 3,
    *("advance",) * 3,
    *("withdraw", "fault", "fault", "update", "cancel", "choose", "answer", "answer", "set", "restart", "refuse"),
)

RESERVING = (*("reserve",) * 6, *("token",) * 5, *("fault",) * 2, "session_event", "advance", "cancel", "set")
"""The commands of days on which much is reserved."""


class Walk(Recording):
    """A random day; ``chooser`` makes it, the same choices the same day.

    ``reserving``: much is reserved, for connectors of two types, and little else happens.

    Raises ``AssertionError`` when a presentation has not exactly one result in time, a request for a reservation not
    exactly one answer, or a reservation comes back.
    """

    def __init__(self, chooser: Chooser, engine: Watched, *, reserving: bool = False) -> None:
        super().__init__(engine)
        self._kinds: tuple[str, ...] = RESERVING if reserving else COMMANDS
        self._types: tuple[str, ...] = TYPES[:2] if reserving else TYPES
        self.watched = engine
        self._chooser = chooser
        self.commands: list[Message] = []
        self.results: Counter[int] = Counter()
        self.answers: Counter[int] = Counter()
        self._validated: dict[int, int] = {}
        self.do(self._configuration())

    def one(self, *options: T) -> T:
        """One of these."""
        return self._chooser.choose(options)

    def do(self, command: Message) -> None:
        """One command, and what must hold after it."""
        self.commands.append(command)
        before = self._placed() if command["cmd"] == "restart" else set()
        self.handle(command)
        self._settle(before)

    def step(self) -> None:
        """One random command; a wrong one changes nothing."""
        kind = self.one(*self._kinds)
        if kind == "answer":
            self._answer_again()
            return
        state = self.state
        try:
            self.do(getattr(self, f"_a_{kind}")())
        except InputError:
            assert self.state is state

    def end(self) -> None:
        """The day ends: whatever waits is withdrawn, and everything has had its result."""
        self.do({"cmd": "withdraw_authorization"})
        assert self.results == Counter(range(1, self.state.next_key("Authorization")))

    # --- what must hold ---

    def _settle(self, before: set[tuple[int, str]]) -> None:
        for step in self.steps:
            self._check(step)
        if self.commands[-1]["cmd"] == "restart":
            self._restarted(before)
        assert max(self.results.values(), default=1) == 1, "one result for each presentation"
        assert max(self.answers.values(), default=1) == 1, "one answer for each request"
        for a in self.engine.view(self.state).authorizations:
            if a.is_being_worked_on() and not a.validating.is_active:
                assert self._now <= self._validated[a.key], "a result at the latest connection_timeout after validation"

    def _check(self, step: Step) -> None:
        """What must hold after a step, with what it told."""
        view: Any = self.engine.view(step.state)
        transactions = {e.key for e in view.evses if e.is_in_a_transaction()}
        for told in step.commands:
            if isinstance(told, Conclude):
                self.results[_key(told.authorization)] += 1
                self._check_result(told)
            elif isinstance(told, AnswerReservation):
                self.answers[_key(told.reservation)] += 1
            elif isinstance(told, StopTransaction):
                assert told.evse in transactions, "what is stopped runs"
            elif isinstance(told, PublishStatus) and told.status is TokenValidationStatus.Withdrawn:
                assert self._is_withdrawn(told.token.value), "a withdrawal ends what it names"
        for a in view.authorizations:
            assert not (a.is_being_worked_on() and self.results[a.key]), "what has its result is not worked on"
            if a.is_being_worked_on() and not a.validating.is_active:
                self._validated.setdefault(a.key, step.state.now + step.state.config.connection_timeout)

    def _check_result(self, told: Conclude) -> None:
        if told.result is TokenHandlingResult.WITHDRAWN:
            assert self._is_withdrawn(told.token.value), "a withdrawal ends what it names"
        if told.result is TokenHandlingResult.USED_TO_START_TRANSACTION:
            named = told.order.numbers
            assert not told.order.named or self.topology.numbers[_key(told.evse)] in named, "granted where it was for"

    def _is_withdrawn(self, token: str) -> bool:
        """The command is a withdrawal that may name the token."""
        command = self.commands[-1]
        named = command.get("id_token")
        return command["cmd"] == "withdraw_authorization" and (named is None or named.casefold() == token)

    def _placed(self) -> set[tuple[int, str]]:
        return {(r.number, r.token.text) for r in self.engine.view(self.state).reservations if r.is_placed()}

    def _restarted(self, before: set[tuple[int, str]]) -> None:
        self.results.clear()
        self.answers.clear()
        self._validated.clear()
        ended = {c.number for step in self.steps for c in step.commands if isinstance(c, ReservationEnded)}
        placed = self._placed()
        assert placed <= before, "an ended reservation never comes back"
        if self._use_store:
            assert before - placed <= {(n, t) for n, t in before if n in ended}, "a reservation survives a restart"
        else:
            assert not placed

    # --- what may come ---

    def _configuration(self) -> Message:
        evses = [
            {
                "evse_id": n,
                "connectors": [{"connector_id": c, "type": self.one(*self._types)} for c in self.one((1,), (1, 2))],
            }
            for n in range(1, self.one(2, 3, 1, 4) + 1)
        ]
        self._last_evse = len(evses)
        return {
            "cmd": "configure",
            "evses": evses,
            "selection_algorithm": self.one(*ALGORITHMS),
            "connection_timeout": 30,
            "use_store": self.one(True, False),
            "ignore_connector_faults": self.one(False, False, True),
            **self._settings_that_change(),
        }

    def _settings_that_change(self) -> Message:
        return {
            "plug_in_timeout_enabled": self.one(True, False),
            "prioritize_authorization_over_stopping_transaction": self.one(True, False),
            "stop_transaction_on_reswipe": self.one(True, True, False),
            "master_pass_group_id": self.one("", "MASTER"),
        }

    def _evse(self) -> int:
        evse: int = self.one(*range(1, self._last_evse + 1))
        return evse

    def _connector(self) -> int:
        return self.one(1, 1, 2)

    def _some_evses(self) -> Message:
        listed = self.one(None, None, (self._evse(),), (self._evse(), self._evse()), (self._evse(), 99))
        return {} if listed is None else {"connectors": list(listed)}

    def _a_result(self) -> Message:
        allowed = self.one(None, None, None, [self._evse()])
        return {
            "authorization_status": self.one(*STATUSES),
            "parent_id_token": self.one(*GROUPS),
            **({} if allowed is None else {"evse_ids": allowed}),
        }

    def _a_token(self) -> Message:
        command: Message = {"cmd": "token", "id_token": self.one(*TOKENS), **self._some_evses()}
        command["authorization_type"] = self.one("RFID", "RFID", "RFID", "OCPP", "PlugAndCharge")
        if self.one(True, False):
            return {**command, "prevalidated": True, "parent_id_token": self.one(*GROUPS)}
        results = [self._a_result() for _ in range(self.one(1, 2, 0))]
        return {**command, "validation_results": results, "validation_delay_s": self.one(0, 2, 40, 100_000)}

    def _a_session_event(self) -> Message:
        event = self.one(*EVENTS)
        given = {"cmd": "session_event", "evse_id": self._evse(), "event": event, "connector_id": self._connector()}
        return {**given, "reason": "EVConnected"} if event == "SessionStarted" else given

    def _a_reserve(self) -> Message:
        where = self.one({}, {}, {"evse_id": self._evse()})
        return {
            "cmd": "reserve",
            "reservation_id": self.one(1, 2, 3),
            "id_token": self.one(*TOKENS),
            "parent_id_token": self.one(*GROUPS),
            "connector_type": self.one(None, *self._types),
            "expires_in_s": self.one(500, 10, 40, -1),
            "notify": self.one(True, True, False),
            **where,
        }

    def _a_advance(self) -> Message:
        return {"cmd": "advance", "seconds": self.one(1, 5, 25, 31)}

    def _a_withdraw(self) -> Message:
        evse, token = self.one(None, self._evse()), self.one(None, self.one(*TOKENS))
        return {"cmd": "withdraw_authorization", "evse_id": evse, "id_token": token}

    def _a_fault(self) -> Message:
        kind = self.one("fault_raised", "fault_cleared")
        return {"cmd": kind, "evse_id": self._evse(), "connector_id": self._connector()}

    def _a_update(self) -> Message:
        result = self._a_result()
        result.pop("evse_ids", None)
        return {"cmd": "validation_result_update", "evse_id": self._evse(), **result}

    def _a_cancel(self) -> Message:
        return {"cmd": "cancel_reservation", "reservation_id": self.one(1, 2, 3)}

    def _a_choose(self) -> Message:
        return {"cmd": "choose", "id_token": self.one(*TOKENS), "evse_id": self._evse()}

    def _a_set(self) -> Message:
        return {"cmd": "set", **self._settings_that_change(), "connection_timeout": self.one(30, 10)}

    def _a_restart(self) -> Message:
        return {"cmd": "restart"} if self.one(False, False, False, True) else self._a_token()

    def _a_refuse(self) -> Message:
        return {"cmd": "evse_manager_refuses_reservation", "evse_id": self._evse(), "refuses": self.one(True, False)}

    def _answer_again(self) -> None:
        """A validator answers some presentation: in time, late, twice, or one that was never asked."""
        last = self.state.next_key("Authorization") - 1
        key, validator = self.one(last, last - 1, last - 2, 1), self.one(1, 1, 2, 3)
        if not 1 <= key <= last:
            return
        answer: dict[str, Any] = self._a_result()
        self.commands.append({"cmd": "answer", "authorization": key, "validator": validator, **answer})
        self.steps = []
        self._try(self.requests.answer(key, validator, **answer))
        self._settle(set())


def _key(thing: object) -> int:
    """A thing of a command, which the engine names by its key."""
    assert isinstance(thing, int)
    return thing
