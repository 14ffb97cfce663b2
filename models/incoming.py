"""Commands that come in, in the format of recordings (``docs/replay.md``): how each becomes an input, and what it
answers at once. Recorded days and running stations take the same ones, but for what has to do with time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from ..engine import Configure, Engine, InputError, StationState
from ..engine.state import Make, always
from .messages import Message, observed
from .queries import reservation_exists
from .requests import (
    Input,
    Requests,
    Topology,
    checked_call,
    checked_settings,
    config,
    flag,
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

Value = Callable[[bool, ChargingStation], Message | None]
"""What a command answers, given whether its input was taken, and the station after it."""


@dataclass(frozen=True)
class Handled:
    """How to make the input, what is answered at once, and the machine of the thing that it gives birth to."""

    make: Make
    value: Value | None = None
    machine: str = ""


class Host(Protocol):
    """The station that takes the commands."""

    engine: Engine[ChargingStation]

    @property
    def requests(self) -> Requests:
        """Its border."""
        ...

    @property
    def state(self) -> StationState:
        """Its state."""
        ...

    def refuse_reservations(self, evse: int, refuses: bool) -> None:
        """Let the EVSE (by its key) refuse reservations from now on, or accept them."""
        ...


def command_of(command: Mapping[str, Any], own: Iterable[str]) -> tuple[str, Mapping[str, Any]]:
    """The name and the arguments of a command; ``InputError`` if it is neither one of these nor of the host's own."""
    name = command.get("cmd")
    known = [*own, *HANDLERS]
    if name not in known:
        raise InputError(f"there is no command {name!r}; there are {', '.join(known)}")
    return str(name), {k: v for k, v in command.items() if k != "cmd"}


def handled(host: Host, name: str, arguments: Mapping[str, Any]) -> Handled:
    """What a command comes to; ``InputError`` if its arguments are wrong."""
    return checked_call(name, HANDLERS[name], host, **arguments)


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
    results, _ = script({"validation_results": validation_results, "validation_delay_s": validation_delay_s})
    for number, result in enumerate(results, 1):
        checked_call("a validation result", host.requests.answer, 1, number, **result)
    birth = checked_call("token", host.requests.present, id_token, validators=len(results) or 1, **options)
    return Handled(always(birth), machine="Authorization")


def script(arguments: Mapping[str, Any]) -> tuple[Sequence[Mapping[str, Any]], int]:
    """What the validators of a token say, by its arguments, and after how many milliseconds."""
    results = objects(arguments.get("validation_results"), "validation_results")
    return results, span(arguments.get("validation_delay_s", 0), "validation_delay_s")


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
        nowhere = _result("withdraw_authorization", outcome.EvseNotFound.value)
        return Handled(always(None), lambda taken, view: nowhere)

    def value(taken: bool, _: ChargingStation) -> Message:
        found = outcome.Accepted if taken else outcome.AuthorizationNotFound
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
    ahead = LONG if lasts is None else _either_way(lasts)

    def make(state: StationState, now: int) -> Input:
        given = {**options, "expiry_time": now + ahead, "now": now}
        return checked_call("reserve", host.requests.reserve, reservation_id, id_token, **given)

    make(host.state, 0)
    return Handled(make, machine="Reservation")


def _cancel(host: Host, reservation_id: object) -> Handled:
    event = host.requests.cancel_reservation(reservation_id)
    return Handled(always(event), lambda taken, _: _result("cancel_reservation", taken))


def _exists(host: Host, id_token: object, evse_id: object = None, group_id_token: object = None) -> Handled:
    def value(_: bool, view: ChargingStation) -> Message:
        found = reservation_exists(view, host.requests.topology, id_token, evse_id, group_id_token)
        return _result("reservation_exists", found.value)

    reservation_exists(host.engine.view(host.state), host.requests.topology, id_token, evse_id, group_id_token)
    return Handled(always(None), value)


def _refuses(host: Host, evse_id: object, refuses: object = True) -> Handled:
    key, refusing = host.requests.topology.evse(evse_id), flag(refuses, "refuses")

    def make(state: StationState, now: int) -> None:
        host.refuse_reservations(key, refusing)

    return Handled(make)


def _either_way(seconds: object) -> int:
    """Seconds that may lie in the past."""
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds < 0:
        return -span(-seconds, "expires_in_s")
    return span(seconds, "expires_in_s")


# --- the station -----------------------------------------------------------------------------------------------------


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


def _set(host: Host, **settings: object) -> Handled:
    return Handled(always(Configure(checked_settings(settings))))


def _callback_delay(host: Host, callback: object, seconds: object) -> Handled:
    """A slow receiver of commands: the station waits for nobody."""
    span(seconds, "seconds")
    return Handled(always(None))


def _inspect(host: Host) -> Handled:
    return Handled(always(None), lambda _, view: {"type": "state", **observed(view)})


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
    "set": _set,
    "callback_delay": _callback_delay,
    "inspect": _inspect,
}
