"""The strength of a specification: what becomes of each mutant of a system, and what is left to explain."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ...engine import model
from ..crew import Crew
from ..outcome import SECONDS
from ..prove import prove
from ..workshop import Workshop
from .explained import Explanations, explanations
from .making import Kind, Mutant, mutants
from .trial import Court, Fate, Judgement

BATCH = 24
"""So many neighbours are tried together, in whatever process; each batch begins anew, so these never depend on jobs."""

Progress = Callable[[str, int, int], None]
"""Told what is done next, how many mutants are done, and of how many."""


@dataclass(frozen=True)
class Tried:
    """One mutant and what became of it; ``by`` is the property that refutes it, at ``step``, or why it is refused;
    ``why`` says why no law describes it."""

    name: str
    kind: Kind
    where: model.Where
    fate: Fate
    by: str
    step: str
    seconds: float
    why: str = ""

    @property
    def survives(self) -> bool:
        """Nobody has shown that it breaks something, or that it is none."""
        return self.fate in ("described by no law", "unknown")


@dataclass(frozen=True)
class Stale:
    """An explanation of a mutant that is not there, or needs none."""

    name: str
    reason: str


@dataclass(frozen=True)
class Strength:
    """What one run has found; ``unproved`` are the properties that do not even hold of the system itself."""

    system: str
    tried: tuple[Tried, ...]
    stale: tuple[Stale, ...]
    unproved: tuple[str, ...]
    explanations: str
    where: model.Where
    seconds: float

    @property
    def unexplained(self) -> list[Tried]:
        """The survivors of which nobody has said why."""
        return [each for each in self.tried if each.survives and not each.why]

    @property
    def holds(self) -> bool:
        """Every property is proved, every survivor is explained, and every explanation is of a survivor."""
        return not (self.unexplained or self.stale or self.unproved)

    @property
    def fates(self) -> Counter[str]:
        """How many mutants came to what."""
        return Counter(each.fate for each in self.tried)

    @property
    def refuters(self) -> Counter[str]:
        """How many mutants each property was the first to refute."""
        return Counter(each.by for each in self.tried if each.fate == "refuted")


def strength(
    system: model.System, jobs: int = 1, seconds: float = SECONDS, progress: Progress | None = None
) -> Strength:
    """Prove a system, then try all its mutants; ``seconds``: how long the solver may think about a question.

    Raises:
        InputError: the file of explanations cannot be read.
    """
    begin = time.perf_counter()
    written = explanations(system)
    made = mutants(system)
    judged: list[Judgement] = []
    with Crew(system, jobs, seconds) as crew:
        outcomes = prove(system, crew=crew).outcomes
        proved = frozenset(name for name, outcome in outcomes.items() if outcome.proved)
        for judgement in _judgements(crew, proved, len(made)):
            if progress:
                progress(made[len(judged)].name, len(judged), len(made))
            judged.append(judgement)
    tried = tuple(_tried(m, j, written) for m, j in zip(made, judged, strict=True))
    return Strength(
        system=system.python,
        tried=tried,
        stale=tuple(_stale(tried, written)),
        unproved=tuple(name for name in outcomes if name not in proved),
        explanations=str(written.file or ""),
        where=system.where,
        seconds=time.perf_counter() - begin,
    )


def _tried(mutant: Mutant, judgement: Judgement, written: Explanations) -> Tried:
    survives = judgement.fate in ("described by no law", "unknown")
    why = written.reasons.get(mutant.name, "") if survives else ""
    fate, by, step, seconds = judgement.fate, judgement.by, judgement.step, judgement.seconds
    return Tried(mutant.name, mutant.kind, mutant.where, fate, by, step, seconds, why)


def _stale(tried: Iterable[Tried], written: Explanations) -> Iterator[Stale]:
    known = {each.name: each for each in tried}
    for name in written.reasons:
        if name not in known:
            yield Stale(name, "there is no such mutant")
        elif not known[name].survives:
            by = f" by {known[name].by}" if known[name].fate == "refuted" else ""
            yield Stale(name, f"it is {known[name].fate}{by}")


# --- in processes ----------------------------------------------------------------------------------------------------


def _judgements(crew: Crew, proved: frozenset[str], count: int) -> Iterator[Judgement]:
    """What becomes of each mutant, in order."""
    batches = [range(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]
    if crew.jobs == 1:
        for batch in batches:
            yield from crew.submit(_judged, proved, batch).result()
    else:
        for task in [crew.submit(_judged, proved, batch) for batch in batches]:
            yield from task.result()


_courts: WeakKeyDictionary[Workshop, tuple[Court, list[Mutant]]] = WeakKeyDictionary()
"""In each process: the court that belongs to its workshop, and the mutants in their order."""


def _judged(workshop: Workshop, proved: frozenset[str], numbers: range) -> list[Judgement]:
    if workshop not in _courts:
        _courts[workshop] = Court(workshop, proved), mutants(workshop.system)
    court, made = _courts[workshop]
    court.begin()
    return [court.judge(made[number]) for number in numbers]
