"""A recorded run or a counterexample as pictures: the way through one machine, and who told what to whom.

Both are made from the moves of an engine's trace: the events one by one, those from outside and the urgent ones, each
with the transitions that it took and the commands that it sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from ..engine import Birth, Configure, Event, Move, model
from ..engine.walking import walk
from .graph import Graph, words
from .mermaid import text as mermaid_text
from .svg import Drawing, Highlight, render_svg

OUTSIDE = "outside"
"""Who sends what comes in, and gets the commands."""

Thing = tuple[str, int]
"""A machine and the key of one of its things."""


class Manner(Enum):
    """How something is said; the value is its class in a picture."""

    EVENT = "from-outside"
    URGENT = "by-itself"
    INNER = "sent"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Saying:
    """One arrow of a sequence: who says what to whom, and what that changes there (state before, state after)."""

    source: str
    target: str
    text: str
    manner: Manner
    changes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """One step of a run: what was said, in order. ``caption`` tells what came from outside; ``findings`` what else is
    to be told: a refusal, a fault of the model, a law that was broken."""

    sayings: tuple[Saying, ...] = ()
    caption: str = ""
    findings: tuple[str, ...] = ()

    @property
    def says(self) -> bool:
        """There is something to be told."""
        return bool(self.sayings or self.findings)


def name_of(thing: Thing) -> str:
    """A thing for people."""
    return f"{thing[0]} {thing[1]}"


# --- the way through one machine -------------------------------------------------------------------------------------


def way(graph: Graph, machine: model.Machine, key: int, moves: Iterable[Move]) -> Highlight:
    """The way that one thing of a machine takes through its picture: edges in order, and the states where it ends."""
    ids = {state.name: ".".join((machine.name, *state.path)) for state in machine.states}
    edges = {(edge.source, edge.target): edge.id for edge in graph.edges}
    region = {state.name: state.region for state in machine.states}
    path: list[str] = []
    active: dict[int, str] = {}
    for move in moves:
        for name, number, _, source, target in move.path:
            if (name, number) == (machine.name, key):
                active[region[target]] = ids[target]
                if edge := edges.get((ids[source], ids[target])):
                    path.append(edge)
        if key in move.after.keys(machine.name):
            active |= {region[name]: ids[name] for name in move.after.row(machine.name, key).states}
    return Highlight(frozenset(active.values()), tuple(path), name_of((machine.name, key)))


def render_way(
    graph: Graph, machine: model.Machine, key: int, moves: Iterable[Move], drawing: Drawing | None = None
) -> str:
    """Return the picture of a machine with the numbered way of one of its things, as SVG."""
    return render_svg(graph, drawing, way(graph, machine, key, moves))


# --- who told what to whom -------------------------------------------------------------------------------------------


def sequence(system: model.System, moves: Iterable[Move]) -> tuple[Saying, ...]:
    """What was said, in order."""
    return tuple(saying for move in moves for saying in _Telling(system, move).all())


class _Telling:
    """Tells one move. The engine does not say which thing sent an inner event or a command: it is the latest one whose
    action may have."""

    def __init__(self, system: model.System, move: Move) -> None:
        self.system = system
        self.move = move
        self.taken: list[tuple[Thing, tuple[model.Statement, ...]]] = []

    def all(self) -> Iterator[Saying]:
        """The event, what it changes, what it sends."""
        arrows: list[Saying] = []
        for machine, key, event, source, target in self.move.path:
            thing = (machine, key)
            change = self._change(machine, source, target)
            told = [place for place, arrow in enumerate(arrows) if arrow.target == name_of(thing)]
            if event is None and told:
                last = arrows[told[-1]]
                arrows[told[-1]] = replace(last, changes=_onward(last.changes, change))
            else:
                arrows.append(self._arrow(thing, event, change))
            self.taken.append((thing, self._does(machine, event, source, target)))
        if not arrows:
            arrows.append(self._quiet())
        yield from arrows
        for command in self.move.commands:
            name = type(command).__name__
            sender = self._sender(partial(_is_emitted, name))
            yield Saying(sender or arrows[0].target, OUTSIDE, name, Manner.COMMAND)

    def _change(self, machine: str, source: str, target: str) -> tuple[tuple[str, str], ...]:
        states = self.system.machine(machine)
        return ((states.state(source).label, states.state(target).label),) if source != target else ()

    def _arrow(self, thing: Thing, event: str | None, change: tuple[tuple[str, str], ...]) -> Saying:
        head = self.move.event
        text = words(event) if event else f"a new {words(thing[0])}"
        is_head = (isinstance(head, Event) and (thing[0], event) == (head.machine, head.name)) or (
            isinstance(head, Birth) and event is None and not self.taken
        )
        if event is not None and self.system.machine(thing[0]).event(event).urgent:
            return Saying(name_of(thing), name_of(thing), text, Manner.URGENT, change)
        if is_head:
            return Saying(OUTSIDE, name_of(thing), text, Manner.EVENT, change)
        sender = self._sender(partial(_is_sent, thing[0], event))
        return Saying(sender or OUTSIDE, name_of(thing), text, Manner.INNER, change)

    def _quiet(self) -> Saying:
        """An event that takes no transition: a birth, new settings, one that is ignored."""
        head = self.move.event
        if isinstance(head, Birth):
            key = self.move.before.next_key(head.machine)
            return Saying(OUTSIDE, name_of((head.machine, key)), f"a new {words(head.machine)}", Manner.EVENT)
        if isinstance(head, Configure):
            return Saying(OUTSIDE, self.system.name, "new settings", Manner.EVENT)
        target = name_of((head.machine, head.target)) if head.target is not None else head.machine
        return Saying(OUTSIDE, target, words(head.name), Manner.EVENT)

    def _does(self, machine: str, event: str | None, source: str, target: str) -> tuple[model.Statement, ...]:
        """The statements of the transitions that may have been taken."""
        of = self.system.machine(machine)
        taken = [t for t in of.exits(source, event) if (t.target or t.source) == target]
        actions = dict.fromkeys(name for t in taken for name in t.actions)
        parts = (part for name in actions for part in walk(of.action(name).body))
        return tuple(part for part in parts if isinstance(part, model.Statement))

    def _sender(self, is_it: Callable[[model.Statement], bool]) -> str | None:
        return next((name_of(thing) for thing, does in reversed(self.taken) if any(map(is_it, does))), None)


def _onward(changes: tuple[tuple[str, str], ...], more: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Changes in a row as one: nobody rests in a choice."""
    if changes and more and changes[-1][1] == more[0][0]:
        return (*changes[:-1], (changes[-1][0], more[0][1]), *more[1:])
    return changes + more


