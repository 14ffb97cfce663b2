"""Whether trusted functions are what they are believed to be, on the states that a walk comes through.

A proof believes that a function's answer depends on its arguments and on what it declares to read, and that it keeps
its contract. So the rest of a state is changed at random: the answer must stay the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ..engine import Engine, Row, StationState, model
from ..engine.compiling import bare
from ..engine.compiling.records import stored

Value = Callable[[model.Type, StationState], Any]
"""Any value of a type, with the things of a state."""

CHANCE = 0.1
"""How often a state is looked at."""


class Believed:
    """Watches the trusted functions of one system; ``doubts`` says of each what it should not do."""

    def __init__(self, engine: Engine[Any], chance: random.Random, value: Value) -> None:
        self.engine = engine
        self.system = engine.system
        self.random = chance
        self.value = value
        self.doubts: dict[str, str] = {}

    def look(self, state: StationState) -> None:
        """Now and then, ask each function, with any arguments."""
        if self.system.trusted and self.random.random() < CHANCE:
            for function in self.system.trusted:
                arguments = self._arguments(function, state)
                if arguments is not None and function.name not in self.doubts:
                    self._try(function, state, arguments)

    def _arguments(self, function: model.Trusted, state: StationState) -> list[Any] | None:
        for parameter in function.parameters:
            of = bare(parameter.type)
            if isinstance(parameter.type, model.Ref) and isinstance(of, model.Ref) and not state.keys(of.machine):
                return None
        return [self.value(parameter.type, state) for parameter in function.parameters]

    def _try(self, function: model.Trusted, state: StationState, arguments: list[Any]) -> None:
        compiled = self.engine.compiled
        answer = self._answer(function, state, arguments)
        if answer is True and function.contract:
            contract = compiled.predicate(self.system.name, function.contract)
            if not contract(state, *arguments):
                self.doubts[function.name] = f"{function.name} does not keep its contract {function.contract}"
                return
        fields = self._not_declared(function, state)
        if fields:
            machine, attribute = self.random.choice(fields)
            if self._answer(function, self._with(state, machine, attribute), arguments) != answer:
                name = f"{machine.name}.{attribute.name}"
                self.doubts[function.name] = f"{function.name} reads {name}, and does not declare it"

    def _answer(self, function: model.Trusted, state: StationState, arguments: list[Any]) -> object:
        return self.engine.compiled.function(f"{self.system.name}__{function.name}")(state, *arguments)

    def _not_declared(
        self, function: model.Trusted, state: StationState
    ) -> list[tuple[model.Machine, model.Attribute]]:
        """The fields of things that are there, but those that the function says it reads."""
        return [
            (machine, attribute)
            for machine in self.system.machines
            if state.keys(machine.name)
            for attribute in stored(machine)
            if f"{machine.name}.{attribute.name}" not in function.reads
        ]

    def _with(self, state: StationState, machine: model.Machine, attribute: model.Attribute) -> StationState:
        things: dict[str, dict[int, Row]] = {
            m.name: {key: state.row(m.name, key) for key in state.keys(m.name)} for m in self.system.machines
        }
        for key, row in things[machine.name].items():
            value = self.value(attribute.type, state)
            things[machine.name][key] = Row({**row.fields, attribute.name: value}, row.states)
        fields = {a.name: getattr(state.system, a.name) for a in self.system.attributes}
        return self.engine.state(state.config, things, fields=fields, now=state.now)
