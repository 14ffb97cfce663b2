"""The connector by ``transitions``: three of its machines on one model, which is faster than its hierarchical one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from transitions import Machine

from . import EVENTS, Facts, call_each


class Model:
    """What the three machines have in common; they add their events as methods, and their states."""

    usage: str
    operation: str
    health: str

    def __init__(self, ignore_faults: bool) -> None:
        self.ignore_faults = ignore_faults
        self.losses = 0

    def operates(self) -> bool:
        return self.operation == "enabled"

    def faults_count(self) -> bool:
        return not self.ignore_faults

    def lose(self) -> None:
        self.losses += 1


def _machine(attribute: str, there: dict[str, str], back: str) -> Machine:
    """A machine of two states; what it has no transition for is ignored."""
    source, dest = there["source"], there["dest"]
    return Machine(
        model=None,
        states=[source, dest],
        initial=source,
        model_attribute=attribute,
        auto_transitions=False,
        ignore_invalid_triggers=True,
        transitions=[{**there, "after": "lose"}, [back, dest, source]],
    )


_MACHINES = (
    _machine("operation", {"trigger": "disable", "source": "enabled", "dest": "disabled"}, "enable"),
    _machine("usage", {"trigger": "occupied", "source": "free", "dest": "in_use", "conditions": "operates"}, "freed"),
    _machine(
        "health",
        {"trigger": "raise_fault", "source": "working", "dest": "faulted", "conditions": "faults_count"},
        "clear_fault",
    ),
)
"""One of each for all connectors: a machine of this library serves any number of models."""


class Transitions:
    """A model of the three machines."""

    def __init__(self, ignore_faults: bool) -> None:
        self.model = Model(ignore_faults)
        for machine in _MACHINES:
            machine.add_model(self.model)
            # It looks for each new model among all that it has; a model does without.
            machine.models.clear()

    def send(self, events: Iterable[str]) -> None:
        """By the methods that the machines have added."""
        model: Any = self.model
        call_each({event: getattr(model, event) for event in EVENTS}, events)

    def facts(self) -> Facts:
        """From the model."""
        model = self.model
        return Facts(model.usage == "in_use", model.operation == "disabled", model.health == "faulted", model.losses)
