"""The connector in statewatt's language, alone in a system of its own, run by the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from statewatt.engine import Birth, Each, Event, Machine, Refusal, State, System, ignored, invariant, load

from . import EVENTS, Facts


class Connector(Machine):
    """A socket or cable."""

    station: LoneStation
    losses: int = 0

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

    occupied = (
        facts.usage.free.to(facts.usage.in_use, cond="is_enabled", on="lose")
        | ignored(facts.usage.free)
        | ignored(facts.usage.in_use)
    )
    freed = facts.usage.in_use.to(facts.usage.free) | ignored(facts.usage.free)
    disable = facts.operation.enabled.to(facts.operation.disabled, on="lose") | ignored(facts.operation.disabled)
    enable = facts.operation.disabled.to(facts.operation.enabled) | ignored(facts.operation.enabled)
    raise_fault = (
        facts.health.working.to(facts.health.faulted, cond="faults_count", on="lose")
        | ignored(facts.health.working)
        | ignored(facts.health.faulted)
    )
    clear_fault = facts.health.faulted.to(facts.health.working) | ignored(facts.health.working)

    def is_enabled(self) -> bool:
        """It is enabled."""
        return self.facts.operation.enabled.is_active

    def faults_count(self) -> bool:
        """Faults make a connector unusable here."""
        return not self.station.config.ignore_connector_faults

    def lose(self) -> None:
        """It has become unusable once more."""
        self.losses += 1


@dataclass(frozen=True)
class Config:
    """As that of the station."""

    ignore_connector_faults: bool = False


class LoneStation(System):
    """Nothing but connectors."""

    config: Config
    connectors: Each[Connector]

    @invariant
    def losses_are_counted(self) -> bool:
        """Losses are counted from zero."""
        return all(c.losses >= 0 for c in self.connectors)


class PureStep:
    """Run by ``engine.step``: a new state for each event, the old one unchanged."""

    _events = {name: Event("Connector", name, 1) for name in EVENTS}

    def __init__(self, ignore_faults: bool) -> None:
        self.engine = load(LoneStation)
        self.state = self.engine.start(Config(ignore_faults), [Birth("Connector")])

    def send(self, events: Iterable[str]) -> None:
        """Step by step."""
        step, state, given = self.engine.step, self.state, self._events
        for event in events:
            result = step(state, given[event], 0)
            assert not isinstance(result, Refusal)
            state = result.state
        self.state = state

    def facts(self) -> Facts:
        """From the state."""
        row = self.state.row("Connector", 1)
        losses = row.fields["losses"]
        assert isinstance(losses, int)
        usage, operation, health = row.states
        return Facts(usage == "in_use", operation == "disabled", health == "faulted", losses)


class InPlace:
    """Run in place: the connector itself changes."""

    def __init__(self, ignore_faults: bool) -> None:
        self.station = cast(Any, load(LoneStation).live(Config(ignore_faults), [Birth("Connector")]))
        self.connector = self.station.connectors[0]

    def send(self, events: Iterable[str]) -> None:
        """Each as a step of its own."""
        fire = self.station.fire
        given = {name: getattr(self.connector, name) for name in EVENTS}
        for event in events:
            fire(given[event])

    def facts(self) -> Facts:
        """From the connector."""
        here = self.connector.facts
        return Facts(
            here.usage.in_use.is_active,
            here.operation.disabled.is_active,
            here.health.faulted.is_active,
            self.connector.losses,
        )
