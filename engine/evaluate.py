"""The meaning of expressions, one by one, over a state: the second semantics, and the source of explanations.

The compiled functions are tested against this interpreter; refusals ask it what a guard has read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import model
from .compiling import Objects, bare
from .compiling.expressions import region_slot
from .dispatch import dispatched
from .state import State


class NoAnswerError(Exception):
    """The expression has no value: an optional reference is read that is ``None``, or there is no first thing."""

    def __init__(self, reason: str, where: model.Where) -> None:
        super().__init__(f"{where}: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Frame:
    """What names mean in one predicate, and how a person would call them."""

    values: Mapping[str, Any]
    words: Mapping[str, str] = field(default_factory=dict[str, str])

    def having(self, name: str, value: Any, word: str) -> Frame:
        """The frame with one more name."""
        return Frame({**self.values, name: value}, {**self.words, name: word})


@dataclass
class Reads:
    """What was read on the way to the answer, as texts in order: ``evse.holder is Authorization 1``."""

    facts: list[str] = field(default_factory=list[str])

    def note(self, fact: str) -> None:
        """Each fact is told once."""
        if fact not in self.facts:
            self.facts.append(fact)


class Evaluator:
    """Evaluates expressions of one system in one state (and, for laws, the one before and the commands)."""

    def __init__(
        self,
        system: model.System,
        objects: Objects,
        state: State,
        *,
        trust: Callable[..., Any],
        before: State | None = None,
        commands: tuple[Any, ...] = (),
    ) -> None:
        self.system = system
        self.objects = objects
        self.state = state
        self.trust = trust
        self.previous = before
        self.commands = commands
        self.reads = Reads()

    def ask(self, owner: str, name: str, thing: int | None, arguments: Mapping[str, Any]) -> Any:
        """The answer of a predicate of a machine, or (without a thing) of the system."""
        of_system = thing is None and owner == self.system.name
        predicate = self.system.predicate(name) if of_system else self.system.machine(owner).predicate(name)
        frame = Frame({"self": thing, **arguments}, {"self": "", **{n: n for n in arguments}})
        return self.answer(predicate, frame)

    def answer(self, predicate: model.Predicate, frame: Frame) -> Any:
        """The answer of a predicate, its parameters given."""
        for let in predicate.locals:
            value = self.value(let.value, frame)
            frame = frame.having(let.name, value, let.name)
        return self.value(predicate.body, frame)

    @dispatched
    def value(self, expression: model.Expression, frame: Frame) -> Any:
        """The value of an expression; things are keys."""
        raise TypeError(f"no meaning of {type(expression).__name__}")

    # --- what is read ------------------------------------------------------------------------------------------------

    @value.register
    def _(self, expression: model.Literal, frame: Frame) -> Any:
        inner = bare(expression.type)
        if isinstance(inner, model.Enumeration) and expression.value is not None:
            return self.objects.get(inner.python)[expression.value]
        if expression.value is None and isinstance(expression.type, model.SetOf):
            return frozenset[int]()
        return expression.value

    @value.register
    def _(self, expression: model.Name, frame: Frame) -> Any:
        return frame.values[expression.name]

    @value.register
    def _(self, expression: model.Field, frame: Frame) -> Any:
        if isinstance(expression.of.type, model.Station):
            value = getattr(self.state.system, expression.name)
        else:
            value = getattr(self._record(expression.of, frame), expression.name)
        self._note(expression, value, frame)
        return value

    @value.register
    def _(self, expression: model.Setting, frame: Frame) -> Any:
        value = getattr(self.state.config, expression.name)
        self._note(expression, value, frame)
        return value

    @value.register
    def _(self, expression: model.Part, frame: Frame) -> Any:
        of = self.value(expression.of, frame)
        if of is None:
            raise NoAnswerError("an optional value is read that is None", expression.where)
        return getattr(of, expression.name)

    @value.register
    def _(self, expression: model.Things, frame: Frame) -> Any:
        return frozenset(getattr(self.state, expression.machine))

    @value.register
    def _(self, expression: model.Belonging, frame: Frame) -> Any:
        of = self.value(expression.of, frame)
        things = getattr(self.state, expression.machine)
        return frozenset(key for key, record in things.items() if getattr(record, expression.via) == of)

    @value.register
    def _(self, expression: model.InState, frame: Frame) -> Any:
        machine = self.system.machine(expression.machine)
        region = machine.state(expression.state).region
        current = getattr(self._record(expression.of, frame), region_slot(machine, region))
        who = word(expression.of, frame) or "it"
        self.reads.note(f"{who} is in state {current}")
        return current == expression.state

    def _record(self, thing: model.Expression, frame: Frame) -> Any:
        of = bare(thing.type)
        assert isinstance(of, model.Ref)
        key = self.value(thing, frame)
        if key is None:
            raise NoAnswerError("an optional reference is read that is None", thing.where)
        things = getattr(self.state, of.machine)
        if key not in things:
            raise NoAnswerError(f"{of.machine} {key} is not there", thing.where)
        return things[key]

    def _note(self, expression: model.Expression, value: Any, frame: Frame) -> None:
        self.reads.note(f"{word(expression, frame)} is {told(expression.type, value)}")

    # --- operators ---------------------------------------------------------------------------------------------------

    @value.register
    def _(self, expression: model.Same, frame: Frame) -> Any:
        return self.value(expression.left, frame) == self.value(expression.right, frame)

    @value.register
    def _(self, expression: model.Compare, frame: Frame) -> Any:
        left, right = self.value(expression.left, frame), self.value(expression.right, frame)
        if left is None or right is None:
            raise NoAnswerError("an optional number is read that is None", expression.where)
        compare = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
        return compare[expression.operator]

    @value.register
    def _(self, expression: model.Arithmetic, frame: Frame) -> Any:
        left, right = self.value(expression.left, frame), self.value(expression.right, frame)
        if left is None or right is None:
            raise NoAnswerError("an optional number is read that is None", expression.where)
        return left + right if expression.operator == "+" else left - right

    @value.register
    def _(self, expression: model.Not, frame: Frame) -> Any:
        return not self.value(expression.of, frame)

    @value.register
    def _(self, expression: model.And, frame: Frame) -> Any:
        return all(self.value(part, frame) for part in expression.parts)

    @value.register
    def _(self, expression: model.Or, frame: Frame) -> Any:
        return any(self.value(part, frame) for part in expression.parts)

    @value.register
    def _(self, expression: model.Choice, frame: Frame) -> Any:
        chosen = expression.then if self.value(expression.condition, frame) else expression.otherwise
        return self.value(chosen, frame)

    # --- things ------------------------------------------------------------------------------------------------------

    @value.register
    def _(self, expression: model.Quantified, frame: Frame) -> Any:
        """What was read for the thing that decides is told; of the others, that none of them did."""
        wanted = expression.kind == "any"
        outside = self.reads
        for inner in self._turns(expression.bindings, frame):
            if self.value(expression.body, inner) is wanted:
                for fact in self.reads.facts:
                    outside.note(fact)
                self.reads = outside
                return wanted
        self.reads = outside
        return not wanted

    def _turns(self, bindings: tuple[model.Binding, ...], frame: Frame) -> Iterator[Frame]:
        if not bindings:
            yield frame
            return
        binding = bindings[0]
        of = model.Ref(binding.machine)
        for key in sorted(self.value(binding.collection, frame)):
            self.reads = Reads()
            inner = frame.having(binding.variable, key, told(of, key))
            if all(self.value(condition, inner) for condition in binding.conditions):
                held = self.reads
                for turn in self._turns(bindings[1:], inner):
                    self.reads.facts[:0] = [fact for fact in held.facts if fact not in self.reads.facts]
                    yield turn

    @value.register
    def _(self, expression: model.Those, frame: Frame) -> Any:
        outside = self.reads
        found = frozenset(
            inner.values[expression.binding.variable] for inner in self._turns((expression.binding,), frame)
        )
        self.reads = outside
        return found

    @value.register
    def _(self, expression: model.First, frame: Frame) -> Any:
        outside = self.reads
        for inner in self._turns((expression.binding,), frame):
            self.reads = outside
            return inner.values[expression.binding.variable]
        self.reads = outside
        raise NoAnswerError("there is no such thing", expression.where)

    @value.register
    def _(self, expression: model.Contains, frame: Frame) -> Any:
        return self.value(expression.item, frame) in self.value(expression.collection, frame)

    @value.register
    def _(self, expression: model.Ask, frame: Frame) -> Any:
        if isinstance(expression.of.type, model.Station):
            predicate, thing, who = self.system.predicate(expression.predicate), None, "the station"
        else:
            predicate = self.system.machine(expression.owner).predicate(expression.predicate)
            thing, who = self.value(expression.of, frame), word(expression.of, frame)
            if thing is None:
                raise NoAnswerError("an optional reference is asked that is None", expression.where)
        values, words = {"self": thing}, {"self": who}
        for parameter, argument in zip(predicate.parameters, expression.arguments, strict=True):
            values[parameter.name] = self.value(argument, frame)
            words[parameter.name] = word(argument, frame)
        return self.answer(predicate, Frame(values, words))

    @value.register
    def _(self, expression: model.Trust, frame: Frame) -> Any:
        values = [self.value(argument, frame) for argument in expression.arguments]
        return self.trust(expression.function, self.state, values)

    # --- laws --------------------------------------------------------------------------------------------------------

    @value.register
    def _(self, expression: model.Before, frame: Frame) -> Any:
        assert self.previous is not None
        earlier = Evaluator(self.system, self.objects, self.previous, trust=self.trust)
        return earlier.value(expression.of, frame)

    @value.register
    def _(self, expression: model.Sent, frame: Frame) -> Any:
        wanted = self.objects.get(self.system.command(expression.command).python)
        fields = [(name, self.value(value, frame)) for name, value in expression.fields]
        return any(type(c) is wanted and all(getattr(c, n) == v for n, v in fields) for c in self.commands)

    @value.register
    def _(self, expression: model.IsNew, frame: Frame) -> Any:
        of = bare(expression.of.type)
        assert isinstance(of, model.Ref)
        assert self.previous is not None
        return self.value(expression.of, frame) not in getattr(self.previous, of.machine)


def word(expression: model.Expression, frame: Frame) -> str:
    """An expression as a person would name it in this frame; what belongs to the thing itself goes without its name."""
    if isinstance(expression, model.Name):
        return frame.words.get(expression.name, expression.name)
    if isinstance(expression, (model.Field, model.Part)):
        of = "" if isinstance(expression.of.type, model.Station) else word(expression.of, frame)
        return f"{of}.{expression.name}" if of else expression.name
    if isinstance(expression, model.Setting):
        return f"the setting {expression.name}"
    if isinstance(expression, model.Literal):
        return repr(expression.value)
    if isinstance(expression, model.Ask):
        return f"{word(expression.of, frame)}.{expression.predicate}(…)".lstrip(".")
    return "it"


def told(type_: model.Type, value: Any) -> str:
    """A value as text: things by machine and key."""
    inner = bare(type_)
    if value is None:
        return "None"
    if isinstance(inner, model.Ref):
        return f"{inner.machine} {value}"
    if isinstance(inner, model.SetOf):
        return "{" + ", ".join(f"{inner.machine} {key}" for key in sorted(value)) + "}"
    if isinstance(inner, model.Enumeration):
        return str(value.name)
    return str(value) if isinstance(inner, model.Value) else repr(value)
