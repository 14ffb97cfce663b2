"""The words that a model is written in, beside python-statemachine's ``State``.

A class written with them is an ordinary python-statemachine class and runs as one; that run is the reference in
conformance tests and tutorials. The engine itself reads the source once (``reading/``) and runs the compiled step.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from statemachine import State, StateMachine
from statemachine.transition_list import TransitionList

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
M = TypeVar("M", bound="Machine")

Each: TypeAlias = Sequence[T]
"""All things of a machine (in a system), or those that refer back to this one (in a machine)."""

Deadline: TypeAlias = int
"""A point in time, in milliseconds, at which an urgent event may become due: the step reports the next one."""


class Command:
    """What a station tells the world; subclasses are frozen dataclasses, their first docstring line is their label."""


def urgent(transitions: Any, pick: str = "") -> Any:
    """Mark an event as urgent: the engine takes it by itself, as soon as its guards hold.

    Its parameters may be things and ``now``. Where the guards accept several things, the policy method of the system
    that ``pick`` names chooses among them, or waits by choosing none; without one the first is taken.
    """
    return transitions


def ignored(*states: State) -> Any:
    """In these states the event is accepted and changes nothing."""
    return _in_place(states)


def refused(*states: State) -> Any:
    """In these states the event is refused on purpose."""
    return _in_place(states, cond="never")


def _in_place(states: tuple[State, ...], **options: Any) -> TransitionList:
    if not states:
        raise TypeError("name at least one state")
    transitions = TransitionList()
    for state in states:
        transitions |= state.to(state, **options)
    return transitions


def invariant(method: F) -> F:
    """Declare a predicate of a system to be true in every state."""
    return method


def law(method: F) -> F:
    """Declare a predicate of a system to be true of every step: ``before(x)`` is x before it, ``sent(Command(…))``
    whether the step emits that, ``is_new(x)`` whether the step made x."""
    return method


def policy(method: F) -> F:
    """Declare a policy: ``(self, thing, candidates, now) -> candidate | None``, ordinary Python, read by nobody.

    The guards have accepted every candidate, so no choice breaks a law; ``None`` waits.
    """
    return method


def trusted(*reads: str, contract: str = "") -> Callable[[F], F]:
    """Declare a pure function that the subset cannot say.

    Args:
        reads: what it reads, as ``Machine.field``, ``Machine.state`` or a configuration key.
        contract: the predicate of the system, with the same parameters, that holds whenever it answers ``True``.
    """

    def mark(method: F) -> F:
        return method

    return mark


def before(thing: T) -> T:
    """The thing as it was before the step (laws only)."""
    raise RuntimeError("before(…) has a meaning in a law only, and laws are evaluated by the engine")


def sent(command: type[Command], **fields: object) -> bool:
    """Whether the step emits such a command; fields that are not given may be anything (laws only)."""
    raise RuntimeError("sent(…) has a meaning in a law only, and laws are evaluated by the engine")


def is_new(thing: object) -> bool:
    """Whether the step made the thing (laws only)."""
    raise RuntimeError("is_new(…) has a meaning in a law only, and laws are evaluated by the engine")


class System:
    """A station: its things (``Each``), its configuration (``config``), its own fields, its laws.

    An instance runs the classes by python-statemachine itself; ``emitted`` holds the commands, oldest first.
    """

    config: Any
    emitted: list[Command]
    memo: dict[Any, Any] | None = None
    """Where a trusted function may keep what it derives from a state. Offered by the engine's views, whose state does
    not change; an instance of the classes does change, and offers none."""

    def __init__(self, config: Any, **fields: Any) -> None:
        self.config = config
        self.emitted = []
        self._things: dict[str, list[Machine]] = {}
        self._kinds: list[type] = []
        for name, (annotation, owner) in _annotations(type(self)).items():
            machine = _each(annotation)
            if machine:
                setattr(self, name, self._things.setdefault(machine, []))
                kind = getattr(sys.modules.get(owner.__module__), machine, None)
                self._kinds += [kind] if isinstance(kind, type) else []
            elif name not in fields and hasattr(type(self), name):
                setattr(self, name, getattr(type(self), name))
        for name, value in fields.items():
            setattr(self, name, value)

    def of(self, machine: str) -> list[Any]:
        """The things of the machine of that name, or of the one that derives from it, in order of creation."""
        if machine in self._things:
            return self._things[machine]
        for things in self._things.values():
            if things and machine in (base.__name__ for base in type(things[0]).__mro__):
                return things
        return []

    def kind_of(self, machine: type[M]) -> type[M]:
        """The system's own class for a machine: itself, or the one that derives from it."""
        return next((kind for kind in self._kinds if issubclass(kind, machine)), machine)


class Machine(StateMachine):
    """A kind of thing with a lifecycle: states, transitions, guards and actions of python-statemachine.

    Fields are annotated attributes: those without a default are given at birth, by keyword; one is annotated with the
    system and refers to it; ``Each[Other]`` is derived from the field of ``Other`` that refers back.
    """

    if TYPE_CHECKING:
        key: int
        """What the engine names the thing by; only the engine's views have it."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, (annotation, _) in _annotations(cls).items():
            other = _each(annotation)
            if other:
                names = frozenset(form for base in cls.__mro__ for form in (base.__name__, f"{base.__name__}|None"))
                setattr(cls, name, property(partial(Machine._referrers, other=other, names=names)))

    def __new__(cls, **fields: Any) -> Self:
        """Make a thing of the system's own class, where that derives from this one."""
        return super().__new__(next((s.kind_of(cls) for s in fields.values() if isinstance(s, System)), cls))

    def __init__(self, **fields: Any) -> None:
        systems = [value for value in fields.values() if isinstance(value, System)]
        if len(systems) != 1:
            raise TypeError(f"{type(self).__name__} is given exactly one system")
        stored = [name for name, (annotation, _) in _annotations(type(self)).items() if not _each(annotation)]
        unknown = sorted(set(fields) - set(stored))
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {unknown[0]!r}; it has {', '.join(stored)}")
        for name in stored:
            if name in fields:
                setattr(self, name, fields[name])
            elif hasattr(type(self), name):
                setattr(self, name, getattr(type(self), name))
            else:
                raise TypeError(f"{type(self).__name__} needs {name}=…")
        self._system = systems[0]
        self._system.of(type(self).__name__).append(self)
        super().__init__()  # pyright: ignore[reportUnknownMemberType]

    def _referrers(self, other: str, names: frozenset[str]) -> list[Any]:
        """The things of another machine whose field, annotated with one of these names, refers here."""
        things = self._system.of(other)
        if not things:
            return []
        first: object = things[0]
        via = [name for name, (text, _) in _annotations(type(first)).items() if text.replace(" ", "") in names]
        return [thing for thing in things if any(getattr(thing, name) is self for name in via)]

    def never(self) -> bool:
        """The state refuses this event."""
        return False

    def emit(self, command: Command) -> None:
        """Tell the world."""
        self._system.emitted.append(command)


def _annotations(cls: type) -> dict[str, tuple[str, type]]:
    """The annotated attributes of a model's class and its bases, oldest base first: source text, and the class."""
    found: dict[str, tuple[str, type]] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("statemachine") or base in (System, Machine):
            continue
        for name, annotation in inspect.get_annotations(base).items():
            text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
            found[name] = text, base
    return found


def _each(annotation: str) -> str | None:
    """The machine's name in ``Each[Name]``, else ``None``."""
    return annotation[5:-1].strip("\"' ") if annotation.startswith("Each[") and annotation.endswith("]") else None
