"""What is kept from run to run: what did not change is not asked again, and what did is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statewatt.engine import model
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation as Shipped
from statewatt.verify import Report, verify
from statewatt.verify.cache import SIGNS, Cache
from statewatt.verify.content import Content
from statewatt.verify.duties import duties
from statewatt.verify.expressions import Evaluator
from statewatt.verify.happenings import Happening, happenings
from statewatt.verify.prove import prove
from statewatt.verify.workshop import Workshop
from tests.language.examples.station import ChargingStation

SYSTEM = read(ChargingStation)
KEPT = ["a_grant_is_never_overwritten"]


def conditions(report: Report) -> tuple[int, int]:
    return sum(v.goals for v in report.verdicts), sum(v.cached for v in report.verdicts)


def words(report: Report) -> list[tuple[str, str, int]]:
    return [(v.name, v.verdict, v.goals) for v in report.verdicts]


def negated(system: model.System, machine: str, name: str) -> model.System:
    """The system with the opposite of one guard."""

    def changed(predicate: model.Predicate) -> model.Predicate:
        if predicate.name != name:
            return predicate
        return replace(predicate, body=model.Not(model.BOOL, predicate.where, predicate.body))

    machines = tuple(
        replace(m, predicates=tuple(map(changed, m.predicates))) if m.name == machine else m for m in system.machines
    )
    return replace(system, machines=machines)


def test_nothing_is_asked_twice(tmp_path: Path) -> None:
    first = verify(SYSTEM, KEPT, cache=tmp_path)
    again = verify(SYSTEM, KEPT, cache=tmp_path)
    assert first.holds
    assert again.holds
    assert words(first) == words(again)
    assert conditions(first)[1] == 0
    assert conditions(again)[0] == conditions(again)[1] > 0
    assert all((tmp_path / name).is_file() for name in SIGNS)


def test_what_is_refuted_is_asked_again(tmp_path: Path) -> None:
    reports = [verify(SYSTEM, ["one_evse_per_token"], cache=tmp_path) for _ in range(2)]
    assert words(reports[0]) == words(reports[1])
    refuted = reports[1].verdicts[0]
    assert not refuted.holds
    assert refuted.stories
    assert refuted.cached < refuted.goals


def test_a_changed_guard_proves_again_what_reads_it(tmp_path: Path) -> None:
    """A guard that no invariant reads: of each duty, the conditions at its own happenings are asked."""
    machine, name = next(_guards_of_few(SYSTEM))
    changed = negated(SYSTEM, machine, name)
    before, after = Content(SYSTEM), Content(changed)
    pairs = zip(happenings(SYSTEM), happenings(changed), strict=True)
    touched = {there for here, there in pairs if before.happening(here) != after.happening(there)}
    assert 0 < len(touched) < len(list(happenings(SYSTEM))) / 2
    kept = Cache(SYSTEM, tmp_path)
    prove(SYSTEM, cache=kept)
    kept.save()
    proved = [d for d in duties(changed) if all(kept.known(h, d) is not None for h in happenings(SYSTEM))]
    known = Cache(changed, tmp_path)
    assert proved
    for duty in proved:
        asked = {h for h in happenings(changed) if known.known(h, duty) is None}
        assert asked == touched


def _guards_of_few(system: model.System) -> Iterator[tuple[str, str]]:
    plain = Content(system)
    for machine in system.machines:
        for predicate in machine.predicates:
            changed = Content(negated(system, machine.name, predicate.name))
            same = plain.hypotheses == changed.hypotheses
            pairs = zip(happenings(system), happenings(changed.system), strict=True)
            touched = [a for a, b in pairs if plain.happening(a) != changed.happening(b)]
            if same and 0 < len(touched) < 4:
                yield machine.name, predicate.name


def test_keys_cover_every_predicate_that_a_formula_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was evaluated while the formulas of a happening were made changes its key when it changes."""
    system = read(Shipped)
    asked: dict[Happening, set[str]] = {}
    here: set[str] = set()
    ask = Evaluator.ask

    def noting(self: Evaluator, predicate: model.Predicate, *rest: Any) -> Any:
        here.add(predicate.name)
        return ask(self, predicate, *rest)

    monkeypatch.setattr(Evaluator, "ask", noting)
    workshop = Workshop(system)
    steps = [h for h in happenings(system) if h.is_step]
    assert workshop.problem
    for happening in steps:
        here.clear()
        workshop.step(happening)
        asked[happening] = set(here)
    plain = Content(system)
    every = [(machine.name, predicate.name) for machine in system.machines for predicate in machine.predicates]
    names = [name for _, name in every]
    alone = [(machine, name) for machine, name in every if names.count(name) == 1]
    for machine, name in alone[::4]:  # a few of them: each makes all keys anew
        content = Content(negated(system, machine, name))
        same = {h for h in steps if content.happening(h) == plain.happening(h)}
        assert not {h.text for h in same if name in asked[h]}


def test_fewer_hypotheses_are_enough_and_more_are_not(tmp_path: Path) -> None:
    """What was proved without an invariant stays proved when there is one more, not when one is gone."""
    cache = Cache(SYSTEM)
    happening, duty = next(iter(happenings(SYSTEM))), next(iter(duties(SYSTEM)))
    cache.note(happening, duty, frozenset({duty.name}), 7)
    assert cache.known(happening, duty) == 7
    cache.note(happening, duty, frozenset(), 7)
    assert cache.known(happening, duty, frozenset({duty.name})) is None


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "binary"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damage: str) -> None:
    verify(SYSTEM, KEPT, cache=tmp_path)
    (file,) = (tmp_path / "verify").iterdir()
    text = file.read_text()
    broken = {"cut": text[: len(text) // 2], "changed": text.replace(",0]", ",1]", 1), "foreign": "{}"}
    file.write_bytes(b"\xff\x00" if damage == "binary" else broken[damage].encode())
    report = verify(SYSTEM, KEPT, cache=tmp_path)
    assert report.holds
    assert conditions(report)[1] == 0
    assert "cache" in report.trouble
    assert file.read_text() == text


def test_a_cache_of_another_prover_is_not_used(tmp_path: Path) -> None:
    verify(SYSTEM, KEPT, cache=tmp_path)
    (file,) = (tmp_path / "verify").iterdir()
    file.write_text("0" * 32 + file.read_text()[32:])
    report = verify(SYSTEM, KEPT, cache=tmp_path)
    assert conditions(report)[1] == 0
    assert report.trouble == ""


def test_a_cache_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    report = verify(SYSTEM, KEPT, cache=tmp_path / "file")
    assert report.holds
    assert "cache cannot be" in report.trouble


def test_without_anything_to_prove_the_solver_is_not_loaded(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom statewatt.engine.reading import read\n"
        "from statewatt.verify import verify\nfrom examples.two_phase_commit import Cluster\n"
        f"report = verify(read(Cluster), cache=Path({str(tmp_path)!r}))\n"
        "print(report.holds, 'z3' in sys.modules)"
    )
    said = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    ]
    assert said == [["True", "True"], ["True", "False"]]
