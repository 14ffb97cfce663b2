"""The commands that a station on JSON lines takes: how each becomes an input, and what it answers at once.

They are those of recordings (``docs/replay.md``), but for those that make no sense in real time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from ..engine import Configure, Engine, InputError, Refusal, StationState
from ..engine.shell import Accepted, Make, always
from .messages import Message, observed
from .queries import reservation_exists
from .recording import LONG, span_either_way
from .requests import Input, Requests, checked_call, checked_settings, flag, objects, span, token
from .station import ChargingStation
from .values import WithdrawAuthorizationResult

Value = Callable[[Accepted | Refusal], Message | None]
"""What a command answers, given what became of its input."""


@dataclass(frozen=True)
class Handled:
    """How to make the input, what is answered at once, and the machine of the thing that it gives birth to."""

    make: Make
    value: Value | None = None
    machine: str = ""


class Host(Protocol):
    """The station that takes the commands."""

    engine: Engine[ChargingStation]
    requests: Requests

    def state(self) -> StationState:
        """Its state."""
        ...

    def describes(self, station: Mapping[str, Any]) -> bool:
        """Whether the line under way is the first one, and describes the station that runs."""
        ...

    def refuse_reservations(self, evse: int, refuses: bool) -> None:
        """Let the EVSE (by its key) refuse reservations from now on, or accept them."""
        ...


def handled(host: Host, command: Mapping[str, Any]) -> Handled:
    """What a command comes to; ``InputError`` if it is wrong."""
    name = command.get("cmd")
    handler = HANDLERS.get(name) if isinstance(name, str) else None
    if handler is None:
        reason = NOT_HERE.get(name) if isinstance(name, str) else None
        known = f"there are {', '.join(HANDLERS)}"
        raise InputError(f"{name}: {reason}" if reason else f"there is no command {name!r}; {known}")
    arguments = {k: v for k, v in command.items() if k != "cmd"}
    return checked_call(str(name), handler, host, **arguments)


def parsed(text: bytes) -> Mapping[str, Any]:
    """The command of a line: JSON, an object with ``cmd``; ``InputError`` if it is none."""
    try:
        found: Any = json.loads(text.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the line is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise InputError('the line is no JSON object such as {"cmd": "inspect"}')
    return cast("dict[str, Any]", found)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


# --- tokens ----------------------------------------------------------------------------------------------------------


def _token(
    host: Host, id_token: object, validation_results: object = (), validation_delay_s: object = 0, **options: object
) -> Handled:
    results = objects(validation_results, "validation_results")
    span(validation_delay_s, "validation_delay_s")
    for number, result in enumerate(results, 1):
        checked_call("a validation result", host.requests.answer, 1, number, **result)
    birth = checked_call("token", host.requests.present, id_token, validators=len(results) or 1, **options)
    return Handled(always(birth), machine="Authorization")


def _choose(host: Host, id_token: object, evse_id: object) -> Handled:
    wanted = token(id_token)
    host.requests.topology.evse(evse_id)

    def make(state: StationState, now: int) -> Input:
        waiting = [a for a in host.engine.view(state).authorizations if a.selecting.is_active]
        number = next((a.key for a in waiting if a.token == wanted), None)
        if number is None:
            raise InputError(f"no presentation of {id_token!r} waits for an EVSE")
        return host.requests.choose(number, evse_id)

    return Handled(make)


def _withdraw(host: Host, evse_id: object = None, id_token: object = None) -> Handled:
    outcome = WithdrawAuthorizationResult
    if type(evse_id) is int and evse_id not in host.requests.topology.evses:
        return Handled(always(None), lambda _: _result("withdraw_authorization", outcome.EvseNotFound.value))

    def value(taken: Accepted | Refusal) -> Message:
        found = outcome.Accepted if isinstance(taken, Accepted) else outcome.AuthorizationNotFound
        return _result("withdraw_authorization", found.value)

    return Handled(always(host.requests.withdraw(evse_id, id_token)), value)


def _update(host: Host, evse_id: object, **result: object) -> Handled:
    given = {"authorization_status": "Accepted", **result}
    event = checked_call("validation_result_update", host.requests.update_validation, evse_id, **given)
    return Handled(always(event))


# --- EVSEs -----------------------------------------------------------------------------------------------------------


def _session_event(
    host: Host, evse_id: object, event: object, connector_id: object = 1, reason: object = None, report: object = None
) -> Handled:
    """``report`` is a recorder's own; nothing depends on it."""
    return Handled(always(host.requests.session_event(evse_id, event, connector_id, reason)))


