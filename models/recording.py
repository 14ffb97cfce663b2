"""Recorded runs: a station driven by recorded commands under virtual time, its outputs in the format of recordings.

One command is one JSON object; time is virtual and passes only in ``advance``; see the format in ``docs/replay.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..engine import Birth, Configure, Engine, InputError, Refusal, Step, load
from ..engine.state import State
from .commands import AnswerReservation, Conclude, Reserve
from .messages import Message, messages, observed
from .queries import reservation_exists
from .requests import (
    Input,
    Requests,
    Topology,
    checked_call,
    checked_settings,
    config,
    flag,
    key_of,
    member,
    objects,
    span,
    token,
    whole_number,
)
from .station import ChargingStation, Config
from .values import ConnectorType, WithdrawAuthorizationResult

LONG = 365 * 24 * 3600 * 1000
"""How long a reservation lasts whose expiry was not recorded, in milliseconds."""


@dataclass(order=True)
class _Due:
    """Something that the recording has arranged for a later time."""

    at: int
    number: int
    inputs: list[Input] = field(compare=False)


class Recording:
    """A station that is driven by recorded commands.

    ``handle`` takes a command and returns what the station did; ``state`` is the station's whole state,
    ``observed()`` what can be seen of it from outside. A command that is wrong raises ``InputError`` and changes
    nothing.
    """

    def __init__(self, engine: Engine[ChargingStation] | None = None) -> None:
        self.engine = engine if engine is not None else load(ChargingStation)
        self.steps: list[Step] = []
        """The steps that the last command took."""
        self._state: State | None = None
        self._requests: Requests | None = None
        self._now = 0
        self._line = -1
        self._presented: dict[int, int] = {}
        self._due: list[_Due] = []
        self._refusing: set[int] = set()
        self._use_store = False

    # --- what it is asked ---

    @property
    def state(self) -> State:
        """The station's state; ``InputError`` before ``configure``."""
        if self._state is None:
            raise InputError("the first command of a recording is configure")
        return self._state

    @property
    def requests(self) -> Requests:
        """The station's border."""
        if self._requests is None:
            raise InputError("the first command of a recording is configure")
        return self._requests

    @property
    def topology(self) -> Topology:
        """The station's EVSEs and connectors."""
        return self.requests.topology

    def observed(self) -> Message:
        """What can be seen from outside."""
        return observed(self.engine.view(self.state))

    def handle(self, command: Mapping[str, object]) -> list[Message]:
        """What the station does upon one command."""
        name = command.get("cmd")
        handler = _HANDLERS.get(name) if isinstance(name, str) else None
        if handler is None:
            raise InputError(f"there is no command {name!r}; there are {', '.join(_HANDLERS)}")
        arguments = {k: v for k, v in command.items() if k != "cmd"}
        self.steps = []
        self._line += 1
        return checked_call(str(name), handler, self, **arguments)

    # --- the station ---

    def _configure(self, evses: object, use_store: object = False, **settings: object) -> list[Message]:
        topology, settled = station_of({"evses": evses, **settings})
        start = self.engine.start(settled, topology.births)
        self._use_store = flag(use_store, "use_store")
        self._requests = Requests(topology)
        self._state, self._now, self._due = start, 0, []
        self._presented, self._refusing = {}, set()
        return self._do(None)

    def _set(self, **settings: object) -> list[Message]:
        return self._do(Configure(checked_settings(settings)))

    def _restart(self) -> list[Message]:
        kept = [r for r in self.engine.view(self.state).reservations if r.is_placed()] if self._use_store else []
        births = [_restored(self.state, r.key, self._now) for r in kept]
        self._state = self.engine.start(self.state.config, self.topology.births, now=self._now)
        self._due, self._presented = [], {}
        return [m for birth in [None, *births] for m in self._do(birth)]

    def _advance(self, seconds: object) -> list[Message]:
        end = self._now + span(seconds, "seconds")
        told: list[Message] = []
        while True:
            deadline = self.state.deadline
            due = min(self._due, default=None)
            if deadline is not None and deadline <= end and (due is None or deadline <= due.at):
                self._now = deadline
                told += self._do(None)
            elif due is not None and due.at <= end:
                self._now = due.at
                self._due.remove(due)
                told += [m for event in due.inputs for m in self._do(event)]
            else:
                self._now = end
                return told

    # --- tokens ---

    def _token(
        self,
        id_token: object,
        validation_results: object = (),
        validation_delay_s: object = 0,
        **options: object,
    ) -> list[Message]:
        results = objects(validation_results, "validation_results")
        present, answer = self.requests.present, self.requests.answer
        birth = checked_call("token", present, id_token, validators=len(results) or 1, **options)
        delay = span(validation_delay_s, "validation_delay_s")
        number = self.state.next_key("Authorization")
        answers: list[Input] = [
            checked_call("a validation result", answer, number, i, **r) for i, r in enumerate(results, 1)
        ]
        answers = answers or [self.requests.abstain(number, 1)]
        self._presented[number] = self._line
        told = self._do(birth)
        asked = [m for m in told if m["type"] == "validate_token"]
        if asked and delay:
            self._due.append(_Due(self._now + delay, self._line, answers))
        elif asked:
            told += [m for answer in answers for m in self._do(answer)]
        return told

    def _choose(self, id_token: object, evse_id: object) -> list[Message]:
        wanted = token(id_token)
        waiting = [a for a in self.engine.view(self.state).authorizations if a.selecting.is_active]
        number = next((a.key for a in waiting if a.token == wanted), None)
        if number is None:
            raise InputError(f"no presentation of {id_token!r} waits for an EVSE")
        return self._do(self.requests.choose(number, evse_id))

    def _withdraw_authorization(self, evse_id: object = None, id_token: object = None) -> list[Message]:
        if type(evse_id) is int and evse_id not in self.topology.evses:
            return [self._result("withdraw_authorization", WithdrawAuthorizationResult.EvseNotFound.value)]
        told, taken = self._try(self.requests.withdraw(evse_id, id_token))
        answer = WithdrawAuthorizationResult.Accepted if taken else WithdrawAuthorizationResult.AuthorizationNotFound
        return [*told, self._result("withdraw_authorization", answer.value)]

    def _validation_result_update(self, evse_id: object, **result: object) -> list[Message]:
        given = {"authorization_status": "Accepted", **result}
        return self._do(checked_call("validation_result_update", self.requests.update_validation, evse_id, **given))

    # --- EVSEs ---

    def _session_event(
        self, evse_id: object, event: object, connector_id: object = 1, reason: object = None, report: object = None
    ) -> list[Message]:
        """``report``: the recorder was to note how long it took; nothing depends on it."""
        return self._do(self.requests.session_event(evse_id, event, connector_id, reason))

    def _fault_raised(self, evse_id: object, connector_id: object = 1) -> list[Message]:
        return self._do(self.requests.fault(evse_id, connector_id, raised=True))

    def _fault_cleared(self, evse_id: object, connector_id: object = 1) -> list[Message]:
        return self._do(self.requests.fault(evse_id, connector_id, raised=False))

    # --- reservations ---

    def _reserve(self, reservation_id: object, id_token: object, **options: object) -> list[Message]:
        lasts = options.pop("expires_in_s", None)
        expiry = self._now + (LONG if lasts is None else span_either_way(lasts))
        given = {**options, "expiry_time": expiry, "now": self._now}
        told, _ = self._try(checked_call("reserve", self.requests.reserve, reservation_id, id_token, **given))
        return told

    def _cancel_reservation(self, reservation_id: object) -> list[Message]:
        told, taken = self._try(self.requests.cancel_reservation(reservation_id))
        return [*told, self._result("cancel_reservation", taken)]

    def _reservation_exists(
        self, id_token: object, evse_id: object = None, group_id_token: object = None
    ) -> list[Message]:
        view = self.engine.view(self.state)
        found = reservation_exists(view, self.topology, id_token, evse_id, group_id_token)
        return [self._result("reservation_exists", found.value)]

    def _evse_manager_refuses_reservation(self, evse_id: object, refuses: object = True) -> list[Message]:
        key = self.topology.evse(evse_id)
        (self._refusing.add if flag(refuses, "refuses") else self._refusing.discard)(key)
        return []

    def _callback_delay(self, callback: object, seconds: object) -> list[Message]:
        """A slow receiver of commands: the step waits for nobody."""
        span(seconds, "seconds")
        return []

    def _inspect(self) -> list[Message]:
        return [{"type": "state", **self.observed()}]

    # --- doing it ---

    def _do(self, event: Input | None) -> list[Message]:
        return self._try(event)[0]

    def _try(self, event: Input | None) -> tuple[list[Message], bool]:
        """What the station tells upon an input, and whether it was taken."""
        result = self.engine.step(self.state, event, self._now)
        if isinstance(result, Refusal):
            return self._try(None)[0], False
        self._state = result.state
        self.steps.append(result)
        told = [m for command in result.commands for m in self._told(command)]
        for command in result.commands:
            if isinstance(command, Reserve) and not command.restored:
                accepts = key_of(command.evse) not in self._refusing
                told += self._do(self.requests.answer_offer(key_of(command.reservation), accepts))
        return told, True

    def _told(self, command: Any) -> list[Message]:
        told = messages(command, self.topology, getattr(command, "evse", None) not in self._refusing)
        if isinstance(command, Conclude):
            told[-1]["step"] = self._presented.pop(key_of(command.authorization), self._line)
        if isinstance(command, AnswerReservation):
            told[-1]["step"] = self._line
        return told

    def _result(self, of: str, value: object) -> Message:
        return {"type": "result", "of": of, "value": value, "step": self._line}


