"""A system as data: the one definition of meaning.

The reader (``reading/``) makes these values from the classes of a system, once. What runs (``compiling/``), what is
proved and what is drawn are all made from them. Everything here is frozen, compares by value and knows its place in
the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import Protocol, TypeAlias, TypeVar


@dataclass(frozen=True, slots=True)
class Where:
    """A piece of source text: lines from 1, columns from 0, the end exclusive (as in ``ast``)."""

    file: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


# --- types -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plain:
    """``bool``, ``int`` or ``str``. Text is only compared for equality and passed on."""

    name: OneOf["bool", "int", "str"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time at which something is due: an ``int`` in milliseconds that the step watches."""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """An ``enum.Enum``; ``python`` is ``module:qualified name``, ``members`` are names in source order."""

    python: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """An opaque immutable value (a frozen dataclass): compared for equality, passed on, its attributes read."""

    python: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A thing of a machine, by identity."""

    machine: str


@dataclass(frozen=True, slots=True)
class SetOf:
    """A finite set of things of one machine (``frozenset[Evse]``)."""

    machine: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """``of | None``."""

    of: Type


@dataclass(frozen=True, slots=True)
class Station:
    """The system itself (what ``self.station`` refers to)."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The type of a bare ``None``."""


Type: TypeAlias = Plain | Deadline | Enumeration | Value | Ref | SetOf | Maybe | Station | Nothing

BOOL = Plain("bool")
INT = Plain("int")
TEXT = Plain("str")
NOTHING = Nothing()

# --- expressions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expression:
    """Every expression has a type and a place."""

    type: Type
    where: Where


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """``True``, ``3``, ``"text"``, ``None``, or the name of an enumeration's member."""

    value: bool | int | str | None


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """``self``, a parameter, a local name or a variable bound by ``for``. In a system's own methods ``self`` is the
    system (type ``Station``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Field(Expression):
    """A stored field of a thing or (``of.type`` is ``Station``) of the system."""

    of: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Setting(Expression):
    """A configuration key: ``self.station.config.name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Part(Expression):
    """An attribute of an opaque value."""

    of: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Things(Expression):
    """All things of a machine, in order of creation; its type is ``SetOf``."""

    machine: str


@dataclass(frozen=True, slots=True)
class Belonging(Expression):
    """The things of ``machine`` whose field ``via`` refers to ``of`` (an ``Each`` field of a machine)."""

    of: Expression
    machine: str
    via: str


@dataclass(frozen=True, slots=True)
class InState(Expression):
    """``of.state.is_active``; ``state`` is the state's unique name in its machine."""

    of: Expression
    machine: str
    state: str


