"""The command ``statewatt bench``: every benchmark runs, and what it writes has its shape. No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statewatt.bench import connector, pages, station
from statewatt.bench.catalogue import ABOUT, benchmark
from statewatt.bench.command import document
from statewatt.bench.figures import Contender, Effort, Figure, Outcome, Result, Target, present, ratio
from statewatt.bench.peers import EVENTS, Facts
from statewatt.bench.tables import number, plain, tables
from statewatt.bench.timing import interleaved
from statewatt.engine.command.application import run

SVG = "{http://www.w3.org/2000/svg}"


def bench(*arguments: object) -> int:
    return run(["bench", *map(str, arguments)])


@pytest.mark.parametrize("name", ABOUT)
def test_each_benchmark_runs_and_writes_its_figures(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(name, "--quick", "--json", tmp_path / "found.json", "--plot", tmp_path / "found.svg") == 0
    shown = capsys.readouterr().out
    data = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (data["format"], data["quick"]) == (1, True)
    [found] = data["benchmarks"]
    assert (found["name"], found["about"]) == (name, ABOUT[name])
    assert found["figures"]
    for figure in found["figures"]:
        low, high = figure["quartiles"]
        assert 0 < min(figure["samples"]) <= low <= figure["median"] <= high <= max(figure["samples"])
        assert figure["what"] in shown
        assert figure["contender"] in shown
    for outcome in found["outcomes"]:
        assert outcome["held"] is None or outcome["target"]
        assert outcome["what"] in shown
    assert "\x1b" not in shown
    assert Result.of(found).data() == {key: found[key] for key in ("figures", "outcomes", "notes", "beside", "size")}
    picture = ElementTree.parse(tmp_path / "found.svg").getroot()
    titles = {"".join(text.itertext()) for text in picture.iter(f"{SVG}text") if text.get("class") == "title"}
    assert titles == {f"{figure['what']} ({figure['unit']})" for figure in found["figures"]}


def test_a_misspelt_name_and_a_missing_directory_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench("conector") == 2
    assert "there is no benchmark 'conector'; there are connector, station" in capsys.readouterr().err
    assert bench("connector", "--quick", "--json", "nowhere/found.json") == 2
    assert "there is no directory nowhere for found.json" in capsys.readouterr().err


def test_the_help_says_that_a_target_that_is_not_held_is_no_failure() -> None:
    code = "from statewatt.engine.command import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "bench", "--help"], capture_output=True, text=True, check=True)
    assert "also where a target is not held" in " ".join(done.stdout.replace("│", " ").split())


# --- the connector ---------------------------------------------------------------------------------------------------


def model(events: list[str], ignore_faults: bool) -> Facts:
    """What the connector is to do, in the fewest words."""
    facts = {"in_use": False, "disabled": False, "faulted": False}
    losses = 0
    for event in events:
        name = {"occupied": "in_use", "freed": "in_use", "disable": "disabled", "enable": "disabled"}.get(
            event, "faulted"
        )
        value = event in ("occupied", "disable", "raise_fault")
        refused = (event == "occupied" and facts["disabled"]) or (event == "raise_fault" and ignore_faults)
        if not refused:
            losses += value and not facts[name]
            facts[name] = value
    return Facts(**facts, losses=losses)


@pytest.mark.parametrize("contender", present(connector.CONTENDERS)[0], ids=lambda contender: contender.name)
def test_each_contender_has_the_same_connector(contender: Any) -> None:
    for ignore in (False, True):
        for length in (0, 1, 10, 300):
            events = connector.sequence(length)
            assert connector.facts_after(contender, events, ignore) == model(events, ignore)


def test_all_peers_are_there_and_a_missing_one_is_named() -> None:
    here, notes = present([*connector.CONTENDERS, Contender("nobody", object, "no_such_library")])
    assert [contender.name for contender in here] == [contender.name for contender in connector.CONTENDERS]
    assert notes == ["nobody is not installed: pip install 'statewatt[bench]'"]


def test_a_contender_that_ends_elsewhere_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Idle:
        def __init__(self, ignore_faults: bool) -> None: ...

        def send(self, events: object) -> None: ...

        def facts(self) -> Facts:
            return Facts(False, False, False, 0)

    cheat = Contender("cheat", Idle)
    monkeypatch.setattr(connector, "CONTENDERS", (*connector.CONTENDERS[:2], cheat))
    with pytest.raises(AssertionError, match="cheat ends in"):
        benchmark("connector").measure(Effort(quick=True), lambda text: None)


def test_the_events_are_all_events() -> None:
    assert set(connector.sequence()) == set(EVENTS)


# --- the station -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", station.VARIANTS, ids=lambda variant: variant.text)
def test_the_contenders_give_the_same_commands_in_every_variant(variant: station.Variant) -> None:
    for size in variant.sizes[:3]:
        scenes = [station.Scene(contender, variant, size) for contender in station.CONTENDERS]
        first, *others = [[scene.commands() for _ in range(3)] for scene in scenes]
        assert all(each == first for each in others)
        results = [c.result.name for c in first[0] if type(c).__name__ == "Conclude"]
        assert set(results) == {"USED_TO_START_TRANSACTION"}


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_figures_are_written_into_a_page_and_its_pictures(tmp_path: Path) -> None:
    figures = (Figure("a thing", "ours", "ms", (1.0, 2.0, 3.0)), Figure("a thing", "theirs", "ms", (4.0, 4.0, 6.0)))
    result = Result(figures, (Outcome("theirs beside ours", 2.0, "×", Target(3)),), ("noted",), beside="ours")
    (tmp_path / "found.json").write_text(json.dumps(document({"start": result}, quick=False)), encoding="utf-8")
    page = tmp_path / "page.md"
    kept = "<!-- bench connector -->\nkept\n<!-- end -->\n"
    old = "<!-- bench start -->\nold\n<!-- end -->\n"
    page.write_text(f"# Speed\n{kept}{old}![end](start.svg)\n", encoding="utf-8")
    for _ in range(2):
        assert pages.main([str(tmp_path / "found.json"), str(page), str(tmp_path)]) == 0
        assert page.read_text(encoding="utf-8") == f"# Speed\n{kept}{PAGE}![end](start.svg)\n"
    assert "a thing (ms)" in (tmp_path / "start.svg").read_text(encoding="utf-8")
    assert pages.main([]) == 2


PAGE = """<!-- bench start -->
**a thing**

