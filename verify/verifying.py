"""One run: what is known is taken from the cache, the rest is proved, walked and judged.

The solver is loaded only where something is left to be proved.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..engine import model
from ..engine.walking import walk
from .cache import Cache
from .duties import Duty, duties, ends
from .happenings import happenings
from .outcome import SECONDS, Outcome, Walked
from .verdict import PROVED, Report, Verdict

if TYPE_CHECKING:
    from .progress import Prospects
    from .prove import Progress


@dataclass(frozen=True)
class Options:
    """How a run is made: with how many processes, from which cache, and how long the solver thinks about a question."""

    jobs: int = 1
    cache: Path | None = None
    seconds: float = SECONDS


def verify(
    system: model.System,
    names: Iterable[str] | None = None,
    progress: Progress | None = None,
    *,
    jobs: int = 1,
    cache: Path | None = None,
    seconds: float = SECONDS,
) -> Report:
    """Prove, look for counterexamples, and walk.

    Args:
        system: the system as data.
        names: these properties only.
        progress: told what is proved next.
        jobs: how many processes work at it; one gives the same report.
        cache: the folder in which proofs are kept from run to run, if they are.
        seconds: how long the solver thinks about one question.
    """
    begin = time.perf_counter()
    asked = None if names is None else frozenset(names)
    kept = Cache(system, cache)
    ending = {duty.name: duty for duty in ends(system) if asked is None or duty.name in asked}
    known, found, rest = _recalled(system, asked, kept), _recalled_walk(kept, asked), _recalled_ends(kept, ending)
    if known is not None and found is not None and rest is not None:
        verdicts, walked, remarks = [Verdict.of(outcome, PROVED) for outcome in known], found, rest[1]
        verdicts += rest[0]
    else:
        from .judge import judged

        verdicts, walked, prospects = judged(
            system, asked, progress, kept, found, ending=frozenset(ending), jobs=jobs, seconds=seconds
        )
        if not found:
            _note_walk(kept, asked, walked)
        _note_ends(kept, prospects)
        verdicts, remarks = [*verdicts, *prospects.verdicts], prospects.remarks
    kept.save()
    return Report(
        system=system.python,
        verdicts=tuple(v for v in verdicts if asked is None or v.name in asked),
        trusted=tuple(sorted({part.function for part in walk(system) if isinstance(part, model.Trust)})),
        without_witness=tuple(n for n in walked.without_witness if asked is None or n in asked),
        not_taken=walked.not_taken if asked is None else (),
        cannot_happen=walked.cannot_happen if asked is None else (),
        fault=walked.fault,
        doubts=walked.doubts,
        steps_walked=walked.steps,
        seconds=time.perf_counter() - begin,
        walk_cached=found is not None,
        trouble=kept.trouble,
        where=system.where,
        remarks=remarks,
    )


def _recalled(system: model.System, names: frozenset[str] | None, cache: Cache) -> list[Outcome] | None:
    """What comes of the duties, if all of it is known; what is proved rests on all invariants."""
    every = list(happenings(system))
    found: list[Outcome] = []
    for duty in duties(system):
        if names is None or duty.about != "step" or duty.name in names:
            counts = [cache.known(happening, duty) for happening in every]
            conditions = sum(count or 0 for count in counts)
            if None in counts:
                return None
            found.append(Outcome(duty, goals=conditions, cached=conditions))
    return found


def _recalled_walk(cache: Cache, names: frozenset[str] | None) -> Walked | None:
    found = cache.walk(names)
    return Walked(**{name: _tuples(value) for name, value in found.items()}) if found else None


def _tuples(value: Any) -> Any:
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


def _note_walk(cache: Cache, names: frozenset[str] | None, walked: Walked) -> None:
    """Keep a walk on which nothing was wrong."""
    if not (walked.broken or walked.doubts or walked.cannot_happen):
        kept = {"steps": walked.steps, "without_witness": walked.without_witness, "not_taken": walked.not_taken}
        cache.note_walk(names, kept)


def _recalled_ends(cache: Cache, ending: Mapping[str, Duty]) -> tuple[list[Verdict], tuple[str, ...]] | None:
    """What comes to an end, if all of it is known to."""
    if not ending:
        return [], ()
    found = cache.prospects(ending)
    if not found:
        return None
    verdicts: list[Verdict] = []
    for name, goals, note in found["proved"]:
        verdicts.append(Verdict.of(Outcome(ending[name], goals=goals, cached=goals), PROVED, (), note))
    return verdicts, tuple(found["remarks"])


def _note_ends(cache: Cache, prospects: Prospects) -> None:
    """Keep what comes to an end, where all of it does."""
    verdicts = prospects.verdicts
    if verdicts and all(verdict.holds for verdict in verdicts):
        proved = [(verdict.name, verdict.goals, verdict.note) for verdict in verdicts]
        cache.note_prospects([v.name for v in verdicts], {"proved": proved, "remarks": prospects.remarks})


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
