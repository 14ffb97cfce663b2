"""Tries one mutant: is it refused, refuted, the same as its original, or described by no law?

All was proved of the original. So only the ways are looked at that contain what the mutant changes, and there the first
property that is not proved any more is enough.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...engine import model
from ..facts import Obligation
from ..happenings import Happening, happenings, made_inside
from ..known import Known, identities, premises_of
from ..properties import Goal, Problem, goals_of, owed_goals, way_goals
from ..steps import Step, Steps
from ..vocabulary import NotModelledError
from ..workshop import Workshop
from .alike import ALIKE, ComparingSteps
from .focus import FocusedSteps
from .making import Mutant
from .reach import Reach
from .refusal import refused

Fate: TypeAlias = Literal["refused by the reader", "refuted", "equivalent", "described by no law", "unknown"]
BRIEFLY, HURRY = 0.05, 0.2
"""How long the solver thinks about a question, as long as there are others (see ``known``)."""
LIKELY = 2
"""How many properties are asked on their own, before all are asked together."""


@dataclass(frozen=True)
class Judgement:
    """What became of a mutant; ``by`` names the property that refutes it (or says why it is refused)."""

    fate: Fate
    by: str = ""
    step: str = ""
    seconds: float = 0.0


class Court:
    """Tries the mutants of one system; ``proved`` are its properties that are proved."""

    def __init__(self, workshop: Workshop, proved: Iterable[str]) -> None:
        self.system = workshop.system
        self.problem = workshop.problem
        self.vocabulary = self.problem.vocabulary
        self.proved = frozenset(proved)
        self.reach = Reach(self.system)
        self._inside = made_inside(self.system)
        self._happenings = list(happenings(self.system, self._inside))
        self._original = Steps(self.vocabulary, self.problem.trusted, self.problem.world)
        claims, axioms = self.problem.assumed(frozenset(p.name for p in self.problem.properties) - self.proved)
        self._refuters: Counter[str] = Counter()
        self._seconds = workshop.seconds
        self._briefly, self._hurry = min(BRIEFLY, self._seconds), min(HURRY, self._seconds)
        self._known = Known((*claims, *axioms))
        self._texts = 0
        self._sizes: dict[Happening, int] = {}

    def begin(self) -> None:
        """Begin anew with what the mutants before have taught, so that it does not count which these were."""
        self._refuters.clear()
        self._known.begin()

    def judge(self, mutant: Mutant) -> Judgement:
        """What becomes of the mutant."""
        begin = time.perf_counter()
        found = self._judged(mutant)
        return Judgement(found.fate, found.by, found.step, time.perf_counter() - begin)

    def _judged(self, mutant: Mutant) -> Judgement:
        reason = refused(mutant)
        if reason:
            return Judgement("refused by the reader", reason)
        try:
            against = self._refuted(mutant)
        except NotModelledError as error:
            return Judgement("refused by the reader", error.reason)
        if against.fate == "refuted":
            return against
        return Judgement("equivalent") if self._is_alike(mutant) else against

    def _made(self, steps: Steps, happening: Happening) -> Step:
        """What happens, as formulas; the solver is told of all texts in them that they differ."""
        step = steps.of(happening)
        if len(self.vocabulary.texts) > self._texts:
            self._texts = len(self.vocabulary.texts)
            self._known.suppose(self.vocabulary.text_axioms())
        return step

    # --- refuted -----------------------------------------------------------------------------------------------------

    def _learn(self, mutant: Mutant) -> None:
        """Remember what was proved of the steps that a mutant changes, and how large they are."""
        machines = {machine.name: machine for machine in self.system.machines}
        for happening in self._happenings:
            if happening not in self._sizes and self.reach.happening(happening, machines) & mutant.touched:
                step = self._made(self._original, happening)
                self._sizes[happening] = len(step.ways)
                for goal in goals_of(self.problem, step, self.proved):
                    self._known.learn(goal, identities(premises_of(goal)))

    def _refuted(self, mutant: Mutant) -> Judgement:
        self._learn(mutant)
        trial = self.problem.copy()
        vocabulary = self.vocabulary.of(mutant.system)
        steps = FocusedSteps(vocabulary, self.problem.trusted, self.problem.world, mutant, self.reach)
        hard: list[Goal] = []
        for step in self._steps(steps, mutant.system, mutant):
            for goals in self._groups(trial, mutant, step):
                if failed := self._quickly_refuted(goals):
                    return self._against(failed)
                hard += self._known.open(goals)
        # What is hard may be no matter, if there is something else that fails at once. So that comes last.
        for effort in (self._hurry, self._seconds):
            for goal in hard:
                answer = self._known.prove([goal], effort)
                if answer == "sat":
                    return self._against(goal)
            hard = self._known.open(hard)
        return _told("unknown", hard[0]) if hard else Judgement("described by no law")

    def _against(self, goal: Goal) -> Judgement:
        self._refuters[goal.owner.name] += 1
        return _told("refuted", goal)

    def _steps(self, steps: Steps, system: model.System, mutant: Mutant) -> Iterator[Step]:
        """The steps of a system that contain what the mutant changes, small ones first."""
        machines = {machine.name: machine for machine in system.machines}
        known = self._happenings if system is self.system else happenings(system, self._inside)
        touched = [each for each in known if self.reach.happening(each, machines) & mutant.touched]
        return (self._made(steps, each) for each in sorted(touched, key=lambda each: self._sizes.get(each, 0)))

    def _groups(self, trial: Problem, mutant: Mutant, step: Step) -> Iterator[list[Goal]]:
        """What is to be proved anew, together as far as the first premises are the same."""
        machines = {machine.name: machine for machine in mutant.system.machines}
        for number, way in enumerate(step.ways):
            if self.reach.way(way, machines) & mutant.touched:
                yield self._new(way_goals(trial, step, number, self.proved))
        yield self._new(owed_goals(trial, step, self.proved))

    def _new(self, goals: Iterable[Goal]) -> list[Goal]:
        """Those that are not known from the original; what says most comes first."""
        return sorted(self._known.open(goals), key=_unlikely)

    def _quickly_refuted(self, goals: list[Goal]) -> Goal | None:
        """A goal that is not kept, if that is soon found out; those that are kept are known then."""
        likely = self._likely(goals)
        for goal in goals:
            if goal.owner.name in likely and self._known.prove([goal], self._briefly) == "sat":
                return goal
        left = self._known.open(goals)
        if not left or self._known.prove(left, self._hurry) == "unsat":
            return None
        return next((goal for goal in left if self._known.prove([goal], self._briefly) == "sat"), None)

    def _likely(self, goals: list[Goal]) -> set[str]:
        """Those of the properties that have refuted the most mutants."""
        names = {goal.owner.name for goal in goals}
        ranked = [name for name, _ in self._refuters.most_common() if name in names]
        return set(ranked[:LIKELY])

    # --- equivalent --------------------------------------------------------------------------------------------------

    def _is_alike(self, mutant: Mutant) -> bool:
        """Whether it does what the original does, in every state that keeps the invariants."""
        steps = ComparingSteps(self.vocabulary, self.problem.trusted, self.problem.world, mutant, self.reach)
        return all(
            self._holds(step, obligation)
            for step in self._steps(steps, self.system, mutant)
            for obligation in step.facts.obligations
            if obligation.kind == ALIKE
        )

    def _holds(self, step: Step, obligation: Obligation) -> bool:
        return self._known.holds((*step.facts.axioms, *obligation.premises), obligation.claim, self._hurry)


def _told(fate: Fate, goal: Goal) -> Judgement:
    return Judgement(fate, goal.owner.name, goal.step.text if goal.step else "")


def _unlikely(goal: Goal) -> tuple[bool, bool]:
    """What is declared says more than what every system owes, and laws more than what they rest on."""
    return not goal.owner.declared, goal.owner.about != "step"
