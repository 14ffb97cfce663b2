"""Machines of any shape, with labels that no format likes; made as data, as the reader would make them."""

from __future__ import annotations

import string
from dataclasses import replace

from hypothesis import strategies as st

from statewatt.engine import model as m

HERE = m.Where("model.py", 1)
NASTY = string.ascii_letters + string.digits + " .,;:#%&|\\/\"'`*_~<>[](){}!?=+-–→é·\u00a0"
WORDS = ("end", "state", "note", "default", "graph", "free", "in_use", "x", "class_", "up", "A", "facts")


def labels() -> st.SearchStrategy[str]:
    """A label of one line, as docstrings give it: there is always something in it."""
    return st.text(NASTY, min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool)


def names(least: int, most: int) -> st.SearchStrategy[list[str]]:
    fresh = st.from_regex(r"[a-z][a-z_0-9]{0,5}", fullmatch=True)
    return st.lists(st.one_of(st.sampled_from(WORDS), fresh), min_size=least, max_size=most, unique=True)


@st.composite
def machines(draw: st.DrawFn) -> m.Machine:
    """A machine: flat, with or without choices, or with parallel regions."""
    name = draw(st.sampled_from(("Evse", "Connector", "end")))
    regions = tuple(draw(names(2, 3))) if draw(st.booleans()) else ("",)
    states = [state for number in range(len(regions)) for state in draw(_states(regions, number))]
    unique = {state.name: state for state in states}
    states = list(unique.values())
    regions_used = {state.region for state in states}
    for number in regions_used:
        _begin(states, number)
    predicates = tuple(m.Predicate(n, (), (), TRUE, draw(labels()), HERE) for n in draw(names(1, 4)))
    actions = tuple(m.Action(n, (), (), draw(labels()), HERE) for n in draw(names(1, 3)))
    events = [m.Event(n, 0, (), draw(st.booleans()), "", draw(st.booleans()), n, HERE) for n in draw(names(1, 4))]
    order = [None, *(event.name for event in events)]
    drawn = draw(st.lists(_transitions(states, events, predicates, actions), max_size=14))
    transitions = _reached(sorted(drawn, key=lambda each: order.index(each.event)))
    return m.Machine(
        name, "model:Machine", "", "", (), (), regions, tuple(states), tuple(events), tuple(transitions), predicates,
        actions, draw(labels()), HERE,
    )  # fmt: skip


def _reached(transitions: list[m.Transition]) -> list[m.Transition]:
    """Without those that the reader refuses: nothing is reached after an unguarded one. Each has a line of its own."""
    closed: set[tuple[str, str | None]] = set()
    found: list[m.Transition] = []
    for line, transition in enumerate(transitions, 1):
        key = (transition.source, transition.event)
        if key not in closed:
            found.append(replace(transition, where=m.Where("model.py", line)))
        if not transition.guards:
            closed.add(key)
    return found


TRUE = m.Literal(m.BOOL, HERE, True)


@st.composite
def _states(draw: st.DrawFn, regions: tuple[str, ...], number: int) -> list[m.State]:
    found: list[m.State] = []
    for name in draw(names(1, 4)):
        path = ("facts", regions[number], name) if regions != ("",) else (name,)
        full = f"{name}_{number}" if number else name
        final = draw(st.booleans())
        choice = not final and regions == ("",) and draw(st.booleans())
        found.append(m.State(full, (*path[:-1], full), number, False, final, choice, draw(labels()), HERE))
    return found


def _begin(states: list[m.State], region: int) -> None:
    """The first state of a region is its initial one."""
    place = next(n for n, state in enumerate(states) if state.region == region)
    states[place] = replace(states[place], initial=True)


@st.composite
def _transitions(
    draw: st.DrawFn,
    states: list[m.State],
    events: list[m.Event],
    predicates: tuple[m.Predicate, ...],
    actions: tuple[m.Action, ...],
) -> m.Transition:
    source = draw(st.sampled_from(states))
    target = draw(st.sampled_from([s for s in states if s.region == source.region]))
    event = None if source.choice else draw(st.sampled_from(events)).name
    guards = tuple(m.Guard(draw(_conditions(predicates)), "") for _ in range(draw(st.integers(0, 2))))
    chosen = tuple(a.name for a in draw(st.lists(st.sampled_from(actions), max_size=2)))
    silent = event is not None and draw(st.integers(0, 4)) == 0
    if silent:
        return m.Transition(event, source.name, None, (), (), draw(st.booleans()), HERE)
    return m.Transition(event, source.name, target.name, guards, chosen, False, HERE)


def _conditions(predicates: tuple[m.Predicate, ...]) -> st.SearchStrategy[m.Expression]:
    itself = m.Name(m.BOOL, HERE, "self")
    asked = st.sampled_from(predicates).map(lambda p: m.Ask(m.BOOL, HERE, itself, "", p.name, ()))
    return st.recursive(
        asked,
        lambda inner: st.one_of(
            inner.map(lambda one: m.Not(m.BOOL, HERE, one)),
            st.tuples(inner, inner).map(lambda two: m.Or(m.BOOL, HERE, two)),
            st.tuples(inner, inner).map(lambda two: m.And(m.BOOL, HERE, two)),
        ),
        max_leaves=3,
    )
