"""The connector by ``Automat``: the product of the three facts, eight states.

It has neither parallel states nor guards: what a guard asks is in the state, and where faults are ignored it is another
machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any, Protocol

from automat import TypeMachineBuilder

from . import EVENTS, Facts, call_each

Key = tuple[bool, bool, bool]
"""In use, disabled, faulted."""


class Inputs(Protocol):
    """The events."""

    def occupied(self) -> None: ...
    def freed(self) -> None: ...
    def disable(self) -> None: ...
    def enable(self) -> None: ...
    def raise_fault(self) -> None: ...
    def clear_fault(self) -> None: ...


class Core:
    """What is not in the state; the machine tells its state only by what it does."""

    def __init__(self) -> None:
        self.losses = 0
        self.key: Key = (False, False, False)


def _after(key: Key, event: str, ignore_faults: bool) -> Key:
    in_use, disabled, faulted = key
    return {
        "occupied": (in_use or not disabled, disabled, faulted),
        "freed": (False, disabled, faulted),
        "disable": (in_use, True, faulted),
        "enable": (in_use, False, faulted),
        "raise_fault": (in_use, disabled, faulted or not ignore_faults),
        "clear_fault": (in_use, disabled, False),
    }[event]


def _machine(ignore_faults: bool) -> Any:
    builder: Any = TypeMachineBuilder(Inputs, Core)
    both = (False, True)
    keys = list(product(both, both, both))
    states = {key: builder.state(str(key)) for key in keys}
    for key, event in product(keys, EVENTS):
        after = _after(key, event, ignore_faults)
        way = states[key].upon(getattr(Inputs, event))
        if after == key:
            way.loop().returns(None)
        else:
            way.to(states[after])(_output(after, sum(after) > sum(key)))
    return builder.build()


def _output(after: Key, lost: bool) -> Any:
    def output(inputs: Inputs, core: Core) -> None:
        core.key = after
        core.losses += lost

    return output


_MACHINES = {ignore: _machine(ignore) for ignore in (False, True)}


class Automat:
    """A machine of the product."""

    def __init__(self, ignore_faults: bool) -> None:
        self.core = Core()
        self.machine = _MACHINES[ignore_faults](self.core)

    def send(self, events: Iterable[str]) -> None:
        """By the methods of the machine."""
        call_each({event: getattr(self.machine, event) for event in EVENTS}, events)

    def facts(self) -> Facts:
        """From its core."""
        return Facts(*self.core.key, self.core.losses)
