"""Writes the classes of records and of the state, and what copies, makes, drops and watches them."""

from __future__ import annotations

from collections.abc import Mapping

from .. import model
from .expressions import Expressions, region_slot
from .names import bare
from .plan import Plan, by
from .source import Source, local, tupled


def stored(machine: model.Machine) -> list[model.Attribute]:
    """The fields of a machine's records: all but the reference to the system."""
    return [a for a in machine.attributes if not isinstance(a.type, model.Station)]


def slots(machine: model.Machine) -> list[str]:
    """The attributes that hold the states, one for each region."""
    return [region_slot(machine, region) for region in range(len(machine.regions))]


def deadlines(machine: model.Machine) -> list[str]:
    """The fields that the step watches."""
    return [a.name for a in stored(machine) if isinstance(bare(a.type), model.Deadline)]


def can_end(machine: model.Machine) -> bool:
    """Every region has a final state."""
    return all(any(s.final and s.region == region for s in machine.states) for region in range(len(machine.regions)))


def ended(machine: model.Machine, record: str) -> str:
    """The condition that a thing is ended."""
    tests: list[str] = []
    for region, slot in enumerate(slots(machine)):
        names = [repr(s.name) for s in machine.states if s.final and s.region == region]
        tests.append(f"{record}.{slot} == {names[0]}" if len(names) == 1 else f"{record}.{slot} in {tupled(names)}")
    return " and ".join(tests)


def write_records(source: Source, system: model.System) -> None:
    """The classes of records, and one function that copies a record."""
    _write_record(source, system.name, [a.name for a in system.attributes], [], system.label, system.where)
    for machine in system.machines:
        fields = [a.name for a in stored(machine)]
        _write_record(source, machine.name, fields, slots(machine), machine.label, machine.where)


def _write_record(
    source: Source, name: str, fields: list[str], regions: list[str], label: str, where: model.Where
) -> None:
    names = fields + regions
    source.line()
    source.line()
    with source.block(f"class {name}(Record):", where):
        source.line(f"__slots__ = {tupled([repr(n) for n in names])}")
        source.line(f"_fields = {tupled([repr(n) for n in fields])}")
        source.line(f"_regions = {tupled([repr(n) for n in regions])}")
        source.line()
        with source.block(f"def __init__({', '.join(['self', *names])}):"):
            source.line("self._tuple = None")
            for field in names:
                source.line(f"self.{field} = {field}")
    with source.function(f"copy_{name}", ["record"], f"A copy of the record: {label}", where):
        source.line(f"return {name}({', '.join(f'record.{n}' for n in names)})")


def armed(machine: model.Machine, field: str) -> str:
    """The name of the deadlines that are set in a field, by key; also of those behind."""
    return f"armed_{machine.name}_{field}"


def forget(plan: Plan, machine: str) -> str:
    """The line that ends what is remembered, when something of a machine is written."""
    return "d._memo = d._answers = None" if machine in plan.trusted else "d._memo = None"


