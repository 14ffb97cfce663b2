"""The station's commands and its observable state as plain data, in the format of recorded runs (JSON objects)."""

from __future__ import annotations

from typing import Any

from ..engine import Command
from .commands import (
    AnswerReservation,
    AuthorizeEvse,
    ChooseEvse,
    Conclude,
    HoldEvse,
    PublishStatus,
    ReleaseEvse,
    ReservationEnded,
    Reserve,
    StopTransaction,
    ValidateToken,
    WithdrawAuthorization,
)
from .requests import Topology
from .values import IdToken, Order, TokenHandlingResult, TokenValidationStatus

Message = dict[str, Any]

HELD = -1
"""The number that stands for "held for the reservations without an EVSE"."""


_PUBLISHED = {
    TokenHandlingResult.REJECTED: TokenValidationStatus.Rejected,
    TokenHandlingResult.NO_CONNECTOR_AVAILABLE: TokenValidationStatus.Rejected,
    TokenHandlingResult.TIMEOUT: TokenValidationStatus.TimedOut,
    TokenHandlingResult.WITHDRAWN: TokenValidationStatus.Withdrawn,
    TokenHandlingResult.USED_TO_START_TRANSACTION: TokenValidationStatus.UsedToStart,
    TokenHandlingResult.USED_TO_STOP_TRANSACTION: TokenValidationStatus.UsedToStop,
    TokenHandlingResult.USED_TO_REAUTHORIZE: TokenValidationStatus.UsedToReauthorize,
}
"""What is published of each result; of ALREADY_IN_PROCESS, nothing."""


def messages(command: Command, topology: Topology, accepts: bool = True) -> list[Message]:
    """One command as ``out`` objects; ``accepts``: whether the EVSE accepts the reservation that it is told of."""
    if not isinstance(command, Conclude):
        return [_message(command, topology, accepts)]
    told: list[Message] = []
    if command.result in _PUBLISHED:
        by_master_pass = command.result is TokenHandlingResult.USED_TO_STOP_TRANSACTION and command.evse is None
        used = command.stopped if by_master_pass else _one(command.evse)
        told.append(_status(command, _PUBLISHED[command.result], used, topology))
    told.append({"type": "token_result", "id_token": command.token.text, "result": command.result.value})
    return told


def _status(
    command: PublishStatus | Conclude, status: TokenValidationStatus, used: frozenset[object] | None, topology: Topology
) -> Message:
    return {
        "type": "token_validation_status",
        "status": status.value,
        **_token(command.token, command.parent),
        **_connectors(used, command.order, topology),
    }


def _message(command: Command, topology: Topology, accepts: bool) -> Message:
    match command:
        case PublishStatus():
            return _status(command, command.status, _one(command.evse), topology)
        case AuthorizeEvse():
            return {
                "type": "authorize_response",
                "evse_id": topology.number(command.evse),
                "authorization_status": command.status.value,
                **_token(command.token, command.parent),
                **_connectors(_one(command.evse if command.granted else None), command.order, topology),
                **_given("validated_parent_id_token", command.validated_parent and command.validated_parent.text),
                **_given("reservation_id", command.reservation),
            }
        case StopTransaction():
            return {
                "type": "stop_transaction",
                "evse_id": topology.number(command.evse),
                "reason": command.reason.value,
                **(_token(command.token, command.parent) if command.token else {}),
                **_connectors(_one(command.evse if command.narrowed else None), command.order, topology),
            }
        case ValidateToken():
            return {"type": "validate_token", "id_token": command.token.text}
        case ChooseEvse():
            return {"type": "choose_evse", "id_token": command.token.text}
        case WithdrawAuthorization():
            return {"type": "withdraw_authorization", "evse_id": topology.number(command.evse)}
        case Reserve():
            return _reserved(command.evse, command.number, topology, accepts)
        case HoldEvse():
            return _reserved(command.evse, HELD, topology, accepts)
        case ReservationEnded():
            reason = command.reason.value
            return _cancelled(command.evse, command.number, reason, command.send_update, topology)
        case ReleaseEvse():
            return _cancelled(command.evse, HELD, "GlobalReservationRequirementDropped", False, topology)
        case AnswerReservation():
            return {"type": "result", "of": "reserve", "value": command.result.value}
        case _:
            raise TypeError(f"no message stands for {type(command).__name__}")


def _one(evse: object) -> frozenset[object] | None:
    return None if evse is None else frozenset((evse,))


def _given(name: str, value: object) -> Message:
    return {} if value is None else {name: value}


def _token(token: IdToken, parent: IdToken | None) -> Message:
    return {"id_token": token.text, **_given("parent_id_token", parent and parent.text)}


def _connectors(used: frozenset[object] | None, order: Order | None, topology: Topology) -> Message:
    if used is not None:
        return {"connectors": sorted(topology.number(evse) for evse in used)}
    return {"connectors": list(order.numbers)} if order is not None and order.named else {}


def _reserved(evse: object, number: int, topology: Topology, accepts: bool) -> Message:
    where = None if evse is None else topology.number(evse)
    return {"type": "reserved", "evse_id": where, "reservation_id": number, "evse_manager_accepts": accepts}


def _cancelled(evse: object, number: int, reason: str, update: bool, topology: Topology) -> Message:
    return {
        "type": "reservation_cancelled",
        "evse_id": None if evse is None else topology.number(evse),
        "reservation_id": number,
        "reason": reason,
        "send_reservation_update": update,
    }


def observed(view: Any) -> Message:
    """What can be seen of a station from outside, as the ``state`` of a recorded step."""
    placed = [r for r in view.reservations if r.is_placed()]
    return {
        "evses": [_observed_evse(e) for e in view.evses],
        "evse_reservations": {str(r.evse.number): r.number for r in placed if r.evse is not None},
        "global_reservations": [r.number for r in placed if r.evse is None],
    }


def _observed_evse(evse: Any) -> Message:
    holder = evse.holder
    return {
        "evse_id": evse.number,
        "authorized_id_token": None if holder is None else holder.token.text,
        **_given("authorized_parent_id_token", holder and holder.group and holder.group.text),
        "transaction_active": evse.is_in_a_transaction(),
        "plugged_in": evse.is_plugged_in(),
        "plug_in_timeout": evse.replug_needed,
        "available": evse.is_available(),
        "unavailable": evse.is_unavailable(),
        "connectors": {str(c.number): connector_state(c) for c in evse.connectors},
    }


def connector_state(connector: Any) -> str:
    """One of the reference's six names; a connector in use shows that, whether or not it is disabled."""
    faulted = connector.is_faulted()
    if connector.is_in_use():
        return "FAULTED_OCCUPIED" if faulted else "OCCUPIED"
    if not connector.is_enabled():
        return "UNAVAILABLE_FAULTED" if faulted else "UNAVAILABLE"
    return "FAULTED" if faulted else "AVAILABLE"
