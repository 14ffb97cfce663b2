"""A plain class as data: its states, and its transitions in the order in which the library tries them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from statemachine import State

from ...engine.model import Where
from ...engine.state import InputError
from .names import PlainClass
from .places import Places


@dataclass(frozen=True)
class Condition:
    """One condition of a transition: a text as the library reads it, or a function. ``wanted``: ``unless`` wants
    ``False``."""

    text: str
    function: Callable[..., Any] | None
    wanted: bool

    def __str__(self) -> str:
        return self.text if self.wanted else f"not ({self.text})"


@dataclass(frozen=True)
class Arrow:
    """A transition, by its number in the class. ``events`` are those that it answers, ``""`` alone where it needs
    none; ``target`` is the source where it has none of its own."""

    number: int
    source: str
    target: str
    events: frozenset[str]
    conditions: tuple[Condition, ...]
    where: Where

    def __str__(self) -> str:
        guards = " and ".join(f"({each})" if len(self.conditions) > 1 else str(each) for each in self.conditions)
        return f"{self.source} → {self.target}" + (f" if {guards}" if guards else "")


@dataclass(frozen=True)
class Vertex:
    """A state."""

    name: str
    final: bool
    where: Where


@dataclass(frozen=True)
class Chart:
    """A flat machine. ``unheard``: what the library does with an event that no transition answers."""

    python: str
    initial: str
    states: tuple[Vertex, ...]
    events: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    unheard: Literal["refused", "ignored"]
    where: Where

    def exits(self, state: str, event: str) -> tuple[Arrow, ...]:
        """The transitions that a state tries for an event, in order."""
        return tuple(arrow for arrow in self.arrows if arrow.source == state and event in arrow.events)


def chart(cls: PlainClass) -> Chart:
    """Read a class.

    Raises:
        InputError: it has no states, or states within states.
    """
    name = f"{cls.__module__}:{cls.__qualname__}"
    states: list[State] = list(cls.states)
    if not states or cls.initial_state is None:
        raise InputError(f"{name} has no states" if not states else _nested(name, states[0]))
    for state in states:
        if state.states or state.history or state.parallel:
            raise InputError(_nested(name, state))
    places = Places(cls)
    arrows = [arrow for state in states for arrow in state.transitions]
    declared: Any = cls
    known = [*declared.events, *(event for arrow in arrows for event in arrow.events)]
    events = tuple(dict.fromkeys(each for event in known if (each := _sent(str(event)))))
    return Chart(
        python=name,
        initial=cls.initial_state.id,
        states=tuple(Vertex(state.id, state.final, places.of(state.id)) for state in states),
        events=events,
        arrows=tuple(_arrow(cls, number, arrow, events, places) for number, arrow in enumerate(arrows)),
        unheard="ignored" if cls.allow_event_without_transition else "refused",
        where=places.of_class,
    )


def _nested(name: str, state: State) -> str:
    kind = "parallel" if state.parallel else "compound"
    return (
        f"{name} has the {kind} state {state.id}, and plain classes are checked only where they are flat; "
        "declare it as a Machine of a System, which may have parallel regions"
    )


def _sent(event: str) -> str:
    """A name that an event designator answers: ``error.*`` answers ``error``, ``*`` answers whatever the others do."""
    return event.removesuffix(".*").strip("*.")


def _arrow(cls: PlainClass, number: int, arrow: Any, events: tuple[str, ...], places: Places) -> Arrow:
    if len(arrow.targets) > 1:
        raise InputError(f"{cls.__qualname__}: a transition with several targets is not checked")
    source = str(arrow.source.id)
    target = str(arrow.target.id) if arrow.target is not None else source
    answered = frozenset(event for event in events if arrow.match(event)) if not arrow.is_eventless else frozenset({""})
    where = places.take(source, target, next(iter(map(str, arrow.events)), ""))
    return Arrow(number, source, target, answered, tuple(_condition(cls, spec) for spec in arrow.cond), where)


def _condition(cls: PlainClass, spec: Any) -> Condition:
    """A function that is the class's own method or property is known by its name, like a text."""
    function = None if isinstance(spec.func, str) else spec.func
    own = next((vars(base)[spec.attr_name] for base in cls.__mro__ if spec.attr_name in vars(base)), None)
    if function is not None and (own is function or getattr(own, "attr_name", None) == spec.attr_name):
        function = None
    return Condition(str(spec.attr_name), function, spec.expected_value is not False)