class Worlds:
    """Writes the class of states, and what makes, copies and changes them."""

    def __init__(self, source: Source, system: model.System, plan: Plan) -> None:
        self.source = source
        self.system = system
        self.plan = plan
        self.machines = [machine.name for machine in system.machines]
        self.watched = [machine for machine in system.machines if deadlines(machine)]
        self.own = [f"own_{name}" for name in (*self.machines, "system")]
        self.kept = {
            "config": "config",
            "now": "0",
            "deadline": "None",
            "system": "system",
            "_ended": "()",
            "_answers": "None",
        }
        """What a draft takes over, and what it is without things."""
        self.kept |= dict.fromkeys(self.machines, "{}") | {f"next_{name}": "1" for name in self.machines}
        for machine in self.watched:
            self.kept[f"due_{machine.name}"] = "None"
            self.kept |= {armed(machine, field): "{}" for field in deadlines(machine)}
        if plan.indexed:
            self.own.append("own_index")
            self.kept |= {"index": "empty_index()", "settled": "True", "touched_system": "False"}
            self.kept |= {f"touched_{name}": "()" for name in self.machines}

    def write(self) -> None:
        """The class, and all its functions."""
        self._class()
        with self.source.function("empty", ["config", "system"], "A state without things."):
            self._made(self.kept)
        with self.source.function("draft", ["before"], "A copy that shares every record until it is written to."):
            self._made({name: f"before.{name}" for name in self.kept})
        with self.source.function("share", ["d"], "From here on, the records belong to others too."):
            self.source.line(f"{' = '.join(f'd.{n}' for n in self.own)} = None")
        for machine in self.system.machines:
            self._writer(machine.name)
            self._drop(machine)
        with self.source.function("write_system", ["d"], "The system's own fields, to be written to."):
            self.source.line("d._memo = d._answers = None")
            if self.plan.indexed:
                self.source.line("d.touched_system = True")
            with self.source.block("if d.own_system is None:"):
                self.source.line(f"d.system = copy_{self.system.name}(d.system)")
                self.source.line("d.own_system = True")
            self.source.line("return d.system")
        self._assembled()
        self._deadlines()

    def _class(self) -> None:
        line = self.source.line
        line()
        line()
        with self.source.block("class World(State):"):
            line('"""A state: for each machine its records by key, the next key and the next deadline."""')
            line()
            added = [
                name for name in self.kept if name not in ("config", "now", "deadline", "system", "_ended", "_answers")
            ]
            line(f"__slots__ = {tupled([repr(n) for n in [*added, *self.own]])}")
            line(f"machines = {tupled([repr(n) for n in self.machines])}")

    def _made(self, values: Mapping[str, str]) -> None:
        line = self.source.line
        line("d = World()")
        for name, value in values.items():
            line(f"d.{name} = {value}")
        line("d._key = d._views = d._memo = None")
        line("d.commands = []")
        line("d.path = []")
        line(f"{' = '.join(f'd.{n}' for n in self.own)} = None")
        line("return d")

    def _writer(self, name: str) -> None:
        line, block = self.source.line, self.source.block
        with self.source.function(f"write_{name}", ["d", "key"], f"The record of {name} number key, to be written to."):
            line(forget(self.plan, name))
            if self.plan.indexed:
                line(f"d.touched_{name} += (key,)")
            line(f"own = d.own_{name}")
            with block("if own is None:"):
                line(f"d.{name} = d.{name}.copy()")
                line(f"own = d.own_{name} = set()")
            with block("elif key in own:"):
                line(f"return d.{name}[key]")
            line(f"record = d.{name}[key] = copy_{name}(d.{name}[key])")
            line("own.add(key)")
            line("return record")

    def _drop(self, machine: model.Machine) -> None:
        name, line = machine.name, self.source.line
        with self.source.function(f"drop_{name}", ["d", "key"], f"{name} number key is no more."):
            line(forget(self.plan, name))
            with self.source.block(f"if d.own_{name} is None:"):
                line(f"d.{name} = d.{name}.copy()")
                line(f"d.own_{name} = set()")
            line(f"d.own_{name}.discard(key)")
            line(f"record = d.{name}.pop(key)")
            for field in deadlines(machine):
                with self.source.block(f"if key in d.{armed(machine, field)}:"):
                    line(f"d.{armed(machine, field)} = d.{armed(machine, field)}.copy()")
                    line(f"del d.{armed(machine, field)}[key]")
                    line(f"d.due_{name} = d.now  # to be looked for again")
            if self.plan.indexed:
                line(f"d.touched_{name} += (key,)")
                if self.plan.keeps(name):
                    line(f"strike_{name}(d, key, record)")

    def _assembled(self) -> None:
        """A draft whose records, or whose settings, were put in from outside."""
        with self.source.function("configured", ["d"], "The settings are others now."):
            self.source.line("d._memo = d._answers = None")
            if self.plan.indexed:
                self.source.line("d.settled = False")
        with self.source.function("assembled", ["d"], "Nothing is known of these things yet: note it."):
            for machine in self.system.machines:
                self.source.line(f"d.own_{machine.name} = set(d.{machine.name})")
                if self.plan.keeps(machine.name):
                    with self.source.block(f"for key, record in d.{machine.name}.items():"):
                        self.source.line(f"enlist_{machine.name}(d, key, record)")
            if self.plan.indexed:
                self.source.line("d.settled = False")

    def _deadlines(self) -> None:
        """Look for the next deadline among the things of those machines that were written to."""
        line, block = self.source.line, self.source.block
        for machine in self.watched:
            name = machine.name
            with self.source.function(f"look_at_{name}", ["d"], f"The earliest deadline after now of a living {name}."):
                line("now = d.now")
                for index, field in enumerate(deadlines(machine)):
                    start = "found = " if index == 0 else "found += "
                    line(f"{start}[at for at in d.{armed(machine, field)}.values() if at > now]")
                line("return min(found, default=None)")
            with self.source.function(f"arm_{name}", ["d"], f"Note the deadlines of each {name} written to."):
                line("changed = False")
                alive = f"None if {ended(machine, 'record')} else " if can_end(machine) else ""
                for field in deadlines(machine):
                    known = f"d.{armed(machine, field)}"
                    line(f"known = {known}")
                    with block(f"for key in d.own_{name}:"):
                        line(f"record = d.{name}[key]")
                        line(f"at = {alive}record.{field}")
                        with block("if known.get(key) != at:"):
                            with block(f"if known is {known}:"):
                                line("known = known.copy()")
                            with block("if at is None:"):
                                line("del known[key]")
                            with block("else:"):
                                line("known[key] = at")
                    with block(f"if known is not {known}:"):
                        line(f"{known} = known")
                        line("changed = True")
                line("return changed")
        with self.source.function("look_for_deadlines", ["d"], "Note the earliest deadline after now."):
            line("now = d.now")
            line("earliest = None")
            for machine in self.watched:
                name = machine.name
                line(f"due = d.due_{name}")
                with block(f"if (d.own_{name} is not None and arm_{name}(d)) or (due is not None and due <= now):"):
                    line(f"due = d.due_{name} = look_at_{name}(d)")
                with block("if due is not None and (earliest is None or due < earliest):"):
                    line("earliest = due")
            line("d.deadline = earliest")


