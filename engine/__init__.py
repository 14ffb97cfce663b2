"""Declare lifecycles as state machines; run them."""

from statemachine import State

from .language import (
    Command,
    Deadline,
    Each,
    Machine,
    System,
    before,
    ignored,
    invariant,
    is_new,
    law,
    policy,
    refused,
    sent,
    trusted,
    urgent,
)
from .laws import Violation
from .refusal import Refusal
from .state import Birth, Configure, EngineFault, Event, InputError, PolicyError, Row
from .state import State as StationState
from .step import Engine, Move, Step, Trace, load

__all__ = [
    "Birth",
    "Command",
    "Configure",
    "Deadline",
    "Each",
    "Engine",
    "EngineFault",
    "Event",
    "InputError",
    "Machine",
    "Move",
    "PolicyError",
    "Refusal",
    "Row",
    "State",
    "StationState",
    "Step",
    "System",
    "Trace",
    "Violation",
    "before",
    "ignored",
    "invariant",
    "is_new",
    "law",
    "load",
    "policy",
    "refused",
    "sent",
    "trusted",
    "urgent",
]
