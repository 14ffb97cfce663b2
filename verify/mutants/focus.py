"""Steps as far as a mutant changes them: what was proved of all other ways is not made into formulas again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...engine import model
from ..execution import Executor
from ..facts import Facts
from ..steps import Steps
from ..terms import Term, Value
from ..trusted import TrustedFunctions
from ..vocabulary import Vocabulary
from ..ways import Way
from ..world import World
from .making import Mutant
from .reach import Reach, place_of


class FocusedSteps(Steps):
    """The steps of the original or of a mutant, without ways that the change has no part in."""

    def __init__(
        self, vocabulary: Vocabulary, trusted: TrustedFunctions, world: World, mutant: Mutant, reach: Reach
    ) -> None:
        super().__init__(vocabulary, trusted, world)
        self.mutant = mutant
        self.reach = reach

    def executor(self, facts: Facts, now: Term) -> Executor:
        """What executes the actions."""
        return Focused(self.vocabulary, self.trusted, facts, now, self.mutant, self.reach)


class Focused(Executor):
    """Where a thing leaves a choice, goes only where the change is, as long as it has not been met on the way.

    That holds of choices at the end of a step; after one inside an action, the rest of the action still comes.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        trusted: TrustedFunctions,
        facts: Facts,
        now: Term,
        mutant: Mutant,
        reach: Reach,
    ) -> None:
        super().__init__(vocabulary, trusted, facts, now)
        self.mutant = mutant
        self.reach = reach
        self._inside = 0

    def block(self, statements: Iterable[model.Statement], way: Way) -> list[Way]:
        """Every way through statements."""
        self._inside += 1
        try:
            return super().block(statements, way)
        finally:
            self._inside -= 1

    def take(
        self, machine: model.Machine, thing: Term, transition: model.Transition, given: Mapping[str, Value], way: Way
    ) -> list[Way]:
        """Every way through a transition, if one is wanted."""
        if not self._inside and machine.state(transition.source).choice:
            element = self.reach.transition(machine.name, place_of(transition, machine))
            met = self.reach.way(way, self.vocabulary.machines)
            if not (element | met) & self.mutant.touched:
                return []
        return super().take(machine, thing, transition, given, way)
