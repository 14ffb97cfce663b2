"""Everything that can happen to a system, by name: what a proof by induction goes through."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from ..engine import model
from ..engine.compiling.records import can_end
from ..engine.walking import walk


@dataclass(frozen=True)
class Happening:
    """One kind of thing that happens: ``birth``, ``event`` or ``urgent`` at a transition, ``configure`` (other
    settings), ``drop`` (of ended things); before all, the ``start``, and ``idle``, what keeps every field as it is."""

    kind: str
    machine: str = ""
    name: str = ""
    source: str = ""
    number: int = 0
    transition: model.Transition | None = field(default=None, compare=False)
    """The transition of that number, from 0, for the event in the state ``source``."""

    @property
    def is_step(self) -> bool:
        """Whether something happens at all."""
        return self.kind not in ("start", "idle")

    @property
    def text(self) -> str:
        """What happens, for people."""
        if self.source:
            return f"{self.machine}.{self.name} in {self.source}"
        return f"a new {self.machine}" if self.kind == "birth" else TEXTS[self.kind]


TEXTS = {
    "start": "a system without things",
    "idle": "nothing that counts",
    "configure": "other settings",
    "drop": "ended things go",
}
START, IDLE = Happening("start"), Happening("idle")


def happenings(system: model.System, inside: Collection[str] | None = None) -> Iterator[Happening]:
    """The start, births, events and urgent events, other settings, and the dropping of ended things; ``inside``: the
    machines whose things only actions make, if that is known."""
    yield START
    yield IDLE
    inside = made_inside(system) if inside is None else inside
    for machine in system.machines:
        if machine.name not in inside:
            yield Happening("birth", machine.name)
    for machine in system.machines:
        for event in machine.events:
            if not event.inner:
                yield from _taken(machine, event)
    if system.settings:
        yield Happening("configure")
    if any(can_end(machine) for machine in system.machines):
        yield Happening("drop")


def _taken(machine: model.Machine, event: model.Event) -> Iterator[Happening]:
    kind = "urgent" if event.urgent else "event"
    for state in machine.states:
        for number, transition in enumerate(exits(machine, state.name, event.name)):
            yield Happening(kind, machine.name, event.name, state.name, number, transition)


def exits(machine: model.Machine, state: str, event: str | None) -> list[model.Transition]:
    """The transitions that may be taken there, in order."""
    return [t for t in machine.exits(state, event) if not t.refused]


def made_inside(system: model.System) -> set[str]:
    """The machines whose things are made by actions."""
    bodies = tuple(action.body for machine in system.machines for action in machine.actions)
    return {node.machine for node in walk(bodies) if isinstance(node, model.Create)}


def timed(transition: model.Transition) -> bool:
    """Whether the time decides if it can be taken."""
    return any(isinstance(node, model.Name) and node.name == "now" for node in walk(transition.guards))


def time_outs(machine: model.Machine) -> list[model.Transition]:
    """The transitions that the engine takes by itself when their time has come."""
    urgent = {event.name for event in machine.events if event.urgent}
    return [t for t in machine.transitions if t.event in urgent and not t.refused and timed(t)]
