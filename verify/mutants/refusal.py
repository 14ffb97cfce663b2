"""Whether the reader would take a model that was changed as data: every event has an answer, no exit hides another."""

from __future__ import annotations

from itertools import pairwise

from ...engine import model
from ...engine.reading.checks import find_circle
from ...engine.walking import walk
from .making import Mutant


def refused(mutant: Mutant) -> str:
    """Why the reader would refuse the mutant; empty if it would not."""
    for owner, name in ((element[1], element[2]) for element in mutant.touched if element[0] == "action"):
        body = mutant.system.machine(owner).action(str(name)).body
        if isinstance(mutant.dropped, model.Create) and _speaks_of(mutant.dropped.name, body):
            return f'unknown name "{mutant.dropped.name}"'
    for machine in mutant.system.machines:
        for state in machine.states:
            reason = _refused_state(machine, state)
            if reason:
                return reason
        follows = {
            state.name: [str(t.target) for t in machine.exits(state.name, None) if not t.refused]
            for state in machine.states
            if state.choice
        }
        if circle := find_circle(follows):
            return f"choices go in a circle: {' → '.join(circle)}"
    return ""


def _speaks_of(name: str | None, body: tuple[model.Statement, ...]) -> bool:
    return any(isinstance(node, model.Name) and node.name == name for node in walk(body))


def _refused_state(machine: model.Machine, state: model.State) -> str:
    if state.final:
        return ""
    if state.choice:
        exits = [t for t in machine.exits(state.name, None) if not t.refused]
        if not exits or exits[-1].guards:
            return f'the last exit of the choice "{state.name}" is guarded'
        return _hidden(exits)
    for event in machine.events:
        exits = list(machine.exits(state.name, event.name))
        taken = [t for t in exits if not t.refused]
        if not exits and not event.urgent and event.region == state.region:
            return f'the event "{event.name}" has no answer in the state "{state.name}"'
        if hidden := _hidden(taken):
            return hidden
    return ""


def _hidden(exits: list[model.Transition]) -> str:
    for earlier, later in pairwise(exits):
        if not earlier.guards:
            return f'"{later.source} → {later.target or later.source}" is never reached: an earlier one is unguarded'
    return ""
