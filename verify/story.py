"""Counterexamples for people: the state before, the event, the transitions with their guards, what changed.

A counterexample is a step from a state that the invariants allow, not necessarily a reachable one. It is run by the
engine as well; where a trusted function would have to answer otherwise than it does, the story says so.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Any

from ..engine import Engine, EngineFault, InputError, Refusal, Row, StationState, model
from ..engine import Step as EngineStep
from ..engine.compiling.records import stored
from ..engine.state import Input
from ..engine.tracefile import Given, steps
from .concrete import Concrete, Content, spelled, told
from .properties import Goal, Problem
from .smallest import Small
from .steps import Step
from .terms import both
from .verdict import Story, place
from .ways import Taken, Way
from .workshop import Failure


class Teller:
    """Tells the counterexamples of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.engine: Engine[Any] = Engine(problem.system)

    def tell(self, failure: Failure, small: Small) -> Story:
        """The counterexample in a model of the solver."""
        goal, step = failure.goal, failure.goal.step
        concrete = Concrete(self.problem, small)
        before = concrete.content(self.problem.world)
        if step is None:
            return Story(_title(goal), goal.where or goal.owner.where, tuple(self._state(before)))
        way = self._way(concrete, goal, step)
        after = concrete.content(way.world) if way and goal.way is not None else None
        lines = ["before:", *(f"  {line}" for line in self._state(before)), self._event(concrete, step, way)]
        lines += [f"  {line}" for line in self._path(concrete, step, way)]
        if after:
            lines += ["what changes:", *(f"  {line}" for line in self.changes(before, after))]
        confirmed, word, trace = self._replay(concrete, goal, step, way, before, after)
        sent = [message for message in (trace[-1]["out"] if trace else ()) if "command" in message]
        lines += ["what is sent:", *(f"  {self._command(message)}" for message in sent)] if sent else []
        return Story(_title(goal), goal.where or goal.owner.where, (*lines, word), confirmed, trace)

    def _way(self, concrete: Concrete, goal: Goal, step: Step) -> Way | None:
        if goal.way is not None:
            return step.ways[goal.way]
        return next((way for way in step.ways if concrete.holds(both(way.premises))), None)

    # --- states ------------------------------------------------------------------------------------------------------

    def _state(self, content: Content) -> Iterator[str]:
        """The things that are there, with the fields that are not at their defaults."""
        for setting in self.problem.system.settings:
            value = getattr(content.config, setting.name)
            if not setting.has_default or not _is_default(value, setting):
                yield f"setting {setting.name} = {told(setting.type, value)}"
        for machine in self.problem.system.machines:
            for key, row in content.things.get(machine.name, {}).items():
                shown = [
                    f"{a.name} = {told(a.type, row.fields[a.name])}"
                    for a in stored(machine)
                    if not a.has_default or not _is_default(row.fields[a.name], a)
                ]
                yield f"{machine.name} {key} is {' and '.join(row.states)}" + (f"; {', '.join(shown)}" if shown else "")

    def changes(self, before: Content, after: Content) -> Iterator[str]:
        """What is otherwise after a step."""
        for machine in self.problem.system.machines:
            old, new = before.things.get(machine.name, {}), after.things.get(machine.name, {})
            for key in sorted({*old, *new}):
                who = f"{machine.name} {key}"
                if key not in new:
                    yield f"{who} goes"
                elif key not in old:
                    yield f"{who} is new, and is {' and '.join(new[key].states)}"
                else:
                    yield from (f"{who}: {text}" for text in self._differences(machine, old[key], new[key]))
        for attribute in self.problem.system.attributes:
            old_value, new_value = before.fields[attribute.name], after.fields[attribute.name]
            if old_value != new_value:
                yield f"{attribute.name}: {spelled(old_value)} → {spelled(new_value)}"
        for setting in self.problem.system.settings:
            old_value, new_value = (getattr(content.config, setting.name) for content in (before, after))
            if old_value != new_value:
                yield f"setting {setting.name}: {spelled(old_value)} → {spelled(new_value)}"

    def _differences(self, machine: model.Machine, old: Row, new: Row) -> Iterator[str]:
        for left, right in zip(old.states, new.states, strict=True):
            if left != right:
                yield f"{left} → {right}"
        for a in stored(machine):
            was, now = old.fields[a.name], new.fields[a.name]
            if was != now:
                yield f"{a.name}: {told(a.type, was)} → {told(a.type, now)}"

    def _command(self, message: Mapping[str, Any]) -> str:
        """A command of a trace, for people."""
        command = self.engine.codec.decode_command(message)
        declared = next(c for c in self.problem.system.commands if c.name == message["command"])
        given = {p.name: (p.type, getattr(command, p.name)) for p in declared.fields}
        shown = [f"{name} = {told(*value)}" for name, value in given.items() if value[1] is not None]
        return f"{declared.name} ({', '.join(shown)})"

    # --- what happens ------------------------------------------------------------------------------------------------

    def _event(self, concrete: Concrete, step: Step, way: Way | None) -> str:
        system = self.problem.system
        if step.kind in ("configure", "drop"):
            return f"then: {step.text}"
        machine = system.machine(step.machine)
        if step.kind == "birth":
            types: Mapping[str, model.Type] = {a.name: a.type for a in stored(machine)}
            head = f"then: a new {machine.name}"
        else:
            types = {p.name: p.type for p in machine.event(step.name).parameters}
            assert step.thing is not None
            head = f"then: {machine.name} {concrete.key(machine.name, step.thing)}, {step.name}"
        given = [
            f"{name} = {told(types[name], concrete.value(types[name], value))}" for name, value in step.given.items()
        ]
        return head + (f" ({', '.join(given)})" if given else "")

    def _path(self, concrete: Concrete, step: Step, way: Way | None) -> Iterator[str]:
        taken = way.taken if way else ()
        if not taken and step.transition and step.thing is not None:
            taken = (Taken(step.machine, step.thing, step.transition),)
        for each in taken:
            guards = "".join(f"; {guard.label.rstrip('.')}" for guard in each.transition.guards)
            who = f"{each.machine} {concrete.key(each.machine, each.thing)}"
            target = each.transition.target or each.transition.source
            yield f"{who}: {each.transition.source} → {target}{guards}  ({place(each.transition.where)})"

    # --- the engine --------------------------------------------------------------------------------------------------

    def _replay(
        self, concrete: Concrete, goal: Goal, step: Step, way: Way | None, before: Content, after: Content | None
    ) -> tuple[bool | None, str, tuple[Mapping[str, Any], ...]]:
        event = concrete.input(step, way.world if way else self.problem.world)
        if event is None:
            return None, "(the engine has no such input)", ()
        try:
            now = concrete.now(step)
            start = self.engine.state(before.config, before.things, fields=before.fields, now=now)
            confirmed, word = self._judged(goal, after, start, event, now)
        except InputError as error:
            return False, f"the engine does not take this: {error}", ()
        given = Given(event, now, alone=True)
        return confirmed, word, tuple(steps(self.engine, start, [given])) if confirmed else ()

    def _judged(
        self, goal: Goal, after: Content | None, start: StationState, event: Input, now: int
    ) -> tuple[bool, str]:
        """Whether the engine comes to the same state, and breaks the same property."""
        try:
            result = self.engine.take(start, event, now)
        except EngineFault as fault:
            return goal.way is None, f"the engine stops here: {fault}"
        if isinstance(result, Refusal):
            return False, self._otherwise("refuses it")
        if after is not None and self._differs(result, after):
            return False, self._otherwise("comes to another state")
        broken = {v.name for v in self.engine.violations(start, result.commands, result.state)}
        if goal.owner.name in broken:
            return True, "the engine does the same"
        return False, self._otherwise("does the same, and finds the property kept")

    def _differs(self, result: EngineStep, after: Content) -> bool:
        state = result.state
        for machine in self.problem.system.machines:
            rows = {key: state.row(machine.name, key) for key in state.keys(machine.name)}
            if rows != after.things.get(machine.name, {}):
                return True
        return False

    def _otherwise(self, what: str) -> str:
        used = ", ".join(sorted(self.problem.trusted.used))
        reason = f"; the answers of the trusted functions ({used}) are free in a proof" if used else ""
        return f"the engine {what}{reason}"


def _title(goal: Goal) -> str:
    reason = f" ({goal.reason})" if goal.reason else ""
    return f"{goal.owner.name}: {goal.owner.label}{reason}"


def _is_default(value: Any, attribute: model.Attribute) -> bool:
    if isinstance(value, frozenset):
        return not value
    plain = value.name if isinstance(value, enum.Enum) else value
    return type(plain) is type(attribute.initial) and plain == attribute.initial
