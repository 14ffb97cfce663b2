"""Several processes, and time limits."""

from __future__ import annotations

from typing import Any

import pytest

from statewatt.engine.reading import read
from statewatt.verify import Report, verify
from statewatt.verify.crew import Crew
from statewatt.verify.outcome import Outcome
from statewatt.verify.prove import prove
from statewatt.verify.workshop import Workshop
from tests.language.examples.station import ChargingStation

SYSTEM = read(ChargingStation)


def told(report: Report) -> list[tuple[Any, ...]]:
    return [(v.name, v.verdict, v.goals, v.note, len(v.stories)) for v in report.verdicts]


def test_two_processes_give_the_same_report_as_one() -> None:
    alone, together = verify(SYSTEM), verify(SYSTEM, jobs=2)
    assert told(alone) == told(together)
    assert alone.without_witness == together.without_witness
    assert alone.not_taken == together.not_taken


def test_failures_are_the_first_ones_whoever_is_quicker() -> None:
    def gaps(outcomes: dict[str, Outcome]) -> dict[str, list[tuple[str, int, str]]]:
        return {n: [(g.happening.text, g.number, g.answer) for g in o.failures] for n, o in outcomes.items()}

    with Crew(SYSTEM, 3) as crew:
        together = prove(SYSTEM, crew=crew)
    assert gaps(together.outcomes) == gaps(prove(SYSTEM).outcomes)
    assert any(gaps(together.outcomes).values())


def test_an_error_in_a_process_comes_back() -> None:
    with Crew(SYSTEM, 2) as crew:
        failing = crew.submit(_fail)
        with pytest.raises(ValueError, match="what went wrong"):
            failing.result()


def _fail(workshop: Workshop) -> None:
    raise ValueError("what went wrong")


def test_without_time_nothing_is_proved_and_nothing_wrong_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the solver has no answer, a few things are looked at one by one."""
    monkeypatch.setattr("statewatt.verify.workshop.ask", lambda *_: "unknown")
    (verdict,) = verify(SYSTEM, ["a_grant_is_never_overwritten"], seconds=0.5).verdicts
    assert verdict.verdict == "checked up to n"
    assert verdict.size == 4
    assert not verdict.holds
    monkeypatch.setattr("statewatt.verify.judge.smallest", lambda *_: "unknown")
    (verdict,) = verify(SYSTEM, ["a_grant_is_never_overwritten"], seconds=0.5).verdicts
    assert verdict.verdict == "unknown"
    assert verdict.note == "the solver has no answer within 0.5 s"
