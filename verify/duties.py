"""What is to be proved of a system, by name: what it declares, and what every system owes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..engine import model
from ..engine.compiling import bare
from ..engine.compiling.records import stored
from .happenings import time_outs

OWED = {
    "events_are_accepted": ("accepts", "What an action sends is accepted."),
    "assertions_hold": ("assertion", "Every assertion holds."),
    "none_is_never_read": ("reference", "No optional reference is read that is None."),
    "next_finds_one": ("next", "Whoever asks for the first such thing finds one."),
    "loop_turns_are_independent": ("loop", "The turns of a loop write to their own thing and are independent."),
}
"""What the actions and guards owe: name of the property, kind of obligation, label."""


@dataclass(frozen=True)
class Duty:
    """One line of the report. ``about`` is ``state``, ``step``, ``way`` (an obligation, of that ``kind``) or ``end``.

    ``predicate`` is what was declared; else ``machine`` and ``attribute`` are what the duty is about.
    """

    name: str
    label: str
    where: model.Where
    about: str
    kind: str = ""
    predicate: model.Predicate | None = None
    machine: model.Machine | None = None
    attribute: model.Attribute | None = None

    @property
    def declared(self) -> bool:
        """Whether the system declares it."""
        return self.predicate is not None


def duties(system: model.System) -> Iterator[Duty]:
    """All of them, in the order of the report."""
    for predicate in system.invariants:
        yield Duty(predicate.name, predicate.label, predicate.where, "state", predicate=predicate)
    for predicate in system.laws:
        yield Duty(predicate.name, predicate.label, predicate.where, "step", predicate=predicate)
    for machine in system.machines:
        yield from _of_machine(machine)
    for attribute in system.attributes:
        if _refers(attribute):
            name, label = f"what_is_referred_to_exists:{attribute.name}", f"What {attribute.name} refers to exists."
            yield Duty(name, label, attribute.where, "state", attribute=attribute)
    for name, (kind, label) in OWED.items():
        yield Duty(name, label, system.where, "way", kind)


def ends(system: model.System) -> Iterator[Duty]:
    """What is to come to an end: urgent events, waits that have a deadline, and nothing is stuck."""
    if any(event.urgent for machine in system.machines for event in machine.events):
        label = "With nothing from outside, urgent events come to an end."
        yield Duty("urgent_events_end", label, system.where, "end", "urgent")
    for machine in system.machines:
        if time_outs(machine):
            name, label = (
                f"waiting_ends:{machine.name}",
                f"Time ends each wait of a {machine.name} that has a deadline.",
            )
            yield Duty(name, label, machine.where, "end", "wait", machine=machine)
    for machine in system.machines:
        if any(not state.final for state in machine.states):
            label = f"No {machine.name} is stuck in a state that something leaves."
            yield Duty(f"nobody_is_stuck:{machine.name}", label, machine.where, "end", "stuck", machine=machine)


def _of_machine(machine: model.Machine) -> Iterator[Duty]:
    """What is referred to exists; nobody rests in a choice. One duty for each field, so that few are looked at."""
    for attribute in stored(machine):
        if _refers(attribute):
            name = f"what_is_referred_to_exists:{machine.name}.{attribute.name}"
            label = f"What {machine.name}.{attribute.name} refers to exists."
            yield Duty(name, label, attribute.where, "state", machine=machine, attribute=attribute)
    if any(state.choice for state in machine.states):
        name, label = f"nobody_rests_in_a_choice:{machine.name}", f"No {machine.name} rests in a choice."
        yield Duty(name, label, machine.where, "state", machine=machine)


def _refers(attribute: model.Attribute) -> bool:
    return isinstance(bare(attribute.type), model.Ref | model.SetOf)
