"""One run: what is known is taken from the cache, the rest is proved, walked and judged.

The solver is loaded only where something is left to be proved.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..engine import model
from ..engine.reading.checks import walk
from .cache import Cache
from .duties import duties
from .happenings import happenings
from .outcome import SECONDS, Outcome, Walked
from .verdict import PROVED, Report, Verdict

if TYPE_CHECKING:
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
    known, found = _recalled(system, asked, kept), _recalled_walk(kept, asked)
    if known is not None and found is not None:
        verdicts, walked = [Verdict.of(outcome, PROVED) for outcome in known], found
    else:
        from .judge import judged

        verdicts, walked = judged(system, asked, progress, kept, found, jobs=jobs, seconds=seconds)
        if not found:
            _note_walk(kept, asked, walked)
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


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
