"""Tours: shortest ways through what was explored that take every transition, or every two that follow one another, as
traces which ``statewatt replay --expect`` runs again.

A tour is driven by the engine itself, in real time: where an exploration leaves open which deadline comes first, a tour
has its order. A way that needs another order is no tour, and is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from ...engine import Engine
from ...engine.state import Taken
from ...engine.tracefile import Given, steps
from .checks import Transition
from .guide import FAR, Guide, NoTourError
from .search import Explored, Explorer, path
from .strides import Stride, instances, stride

KINDS = ("transitions", "pairs")
Target: TypeAlias = Transition | tuple[Transition, Transition]


@dataclass(frozen=True)
class Tour:
    """One run of the engine: where it begins, its inputs, and what it takes that no other does."""

    config: Any
    inputs: tuple[Given, ...]
    takes: frozenset[Target]


@dataclass
class Tours:
    """Those of one exploration; ``missed`` is what is reached only in another order of deadlines."""

    tours: list[Tour] = field(default_factory=list[Tour])
    missed: list[Target] = field(default_factory=list[Target])


def tours(engine: Engine[Any], explored: Explored, kind: str) -> Tours:
    """A tour for everything that is to be taken, unless one that is longer takes it already."""
    pairs, transitions = explored.explorer.checks.pairs.items(), explored.transitions.items()
    targets: dict[Target, int] = {t: s for t, s in pairs} if kind == "pairs" else {t: s for t, s in transitions}  # noqa: C416
    depth: dict[int, int] = {}
    for state in targets.values():
        depth[state] = sum(1 for _ in path(explored.parents, state))
    found = Tours()
    taken: set[Target] = set()
    for target in sorted(targets, key=lambda t: (-depth[targets[t]], str(t))):
        if target in taken:
            continue
        try:
            tour = _tour(engine, explored, target, targets[target], kind)
        except NoTourError:
            found.missed.append(target)
            continue
        found.tours.append(Tour(tour.config, tour.inputs, tour.takes - taken))
        taken |= tour.takes
    found.missed = [target for target in found.missed if target not in taken]
    return found


def write_tours(engine: Engine[Any], found: Tours, folder: Path) -> Iterator[Path]:
    """One file for each tour: ``statewatt replay --expect`` compares every state and command in it."""
    width = len(str(len(found.tours)))
    for number, tour in enumerate(found.tours, 1):
        file = folder / f"tour-{number:0{width}}.jsonl"
        lines = steps(engine, engine.start(tour.config), tour.inputs)
        file.write_text("".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in lines), encoding="utf-8")
        yield file


# --- one tour --------------------------------------------------------------------------------------------------------


def _tour(engine: Engine[Any], explored: Explored, target: Target, state: int, kind: str) -> Tour:
    explorer = explored.explorer
    way = list(path(explored.parents, state))
    strides = [stride(explorer, before, after) for before, after in pairwise(way)]
    last = _last(explorer, state, target, kind)
    for far in FAR:
        guide = Guide(engine, explorer, way[0], far)
        try:
            for each in (*strides, last):
                guide.take(each)
            guide.finish()
        except NoTourError:
            continue
        takes = _taken(explorer, guide.paths, kind)
        if target in takes:
            return Tour(guide.config, tuple(guide.inputs), frozenset(takes))
    raise NoTourError


def _last(explorer: Explorer, state: int, target: Target, kind: str) -> Stride:
    """A step in that state which takes it."""
    for each in instances(explorer, state):
        assert each.instance is not None
        taken = each.instance.path
        if kind == "pairs":
            assert explorer.moves.history is not None
            followed = (pair for _, pair in explorer.moves.history.followed(state, taken))
            found: set[Target] = {(before, after) for before, after in followed if before is not None}
        else:
            found = {(machine, event, source, end) for machine, _, event, source, end in taken}
        if target in found:
            return each
    raise NoTourError


def _taken(explorer: Explorer, paths: Iterable[Sequence[Taken]], kind: str) -> set[Target]:
    """What a run takes: transitions, or those that follow one another in a region of a thing."""
    found: set[Target] = set()
    last: dict[tuple[str, int, int], Transition] = {}
    for taken in paths:
        for machine, key, event, source, target in taken:
            transition = (machine, event, source, target)
            place = (machine, key, explorer.system.machine(machine).state(source).region)
            if kind != "pairs":
                found.add(transition)
            elif place in last:
                found.add((last[place], transition))
            last[place] = transition
    return found
