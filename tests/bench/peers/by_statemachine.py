"""The connector by python-statemachine: one chart with parallel states, and three flat machines."""

# Its types are partial.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from statemachine import State, StateChart, StateMachine

from . import EVENTS, Facts, call_each


class ParallelChart(StateChart[Any]):
    allow_event_without_transition = True
    catch_errors_as_events = False

    class facts(State.Parallel):
        class usage(State.Compound):
            free = State(initial=True)
            in_use = State()

        class operation(State.Compound):
            enabled = State(initial=True)
            disabled = State()

        class health(State.Compound):
            working = State(initial=True)
            faulted = State()

    occupied = facts.usage.free.to(facts.usage.in_use, cond="is_enabled", on="lose")
    freed = facts.usage.in_use.to(facts.usage.free)
    disable = facts.operation.enabled.to(facts.operation.disabled, on="lose")
    enable = facts.operation.disabled.to(facts.operation.enabled)
    raise_fault = facts.health.working.to(facts.health.faulted, cond="faults_count", on="lose")
    clear_fault = facts.health.faulted.to(facts.health.working)

    def __init__(self, ignore_faults: bool) -> None:
        self.ignore_faults = ignore_faults
        self.losses = 0
        super().__init__()

    def is_enabled(self) -> bool:
        return self.facts.operation.enabled.is_active

    def faults_count(self) -> bool:
        return not self.ignore_faults

    def lose(self) -> None:
        self.losses += 1


class Parallel:
    """One chart: the same declaration as statewatt's."""

    def __init__(self, ignore_faults: bool) -> None:
        self.chart = ParallelChart(ignore_faults)

    def send(self, events: Iterable[str]) -> None:
        """By the methods of the chart, which are faster than its ``send``."""
        call_each({event: getattr(self.chart, event) for event in EVENTS}, events)

    def facts(self) -> Facts:
        """From the configuration."""
        active = self.chart.configuration_values
        return Facts("in_use" in active, "disabled" in active, "faulted" in active, self.chart.losses)


class Operation(StateMachine):
    allow_event_without_transition = True
    enabled = State(initial=True)
    disabled = State()
    disable = enabled.to(disabled, on="lose")
    enable = disabled.to(enabled)

    def __init__(self, owner: Flat) -> None:
        self.owner = owner
        super().__init__()

    def lose(self) -> None:
        self.owner.losses += 1


class Usage(StateMachine):
    allow_event_without_transition = True
    free = State(initial=True)
    in_use = State()
    occupied = free.to(in_use, cond="is_enabled", on="lose")
    freed = in_use.to(free)

    def __init__(self, owner: Flat) -> None:
        self.owner = owner
        super().__init__()

    def is_enabled(self) -> bool:
        return self.owner.operation.enabled.is_active

    def lose(self) -> None:
        self.owner.losses += 1


class Health(StateMachine):
    allow_event_without_transition = True
    working = State(initial=True)
    faulted = State()
    raise_fault = working.to(faulted, cond="faults_count", on="lose")
    clear_fault = faulted.to(working)

    def __init__(self, owner: Flat) -> None:
        self.owner = owner
        super().__init__()

    def faults_count(self) -> bool:
        return not self.owner.ignore_faults

    def lose(self) -> None:
        self.owner.losses += 1


class Flat:
    """Three machines without parallel states, each with the others at hand: faster, and no longer one declaration."""

    def __init__(self, ignore_faults: bool) -> None:
        self.ignore_faults = ignore_faults
        self.losses = 0
        self.operation = Operation(self)
        self.usage = Usage(self)
        self.health = Health(self)

    def send(self, events: Iterable[str]) -> None:
        """Each event by the method of its machine."""
        usage, operation, health = self.usage, self.operation, self.health
        calls = {
            "occupied": usage.occupied,
            "freed": usage.freed,
            "disable": operation.disable,
            "enable": operation.enable,
            "raise_fault": health.raise_fault,
            "clear_fault": health.clear_fault,
        }
        call_each(calls, events)

    def facts(self) -> Facts:
        """From the three."""
        return Facts(
            self.usage.in_use.is_active, self.operation.disabled.is_active, self.health.faulted.is_active, self.losses
        )
