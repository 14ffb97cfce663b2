"""Whether a mutant does the same as its original: wherever the two could part, they are proved not to.

The original is executed. Where the mutant evaluates something else, both values have to agree; where it does something
else, that place must not be reached, or must change nothing. What is left owing is asked of every lawful state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...engine import model
from ..execution import Executor
from ..expressions import Evaluator
from ..facts import Facts, Frame
from ..terms import FALSE, Term, Value, both, negated, same
from ..trusted import TrustedFunctions
from ..vocabulary import Vocabulary
from ..ways import Way
from ..world import World
from .focus import Focused, FocusedSteps
from .making import Mutant
from .reach import Reach

ALIKE = "alike"
"""The kind of these obligations."""


class ComparingSteps(FocusedSteps):
    """The steps of the original, which owe that a mutant does the same."""

    def executor(self, facts: Facts, now: Term) -> Executor:
        """What executes the original beside the mutant."""
        return Comparing(self.vocabulary, self.trusted, facts, now, self.mutant, self.reach)


class Comparing(Focused):
    """Executes the original; obligations of the kind ``alike`` are left where the mutant differs."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        trusted: TrustedFunctions,
        facts: Facts,
        now: Term,
        mutant: Mutant,
        reach: Reach,
    ) -> None:
        super().__init__(vocabulary, trusted, facts, now, mutant, reach)
        self._meant = vocabulary.of(mutant.system)
        self._instead = _changed_transitions(vocabulary.system, mutant.system)

    def _at_mutant(self, world: World) -> Evaluator:
        """What evaluates as the mutant does; what that owes is another question."""
        return Evaluator(self._meant, world, Facts(axioms=self.facts.axioms), self.trusted)

    def _differs(self, node: object) -> bool:
        return bool(self.reach.asked(node) & self.mutant.touched)

    def _owe(self, way: Way, where: model.Where, claim: Term) -> None:
        self.facts.oblige(ALIKE, "the mutant may do something else", where, way.premises, claim)

    def _agree(self, way: Way, where: model.Where, own: Value, other: Value) -> None:
        self._owe(way, where, same(own, other, self.vocabulary.thing))

    # --- transitions -------------------------------------------------------------------------------------------------

    def tried(self, thing: Term, transition: model.Transition, given: Mapping[str, Value], way: Way) -> tuple[Way, Way]:
        """The ways on which its guards hold, and on which not; in the mutant they are to hold in the same cases."""
        passed, failed = super().tried(thing, transition, given, way)
        own = both(passed.premises[len(way.premises) :])
        mutated = self._instead.get(id(transition), transition)
        if mutated.refused:
            self._owe(way, transition.where, negated(own))
        elif mutated.guards is not transition.guards or self._differs(tuple(g.condition for g in mutated.guards)):
            self._agree(way, transition.where, own, both(self._holding(mutated, thing, given, way)))
        return passed, failed

    def _holding(self, mutated: model.Transition, thing: Term, given: Mapping[str, Value], way: Way) -> Iterator[Term]:
        evaluator = self._at_mutant(way.world)
        frame = Frame({**given, "self": thing, "now": self.now}, way.premises)
        for guard in mutated.guards:
            holds = evaluator.value(guard.condition, frame)
            frame = frame.given(holds)
            yield holds

    def take(
        self, machine: model.Machine, thing: Term, transition: model.Transition, given: Mapping[str, Value], way: Way
    ) -> list[Way]:
        """Every way through a transition; where the mutant leads elsewhere, it is not to be taken."""
        mutated = self._instead.get(id(transition), transition)
        if mutated.target != transition.target:
            self._owe(way, transition.where, FALSE)
        return super().take(machine, thing, transition, given, way)

    # --- statements --------------------------------------------------------------------------------------------------

    def block(self, statements: Iterable[model.Statement], way: Way) -> list[Way]:
        """Every way through statements; the one that the mutant lacks is to do nothing."""
        ways = [way]
        for statement in statements:
            after = [(before, each) for before in ways for each in super(Comparing, self).block((statement,), before)]
            if statement is self.mutant.dropped:
                for before, each in after:
                    self._owe(each, statement.where, both(self._unchanged(before, each)))
            ways = [each for _, each in after]
        return ways

    def _unchanged(self, before: Way, after: Way) -> Iterator[Term]:
        if len(after.made) > len(before.made):
            yield FALSE
        for key in sorted(after.world.changed_since(before.world)):
            machine = key[0]
            thing = self.vocabulary.thing(machine) if machine in self.vocabulary.machines else FALSE
            yield same(before.world.read(key, thing), after.world.read(key, thing), self.vocabulary.thing)
        for emitted in after.world.emitted[len(before.world.emitted) :]:
            yield negated(emitted.condition)

    def evaluated(self, expression: model.Expression, way: Way, type_: model.Type | None = None) -> Value:
        """The value of an expression; the mutant is to find the same."""
        own = super().evaluated(expression, way, type_)
        if self._differs(expression):
            evaluator = self._at_mutant(way.world)
            other = evaluator.value(expression, way.frame)
            if type_ is not None:
                other = evaluator.fitting(other, type_, way.frame, expression.where)
            self._agree(way, expression.where, own, other)
        return own

    def turns(self, statement: model.Loop, x: Term, way: Way) -> tuple[Term, list[Way]]:
        """The condition of a turn, and the ways through it; in the mutant the same things have one."""
        condition, ways = super().turns(statement, x, way)
        if self._differs(statement.binding):
            other, _ = self._at_mutant(way.world).bound(statement.binding, x, way.frame)
            self._agree(way, statement.where, condition, other)
        return condition, ways


def _changed_transitions(original: model.System, mutant: model.System) -> dict[int, model.Transition]:
    return {
        id(own): other
        for before, after in zip(original.machines, mutant.machines, strict=True)
        for own, other in zip(before.transitions, after.transitions, strict=True)
        if other is not own
    }