|  | ms: median (quartiles) | beside ours |
| --- | --: | --: |
| ours | 2.00 (1.50–2.50) | 1.00 × |
| theirs | 4.00 (4.00–5.00) | 2.00 × |

| what follows | value | target |  |
| --- | --: | --: | --: |
| theirs beside ours | 2.00 × | at least 3.00 × | not held |

noted
<!-- end -->
"""


# --- figures ---------------------------------------------------------------------------------------------------------

values = st.floats(1e-6, 1e9)


@given(st.lists(st.tuples(values, values), min_size=1, max_size=9))
def test_a_ratio_is_that_of_the_rounds(pairs: list[tuple[float, float]]) -> None:
    one, other = (Figure("a", "b", "µs", samples) for samples in zip(*pairs, strict=True))
    found = ratio(one, other)
    each = sorted(a / b for a, b in pairs)
    assert each[0] <= found <= each[-1]
    assert ratio(one, one) == 1


@given(values)
def test_a_number_is_told_with_three_digits(value: float) -> None:
    told = float(number(value).replace("\u202f", ""))
    assert told == pytest.approx(value, rel=0.005)


def test_numbers_are_told_as_people_write_them() -> None:
    assert [number(each) for each in (12_345, 999.9, 1.0, 0.012345, 0)] == [
        "12\u202f300",
        "1\u202f000",
        "1.00",
        "0.0123",
        "0",
    ]


def test_each_contender_has_its_turn_in_each_round_and_another_begins() -> None:
    order: list[str] = []

    def turn(name: str) -> int:
        order.append(name)
        return len(order)

    found = interleaved({name: partial(turn, name) for name in "abc"}, 3, lambda text: None, "test")
    assert order == [*"abc", *"bca", *"cab"]
    assert found == {"a": [1, 6, 8], "b": [2, 4, 9], "c": [3, 5, 7]}


def test_a_target_is_held_or_not() -> None:
    outcomes = (
        Outcome("fast", 120, "×", Target(100)),
        Outcome("slow", 99, "×", Target(100)),
        Outcome("small", 299, "MB", Target(300, most=True)),
        Outcome("large", 301, "MB", Target(300, most=True)),
        Outcome("free", 5, "ms"),
    )
    assert [outcome.held for outcome in outcomes] == [True, False, True, False, None]
    [table] = tables(Result((), outcomes))
    lines = [" ".join(line.split()) for line in plain(table)]
    assert lines[2] == "slow 99.0 × at least 100 × not held"
    assert lines[3] == "small 299 MB at most 300 MB held"
    assert [Outcome.of(outcome.data()) for outcome in outcomes] == list(outcomes)
