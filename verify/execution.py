"""Actions and transitions as formulas: every way through them, with what is known and what is written on it.

A choice between transitions, or an ``if``, makes several ways; a loop over things is one write to all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ..engine import model
from ..engine.compiling import bare
from ..engine.compiling.records import stored
from ..engine.dispatch import dispatched
from .expressions import Evaluator
from .facts import Facts, Frame
from .happenings import exits
from .terms import (
    FALSE,
    TRUE,
    Term,
    TheSystem,
    Value,
    both,
    chosen,
    either,
    negated,
    same,
    same_term,
)
from .trusted import TrustedFunctions
from .vocabulary import NotModelledError, Vocabulary
from .ways import AfterLoop, Elsewhere, Taken, Way
from .world import Emitted, Key, World, state_of, there, unknown_cell


class Executor:
    """Executes actions of one system; obligations are left in ``facts``."""

    def __init__(self, vocabulary: Vocabulary, trusted: TrustedFunctions, facts: Facts, now: Term) -> None:
        self.vocabulary = vocabulary
        self.trusted = trusted
        self.facts = facts
        self.now = now

    def at(self, world: World) -> Evaluator:
        """What evaluates expressions in a world."""
        return Evaluator(self.vocabulary, world, self.facts, self.trusted)

    # --- transitions -------------------------------------------------------------------------------------------------

    def fire(
        self, machine: model.Machine, thing: Term, event: str, given: Mapping[str, Value], way: Way
    ) -> Iterator[tuple[model.Transition, Way]]:
        """Every transition that a thing may take for an event, and the way up to it."""
        region = machine.event(event).region
        for state in machine.states:
            if state.region == region and not state.choice:
                here = self.in_state(machine, thing, state.name, way)
                if not here.impossible:
                    yield from self._first_that_holds(thing, exits(machine, state.name, event), given, here)

    def in_state(self, machine: model.Machine, thing: Term, state: str, way: Way) -> Way:
        """The way on which a thing is in that state."""
        current = way.world.read(state_of(machine.name, machine.state(state).region), thing)
        return way.given(same_term(current, self.vocabulary.state(machine.name, state)))

    def _first_that_holds(
        self, thing: Term, transitions: Iterable[model.Transition], given: Mapping[str, Value], way: Way
    ) -> Iterator[tuple[model.Transition, Way]]:
        for transition in transitions:
            passed, way = self.tried(thing, transition, given, way)
            if not passed.impossible:
                yield transition, passed
            if way.impossible:
                return

    def tried(self, thing: Term, transition: model.Transition, given: Mapping[str, Value], way: Way) -> tuple[Way, Way]:
        """The way on which all guards of a transition hold, and the one on which some does not."""
        frame = Frame({**given, "self": thing, "now": self.now}, way.premises)
        holding: list[Term] = []
        for guard in transition.guards:
            holding.append(self.at(way.world).value(guard.condition, frame))
            frame = frame.given(holding[-1])
        return way.given(*holding), way.given(negated(both(holding)))

    def take(
        self, machine: model.Machine, thing: Term, transition: model.Transition, given: Mapping[str, Value], way: Way
    ) -> list[Way]:
        """Every way through a transition, up to a resting state."""
        names = way.names
        ways = [replace(way, taken=(*way.taken, Taken(machine.name, thing, transition)))]
        for name in transition.actions:
            action = machine.action(name)
            own = {p.name: self.now if p.name == "now" else given[p.name] for p in action.parameters}
            ways = [after for before in ways for after in self.block(action.body, before.named({**own, "self": thing}))]
        target = transition.target
        if target is not None and target != transition.source:
            ways = [self._enter(machine, thing, target, each) for each in ways]
        if target is not None and machine.state(target).choice:
            ways = [after for each in ways for after in self.leave(machine, thing, target, each)]
        return [each.named(names) for each in ways]

    def _enter(self, machine: model.Machine, thing: Term, target: str, way: Way) -> Way:
        key = state_of(machine.name, machine.state(target).region)
        self._own_turn(machine.name, thing, way, machine.state(target).where)
        return way.in_world(way.world.written(key, thing, self.vocabulary.state(machine.name, target)))

    def leave(self, machine: model.Machine, thing: Term, choice: str, way: Way) -> list[Way]:
        """Every way from a choice to a resting state."""
        open_ = self._first_that_holds(thing, exits(machine, choice, None), {}, way)
        return [after for transition, at in open_ for after in self.take(machine, thing, transition, {}, at)]

    def create(
        self, machine: model.Machine, fields: Mapping[str, Value], way: Way, where: model.Where
    ) -> tuple[Term, list[Way]]:
        """A new thing, and every way through its initial choices."""
        if way.turn:
            raise NotModelledError("making things in a loop has no formula", where)
        thing = self.vocabulary.thing(machine.name, f"new {machine.name}")
        is_there = there(machine.name)
        way = way.given(negated(way.world.read(is_there, thing)))
        world = way.world.written(is_there, thing, TRUE)
        for attribute in stored(machine):
            value = fields.get(attribute.name)
            if value is None:
                value = self.vocabulary.literal(attribute.type, attribute.initial)
            world = world.written((machine.name, attribute.name), thing, value)
        initial = [machine.initial(region) for region in range(len(machine.regions))]
        for state in initial:
            key = state_of(machine.name, state.region)
            world = world.written(key, thing, self.vocabulary.state(machine.name, state.name))
        ways = [replace(way, world=world, made=(*way.made, (machine.name, thing)))]
        for state in initial:
            if state.choice:
                ways = [after for each in ways for after in self.leave(machine, thing, state.name, each)]
        return thing, ways

    # --- statements --------------------------------------------------------------------------------------------------

    def block(self, statements: Iterable[model.Statement], way: Way) -> list[Way]:
        """Every way through statements."""
        ways = [way]
        for statement in statements:
            ways = [after for before in ways for after in self._run(statement, before) if not after.impossible]
        return ways

    @dispatched
    def _run(self, statement: model.Statement, way: Way) -> list[Way]:
        raise TypeError(f"no formula for {type(statement).__name__}")

    def evaluated(self, expression: model.Expression, way: Way, type_: model.Type | None = None) -> Value:
        """The value of an expression on a way, as one of that type."""
        evaluator = self.at(way.world)
        value = evaluator.value(expression, way.frame)
        return value if type_ is None else evaluator.fitting(value, type_, way.frame, expression.where)

    def _thing(self, expression: model.Expression, way: Way) -> Term:
        evaluator = self.at(way.world)
        return evaluator.given(evaluator.value(expression, way.frame), way.frame, expression.where)

    def _own_turn(self, machine: str, thing: Term, way: Way, where: model.Where) -> None:
        """In a loop each turn writes to its own thing alone."""
        if way.turn is None:
            return
        if way.turn[0] != machine:
            raise NotModelledError(f"a loop over {way.turn[0]} that writes to a {machine} has no formula", where)
        claim = same_term(thing, way.turn[1])
        self.facts.oblige("loop", "a turn of a loop writes to another thing", where, way.premises, claim)

    @_run.register
    def _(self, statement: model.Assign, way: Way) -> list[Way]:
        target = statement.target
        of = self._thing(target.of, way)
        value = self.evaluated(statement.value, way, self._type_of(target))
        if isinstance(of, TheSystem):
            if way.turn:
                raise NotModelledError("a loop that writes to the system has no formula", statement.where)
            version = way.world.writings.of("own", value)
            return [way.in_world(way.world.replaced(("", target.name), lambda _: value, version))]
        machine = _machine(target.of)
        self._own_turn(machine, of, way, statement.where)
        return [way.in_world(way.world.written((machine, target.name), of, value))]

    def _type_of(self, target: model.Field) -> model.Type:
        if isinstance(target.of.type, model.Station):
            return next(a.type for a in self.vocabulary.system.attributes if a.name == target.name)
        return self.vocabulary.machines[_machine(target.of)].attribute(target.name).type

    @_run.register
    def _(self, statement: model.Let, way: Way) -> list[Way]:
        return [way.named({**way.names, statement.name: self.evaluated(statement.value, way)})]

    @_run.register
    def _(self, statement: model.If, way: Way) -> list[Way]:
        condition = self.evaluated(statement.condition, way)
        found: list[Way] = []
        for premise, body in ((condition, statement.then), (negated(condition), statement.otherwise)):
            if premise is not FALSE:
                found += self.block(body, way.given(premise))
        return found

    @_run.register
    def _(self, statement: model.Require, way: Way) -> list[Way]:
        condition = self.evaluated(statement.condition, way)
        reason = "the assertion may not hold"
        self.facts.oblige("assertion", reason, statement.where, way.premises, condition)
        return [way.given(condition)]

    @_run.register
    def _(self, statement: model.Emit, way: Way) -> list[Way]:
        types = {p.name: p.type for p in self.vocabulary.system.command(statement.command).fields}
        fields = {name: self.evaluated(value, way, types[name]) for name, value in statement.fields}
        emitted = Emitted(statement.command, TRUE, (), fields)
        return [way.in_world(way.world.emitting(emitted))]

    @_run.register
    def _(self, statement: model.Create, way: Way) -> list[Way]:
        machine = self.vocabulary.machines[statement.machine]
        fields = {
            name: self.evaluated(value, way, machine.attribute(name).type)
            for name, value in statement.fields
            if name != machine.system_field
        }
        names = way.names
        thing, ways = self.create(machine, fields, way, statement.where)
        if statement.name:
            names = {**names, statement.name: thing}
        return [each.named(names) for each in ways]

    @_run.register
    def _(self, statement: model.Send, way: Way) -> list[Way]:
        machine = self.vocabulary.machines[statement.machine]
        thing = self._thing(statement.of, way)
        given = dict(statement.arguments)
        arguments = {
            p.name: self.evaluated(given[p.name], way, p.type) for p in machine.event(statement.event).parameters
        }
        # The receiver's `now` is what it is sent.
        now, self.now = self.now, arguments.get("now", self.now)
        accepted = list(self.fire(machine, thing, statement.event, arguments, way))
        count = len(way.premises)
        claim = either(both(at.premises[count:]) for _, at in accepted)
        reason = f"the receiver may refuse {statement.event}"
        self.facts.oblige("accepts", reason, statement.where, way.premises, claim)
        ways: list[Way] = []
        idle = [at for transition, at in accepted if _is_idle(transition)]
        if idle:
            ways.append(way.given(either(both(at.premises[count:]) for at in idle)))
        for transition, at in accepted:
            if not _is_idle(transition):
                ways += self.take(machine, thing, transition, arguments, at)
        self.now = now
        return [each.named(way.names) for each in ways]

    # --- loops -------------------------------------------------------------------------------------------------------

    @_run.register
    def _(self, statement: model.Loop, way: Way) -> list[Way]:
        if way.turn:
            raise NotModelledError("a loop in a loop has no formula", statement.where)
        x = self.vocabulary.thing(statement.binding.machine, statement.binding.variable)
        condition, turns = self.turns(statement, x, way)
        self._check_independent(statement, x, way, condition, turns)
        written = sorted({key for turn in turns for key in turn.world.changed_since(way.world)})
        world = way.world
        for key in written:
            after = self._after_loop(key, x, way, condition, turns)
            version = world.writings.of("loop", way.world.version(key), x, condition, after.value)
            world = world.replaced(key, after, version)
        for turn in turns:
            own = both([condition, *turn.premises[len(way.premises) :]])
            for emitted in turn.world.emitted[len(way.world.emitted) :]:
                under = both([own, emitted.condition])
                world = world.emitting(replace(emitted, condition=under, variables=(x, *emitted.variables)))
        return [way.in_world(world)]

    def turns(self, statement: model.Loop, x: Term, way: Way) -> tuple[Term, list[Way]]:
        """The condition that a thing has a turn, and every way through that."""
        condition, frame = self.at(way.world).bound(statement.binding, x, way.frame)
        inside = replace(way, names=frame.names, turn=(statement.binding.machine, x)).given(condition)
        turns = self.block(statement.body, inside)
        count = len(way.premises) + (0 if condition is TRUE else 1)
        return condition, [replace(t, premises=(*way.premises, *t.premises[count:])) for t in turns]

    def _after_loop(self, key: Key, x: Term, way: Way, condition: Term, turns: list[Way]) -> AfterLoop:
        value = way.world.read(key, x)
        for turn in turns:
            value = chosen(both(turn.premises[len(way.premises) :]), turn.world.read(key, x), value)
        return AfterLoop(x, condition, value, way.world.cells[key].read)

    def _check_independent(self, statement: model.Loop, x: Term, way: Way, condition: Term, turns: list[Way]) -> None:
        """A turn reads nothing that another turn writes: with anything there, the same comes of it."""
        written = {key for turn in turns for key in turn.world.changed_since(way.world)}
        if not written:
            return
        world = way.world
        for key in written:
            type_ = self._type_of_key(key)
            old, other = way.world.cells[key].read, unknown_cell(self.vocabulary, key, key[0], type_)
            version = world.writings.of("elsewhere", way.world.version(key), x, other(x))
            world = world.replaced(key, Elsewhere(x, old, other), version)
        executor = Executor(self.vocabulary, self.trusted, Facts(axioms=self.facts.axioms), self.now)
        condition_then, turns_then = executor.turns(statement, x, way.in_world(world))
        claims = [same_term(condition, condition_then)]
        if len(turns) != len(turns_then):
            raise NotModelledError("the turns of this loop depend on each other", statement.where)
        for turn, then in zip(turns, turns_then, strict=True):
            count = len(way.premises)
            claims.append(same_term(both(turn.premises[count:]), both(then.premises[count:])))
            claims += [
                _agree(turn.world.read(key, x), then.world.read(key, x), self.vocabulary) for key in sorted(written)
            ]
        reason = "the turns of this loop may depend on each other"
        premises = (*way.premises, condition)
        self.facts.oblige("loop", reason, statement.where, premises, both(claims))

    def _type_of_key(self, key: Key) -> model.Type | None:
        machine, name = key
        return None if name.startswith("state ") else self.vocabulary.machines[machine].attribute(name).type


def _agree(left: Value, right: Value, vocabulary: Vocabulary) -> Term:
    return same(left, right, vocabulary.thing)


def _is_idle(transition: model.Transition) -> bool:
    return not transition.actions and transition.target in (None, transition.source)


def _machine(expression: model.Expression) -> str:
    of = bare(expression.type)
    assert isinstance(of, model.Ref), expression
    return of.machine
