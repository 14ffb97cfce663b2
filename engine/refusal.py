"""Why an event was refused: in which state, by which guard, and what the guard has read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import model
from .border import GoneError
from .compiling import Compiled
from .compiling.expressions import region_slot
from .evaluate import Evaluator, Frame, NoAnswerError
from .state import Event, Input, State


@dataclass(frozen=True, slots=True)
class Reason:
    """A transition that was not taken: the label of the first guard that failed, and what that guard has read."""

    transition: model.Transition
    label: str
    facts: tuple[str, ...]

    def __str__(self) -> str:
        facts = f" ({', '.join(self.facts)})" if self.facts else ""
        return _lowered(self.label) + facts


@dataclass(frozen=True, slots=True)
class Attempt:
    """A thing that refused: its state in the event's region, and a reason for each transition that was tried (none:
    the state declares the event as refused)."""

    machine: str
    key: int
    state: str
    event: str
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        thing = f"{self.machine} {self.key}"
        if not self.reasons:
            return f"{thing} refused {self.event}: it is refused in state {self.state}"
        return f"{thing} refused {self.event}: {'; '.join(map(str, self.reasons))}"


class Refusal:
    """An event was refused; nothing was changed. Explained when asked.

    ``state`` is what the guards saw: the state in which the deadlines before the event were served.
    """

    def __init__(self, compiled: Compiled, event: Input, state: State, gone: GoneError | None = None) -> None:
        self._compiled = compiled
        self.event = event
        self.state = state
        self.gone = gone

    def __repr__(self) -> str:
        return f"<Refusal: {self}>"

    def __str__(self) -> str:
        if self.gone:
            return f"{self.event} is refused: {self.gone}"
        if not self.attempts and isinstance(self.event, Event):
            return f"{self.event} is refused: there is no {self.event.machine}"
        return "\n".join(map(str, self.attempts))

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """For each thing that was offered the event, why it refused it."""
        if self.gone or not isinstance(self.event, Event):
            return ()
        event = self.event
        keys = self.state.keys(event.machine) if event.target is None else (event.target,)
        return tuple(self._attempt(event, key) for key in keys)

    def _attempt(self, event: Event, key: int) -> Attempt:
        machine = self._compiled.system.machine(event.machine)
        declared = machine.event(event.name)
        state = getattr(getattr(self.state, machine.name)[key], region_slot(machine, declared.region))
        given: dict[str, Any] = {"self": key, "now": self.state.now, **event.arguments}
        reasons = [self._reason(t, given) for t in machine.exits(state, event.name) if not t.refused]
        return Attempt(machine.name, key, state, event.name, tuple(reasons))

    def _reason(self, transition: model.Transition, given: Mapping[str, Any]) -> Reason:
        for guard in transition.guards:
            evaluator = Evaluator(self._compiled.system, self._compiled.objects, self.state, trust=self._trust)
            frame = Frame(given, {**{name: name for name in given}, "self": ""})
            try:
                holds = evaluator.value(guard.condition, frame)
            except NoAnswerError as error:
                return Reason(transition, guard.label, (error.reason,))
            if not holds:
                return Reason(transition, guard.label, tuple(evaluator.reads.facts))
        return Reason(transition, "no guard", ())

    def _trust(self, function: str, state: State, values: list[Any]) -> Any:
        return self._compiled.function(f"{self._compiled.system.name}__{function}")(state, *values)


def _lowered(label: str) -> str:
    """A sentence as a part of another."""
    text = label.rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