def station_of(described: Mapping[str, object]) -> tuple[Topology, Config]:
    """The topology and the configuration that a ``configure`` command (without its name) describes."""
    settings = {name: value for name, value in described.items() if name not in ("evses", "use_store")}
    return Topology([_evse(e) for e in objects(described.get("evses"), "evses")]), config(settings)


def _evse(described: Mapping[str, object]) -> tuple[int, list[tuple[int, ConnectorType]]]:
    number = whole_number(described.get("evse_id"), "evse_id", least=1)
    connectors = objects(described.get("connectors"), f"connectors of EVSE {number}")
    return number, [_connector(each, number) for each in connectors]


def _connector(described: Mapping[str, object], evse: int) -> tuple[int, ConnectorType]:
    number = whole_number(described.get("connector_id"), f"connector_id at EVSE {evse}", least=1)
    return number, member(ConnectorType, described.get("type") or ConnectorType.Unknown.value, "connector type")


def _restored(state: State, key: int, now: int) -> Input:
    """The birth of a reservation that was placed before a restart."""
    fields = dict(state.row("Reservation", key).fields)
    given = {name: fields[name] for name in ("number", "token", "parent", "wanted", "evse", "type", "expires_at")}
    return Birth("Reservation", {**given, "asked_at": now, "announced": True, "restored": True})


def span_either_way(seconds: object) -> int:
    """Seconds that may lie in the past."""
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds < 0:
        return -span(-seconds, "expires_in_s")
    return span(seconds, "expires_in_s")


_HANDLERS: Mapping[str, Callable[..., list[Message]]] = {
    name: getattr(Recording, f"_{name}")
    for name in (
        "configure",
        "set",
        "restart",
        "advance",
        "token",
        "choose",
        "withdraw_authorization",
        "validation_result_update",
        "session_event",
        "fault_raised",
        "fault_cleared",
        "reserve",
        "cancel_reservation",
        "reservation_exists",
        "evse_manager_refuses_reservation",
        "callback_delay",
        "inspect",
    )
}