def _is_emitted(command: str, statement: model.Statement) -> bool:
    return isinstance(statement, model.Emit) and statement.command == command


def _is_sent(machine: str, event: str | None, statement: model.Statement) -> bool:
    if isinstance(statement, model.Send):
        return (statement.machine, statement.event) == (machine, event)
    return isinstance(statement, model.Create) and event is None and statement.machine == machine


def participants(scenes: Iterable[Scene]) -> tuple[str, ...]:
    """Who takes part, in order of appearance, what is outside first."""
    sayings = (saying for scene in scenes for saying in scene.sayings)
    return tuple(dict.fromkeys([OUTSIDE, *(name for saying in sayings for name in (saying.source, saying.target))]))


def render_sequence_mermaid(scenes: Iterable[Scene]) -> str:
    """Return what was said as a Mermaid sequence diagram."""
    told = tuple(scenes)
    ids = {name: f"p{count}" for count, name in enumerate(participants(told))}
    lines = ["sequenceDiagram", "    autonumber"]
    lines += [f"    participant {id} as {mermaid_text([name])}" for name, id in ids.items()]
    across = ",".join(list(ids.values())[:: max(1, len(ids) - 1)])
    for scene in told:
        if scene.caption:
            lines.append(f"    Note over {across}: {mermaid_text([scene.caption])}")
        lines += (f"    {line}" for saying in scene.sayings for line in _mermaid_saying(saying, ids))
        lines += (f"    Note over {across}: {mermaid_text([finding])}" for finding in scene.findings)
    return "\n".join(lines) + "\n"


def _mermaid_saying(saying: Saying, ids: Mapping[str, str]) -> Iterator[str]:
    arrow = "-)" if saying.manner is Manner.COMMAND else "->>"
    yield f"{ids[saying.source]}{arrow}{ids[saying.target]}: {mermaid_text([saying.text])}"
    for before, after in saying.changes:
        yield f"Note over {ids[saying.target]}: {mermaid_text([f'{before} → {after}'])}"