def write_births(source: Source, system: model.System, expressions: Expressions) -> None:
    """One function for each machine that makes a thing and follows its choices."""
    for machine in system.machines:
        attributes = sorted(stored(machine), key=lambda a: a.has_default)
        parameters = [
            f"{local(a.name)}={expressions.constant(a.type, a.initial)}" if a.has_default else local(a.name)
            for a in attributes
        ]
        star = ["*"] if parameters else []
        about = f"A new {machine.name}: {machine.label}"
        with source.function(f"new_{machine.name}", ["d", *star, *parameters], about, machine.where):
            initial = [repr(machine.initial(region).name) for region in range(len(machine.regions))]
            values = ", ".join([local(a.name) for a in stored(machine)] + initial)
            source.line(forget(expressions.plan, machine.name))
            source.line(f"key = d.next_{machine.name}")
            source.line(f"d.next_{machine.name} = key + 1")
            with source.block(f"if d.own_{machine.name} is None:"):
                source.line(f"d.{machine.name} = d.{machine.name}.copy()")
                source.line(f"d.own_{machine.name} = set()")
            source.line(f"record = d.{machine.name}[key] = {machine.name}({values})")
            source.line(f"d.own_{machine.name}.add(key)")
            if expressions.plan.indexed:
                source.line(f"d.touched_{machine.name} += (key,)")
                if expressions.plan.keeps(machine.name):
                    source.line(f"enlist_{machine.name}(d, key, record)")
            for region in range(len(machine.regions)):
                if machine.initial(region).choice:
                    source.line(f"leave_{machine.name}__{machine.initial(region).name}(d, key)")
            source.line("return key")


def enders(system: model.System) -> list[model.Machine]:
    """The machines whose things can end."""
    return [machine for machine in system.machines if can_end(machine)]


def concerned(system: model.System) -> list[str]:
    """The machines of which something is written when a thing ends, or loses what refers to it."""
    return [m.name for m in system.machines if can_end(m) or any(_referring(m, t) for t in enders(system))]


def plan_endings(system: model.System, plan: Plan) -> None:
    """Want the indexes that tell who refers to what has ended."""
    for target in enders(system):
        for machine in system.machines:
            for attribute in stored(machine):
                if bare(attribute.type) == model.Ref(target.name):
                    plan.want((machine.name, attribute.name))


def write_endings(source: Source, system: model.System, plan: Plan) -> None:
    """Whether ended things may be dropped, and whether something refers to one."""
    with source.function("may_drop", ["d"], "Whether a thing may have ended, or lost a reference to it."):
        tests = [f"d.own_{name} is not None" for name in [*concerned(system), "system"]]
        source.line(f"return {' or '.join(tests)}")
    for target in enders(system):
        about = f"Whether a thing that lives, or the station itself, refers to {target.name} number key."
        with source.function(f"refers_to_{target.name}", ["d", "key"], about):
            for machine in system.machines:
                for attribute in _referring(machine, target):
                    _write_referring(source, machine, attribute, plan)
            for attribute in system.attributes:
                if bare(attribute.type) == model.Ref(target.name):
                    with source.block(f"if d.system.{attribute.name} == key:"):
                        source.line("return True")
                elif bare(attribute.type) == model.SetOf(target.name):
                    with source.block(f"if key in (d.system.{attribute.name} or ()):"):
                        source.line("return True")
            source.line("return False")


def _write_referring(source: Source, machine: model.Machine, attribute: model.Attribute, plan: Plan) -> None:
    alive = f"not ({ended(machine, 'record')})" if can_end(machine) else ""
    name, field = machine.name, attribute.name
    if (name, field) in plan.indexes:
        found = f"d.index.{by((name, field))}.get(key, ())"
        if not alive:
            with source.block(f"if {found}:"):
                source.line("return True")
            return
        with source.block(f"for referring in {found}:"):
            source.line(f"record = d.{name}[referring]")
            with source.block(f"if {alive}:"):
                source.line("return True")
        return
    several = isinstance(bare(attribute.type), model.SetOf)
    test = f"key in (record.{field} or ())" if several else f"record.{field} == key"
    with (
        source.block(f"for record in d.{name}.values():"),
        source.block(f"if {' and '.join(filter(None, (test, alive)))}:"),
    ):
        source.line("return True")


def _referring(machine: model.Machine, target: model.Machine) -> list[model.Attribute]:
    """The fields of a machine that refer to things of the other."""
    kinds = (model.Ref(target.name), model.SetOf(target.name))
    return [a for a in stored(machine) if bare(a.type) in kinds]
