"""What is inferred: laws that stay proved without their helper invariants, and laws that do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from examples.two_phase_commit import Cluster
from statewatt.engine import model
from statewatt.engine.command import application
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation
from statewatt.verify.inferring import Inferred, infer
from statewatt.verify.prove import prove
from tests.engine.examples.garage import Garage
from tests.verify.examples import office
from tests.verify.pasting import keeping, pasted

HELPERS = (
    "holder_and_evse_agree",
    "a_grant_has_its_evse",
    "reservation_numbers_are_unique",
    "one_reservation_per_evse",
    "a_transaction_is_its_holders",
)


def unproved(system: model.System) -> set[str]:
    return {name for name, outcome in prove(system).outcomes.items() if not outcome.proved}


@pytest.fixture(scope="module")
def cluster() -> Inferred:
    return infer(keeping(Cluster, ["all_or_nothing"]))


def test_a_law_is_proved_without_the_helpers_that_a_person_would_write(cluster: Inferred) -> None:
    assert unproved(keeping(Cluster, ["all_or_nothing"])) == {"all_or_nothing"}
    assert unproved(cluster.system) == set()
    assert 0 < len(cluster.facts) < 10 < cluster.candidates
    labels = [fact.predicate.label for fact in cluster.facts]
    assert "Each Branch in committed: its transaction is in committed" in labels


def test_every_fact_is_needed(cluster: Inferred) -> None:
    for fact in cluster.facts:
        rest = tuple(p for p in cluster.system.invariants if p.name != fact.predicate.name)
        assert unproved(replace(cluster.system, invariants=rest))


def test_the_declarations_say_what_was_proved(cluster: Inferred, tmp_path: Path, monkeypatch: Any) -> None:
    names = [fact.predicate.name for fact in cluster.facts]
    twin = keeping(pasted(Cluster, cluster.text, tmp_path, monkeypatch), ["all_or_nothing", *names])
    assert [p.name for p in twin.invariants] == ["all_or_nothing", *names]
    assert [p.label for p in twin.invariants[1:]] == [fact.predicate.label for fact in cluster.facts]
    assert unproved(twin) == set()


def test_nothing_is_inferred_where_everything_is_proved() -> None:
    found = infer(read(office.Office))
    assert (found.facts, found.candidates) == ((), 0)


def test_a_law_that_is_wrong_stays_unproved() -> None:
    found = infer(read(office.OfficeThatForgets))
    assert "who_is_called_has_a_deadline" in unproved(found.system)


def test_the_command_writes_what_it_finds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "found.py"
    arguments = ["verify", "tests.verify.examples.workshop:Workshop", "--infer", "--no-cache", "--out", str(file)]
    assert application.run(arguments) == 0
    shown = capsys.readouterr().out
    assert "to keep them, declare them in Workshop:" in shown
    assert file.read_text(encoding="utf-8").startswith("@invariant\ndef ")
    assert all(line.strip() in shown for line in file.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "found.py"], "--out is for what --infer finds, or for a --tour of an exploration"),
        (["--infer", "--out", "nowhere/found.py"], "there is no folder 'nowhere'"),
        (["--infer", "--scope", "drawers=1"], "--infer goes with a proof, for any size: leave out --scope"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["verify", "tests.verify.examples.workshop:Workshop", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_the_station_without_its_helper_invariants() -> None:
    declared = [p.name for p in read(ChargingStation).invariants if p.name not in HELPERS]
    alone = keeping(ChargingStation, declared)
    assert {"a_reserved_evse_is_for_its_token", "a_transaction_is_never_timed_out"} <= unproved(alone)
    found = infer(alone)
    assert unproved(found.system) == set()


@pytest.mark.slow
def test_the_garage() -> None:
    before = unproved(read(Garage))
    after = unproved(infer(read(Garage)).system)
    assert before - after == {"who_works_has_a_lift"}
    assert "few_are_raised" in after