@dataclass(frozen=True, slots=True)
class Same(Expression):
    """``left is right``, or ``left == right`` of values; either side may be ``None``."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Compare(Expression):
    """An order of two integers."""

    operator: OneOf["<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """A sum or difference of two integers."""

    operator: OneOf["+", "-"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """``not of``."""

    of: Expression


@dataclass(frozen=True, slots=True)
class And(Expression):
    """``a and b and …``, left to right; a part may rely on those before it."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or(Expression):
    """``a or b or …``, left to right."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Choice(Expression):
    """``then if condition else otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Binding:
    """``for variable in collection if conditions``; ``collection`` has type ``SetOf(machine)``."""

    variable: str
    machine: str
    collection: Expression
    conditions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Quantified(Expression):
    """``all(body for …)`` or ``any(body for …)``."""

    kind: OneOf["all", "any"]
    bindings: tuple[Binding, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Those(Expression):
    """``frozenset(x for x in … if …)``: a set of things."""

    binding: Binding


@dataclass(frozen=True, slots=True)
class First(Expression):
    """``next(x for x in … if …)``: the first such thing; there must be one (an obligation)."""

    binding: Binding


@dataclass(frozen=True, slots=True)
class Contains(Expression):
    """``item in collection``."""

    item: Expression
    collection: Expression


@dataclass(frozen=True, slots=True)
class Ask(Expression):
    """A call of a predicate of a thing or of the system; arguments in the order of its parameters."""

    of: Expression
    owner: str
    predicate: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Trust(Expression):
    """A call of a trusted function of the system; arguments in the order of its parameters."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Before(Expression):
    """``before(x).field``, ``before(x).state.is_active``, ``before(x).predicate()``: ``of`` (a ``Field``, ``InState``,
    ``Ask``, ``Part`` …) is evaluated in the state before the step. Only in laws."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Sent(Expression):
    """``sent(Command, field=value, …)``: the step emits such a command; fields not given may be anything. Only in
    laws."""

    command: str
    fields: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class IsNew(Expression):
    """``is_new(x)``: the thing was made by this step. Only in laws."""

    of: Expression


# --- statements ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """Every statement has a place."""

    where: Where


@dataclass(frozen=True, slots=True)
class Assign(Statement):
    """``of.field = value``."""

    target: Field
    value: Expression


@dataclass(frozen=True, slots=True)
class Let(Statement):
    """``name = value``: a local name, never assigned twice."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class If(Statement):
    """``if condition: then else: otherwise``."""

    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Loop(Statement):
    """``for x in …: if …:``; the turns are independent of each other."""

    binding: Binding
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Send(Statement):
    """``of.event(name=value)``: an event of another machine; the receiver must accept it (an obligation)."""

    of: Expression
    machine: str
    event: str
    arguments: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Emit(Statement):
    """``self.emit(Command(field=value))``."""

    command: str
    fields: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Create(Statement):
    """``name = Other(field=value)`` or without a name: a new thing, in its initial state."""

    machine: str
    fields: tuple[tuple[str, Expression], ...]
    name: str | None


@dataclass(frozen=True, slots=True)
class Require(Statement):
    """``assert condition``: an obligation."""

    condition: Expression


# --- declarations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an event, a predicate or an action."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Predicate:
    """A guard, an invariant or a law: local names, then one expression. ``label`` is its docstring's first line."""

    name: str
    parameters: tuple[Parameter, ...]
    locals: tuple[Let, ...]
    body: Expression
    label: str
    where: Where


@dataclass(frozen=True, slots=True)
class Action:
    """What a transition does."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    label: str
    where: Where


@dataclass(frozen=True, slots=True)
class Trusted:
    """A pure Python function that the subset cannot say. ``reads`` names what it reads: ``Machine.field``,
    ``Machine.state`` or a setting; ``contract`` names the predicate of the system that bounds it, or is empty."""

    name: str
    parameters: tuple[Parameter, ...]
    type: Type
    reads: tuple[str, ...]
    contract: str
    label: str
    where: Where


@dataclass(frozen=True, slots=True)
class Attribute:
    """A stored field. Without a default it is given at birth. ``initial`` is a ``Literal`` or an empty set (``None``
    stands for "no default": see ``has_default``)."""

    name: str
    type: Type
    has_default: bool
    initial: bool | int | str | None
    where: Where


@dataclass(frozen=True, slots=True)
class State:
    """``region`` is the index into ``Machine.regions``; ``choice``: only eventless exits, nobody rests there."""

    name: str
    path: tuple[str, ...]
    region: int
    initial: bool
    final: bool
    choice: bool
    label: str
    where: Where


@dataclass(frozen=True, slots=True)
class Guard:
    """One conjunct of ``cond=``: over ``Ask(self, …)`` with ``and``, ``or``, ``not``; ``label`` is for people."""

    condition: Expression
    label: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One block. ``target`` is ``None`` for an event that is ignored on purpose or handled in place; ``event`` is
    ``None`` for an exit of a choice. The first of a state's transitions for an event (in order) whose guards hold is
    taken. ``refused``: declared by ``refused(…)``, never taken."""

    event: str | None
    source: str
    target: str | None
    guards: tuple[Guard, ...]
    actions: tuple[str, ...]
    refused: bool
    where: Where


@dataclass(frozen=True, slots=True)
class Event:
    """``urgent``: taken by the engine itself as soon as its guards hold for some arguments (all of them things, but
    ``now``), ``pick`` naming the policy that chooses among several. ``inner``: sent by actions only."""

    name: str
    region: int
    parameters: tuple[Parameter, ...]
    urgent: bool
    pick: str
    inner: bool
    label: str
    where: Where


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of thing. ``regions`` are names of parallel regions (one unnamed region ``""`` for a flat machine);
    ``system_field`` is the field that refers to the system; ``belonging`` maps ``Each`` fields to (machine, via)."""

    name: str
    python: str
    system_field: str
    collection: str
    attributes: tuple[Attribute, ...]
    belonging: tuple[tuple[str, str, str], ...]
    regions: tuple[str, ...]
    states: tuple[State, ...]
    events: tuple[Event, ...]
    transitions: tuple[Transition, ...]
    predicates: tuple[Predicate, ...]
    actions: tuple[Action, ...]
    label: str
    where: Where

    def state(self, name: str) -> State:
        """The state of that name; ``KeyError`` if there is none."""
        return _named(self.states, name)

    def event(self, name: str) -> Event:
        """The event of that name; ``KeyError`` if there is none."""
        return _named(self.events, name)

    def predicate(self, name: str) -> Predicate:
        """The predicate of that name; ``KeyError`` if there is none."""
        return _named(self.predicates, name)

    def action(self, name: str) -> Action:
        """The action of that name; ``KeyError`` if there is none."""
        return _named(self.actions, name)

    def attribute(self, name: str) -> Attribute:
        """The stored field of that name; ``KeyError`` if there is none."""
        return _named(self.attributes, name)

    def initial(self, region: int) -> State:
        """The initial state of a region."""
        return next(s for s in self.states if s.region == region and s.initial)

    def exits(self, state: str, event: str | None) -> Iterator[Transition]:
        """The transitions of a state for an event, in order."""
        return (t for t in self.transitions if t.source == state and t.event == event)


@dataclass(frozen=True, slots=True)
class CommandType:
    """A kind of command: a frozen dataclass whose fields may be things."""

    name: str
    python: str
    fields: tuple[Parameter, ...]
    required: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class System:
    """All of it. ``settings`` are the keys of the configuration, ``attributes`` the system's own stored fields;
    ``policies`` are names of policy methods."""

    name: str
    python: str
    config: str
    settings: tuple[Attribute, ...]
    attributes: tuple[Attribute, ...]
    machines: tuple[Machine, ...]
    commands: tuple[CommandType, ...]
    predicates: tuple[Predicate, ...]
    invariants: tuple[Predicate, ...]
    laws: tuple[Predicate, ...]
    trusted: tuple[Trusted, ...]
    policies: tuple[str, ...]
    label: str
    where: Where

    def machine(self, name: str) -> Machine:
        """The machine of that name; ``KeyError`` if there is none."""
        return _named(self.machines, name)

    def command(self, name: str) -> CommandType:
        """The command of that name; ``KeyError`` if there is none."""
        return _named(self.commands, name)

    def predicate(self, name: str) -> Predicate:
        """The system's predicate, invariant or law of that name; ``KeyError`` if there is none."""
        return _named(self.predicates + self.invariants + self.laws, name)


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


_N = TypeVar("_N", bound=_HasName)


def _named(items: Iterable[_N], name: str) -> _N:
    for item in items:
        if item.name == name:
            return item
    raise KeyError(name)
