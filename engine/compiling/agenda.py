"""Writes ``settle``: urgent events are taken until none is accepted.

In a settled state no urgent event is accepted, but for those with which a policy waits. So after an event only those
things have to be looked at whose guards read what was written since: the thing itself, one that a field of it leads
to, or any. Of the last kind, things are looked at only in the states from which the event leads on, and only while the
first guards hold, as far as they are the same for all. When time passes, those are looked at whose deadline is behind
them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import model
from .expressions import OR, PLAIN, Expressions
from .offers import Offers, Way
from .plan import NOWHERE, bucket, by, is_safe, names, replaced
from .reads import SYSTEM, Reader, Reads
from .records import armed
from .source import Source, local

LIMIT = 10_000
"""How many urgent events one point in time may bring; more is taken for a loop without an end."""


@dataclass(frozen=True)
class Entry:
    """A way that an urgent event may take, and what its guards read."""

    way: Way
    reads: Reads
    common: tuple[model.Expression, ...]
    """The first guards, as far as they are the same for every thing."""

    @property
    def machine(self) -> str:
        """The machine of its things."""
        return self.way.machine.name

    @property
    def bucket(self) -> str:
        """The name of the things in its states."""
        return bucket(self.machine, self.way.sources)

    @property
    def waits(self) -> bool:
        """A policy may wait with it: then it is asked again whatever happens."""
        return bool(self.way.event.pick)


class Agenda:
    """Writes the settling of one system."""

    def __init__(self, source: Source, expressions: Expressions, offers: Offers) -> None:
        self.source = source
        self.expressions = expressions
        self.offers = offers
        self.plan = expressions.plan
        self.machines = [name for name, ways in offers.ways.items() if ways]
        reader = Reader(expressions.system)
        self.entries = [self._entry(way, reader) for name in self.machines for way in offers.ways[name]]
        for entry in self.entries:
            for index, _ in entry.reads.through:
                self.plan.want(index)
            if entry.reads.wide or entry.reads.clock or entry.waits:
                self.plan.gather(entry.machine, entry.way.sources)

    def write(self) -> None:
        """``urge_Machine(d, look, pick)`` takes the first urgent event of some things, and ``settle(d, pick, watch)``
        one after the other; both give the event, or ``None``."""
        for name in self.machines:
            self._urge(name)
        about = "Take urgent events until none is accepted; gives the last of too many, else None."
        with self.source.function("settle", ["d", "pick", "watch"], about):
            if self.plan.indexed:
                self._begin()
            with self.source.block(f"for _ in range({LIMIT}):"):
                for name in self.machines if not self.plan.indexed else ():
                    self.source.line(f"look_{name} = set(d.{name})")
                if self.plan.indexed:
                    self._note()
                turns = [f"(urge_{name}(d, look_{name}, pick) if look_{name} else None)" for name in self.machines]
                self.source.line(f"taken = {' or '.join(turns) or None}")
                with self.source.block("if taken is None:"):
                    self.source.line("return None")
                with self.source.block("if watch:"):
                    self.source.line("watch(taken)")
            self.source.line("return taken")

    def distinct(self) -> list[Entry]:
        """One of each entries that are looked at for the same reason."""
        found = {(e.bucket, e.waits or tuple(sorted(e.reads.wide)), e.common): e for e in self.entries}
        return list(found.values())

    # --- inside ------------------------------------------------------------------------------------------------------

    def _entry(self, way: Way, reader: Reader) -> Entry:
        guards = [guard.condition for t in way.transitions for guard in t.guards]
        common: list[model.Expression] = []
        for guard in guards if len(way.transitions) == 1 else ():
            given = {p.name for p in way.event.parameters if p.name != "now"} & names(guard)
            if reader.of([guard]).own or given or not is_safe(self.expressions.system, guard, common):
                break
            common.append(guard)
        return Entry(way, reader.of(guards), tuple(common))

    def _urge(self, name: str) -> None:
        line, block = self.source.line, self.source.block
        about = f"Take the first urgent event of those {name} to look at: machine, event, key and arguments."
        with self.source.function(f"urge_{name}", ["d", "look", "pick"], about):
            line("now = d.now")
            with block("for self in sorted(look):"):
                line(f"record = d.{name}.get(self)")
                with block("if record is None:"):
                    line("look.discard(self)")
                    line("continue")
                for way in self.offers.in_turn(self.offers.ways[name]):
                    self._take(way)
                line("look.discard(self)")
            line("return None")

    def _take(self, way: Way) -> None:
        line, block = self.source.line, self.source.block
        machine, event = way.machine.name, way.event
        arguments = "".join(f", {'now' if p.name == 'now' else local(p.name)}" for p in event.parameters)
        call = f"{machine}__{event.name}(d, self{arguments})"
        given = ", ".join(f"{p.name!r}: {local(p.name)}" for p in way.things)
        taken = f"return {machine!r}, {event.name!r}, self, {{{given}}}"
        if not way.things:
            with block(f"if {call}:", way.where):
                line(taken)
            return
        line(f"accepted = {self.offers.accepted(way)}", way.where)
        test = "accepted"
        if event.pick:
            line(
                f"chosen = pick(d, ({machine!r}, self, {event.name!r}, {event.pick!r}, accepted)) if accepted else None"
            )
            test = "chosen is not None"
        with block(f"if {test}:", way.where):
            names = ", ".join(local(p.name) for p in way.things)
            line(f"{names}{',' if len(way.things) == 1 else ''} = {'chosen' if event.pick else 'accepted[0]'}")
            with block(f"if not {call}:", way.where):
                line(f'raise Fault("{machine} offers {event.name} and refuses it")', way.where)
            line(taken)

    def _begin(self) -> None:
        """What there is to look at before anything else has happened."""
        line, block = self.source.line, self.source.block
        line("now = d.now")
        with block("if d.settled:"):
            for name in self.machines:
                line(f"look_{name} = set()")
            due = {(e.way.machine.name, field): e.way.machine for e in self.entries for field in sorted(e.reads.due)}
            for (name, field), machine in due.items():
                with block(f"for key, at in d.{armed(machine, field)}.items():"), block("if at <= now:"):
                    line(f"look_{name}.add(key)")
            for entry in self.entries:
                if entry.reads.clock:
                    line(f"look_{entry.machine} |= d.index.{entry.bucket}")
            if not self.machines:
                line("pass")
        with block("else:"):
            for name in self.machines:
                line(f"look_{name} = set(d.{name})")
            line("d.settled = True")

    def _note(self) -> None:
        """What there is to look at since something was written."""
        line, block = self.source.line, self.source.block
        system = self.expressions.system
        for machine in [m.name for m in system.machines]:
            touched = f"touched_{machine}"
            line(f"{touched} = d.{touched}")
            with block(f"if {touched}:"):
                line(f"d.{touched} = ()")
                if machine in self.machines:
                    line(f"look_{machine}.update({touched})")
                through = {(e.machine, i): None for e in self.entries for i, to in e.reads.through if to == machine}
                for name, index in through:
                    with block(f"for key in {touched}:"):
                        line(f"look_{name}.update(d.index.{by(index)}.get(key, ()))")
        line("touched_system = d.touched_system")
        line("d.touched_system = False")
        for entry in self.distinct():
            if entry.waits:
                line(f"look_{entry.machine} |= d.index.{entry.bucket}")
            elif entry.reads.wide:
                flags = [f"touched_{'system' if name == SYSTEM else name}" for name in sorted(entry.reads.wide)]
                test = " or ".join(flags)
                test = f"d.index.{entry.bucket} and {f'({test})' if len(flags) > 1 else test}"
                if entry.common:
                    every = model.And(model.BOOL, NOWHERE, entry.common)
                    nobody = {"self": model.Literal(model.NOTHING, NOWHERE, None)}
                    test += f" and {self.expressions.text(replaced(every, nobody), PLAIN, OR)}"
                with block(f"if {test}:"):
                    line(f"look_{entry.machine} |= d.index.{entry.bucket}")
