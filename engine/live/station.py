"""Writes a system as a class: its things, what they are found by, what is urgent, what ends."""

from __future__ import annotations

from .. import model
from ..compiling.agenda import Agenda, Entry
from ..compiling.expressions import OR
from ..compiling.names import bare
from ..compiling.offers import Offers, Way
from ..compiling.plan import NOWHERE, Domain, bucket, by, replaced
from ..compiling.reads import SYSTEM
from ..compiling.records import armed, can_end, concerned, deadlines, ended, slots, stored
from ..compiling.source import Source, local, short, tupled
from ..walking import walk
from .expressions import OF_A_THING, OF_THE_SYSTEM, ObjectExpressions
from .machines import Machines


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


class Stations:
    """Writes the class of the system."""

    def __init__(self, source: Source, machines: Machines, urgency: Urgency) -> None:
        self.source = source
        self.machines = machines
        self.urgency = urgency
        self.expressions = machines.expressions
        self.system = machines.system
        self.plan = machines.plan
        self.armed = [armed(m, f) for m in self.system.machines for f in deadlines(m)]
        self.by_value = [by(i) for i in self.plan.indexes if not self._at_value(i)]
        self.buckets = [bucket(*b) for b in self.plan.buckets]

    def _at_value(self, index: tuple[str, str]) -> bool:
        attribute = self.system.machine(index[0]).attribute(index[1])
        return isinstance(bare(attribute.type), model.Ref)

    def of_machine(self, machine: model.Machine) -> None:
        """What the end of a thing needs."""
        line, block, function = self.source.line, self.source.block, self.source.function
        with function("_enlist", ["self"], "It can be found."):
            for name, field in self.plan.indexes:
                if name == machine.name:
                    self.machines.list_it(machine, field, f"self.{field}")
            for name, states in self.plan.buckets:
                if name == machine.name:
                    slot = slots(machine)[machine.state(states[0]).region]
                    with block(f"if self.{slot} in {tupled([*map(repr, states)])}:"):
                        line(f"self._system._{bucket(name, states)}.add(self)")
            line("return self")
        if not can_end(machine):
            return
        with function("_is_referred_to", ["self"], "A thing that lives, or the station itself, refers to it."):
            self._referred(machine)
        with function("_drop", ["self"], "It is no more."):
            line("station = self._system")
            line(f"del station._{machine.name}[self.key]")
            if machine.name in self.plan.trusted:
                line("station._answers.clear()")
            line(f"station._dropped |= {self.urgency.bits[machine.name]}")
            for name, field in self.plan.indexes:
                if name == machine.name:
                    self.machines.unlist(machine, field, f"self.{field}")
            for name, states in self.plan.buckets:
                if name == machine.name:
                    line(f"station._{bucket(name, states)}.discard(self)")
            for field in deadlines(machine):
                with block(f"if station._{armed(machine, field)}.pop(self, None) is not None:"):
                    line("station._rearmed = True")

    def _referred(self, target: model.Machine) -> None:
        line, block = self.source.line, self.source.block
        for machine in self.system.machines:
            alive = f" and not ({ended(machine, 'one')})" if can_end(machine) else ""
            for attribute in stored(machine):
                kind = bare(attribute.type)
                if kind == model.Ref(target.name) and (machine.name, attribute.name) in self.plan.indexes:
                    found = f"self._{by((machine.name, attribute.name))}"
                    if not alive:
                        with block(f"if {found}:"):
                            line("return True")
                        continue
                    with block(f"for one in {found}:"), block(f"if {alive.removeprefix(' and ')}:"):
                        line("return True")
                elif kind in (model.Ref(target.name), model.SetOf(target.name)):
                    several = isinstance(kind, model.SetOf)
                    name = attribute.name
                    test = f"self in (one.{name} or ())" if several else f"one.{name} is self"
                    with block(f"for one in self._system._{machine.name}.values():"), block(f"if {test}{alive}:"):
                        line("return True")
        for attribute in self.system.attributes:
            if bare(attribute.type) == model.Ref(target.name):
                with block(f"if self._system.{attribute.name} is self:"):
                    line("return True")
            elif bare(attribute.type) == model.SetOf(target.name):
                with block(f"if self in (self._system.{attribute.name} or ()):"):
                    line("return True")
        line("return False")

    def write(self) -> None:
        """The class of the system, after those of its machines."""
        system, line, function = self.system, self.source.line, self.source.function
        names = [m.name for m in system.machines]
        line()
        line()
        with self.source.block(f"class {system.name}(Station):", system.where):
            line(f'"""{system.label}  ({short(system.where)})"""')
            line()
            own = [a.name for a in system.attributes]
            kept = [*(f"_{n}" for n in names), *(f"_next_{n}" for n in names), *(f"_{n}" for n in self.armed)]
            kept += [f"_{n}" for n in (*self.by_value, *self.buckets)]
            kept += [f"_look_{n}" for n in self.urgency.agenda.machines] + [m.collection for m in system.machines]
            line(f"__slots__ = {(*own, *kept)!r}")
            line(f"_machines = {tuple(names)!r}")
            line(f"_own = {tuple(own)!r}")
            references = [a.name for a in system.attributes if isinstance(bare(a.type), model.Ref | model.SetOf)]
            line(f"_own_references = frozenset({references!r})")
            follows = bool(self.urgency.agenda.machines or self.armed or any(map(can_end, system.machines)))
            line(f"_follows = {follows}")
            bits = self.urgency.bits
            line(f"_concerned = {sum(bits[n] for n in {SYSTEM, *concerned(system)})}")
            self._begin()
            with function("_blank", ["self", "machine", "key"], "A thing of which only the key is known."):
                for machine in system.machines:
                    nothing = ", ".join(["None"] * (len(stored(machine)) + len(slots(machine))))
                    with self.source.block(f"if machine == {machine.name!r}:"):
                        line(f"return {machine.name}({', '.join(filter(None, ('self', 'key', nothing)))})")
                line("raise KeyError(machine)")
            self._known_again()
            for machine in system.machines:
                self._birth(machine)
            self.machines.predicates.of_system(system)
            for trusted in system.trusted:
                self._trusted(trusted)
            self.urgency.of_system()

    def _begin(self) -> None:
        line = self.source.line
        with self.source.function("_begin", ["self"], "No things, and the system's fields as they begin."):
            for attribute in self.system.attributes:
                value = (
                    self.expressions.constant(attribute.type, attribute.initial) if attribute.has_default else "None"
                )
                line(f"self.{attribute.name} = {value}")
            for machine in self.system.machines:
                line(f"self._{machine.name} = {{}}")
                line(f"self._next_{machine.name} = 1")
                line(f"self.{machine.collection} = Things(self._{machine.name})")
            for name in (*self.armed, *self.by_value):
                line(f"self._{name} = {{}}")
            for name in (*self.buckets, *(f"look_{n}" for n in self.urgency.agenda.machines)):
                line(f"self._{name} = set()")
            line(f"self._armed = {tupled([f'self._{n}' for n in self.armed])}")
            line(f"self._looks = {tupled([f'self._look_{n}' for n in self.urgency.agenda.machines])}")

    def _known_again(self) -> None:
        line, block = self.source.line, self.source.block
        with self.source.function("_known_again", ["self"], "Put together anew what things are found by."):
            for name in (*self.armed, *self.by_value, *self.buckets):
                line(f"self._{name}.clear()")
            for name in self.urgency.agenda.machines:
                line(f"self._look_{name}.clear()")
            line("self._ended = []")
            for machine in self.system.machines:
                lists = [f"_{by(index)}" for index in self.machines.referring(machine.name)]
                if lists:
                    with block(f"for one in self._{machine.name}.values():"):
                        for name in lists:
                            line(f"one.{name} = []")
            for machine in self.system.machines:
                with block(f"for one in self._{machine.name}.values():"):
                    line("one._enlist()._touched(self)")
                    if can_end(machine):
                        with block(f"if {ended(machine, 'one')}:"):
                            line("self._ended.append(one)")
            for name in self.urgency.agenda.machines:
                line(f"self._look_{name}.clear()")
            line("self._answers.clear()")
            line("self._changed = self._dropped = 0")
            line("self._settled = False")

    def _birth(self, machine: model.Machine) -> None:
        line = self.source.line
        attributes = sorted(stored(machine), key=lambda a: a.has_default)
        parameters = [
            f"{local(a.name)}={self.expressions.constant(a.type, a.initial)}" if a.has_default else local(a.name)
            for a in attributes
        ]
        star = ["*"] if parameters else []
        about = f"A new {machine.name}: {machine.label}"
        with self.source.function(f"_new_{machine.name}", ["self", *star, *parameters], about, machine.where):
            initial = [repr(machine.initial(region).name) for region in range(len(machine.regions))]
            line(f"key = self._next_{machine.name}")
            line(f"self._next_{machine.name} = key + 1")
            values = ", ".join(["self", "key", *(local(a.name) for a in stored(machine)), *initial])
            line(f"one = self._{machine.name}[key] = {machine.name}({values})")
            line("self._undo.append((one, None, None))")
            if machine.name in self.plan.trusted:
                line("self._answers.clear()")
            line("one._enlist()")
            for region in range(len(machine.regions)):
                if machine.initial(region).choice:
                    line(f"one._leave_{machine.initial(region).name}()")
            line("return one")

    def _trusted(self, trusted: model.Trusted) -> None:
        line, block = self.source.line, self.source.block
        names = [local(p.name) for p in trusted.parameters]
        with self.source.function(trusted.name, ["self", *names], trusted.label, trusted.where):
            line("memo = self._answers")
            line(f"question = ({', '.join([repr(trusted.name), *names])},)")
            with block("if question not in memo:"):
                line(f"answer = {self.system.name}__{trusted.name}({', '.join(['self', *names])})", trusted.where)
                if trusted.type == model.BOOL:
                    with block("if type(answer) is not bool:"):
                        line(f'raise TypeError(f"{trusted.name} answered {{answer!r}}, not True or False")')
                line("memo[question] = answer")
            line("return memo[question]")

    # --- tables ------------------------------------------------------------------------------------------------------

    def tables(self) -> None:
        """What comes from outside, and which functions are the user's own."""
        line, system = self.source.line, self.system
        name = system.name
        line()
        line()
        line(f"{name}._events = {{")
        for machine in system.machines:
            for event in machine.events:
                why = "is taken by the engine itself" if event.urgent else "is sent by the station itself"
                taken = {p.name: p.type for p in event.parameters}
                given = {n: t for n, t in taken.items() if n != "now"}
                fields = self._fields(f"{machine.name}.{event.name}", "argument", given, given)
                reason = why if event.urgent or event.inner else ""
                line(f"    {(machine.name, event.name)!r}: ({event.name!r}, {fields}, {reason!r}, {'now' in taken}),")
        line("}")
        line(f"{name}._births = {{")
        made = {s.machine for s in _creations(system)}
        for machine in system.machines:
            attributes = {a.name: a.type for a in stored(machine)}
            needed = {a.name: a.type for a in stored(machine) if not a.has_default}
            owner = f"a {machine.name}"
            from_outside = self._fields(owner, "field", needed, needed)
            whole = self._fields(owner, "field", needed, attributes, renamed=False)
            line(f"    {machine.name!r}: ({from_outside}, {whole}, {machine.name in made}),")
        line("}")
        settings = {a.name: a.type for a in system.settings}
        line(f"{name}._settings = {self._fields('the configuration', 'setting', {}, settings, renamed=False)}")
        own = {a.name: a.type for a in system.attributes}
        required = {a.name: a.type for a in system.attributes if not a.has_default}
        line(f"{name}._own_fields = {self._fields(name, 'field', required, own, renamed=False)}")
        line(f"{name}._config_class = {self.expressions.objects.name(system.config)}")
        policies = ", ".join(f"{p!r}: {name}__{p}" for p in system.policies)
        line(f"{name}._policy_functions = {{{policies}}}")

    def _fields(
        self,
        owner: str,
        kind: str,
        required: dict[str, model.Type],
        types: dict[str, model.Type],
        renamed: bool = True,
    ) -> str:
        kinds = ", ".join(f"{n!r}: {self._kind(t)}" for n, t in types.items())
        inside = {n: local(n) for n in types if local(n) != n and renamed}
        last = f", {inside!r}" if inside else ""
        return f"Fields({owner!r}, {kind!r}, {tuple(required)!r}, {{{kinds}}}{last})"

    def _kind(self, type_: model.Type) -> str:
        if isinstance(type_, model.Maybe):
            return f"maybe({self._kind(type_.of)})"
        if isinstance(type_, model.Ref):
            return f"thing({type_.machine!r})"
        if isinstance(type_, model.SetOf):
            return f"things({type_.machine!r})"
        if isinstance(type_, model.Enumeration):
            return f"a({self.expressions.objects.name(type_.python)})"
        if isinstance(type_, model.Value):
            return f"a({self.expressions.objects.name(type_.python)}, True)"
        if isinstance(type_, model.Plain):
            return f"a({type_.name})"
        return "a(int)"


def _creations(system: model.System) -> list[model.Create]:
    return [s for m in system.machines for a in m.actions for s in walk(a.body) if isinstance(s, model.Create)]
