"""The pytest plugin: properties as tests, in a session of its own each time."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import statewatt.verify.plain.checking  # the solver is loaded once, not in each inner session

pytest_plugins = ["pytester"]

LAMPS = '''
from __future__ import annotations

from dataclasses import dataclass

from statewatt.engine import Each, Machine, State, System, ignored, invariant, law


class Lamp(Machine):
    """A lamp."""

    house: House

    dark = State(initial=True)
    lit = State()

    switch_on = dark.to(lit) | ignored(lit)
    switch_off = lit.to(dark, on="rest") | ignored(dark)

    def rest(self) -> None:
        """It is dark already."""
        assert self.lit.is_active


@dataclass(frozen=True)
class Config:
    """Nothing to configure."""


class House(System):
    """Any number of lamps."""

    config: Config
    lamps: Each[Lamp]

    @invariant
    def lamps_are_dark_or_lit(self) -> bool:
        """A lamp is dark or lit."""
        return all(lamp.dark.is_active or lamp.lit.is_active for lamp in self.lamps)

    @invariant
    def one_is_lit(self) -> bool:
        """No two lamps are lit."""
        return all(a is b for a in self.lamps for b in self.lamps if a.lit.is_active and b.lit.is_active)
'''

DOOR = """
from statemachine import State, StateMachine

class Door(StateMachine):
    closed = State(initial=True)
    open = State()
    push = closed.to(open) | closed.to(closed, cond="key")
    pull = open.to(closed)
"""

ALL = ["lamps_are_dark_or_lit", "one_is_lit", "events_are_accepted", "assertions_hold", "none_is_never_read"]


@pytest.fixture
def house(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with a system, a plain class and one ordinary test."""
    pytester.makepyfile(lamps=LAMPS, door=DOOR, test_ordinary="def test_ordinary(): pass")
    pytester.syspathinsert()
    return pytester


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "no:hypothesispytest", "-p", "no:cacheprovider", *arguments)


def test_each_property_is_a_test_and_a_failing_one_tells_its_story(house: pytest.Pytester) -> None:
    result = run(house, "--statewatt", "lamps:House", "-v")
    result.assert_outcomes(passed=len(ALL) + 6, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*collected 12 items",
            "statewatt::lamps:House::lamps_are_dark_or_lit PASSED*",
            "violated: one_is_lit: No two lamps are lit",
            "from a system without things:",
            "*Lamp 2, switch_on",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    assert result.ret == 1


def test_nothing_is_added_unless_it_is_asked_for(house: pytest.Pytester) -> None:
    run(house).assert_outcomes(passed=1)


def test_systems_are_named_in_the_configuration(house: pytest.Pytester) -> None:
    house.makeini("[pytest]\nstatewatt_systems =\n    door:Door\n    lamps:House\n")
    run(house, "--collect-only", "-q").stdout.fnmatch_lines(
        ["*::test_ordinary", "statewatt::door:Door::every_state_can_be_reached", "statewatt::lamps:House::one_is_lit"]
    )


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (["-k", "dark_or_lit or assertions"], ["lamps_are_dark_or_lit", "assertions_hold"]),
        (["-m", "statewatt", "-k", "every_transition"], ["every_transition_can_happen"]),
        (["--deselect", "statewatt::lamps:House::", "--ignore=test_ordinary.py"], []),
    ],
)
def test_properties_are_selected_like_tests(house: pytest.Pytester, selection: list[str], names: list[str]) -> None:
    result = run(house, "--statewatt", "lamps:House", "--collect-only", "-q", *selection)
    found = [line for line in result.outlines if line.startswith("statewatt::")]
    assert found == [f"statewatt::lamps:House::{name}" for name in names]


def test_a_node_id_is_taken_as_it_was_printed(house: pytest.Pytester) -> None:
    names = ["statewatt::lamps:House::one_is_lit", "statewatt::door:Door::every_transition_can_be_taken"]
    result = run(house, *names)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines([f"FAILED {name} - *" for name in names])


def test_what_is_selected_is_proved_once(house: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    verify = statewatt.verify.plain.checking.check

    def counted(cls: type, names: list[str] | None) -> object:
        asked.append(names)
        return verify(cls, names)

    monkeypatch.setattr(statewatt.verify.plain.checking, "check", counted)
    run(house, "--statewatt", "door:Door", "-k", "every_state").assert_outcomes(passed=2)
    assert asked == [["every_state_can_be_reached", "every_state_has_a_way_out"]]
    run(house, "--statewatt", "door:Door", "--collect-only")
    assert len(asked) == 1


def test_findings_that_are_often_meant_are_tests_only_if_asked_for(house: pytest.Pytester) -> None:
    result = run(house, "--statewatt", "door:Door", "-v", "-m", "statewatt")
    result.assert_outcomes(passed=2, failed=1)
    assert not [line for line in result.outlines if "every_event_is_handled" in line]
    run(house, "--statewatt", "door:Door::every_event_is_handled", "-m", "statewatt").assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("lamps:Hous", "statewatt: the system: lamps has no 'Hous'"),
        ("lamps", "statewatt: the system is written as module:Name*"),
        ("lamps:Config", "statewatt: lamps:Config is no System, nor a class of python-statemachine"),
        ("lamps:Lamp", "statewatt: lamps:Lamp is a Machine; name the System that it belongs to"),
        ("lamps:House::one_is_lot", "statewatt: House has no property 'one_is_lot'; it has one_is_lit"),
    ],
)
def test_a_wrong_name_is_wrong_usage(house: pytest.Pytester, reference: str, message: str) -> None:
    result = run(house, "--statewatt", reference)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_a_system_in_a_test_file_can_be_read_though_its_assertions_are_rewritten(house: pytest.Pytester) -> None:
    house.makepyfile(test_lamps=LAMPS)
    result = run(house, "--statewatt", "test_lamps:House", "-m", "statewatt", "-k", "assertions_hold")
    result.assert_outcomes(passed=1)


def test_in_a_process_of_its_own_pytest_finds_the_plugin(house: pytest.Pytester) -> None:
    result = house.runpytest_subprocess("--statewatt", "door:Door", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, failed=1)


@pytest.mark.slow
def test_side_by_side(house: pytest.Pytester) -> None:
    result = house.runpytest_subprocess("--statewatt", "door:Door", "--statewatt", "lamps:House", "-n", "2")
    result.assert_outcomes(passed=len(ALL) + 7, failed=2)


COLLECTING = """
import sys, pytest
status = pytest.main(["-p", "no:hypothesispytest", "--collect-only", "-q", *sys.argv[1:]])
print("LOADED", *sorted({"z3", "networkx", "statemachine", "statewatt.engine"} & sys.modules.keys()))
"""


@pytest.mark.parametrize(
    ("arguments", "loaded"), [([], ""), (["--statewatt", "lamps:House"], "statemachine statewatt.engine")]
)
def test_collecting_loads_no_solver_and_nothing_where_it_is_not_used(
    house: pytest.Pytester, arguments: list[str], loaded: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COLLECTING, *arguments], cwd=house.path, capture_output=True, text=True, check=False
    )
    assert re.search(rf"^LOADED ?{loaded}$", done.stdout, re.MULTILINE), done.stdout + done.stderr
