"""Writes a system as a class: its things, what they are found by, what ends, what comes from outside."""

from __future__ import annotations

from .. import model
from ..compiling.names import bare
from ..compiling.plan import bucket, by
from ..compiling.reads import SYSTEM
from ..compiling.records import armed, can_end, concerned, deadlines, ended, slots, stored
from ..compiling.source import Source, local, short, tupled
from ..walking import walk
from .machines import Machines
from .urgency import Urgency


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
