"""Writes the classes of records and of the state, and what copies, makes, drops and watches them."""

from __future__ import annotations

from .. import model
from .expressions import Expressions, region_slot
from .names import bare
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


def write_world(source: Source, system: model.System) -> None:
    """The class of states, and the copy of one that a step works on."""
    machines = [machine.name for machine in system.machines]
    own = [f"own_{name}" for name in (*machines, "system")]
    kept = ["config", "now", "deadline", "system", "_ended", *machines, *(f"next_{name}" for name in machines)]
    kept += [f"due_{machine.name}" for machine in system.machines if deadlines(machine)]
    source.line()
    source.line()
    with source.block("class World(State):"):
        source.line('"""A state: for each machine its records by key, the next key and the next deadline."""')
        source.line()
        added = [name for name in kept if name not in ("config", "now", "deadline", "system", "_ended")]
        source.line(f"__slots__ = {tupled([repr(n) for n in [*added, *own]])}")
        source.line(f"machines = {tupled([repr(n) for n in machines])}")
    with source.function("empty", ["config", "system"], "A state without things."):
        source.line("d = World()")
        initial = {"config": "config", "system": "system", "now": "0", "deadline": "None", "_ended": "()"}
        initial |= dict.fromkeys(machines, "{}") | {f"next_{name}": "1" for name in machines}
        for name in kept:
            source.line(f"d.{name} = {initial.get(name, 'None')}")
        source.line("d._key = d._views = d._memo = None")
        source.line("d.commands = []")
        source.line("d.path = []")
        source.line(f"{' = '.join(f'd.{n}' for n in own)} = None")
        source.line("return d")
    with source.function("draft", ["before"], "A copy that shares every record until it is written to."):
        source.line("d = World()")
        for name in kept:
            source.line(f"d.{name} = before.{name}")
        source.line("d._key = d._views = d._memo = None")
        source.line("d.commands = []")
        source.line("d.path = []")
        source.line(f"{' = '.join(f'd.{n}' for n in own)} = None")
        source.line("return d")
    with source.function("share", ["d"], "From here on, the records belong to others too."):
        source.line(f"{' = '.join(f'd.{n}' for n in own)} = None")
    _write_writers(source, system)


def _write_writers(source: Source, system: model.System) -> None:
    for machine in system.machines:
        name = machine.name
        with source.function(f"write_{name}", ["d", "key"], f"The record of {name} number key, to be written to."):
            source.line("d._memo = None")
            source.line(f"own = d.own_{name}")
            with source.block("if own is None:"):
                source.line(f"d.{name} = d.{name}.copy()")
                source.line(f"own = d.own_{name} = set()")
            with source.block("elif key in own:"):
                source.line(f"return d.{name}[key]")
            source.line(f"record = d.{name}[key] = copy_{name}(d.{name}[key])")
            source.line("own.add(key)")
            source.line("return record")
    with source.function("write_system", ["d"], "The system's own fields, to be written to."):
        source.line("d._memo = None")
        with source.block("if d.own_system is None:"):
            source.line(f"d.system = copy_{system.name}(d.system)")
            source.line("d.own_system = True")
        source.line("return d.system")


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
            source.line("d._memo = None")
            source.line(f"key = d.next_{machine.name}")
            source.line(f"d.next_{machine.name} = key + 1")
            with source.block(f"if d.own_{machine.name} is None:"):
                source.line(f"d.{machine.name} = d.{machine.name}.copy()")
                source.line(f"d.own_{machine.name} = set()")
            source.line(f"d.{machine.name}[key] = {machine.name}({values})")
            source.line(f"d.own_{machine.name}.add(key)")
            for region in range(len(machine.regions)):
                if machine.initial(region).choice:
                    source.line(f"leave_{machine.name}__{machine.initial(region).name}(d, key)")
            source.line("return key")


def write_endings(source: Source, system: model.System) -> None:
    """Drop ended things to which nothing refers."""
    enders = [machine for machine in system.machines if can_end(machine)]
    concerned = [m.name for m in system.machines if m in enders or any(_referring(system, t, m) for t in enders)]
    with source.function("may_drop", ["d"], "Whether a thing may have ended, or lost a reference to it."):
        tests = [f"d.own_{name} is not None" for name in [*concerned, "system"]]
        source.line(f"return {' or '.join(tests)}")
    for target in enders:
        about = f"The keys of those {target.name} to which a thing that lives, or the station itself, refers."
        with source.function(f"references_to_{target.name}", ["d"], about):
            source.line("found = set()")
            for name, conditions, single, several in _referring(system, target):
                over = f"in d.{name}.values(){conditions}"
                for field in single:
                    source.line(f"found.update([record.{field} for record {over}])")
                for field in several:
                    source.line(f"found.update(*[record.{field} or () for record {over}])")
            for attribute in system.attributes:
                if bare(attribute.type) == model.Ref(target.name):
                    source.line(f"found.add(d.system.{attribute.name})")
                elif bare(attribute.type) == model.SetOf(target.name):
                    source.line(f"found.update(d.system.{attribute.name} or ())")
            source.line("return found")


def _referring(
    system: model.System, target: model.Machine, only: model.Machine | None = None
) -> list[tuple[str, str, list[str], list[str]]]:
    """Machines that refer to ``target``: name, condition to be alive, fields with one thing, fields with a set."""
    found: list[tuple[str, str, list[str], list[str]]] = []
    for machine in system.machines if only is None else (only,):
        single = [a.name for a in stored(machine) if bare(a.type) == model.Ref(target.name)]
        several = [a.name for a in stored(machine) if bare(a.type) == model.SetOf(target.name)]
        alive = f" if not ({ended(machine, 'record')})" if can_end(machine) else ""
        if single or several:
            found.append((machine.name, alive, single, several))
    return found


def write_deadlines(source: Source, system: model.System) -> None:
    """Look for the next deadline among the things of those machines that were written to."""
    watched = [machine for machine in system.machines if deadlines(machine)]
    for machine in watched:
        about = f"The earliest deadline after now of a living {machine.name}."
        with source.function(f"look_at_{machine.name}", ["d"], about):
            source.line("now = d.now")
            fields = deadlines(machine)
            alive = f" if not ({ended(machine, 'record')})" if can_end(machine) else ""
            for index, field in enumerate(fields):
                over = f"for record in d.{machine.name}.values(){alive}"
                start = "found = " if index == 0 else "found += "
                source.line(f"{start}[record.{field} {over}]")
            source.line("return min([at for at in found if at is not None and at > now], default=None)")
    with source.function("look_for_deadlines", ["d"], "Note the earliest deadline after now."):
        source.line("now = d.now")
        source.line("earliest = None")
        for machine in watched:
            name = machine.name
            source.line(f"due = d.due_{name}")
            with source.block(f"if d.own_{name} is not None or (due is not None and due <= now):"):
                source.line(f"due = d.due_{name} = look_at_{name}(d)")
            with source.block("if due is not None and (earliest is None or due < earliest):"):
                source.line("earliest = due")
        source.line("d.deadline = earliest")
