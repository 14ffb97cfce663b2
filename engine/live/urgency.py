"""Writes what is urgent: which things are looked at, and the first urgent event of one."""

from __future__ import annotations

from .. import model
from ..compiling.agenda import Agenda, Entry
from ..compiling.expressions import OR
from ..compiling.names import bare
from ..compiling.offers import Offers, Way
from ..compiling.plan import NOWHERE, Domain, by, replaced
from ..compiling.reads import SYSTEM
from ..compiling.records import armed, can_end, deadlines, ended, slots
from ..compiling.source import Source, local, tupled
from .expressions import OF_A_THING, OF_THE_SYSTEM, ObjectExpressions


class ObjectOffers(Offers):
    """Offers are asked of things."""

    def accepting(self, way: Way) -> None:
        """``_accepting_event(self, now)`` gives what tells of each candidate whether it is accepted."""
        self._accepting(way)

    def candidates(self, way: Way) -> str:
        """The things that are accepted, as a policy sees them."""
        possible = ", ".join(self._possible_things(way, p) for p in way.things)
        return f"Candidates(self._{way.accepting}(now), {possible})"

    def _possible_things(self, way: Way, parameter: model.Parameter) -> str:
        of = bare(parameter.type)
        assert isinstance(of, model.Ref)
        collection = self.expressions.system.machine(of.machine).collection
        found = self._possible.get((way.accepting, parameter.name))
        if isinstance(found, Domain):
            return self.expressions.found(found, OF_A_THING)
        if found is not None:
            return f"among({self.expressions.text(found, OF_A_THING)}, self._system.{collection})"
        return f"self._system.{collection}"

    def _head(self, way: Way) -> tuple[str, list[str]]:
        return f"_{way.accepting}", ["self", "now"]


class Urgency:
    """Writes which things are looked at, and the first urgent event of one."""

    def __init__(self, source: Source, expressions: ObjectExpressions, offers: ObjectOffers, agenda: Agenda) -> None:
        self.source = source
        self.expressions = expressions
        self.system = expressions.system
        self.plan = expressions.plan
        self.offers = offers
        self.agenda = agenda
        self.bits = {m.name: 1 << number for number, m in enumerate(self.system.machines, 1)} | {SYSTEM: 1}

    def of_machine(self, machine: model.Machine) -> None:
        """``_touched(station)`` notes what a thing that was written to brings about, ``_urge(station)`` takes its first
        urgent event."""
        line, block = self.source.line, self.source.block
        with self.source.function("_touched", ["self", "station"], "It was written to: what is to be looked at."):
            line(f"station._changed |= {self.bits[machine.name]}")
            if machine.name in self.agenda.machines:
                sources = {state for way in self.offers.ways[machine.name] for state in way.sources}
                resting = {state.name for state in machine.states if not (state.choice or state.final)}
                add = f"station._look_{machine.name}.add(self)"
                if len(machine.regions) == 1 and sources < resting:
                    names = [repr(state.name) for state in machine.states if state.name in sources]
                    with block(f"if self.{slots(machine)[0]} in {tupled(names)}:"):
                        line(add)
                else:
                    line(add)
            through = {(e.machine, i) for e in self.agenda.entries for i, to in e.reads.through if to == machine.name}
            for name, index in sorted(through):
                line(f"station._look_{name}.update(self._{by(index)})")
            alive = f"None if {ended(machine, 'self')} else " if can_end(machine) else ""
            for field in deadlines(machine):
                line(f"at = {alive}self.{field}")
                line(f"known = station._{armed(machine, field)}")
                with block("if known.get(self) != at:"):
                    line("station._rearmed = True")
                    with block("if at is None:"):
                        line("del known[self]")
                    with block("else:"):
                        line("known[self] = at")
        ways = self.offers.ways[machine.name]
        for way in ways:
            if way.things:
                self.offers.accepting(way)
        if ways:
            about = "Take its first urgent event that is accepted; whether there is one."
            with self.source.function("_urge", ["self", "station"], about):
                line("now = station.now")
                slot = ""
                for way in ways:
                    if way.slot != slot:
                        slot = way.slot
                        line(f"state = self.{slot}")
                    with block(f"if {way.test}:"):
                        self._take(way)
                line("return False")

    def _take(self, way: Way) -> None:
        line, block = self.source.line, self.source.block
        event = way.event
        names = [local(p.name) for p in event.parameters]
        call = f"self.{event.name}({', '.join(names)})"
        if not way.things:
            with block(f"if {call}:", way.where):
                line("return True")
            return
        line(f"candidates = {self.offers.candidates(way)}", way.where)
        picked = f"station._pick({event.pick!r}, self, candidates)"
        line(f"chosen = {picked if event.pick else 'candidates[0] if candidates else None'}")
        with block("if chosen is not None:", way.where):
            line(f"{', '.join(local(p.name) for p in way.things)} = chosen")
            with block(f"if not {call}:", way.where):
                line(f'raise Fault("{way.machine.name} offers {event.name} and refuses it")', way.where)
            line("return True")

    def of_system(self) -> None:
        """What to look at when time has passed, and when something was written."""
        line, block, function = self.source.line, self.source.block, self.source.function
        entries = self.agenda.entries
        with function("_touched", ["self", "station"], "A field of the system was written."):
            line(f"self._changed |= {self.bits[SYSTEM]}")
        with function("_look_at_time", ["self"], "Whose time has come; everything, where nothing is known."):
            with block("if self._settled:"):
                line("now = self.now")
                due = {(e.machine, f): e.way.machine for e in entries for f in sorted(e.reads.due)}
                for (name, field), machine in due.items():
                    with block(f"for one, at in self._{armed(machine, field)}.items():"), block("if at <= now:"):
                        line(f"self._look_{name}.add(one)")
            with block("else:"):
                for name in self.agenda.machines:
                    line(f"self._look_{name}.update(self._{name}.values())")
                line("self._settled = True")
        with function("_look_at_changes", ["self"], "Whose urgent events may have become acceptable."):
            line("undo = self._undo")
            with block("if self._seen < len(undo):"):
                line("touched = {entry[0] for entry in (undo[self._seen:] if self._seen else undo)}")
                line("self._seen = len(undo)")
                with block("for one in touched:"):
                    line("one._touched(self)")
            line("changed = self._changed")
            line("self._written |= changed")
            line("changed |= self._dropped")
            line("self._changed = self._dropped = 0")
            wide = [entry for entry in self.agenda.distinct() if not entry.waits and entry.reads.wide]
            if wide:
                every = sum(self.bits[name] for name in {name for entry in wide for name in entry.reads.wide})
                with block(f"if changed & {every}:"):
                    for entry in wide:
                        self._wide(entry)
            for entry in self.agenda.distinct():
                if entry.waits or entry.reads.clock:
                    with block(f"if self._{entry.bucket}:"):
                        line(f"self._look_{entry.machine} |= self._{entry.bucket}")

    def _wide(self, entry: Entry) -> None:
        found = f"self._{entry.bucket}"
        names = sorted(entry.reads.wide)
        test = f"{found} and changed & {sum(self.bits[n] for n in names)}"
        if entry.common:
            every = model.And(model.BOOL, NOWHERE, entry.common)
            someone: model.Expression = model.Name(model.Ref(entry.machine), NOWHERE, "someone")
            text = self.expressions.text(replaced(every, {"self": someone}), OF_THE_SYSTEM, OR)
            test += f" and {text.replace('someone', f'first({found})')}"
        with self.source.block(f"if {test}:  # {', '.join(n or 'the system' for n in names)}"):
            self.source.line(f"self._look_{entry.machine} |= {found}")
