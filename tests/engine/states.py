"""Arbitrary well-typed states of any system, reachable or not."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from statewatt.engine import Engine, Row
from statewatt.engine import model as m
from statewatt.engine.compiling.records import stored
from statewatt.engine.state import State

INTEGERS = st.integers(-2, 6)
TEXTS = st.sampled_from(["", "A", "B"])


def values(engine: Engine[Any], type_: m.Type, counts: dict[str, int]) -> st.SearchStrategy[Any]:
    """Values of a type, where there are so many things of each machine."""
    if isinstance(type_, m.Maybe):
        inner = type_.of
        if isinstance(inner, m.Ref) and not counts[inner.machine]:
            return st.none()
        return st.none() | values(engine, inner, counts)
    if isinstance(type_, m.Ref):
        return st.integers(1, counts[type_.machine])
    if isinstance(type_, m.SetOf):
        keys = range(1, counts[type_.machine] + 1)
        return st.frozensets(st.sampled_from(keys)) if keys else st.just(frozenset())
    if isinstance(type_, m.Enumeration):
        return st.sampled_from(list(engine.compiled.objects.get(type_.python)))
    if isinstance(type_, m.Value):
        cls = engine.compiled.objects.get(type_.python)
        return st.builds(cls, **dict.fromkeys(cls.__dataclass_fields__, TEXTS))
    plain = {m.BOOL: st.booleans(), m.INT: INTEGERS, m.TEXT: TEXTS}
    return INTEGERS if isinstance(type_, m.Deadline) else plain[type_]  # type: ignore[index]


@st.composite
def states(draw: st.DrawFn, engine: Engine[Any], most: int = 3) -> State:
    """A state with up to so many things of each machine."""
    system = engine.system
    counts = {machine.name: draw(st.integers(0, most)) for machine in system.machines}
    for _ in system.machines:
        for machine in system.machines:
            if any(isinstance(a.type, m.Ref) and not counts[a.type.machine] for a in stored(machine)):
                counts[machine.name] = 0
    things = {
        machine.name: {key: draw(rows(engine, machine, counts)) for key in range(1, counts[machine.name] + 1)}
        for machine in system.machines
    }
    settings = {a.name: draw(values(engine, a.type, counts)) for a in system.settings}
    fields = {a.name: draw(values(engine, a.type, counts)) for a in system.attributes}
    config = engine.compiled.objects.get(system.config)(**settings)
    return engine.state(config, things, fields=fields, now=draw(INTEGERS))


def rows(engine: Engine[Any], machine: m.Machine, counts: dict[str, int]) -> st.SearchStrategy[Row]:
    """A thing of a machine in any resting states."""
    fields = {a.name: values(engine, a.type, counts) for a in stored(machine)}
    resting = [
        st.sampled_from([s.name for s in machine.states if s.region == region and not s.choice])
        for region in range(len(machine.regions))
    ]
    return st.builds(Row, st.fixed_dictionaries(fields), st.tuples(*resting))
