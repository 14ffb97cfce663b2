"""The connector by ``xstate-statemachine``: a machine as XState writes it, with parallel states, interpreted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xstate_statemachine import MachineLogic, SyncInterpreter, create_machine

from . import Facts

_ENABLED = {"type": "stateIn", "params": {"state": "connector.operation.enabled"}}


def _two(here: str, event: str, there: str, back: str, guard: object = None) -> dict[str, Any]:
    """A region of two states; the way there is counted."""
    way: dict[str, Any] = {"target": there, "actions": ["lose"]}
    if guard is not None:
        way["guard"] = guard
    return {"initial": here, "states": {here: {"on": {event: way}}, there: {"on": {back: here}}}}


def _lose(interpreter: Any, context: dict[str, Any], event: Any, action: Any) -> None:
    context["losses"] += 1


def _machine(ignore_faults: bool) -> Any:
    described = {
        "id": "connector",
        "type": "parallel",
        "context": {"losses": 0},
        "states": {
            "usage": _two("free", "occupied", "in_use", "freed", _ENABLED),
            "operation": _two("enabled", "disable", "disabled", "enable"),
            "health": _two("working", "raise_fault", "faulted", "clear_fault", "faults_count"),
        },
    }

    def faults_count(context: Any, event: Any) -> bool:
        return not ignore_faults

    logic = MachineLogic[dict[str, Any]](actions={"lose": _lose}, guards={"faults_count": faults_count})
    return create_machine(described, logic=logic)


_MACHINES = {ignore: _machine(ignore) for ignore in (False, True)}


class XState:
    """Its interpreter that is not asynchronous."""

    def __init__(self, ignore_faults: bool) -> None:
        self.interpreter: Any = SyncInterpreter(_MACHINES[ignore_faults]).start()

    def send(self, events: Iterable[str]) -> None:
        """One by one."""
        send = self.interpreter.send
        for event in events:
            send(event)

    def facts(self) -> Facts:
        """From the states that are active."""
        active = {str(each).rpartition(".")[2] for each in self.interpreter.current_state_ids}
        losses = self.interpreter.context["losses"]
        return Facts("in_use" in active, "disabled" in active, "faulted" in active, losses)
