"""Declare lifecycles as state machines; run them."""

from importlib import import_module
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from .laws import Violation
    from .refusal import Refusal
    from .state import Birth, Configure, EngineFault, Event, InputError, PolicyError, Row
    from .state import State as StationState
    from .step import Engine, Move, Step, Trace, load
else:
    # What runs a model is not needed to declare one: it is imported when it is first asked for.
    _HOMES = {
        "laws": "Violation",
        "refusal": "Refusal",
        "state": "Birth Configure EngineFault Event InputError PolicyError Row State",
        "step": "Engine Move Step Trace load",
    }
    _LATER = {name: (home, name) for home, names in _HOMES.items() for name in names.split()}
    _LATER["StationState"] = _LATER.pop("State")

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home, known_as = _LATER[name]
        found = globals()[name] = getattr(import_module(f".{home}", __name__), known_as)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


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
