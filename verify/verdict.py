"""What one run has found, as data: a verdict for each property, and the stories of those that do not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..engine import model
from .outcome import Outcome

VerdictWord: TypeAlias = Literal["proved for any size", "violated", "not inductive", "checked up to n", "unknown"]

PROVED: VerdictWord = "proved for any size"


@dataclass(frozen=True)
class Story:
    """A counterexample told. ``confirmed``: the engine does the same and breaks the same property; then ``trace`` are
    the lines of a file that ``statewatt replay`` runs to the very same states."""

    title: str
    where: model.Where
    lines: tuple[str, ...]
    confirmed: bool | None = None
    trace: tuple[Mapping[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join((f"{self.title}  ({place(self.where)})", *(f"  {line}" for line in self.lines)))


@dataclass(frozen=True)
class Missing:
    """What would exclude the state of a counterexample that nobody has reached: facts, each as a sentence and as a
    declaration; none where nothing was found. ``proved``: with them the property is, and so are they."""

    facts: tuple[tuple[str, str], ...] = ()
    proved: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it."""
        if not self.facts:
            return ("No fact was found that would exclude this state.",)
        with_them = "With that, it is proved" if self.proved else "A walk agrees with it; it is not proved itself"
        sentences = (f"  {label}." for label, _ in self.facts)
        declared = (f"    {line}".rstrip() for _, text in self.facts for line in ("", *text.splitlines()))
        return ("The state would be excluded by:", *sentences, f"{with_them}. To be declared in the system:", *declared)


@dataclass(frozen=True)
class Verdict:
    """One line of the report. ``goals`` are the conditions, ``cached`` how many of them were known to be proved;
    ``size`` is the n of ``checked up to n``; ``missing`` is said of what is not inductive."""

    name: str
    label: str
    where: model.Where
    verdict: VerdictWord
    seconds: float
    goals: int
    declared: bool
    stories: tuple[Story, ...] = ()
    note: str = ""
    size: int = 0
    cached: int = 0
    missing: Missing | None = None

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        word: VerdictWord,
        stories: Iterable[Story] = (),
        note: str = "",
        size: int = 0,
        more_seconds: float = 0.0,
        missing: Missing | None = None,
    ) -> Verdict:
        """The verdict of that outcome."""
        of, seconds = outcome.owner, outcome.seconds + more_seconds
        counts = outcome.goals, of.declared, tuple(stories), note, size, outcome.cached, missing
        return cls(of.name, of.label, of.where, word, seconds, *counts)

    @property
    def holds(self) -> bool:
        """Only a proof for any size counts."""
        return self.verdict == PROVED


@dataclass(frozen=True)
class Report:
    """Everything that one run has found; ``trusted`` are the functions that the proofs rest on, ``trouble`` is what is
    wrong with the cache."""

    system: str
    verdicts: tuple[Verdict, ...]
    seconds: float
    where: model.Where
    trusted: tuple[str, ...] = ()
    without_witness: tuple[str, ...] = ()
    not_taken: tuple[str, ...] = ()
    cannot_happen: tuple[str, ...] = ()
    fault: str = ""
    doubts: tuple[str, ...] = ()
    steps_walked: int = 0
    remarks: tuple[str, ...] = ()
    walk_cached: bool = False
    trouble: str = ""

    @property
    def holds(self) -> bool:
        """Every property was proved, every transition can happen, and the walk has found no fault and no doubt."""
        found = self.cannot_happen or self.fault or self.doubts
        return all(verdict.holds for verdict in self.verdicts) and not found


def place(where: model.Where) -> str:
    """File and line, from the working directory where that is above it."""
    file = Path(where.file)
    here = Path.cwd()
    return f"{file.relative_to(here) if file.is_relative_to(here) else file}:{where.line}"
