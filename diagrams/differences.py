"""Where a picture no longer says what the model says: each difference by itself, with both texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .meaning import Arrow, Box, Meaning


class Problem(Enum):
    """What is wrong with a node or an edge of a picture; the value is how a report says it."""

    MISSING = "is missing"
    UNKNOWN = "is not in the model"
    RETARGETED = "is retargeted"
    RELABELLED = "is relabelled"
    REDRAWN = "is drawn as something else"
    MOVED = "stands in another box"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``kind`` and ``id`` are those of the node or edge (of the model's, where both have it);
    ``wanted`` is what the model says, ``found`` what the picture says; one of them is empty where it says nothing."""

    problem: Problem
    kind: str
    id: str
    wanted: str
    found: str

    def __str__(self) -> str:
        head = f"{self.kind} {self.id} {self.problem.value}"
        if self.problem is Problem.MISSING:
            return f"{head}: {self.wanted}"
        if self.problem is Problem.UNKNOWN:
            return f"{head}: {self.found}"
        return f"{head}: the model says {self.wanted}, the picture {self.found}"


def differences(wanted: Meaning, found: Meaning) -> tuple[Difference, ...]:
    """Every difference of a picture from what it has to say, nodes first, each in the model's order."""
    return (*_boxes(wanted, found), *_arrows(wanted, found), *_silences(wanted, found))


def _boxes(wanted: Meaning, found: Meaning) -> Iterator[Difference]:
    for id, box in wanted.boxes.items():
        if id not in found.boxes:
            yield Difference(Problem.MISSING, box.kind, id, _quoted(box.label), "")
        else:
            yield from _box(id, box, found.boxes[id])
    for id, box in found.boxes.items():
        if id not in wanted.boxes:
            yield Difference(Problem.UNKNOWN, box.kind, id, "", _quoted(box.label))


def _box(id: str, wanted: Box, found: Box) -> Iterator[Difference]:
    if wanted.kind != found.kind:
        yield Difference(Problem.REDRAWN, wanted.kind, id, wanted.kind, found.kind)
    if not same_text(wanted.label, found.label):
        yield Difference(Problem.RELABELLED, wanted.kind, id, _quoted(wanted.label), _quoted(found.label))
    if wanted.parent != found.parent:
        yield Difference(Problem.MOVED, wanted.kind, id, wanted.parent or "none", found.parent or "none")


def _arrows(wanted: Meaning, found: Meaning) -> Iterator[Difference]:
    unknown = {id: arrow for id, arrow in found.arrows.items() if id not in wanted.arrows}
    for id, arrow in wanted.arrows.items():
        counterpart = id if id in found.arrows else _counterpart(arrow, unknown)
        if counterpart is None:
            yield Difference(Problem.MISSING, arrow.kind, id, _told(arrow), "")
        else:
            unknown.pop(counterpart, None)
            yield from _arrow(id, arrow, found.arrows[counterpart])
    for id, arrow in unknown.items():
        yield Difference(Problem.UNKNOWN, arrow.kind, id, "", _told(arrow))


def _counterpart(wanted: Arrow, unknown: dict[str, Arrow]) -> str | None:
    """The edge of the picture that must be meant: with the same ends, or one of them and the same label."""
    alike = [(id, a) for id, a in unknown.items() if a.kind == wanted.kind]
    for id, a in alike:
        if (a.source, a.target) == (wanted.source, wanted.target):
            return id
    for id, a in alike:
        if (a.source == wanted.source or a.target == wanted.target) and same_text(a.label, wanted.label):
            return id
    return None


def _arrow(id: str, wanted: Arrow, found: Arrow) -> Iterator[Difference]:
    if wanted.kind != found.kind:
        yield Difference(Problem.REDRAWN, wanted.kind, id, wanted.kind, found.kind)
    if (wanted.source, wanted.target) != (found.source, found.target):
        yield Difference(Problem.RETARGETED, wanted.kind, id, _ends(wanted), _ends(found))
    if not same_text(wanted.label, found.label):
        yield Difference(Problem.RELABELLED, wanted.kind, id, _quoted(wanted.label), _quoted(found.label))


def _silences(wanted: Meaning, found: Meaning) -> Iterator[Difference]:
    if wanted.silences is None or found.silences is None:
        return
    for state, event in dict.fromkeys((*wanted.silences, *found.silences)):
        says, said = wanted.silences.get((state, event), ""), found.silences.get((state, event), "")
        if says != said:
            problem = Problem.MISSING if not said else Problem.RELABELLED if says else Problem.UNKNOWN
            yield Difference(problem, "event", f"{state}:{event}", says, said)


def same_text(left: str, right: str) -> bool:
    """Two labels say the same, wherever their lines break."""
    return "".join(left.split()) == "".join(right.split())


def _told(arrow: Arrow) -> str:
    return f"{_ends(arrow)} {_quoted(arrow.label)}"


def _ends(arrow: Arrow) -> str:
    return f"{arrow.source or 'nothing'} → {arrow.target or 'nothing'}"


def _quoted(label: str) -> str:
    return f'"{label}"'
