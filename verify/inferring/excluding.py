"""What excludes a counterexample: facts that are false in its state, and true wherever a walk has come.

Facts are tried from the one that says least. One that excludes the state and is kept by every step will do; else what
breaks it is excluded in its turn, by one fact more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from ...engine import InputError, StationState, model
from ...engine.evaluate import Evaluator, NoAnswerError
from ...engine.evaluate import Frame as Names
from ..concrete import Concrete, Content
from ..duties import duties
from ..smallest import smallest
from ..verdict import Missing
from ..workshop import Failure, Workshop
from .fact import taken_names, written
from .kept import Kept, WearyError
from .literals import Naming, states
from .observing import Observer, surviving
from .shapes import Clause, Shape, cost, joined

STEPS = 6_000
"""How many steps are walked: a fact that does not hold after one of them is none."""
MOST = 3
"""How many facts are proposed together."""
TRIED = 4
"""How many facts are tried against one state, of those that will do."""
FITTING = 24
"""Of how many it is asked whether they will do."""
COUNTEREXAMPLE = 20
"""To make one takes as long as so many questions."""


class Excluder:
    """Looks for what excludes the counterexamples of one system. ``unproved``: invariants that may not be used."""

    def __init__(self, system: model.System, unproved: Iterable[str]) -> None:
        self.system = system
        self.naming = Naming(system)
        self.unproved = frozenset(unproved)
        self._liked: tuple[str, ...] = ()
        """Facts that were shown to hold, and excluded another state."""

    @cached_property
    def _observer(self) -> Observer:
        observer = Observer(self.system)
        observer.walk(STEPS)
        return observer

    @cached_property
    def _shapes(self) -> dict[str, Shape]:
        """The facts that the walk agrees with, those that cost least first; of the same, what says most."""
        # That nothing is ever in a state which transitions lead to is no fact, but a short walk.
        machines = self.system.machines
        nowhere = {Clause(m.name, frozenset([away])) for m in machines for away in states(self.naming, m)}
        single = [shape for shape in surviving(self._observer, set()) if shape not in nowhere]
        every = dict.fromkeys([*joined(single, set(single)), *single])
        return {f"fact {n}": shape for n, shape in enumerate(sorted(every, key=lambda s: cost(self.naming, s)))}

    @cached_property
    def _predicates(self) -> dict[str, model.Predicate]:
        return {name: shape.predicate(self.naming, name, "") for name, shape in self._shapes.items()}

    @cached_property
    def _workshop(self) -> Workshop:
        facts = self._predicates.values()
        return Workshop(replace(self.system, invariants=(*self.system.invariants, *facts)))

    @cached_property
    def _kept(self) -> Kept:
        every = (duty.name for duty in duties(self.system) if duty.about == "state")
        return Kept(self._workshop, (name for name in every if name not in self.unproved))

    # --- the search --------------------------------------------------------------------------------------------------

    def exclude(self, name: str, content: Content) -> Missing:
        """What excludes this state, from which a step breaks a property."""
        helping = self._false_in(content)
        try:
            if self._liked and self._kept.keeps(name, (name, *self._liked)):
                return self._told(self._liked, True)
            helping = self._closing(name, helping, (name,)) or helping
            for most in range(1, MOST + 1):
                if found := self._kept_with(name, helping, (), most):
                    self._liked = found
                    return self._told(found, True)
        except WearyError:
            pass
        return self._told(helping[:1], False)

    def _kept_with(
        self, name: str, helping: Sequence[str], chosen: tuple[str, ...], most: int
    ) -> tuple[str, ...] | None:
        """So many facts at most, one of these among them, with which all is kept; in the order of what they cost."""
        for fact in helping[:TRIED]:
            facts = (*chosen, fact)
            claim, gap = self._gap(name, facts)
            if gap is None:
                return facts
            if len(facts) < most:
                against = [each for each in self._against(gap) if each not in facts]
                more = self._kept_with(name, self._closing(claim, against, (name, *facts)), facts, most)
                if more:
                    return more
        return None

    def _closing(self, claim: str, facts: Sequence[str], known: tuple[str, ...]) -> list[str]:
        """The facts that will do for a claim to be kept."""
        return [fact for fact in facts[:FITTING] if self._kept.keeps(claim, (*known, fact))]

    def _gap(self, name: str, facts: tuple[str, ...]) -> tuple[str, Failure | None]:
        """Something that is not kept with these facts: the property, or one of them."""
        for claim in (*facts, name):
            gap = self._kept.gap(claim, (name, *facts))
            if gap:
                return claim, gap
        return name, None

    def _against(self, gap: Failure) -> list[str]:
        """What is false in the state of a counterexample."""
        self._kept.spend(COUNTEREXAMPLE)
        problem = self._workshop.problem
        small = smallest(problem, gap)
        if isinstance(small, str):
            return []
        return self._false_in(Concrete(problem, small).content(problem.world))

    # --- facts -------------------------------------------------------------------------------------------------------

    def _false_in(self, content: Content) -> list[str]:
        """The facts that are false in a state, what was proposed before first."""
        engine = self._observer.engine
        try:
            state = engine.state(content.config, content.things, fields=content.fields, now=0)
        except InputError:
            return []
        return list(self._false(state))

    def _false(self, state: StationState) -> Iterator[str]:
        objects = self._observer.engine.compiled.objects
        evaluator = Evaluator(self.system, objects, state, trust=lambda *_: None)
        for name, predicate in self._predicates.items():
            try:
                if not evaluator.answer(predicate, Names({"self": None})):
                    yield name
            except NoAnswerError:
                continue

    def _told(self, names: Iterable[str], proved: bool) -> Missing:
        taken = taken_names(self.system)
        shapes = joined([self._shapes[name] for name in names], set(self._shapes.values()))
        facts = [written(self.naming, shape, taken) for shape in shapes]
        return Missing(tuple((fact.predicate.label, fact.text) for fact in facts), proved)
