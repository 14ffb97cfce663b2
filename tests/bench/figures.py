"""What a benchmark measures: figures of contenders, and what follows from them beside its target."""

from __future__ import annotations

import importlib.util
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Effort:
    """How much is measured: ``rounds`` turns, in each of which every contender works for at least ``seconds``."""

    quick: bool = False

    @property
    def rounds(self) -> int:
        """How often each contender has its turn."""
        return 2 if self.quick else 15

    @property
    def seconds(self) -> float:
        """How long a turn is at least."""
        return 0.003 if self.quick else 0.1


@dataclass(frozen=True)
class Figure:
    """One contender's figures for one thing, in the order of the rounds.

    ``at`` is the size at which it was measured, if there are several; ``beyond``: the contender was stopped, the true
    figure is higher.
    """

    what: str
    contender: str
    unit: str
    samples: tuple[float, ...]
    at: int | None = None
    beyond: bool = False

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        """A quarter of the figures is below the first, and a quarter above the second."""
        if len(self.samples) == 1:
            return self.median, self.median
        low, _, high = statistics.quantiles(self.samples, n=4, method="inclusive")
        return low, high

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        low, high = self.quartiles
        return {
            "what": self.what,
            "at": self.at,
            "contender": self.contender,
            "unit": self.unit,
            "median": self.median,
            "quartiles": [low, high],
            "beyond": self.beyond,
            "samples": list(self.samples),
        }

    @staticmethod
    def of(data: Mapping[str, Any]) -> Figure:
        """The figure that was written so."""
        names = ("what", "contender", "unit", "at", "beyond")
        return Figure(samples=tuple(data["samples"]), **{name: data[name] for name in names})


@dataclass(frozen=True)
class Target:
    """What a value is to be: at least, or at most, this."""

    bound: float
    most: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value is as it is to be."""
        return value <= self.bound if self.most else value >= self.bound


@dataclass(frozen=True)
class Outcome:
    """What follows from the figures: mostly a ratio (unit ``×``), and its target, if it has one."""

    what: str
    value: float
    unit: str = "×"
    target: Target | None = None

    @property
    def held(self) -> bool | None:
        """Whether the target is held; none without a target."""
        return None if self.target is None else self.target.holds(self.value)

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        target = None if self.target is None else {"at most" if self.target.most else "at least": self.target.bound}
        return {"what": self.what, "value": self.value, "unit": self.unit, "target": target, "held": self.held}

    @staticmethod
    def of(data: Mapping[str, Any]) -> Outcome:
        """The outcome that was written so."""
        bounds: Mapping[str, float] = data["target"] or {}
        targets = [Target(bound, most=kind == "at most") for kind, bound in bounds.items()]
        return Outcome(data["what"], data["value"], data["unit"], targets[0] if targets else None)


@dataclass(frozen=True)
class Result:
    """What a benchmark found. ``notes`` say what was left out, and why; ``beside`` is who the others are compared with,
    ``size`` what ``Figure.at`` counts."""

    figures: tuple[Figure, ...]
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()
    beside: str = ""
    size: str = ""

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "figures": [figure.data() for figure in self.figures],
            "outcomes": [outcome.data() for outcome in self.outcomes],
            "notes": list(self.notes),
            "beside": self.beside,
            "size": self.size,
        }

    @staticmethod
    def of(data: Mapping[str, Any]) -> Result:
        """The result that was written so."""
        figures = [Figure.of(each) for each in data["figures"]]
        outcomes = [Outcome.of(each) for each in data["outcomes"]]
        return Result(tuple(figures), tuple(outcomes), tuple(data["notes"]), data["beside"], data["size"])


class Progress(Protocol):
    """Told what is being measured now."""

    def __call__(self, text: str) -> None:
        """Say so."""
        ...


@dataclass(frozen=True)
class Benchmark:
    """A name, a sentence, and how it is measured."""

    name: str
    about: str
    measure: Callable[[Effort, Progress], Result]


def ratio(one: Figure, other: Figure) -> float:
    """How many times the other figure the one is: the median over the rounds, if both were taken in each of them."""
    if len(one.samples) != len(other.samples):
        return one.median / other.median
    return statistics.median(a / b for a, b in zip(one.samples, other.samples, strict=True))


def found(figures: Iterable[Figure], what: str, contender: str, at: int | None = None) -> Figure | None:
    """The figure of a contender; none if it was not measured."""
    return next((f for f in figures if (f.what, f.contender, f.at) == (what, contender, at)), None)


@dataclass(frozen=True)
class Contender:
    """One who takes part, and the library that it needs, if that is not always there."""

    name: str
    make: Callable[..., Any]
    library: str = ""


def present(contenders: Sequence[Contender]) -> tuple[list[Contender], list[str]]:
    """Those whose library is installed, and for each of the others a note."""
    here = [c for c in contenders if not c.library or importlib.util.find_spec(c.library)]
    notes = [f"{c.name} is not installed: pip install 'statewatt[bench]'" for c in contenders if c not in here]
    return here, notes
