"""What would exclude a counterexample: said of what is not inductive, in a sentence and as a declaration."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from examples.two_phase_commit import Cluster
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation
from statewatt.verify import verify
from statewatt.verify.concrete import Concrete
from statewatt.verify.inferring.excluding import Excluder
from statewatt.verify.prove import prove
from statewatt.verify.report import FORMATS
from statewatt.verify.smallest import smallest
from statewatt.verify.verdict import Missing, Report
from tests.verify.examples.office import OfficeThatForgets
from tests.verify.pasting import keeping, pasted


@pytest.fixture(scope="module")
def cluster() -> Report:
    return verify(keeping(Cluster, ["all_or_nothing"]))


def missing(report: Report, name: str) -> Missing:
    (verdict,) = (v for v in report.verdicts if v.name == name)
    assert verdict.verdict == "not inductive"
    assert verdict.missing is not None
    return verdict.missing


def test_a_fact_is_proposed_as_a_sentence_and_as_a_declaration(cluster: Report) -> None:
    found = missing(cluster, "all_or_nothing")
    assert found.facts
    for label, text in found.facts:
        assert text.startswith("@invariant\ndef ")
        assert f'"""{label}."""' in text


def test_every_report_has_it(cluster: Report) -> None:
    found = missing(cluster, "all_or_nothing")
    ((label, text),) = found.facts[:1]
    (told,) = (p for p in json.loads(FORMATS[".json"](cluster))["properties"] if p["name"] == "all_or_nothing")
    assert told["missing"]["facts"][0] == {"label": label, "declaration": text}
    assert told["missing"]["proved"] == found.proved
    assert f"  {label}." in FORMATS[".md"](cluster)
    assert all(line in FORMATS[".md"](cluster) for line in text.splitlines())


def test_what_is_broken_needs_no_other_fact() -> None:
    report = verify(read(OfficeThatForgets))
    broken = [v for v in report.verdicts if v.verdict == "violated"]
    assert broken
    assert all(v.missing is None for v in broken)


def test_what_is_proved_needs_no_other_fact(cluster: Report) -> None:
    assert all(v.missing is None for v in cluster.verdicts if v.holds)


def test_that_nothing_was_found_is_said() -> None:
    assert Missing().lines == ("No fact was found that would exclude this state.",)


@pytest.mark.parametrize(
    ("helper", "law"),
    [
        ("a_transaction_is_its_holders", "a_transaction_is_never_timed_out"),
        pytest.param("a_grant_has_its_evse", "a_transaction_is_never_timed_out", marks=pytest.mark.slow),
        pytest.param("holder_and_evse_agree", "a_transaction_is_its_holders", marks=pytest.mark.slow),
    ],
)
def test_without_a_helper_invariant_facts_are_proposed_with_which_the_law_is_proved(
    helper: str, law: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = [p.name for p in read(ChargingStation).invariants if p.name != helper]
    alone = keeping(ChargingStation, declared)
    proof = prove(alone, [law])
    failure = next(proof.failures(proof.outcomes[law]))
    small = smallest(proof.problem, failure)
    assert not isinstance(small, str)
    content = Concrete(proof.problem, small).content(proof.problem.world)
    found = Excluder(alone, [law]).exclude(law, content)
    assert found.proved
    text = "\n\n".join(text for _, text in found.facts)
    names = [p.name for p in read(pasted(ChargingStation, text, tmp_path, monkeypatch)).invariants]
    new = [name for name in names if name not in {*declared, helper}]
    assert len(new) == len(found.facts) <= 3
    twin = keeping(pasted(ChargingStation, text, tmp_path, monkeypatch), [*declared, *new])
    outcomes = prove(twin, [law, *new]).outcomes
    assert all(outcomes[name].proved for name in (law, *new))


@pytest.mark.slow
def test_a_fact_that_is_not_shown_to_hold_is_proposed_as_such() -> None:
    declared = [p.name for p in read(ChargingStation).invariants if p.name != "one_reservation_per_evse"]
    law = "a_reserved_evse_is_for_its_token"
    alone = keeping(ChargingStation, declared)
    alone = replace(alone, laws=tuple(p for p in alone.laws if p.name == law))
    report = verify(alone, [law])
    found = missing(report, law)
    assert [label for label, _ in found.facts] == ["No two Reservations in offered or placed have the same evse"]
    assert not found.proved
    assert any("it is not proved itself" in line for line in found.lines)