def _fault_raised(host: Host, evse_id: object, connector_id: object = 1) -> Handled:
    return Handled(always(host.requests.fault(evse_id, connector_id, raised=True)))


def _fault_cleared(host: Host, evse_id: object, connector_id: object = 1) -> Handled:
    return Handled(always(host.requests.fault(evse_id, connector_id, raised=False)))


# --- reservations ----------------------------------------------------------------------------------------------------


def _reserve(host: Host, reservation_id: object, id_token: object, **options: object) -> Handled:
    lasts = options.pop("expires_in_s", None)
    ahead = LONG if lasts is None else span_either_way(lasts)

    def make(state: StationState, now: int) -> Input:
        given = {**options, "expiry_time": now + ahead, "now": now}
        return checked_call("reserve", host.requests.reserve, reservation_id, id_token, **given)

    make(host.state(), 0)
    return Handled(make, machine="Reservation")


def _cancel(host: Host, reservation_id: object) -> Handled:
    event = host.requests.cancel_reservation(reservation_id)
    return Handled(always(event), lambda taken: _result("cancel_reservation", isinstance(taken, Accepted)))


def _exists(host: Host, id_token: object, evse_id: object = None, group_id_token: object = None) -> Handled:
    def value(taken: Accepted | Refusal) -> Message:
        view = _view(host, taken)
        found = reservation_exists(view, host.requests.topology, id_token, evse_id, group_id_token)
        return _result("reservation_exists", found.value)

    reservation_exists(host.engine.view(host.state()), host.requests.topology, id_token, evse_id, group_id_token)
    return Handled(always(None), value)


def _refuses(host: Host, evse_id: object, refuses: object = True) -> Handled:
    key, refusing = host.requests.topology.evse(evse_id), flag(refuses, "refuses")

    def make(state: StationState, now: int) -> None:
        host.refuse_reservations(key, refusing)

    return Handled(make)


# --- the station -----------------------------------------------------------------------------------------------------


def _configure(host: Host, **station: object) -> Handled:
    """The first line may describe the station; whoever runs it has read that already."""
    if not host.describes(station):
        raise InputError("the station is configured already: use set, or begin with a new journal")
    return Handled(always(None))


def _set(host: Host, **settings: object) -> Handled:
    return Handled(always(Configure(checked_settings(settings))))


def _callback_delay(host: Host, callback: object, seconds: object) -> Handled:
    """A slow receiver of commands: the station waits for nobody."""
    span(seconds, "seconds")
    return Handled(always(None))


def _inspect(host: Host) -> Handled:
    return Handled(always(None), lambda taken: {"type": "state", **observed(_view(host, taken))})


def _view(host: Host, taken: Accepted | Refusal) -> ChargingStation:
    """The station after that input."""
    return host.engine.view(taken.step.state if isinstance(taken, Accepted) else host.state())


def _result(of: str, value: object) -> Message:
    return {"type": "result", "of": of, "value": value}


HANDLERS: Mapping[str, Callable[..., Handled]] = {
    "token": _token,
    "choose": _choose,
    "withdraw_authorization": _withdraw,
    "validation_result_update": _update,
    "session_event": _session_event,
    "fault_raised": _fault_raised,
    "fault_cleared": _fault_cleared,
    "reserve": _reserve,
    "cancel_reservation": _cancel,
    "reservation_exists": _exists,
    "evse_manager_refuses_reservation": _refuses,
    "configure": _configure,
    "set": _set,
    "callback_delay": _callback_delay,
    "inspect": _inspect,
}

NOT_HERE: Mapping[str, str] = {
    "advance": "time is real here: wait",
    "restart": "end the process and start it again on the same journal",
}
"""Commands of recordings that a running station does not take, and what would do."""
