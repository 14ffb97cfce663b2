"""One connector: the same events from one seeded sequence, the same state at the end."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from random import Random

from .figures import Contender, Effort, Figure, Outcome, Progress, Result, Target, found, present, ratio
from .peers import EVENTS, Connector, Facts
from .timing import interleaved

LENGTH = 1_000
SEED = 20_260_801
WHAT = "events of one connector"
OURS = "statewatt, pure step"
IN_PLACE = "statewatt, in place"
STATEMACHINE = "python-statemachine"
TRANSITIONS = "transitions"

Make = Callable[[bool], Connector]
"""Makes a connector of a station that ignores faults, or does not."""


def by(module: str, name: str) -> Make:
    """A connector of a module of ``peers``, which is imported when the first one is made."""
    return lambda ignore: getattr(importlib.import_module(f".peers.{module}", __package__), name)(ignore)


CONTENDERS = (
    Contender(OURS, by("by_statewatt", "PureStep")),
    Contender(IN_PLACE, by("by_statewatt", "InPlace")),
    Contender("dictionary by hand", by("by_dictionary", "Dictionary")),
    Contender(TRANSITIONS, by("by_transitions", "Transitions"), "transitions"),
    Contender("automat", by("by_automat", "Automat"), "automat"),
    Contender("xstate-statemachine", by("by_xstate", "XState"), "xstate_statemachine"),
    Contender("sismic", by("by_sismic", "Sismic"), "sismic"),
    Contender(STATEMACHINE, by("by_statemachine", "Parallel")),
    Contender("python-statemachine, three machines", by("by_statemachine", "Flat")),
)


def sequence(length: int = LENGTH) -> list[str]:
    """The events, in no order that makes sense: each comes as often as any other."""
    random = Random(SEED)
    return [random.choice(EVENTS) for _ in range(length)]


def facts_after(contender: Contender, events: list[str], ignore_faults: bool) -> Facts:
    """Where its connector stands after these events."""
    connector: Connector = contender.make(ignore_faults)
    connector.send(events)
    return connector.facts()


def measure(effort: Effort, tell: Progress) -> Result:
    """Events a second, each contender's connector new in each pass; making it is not counted."""
    contenders, notes = present(CONTENDERS)
    events = sequence(60 if effort.quick else LENGTH)
    expected = facts_after(contenders[0], events, False)
    turns = {c.name: _turn(c, events, expected, effort.seconds) for c in contenders}
    for turn in turns.values():
        turn()
    samples = interleaved(turns, effort.rounds, tell, "connector")
    figures = [Figure(WHAT, name, "events/s", tuple(each)) for name, each in samples.items()]
    return Result(tuple(figures), tuple(_outcomes(figures)), tuple(notes), beside=STATEMACHINE)


def _turn(contender: Contender, events: list[str], expected: Facts, least: float) -> Callable[[], float]:
    def turn() -> float:
        passes, spent = 0, 0.0
        while spent < least:
            connector: Connector = contender.make(False)
            begin = time.perf_counter()
            connector.send(events)
            spent += time.perf_counter() - begin
            passes += 1
            if connector.facts() != expected:
                raise AssertionError(f"{contender.name} ends in {connector.facts()}, not {expected}")
        return passes * len(events) / spent

    return turn


def _outcomes(figures: list[Figure]) -> list[Outcome]:
    """Each way to run statewatt beside the two peers that have a target."""
    outcomes: list[Outcome] = []
    for ours in (figure for figure in figures if figure.contender.startswith("statewatt")):
        for peer, least in ((STATEMACHINE, 100), (TRANSITIONS, 5)):
            if theirs := found(figures, WHAT, peer):
                outcomes.append(Outcome(f"{ours.contender}, beside {peer}", ratio(ours, theirs), "×", Target(least)))
    return outcomes
