"""What is said on a terminal: colours, a live table, and an end upon Ctrl-C."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from statewatt.engine.command.evening import story

if sys.platform == "win32":
    pytest.skip("there is no pty", allow_module_level=True)

from tests.command.terminal import on_a_terminal

COLOUR = re.compile(r"\x1b\[(?:\d+;)*3\d")


def test_a_terminal_gets_colours_unless_it_wants_none(recorded: Path) -> None:
    coloured = on_a_terminal("replay", "--expect", recorded)
    assert coloured.status == 0
    assert COLOUR.search(coloured.text)
    plain = on_a_terminal("replay", "--expect", recorded, environment={"NO_COLOR": "1"})
    assert plain.status == 0
    assert not COLOUR.search(plain.text)


def test_the_evening_has_a_live_table_and_ends_quietly_upon_an_interrupt() -> None:
    third = [scene.caption for scene in story() if scene.caption][2]
    said = on_a_terminal("demo", interrupt_after=third)
    assert said.status == 130
    assert "┃" in said.text
    assert "\x1b[?25l" in said.text
    assert said.text.rstrip().endswith("\x1b[?25h"), "the cursor is shown again"
    assert "Traceback" not in said.text
    assert "Abort" not in said.text


def test_a_terminal_that_can_do_nothing_gets_plain_lines() -> None:
    said = on_a_terminal("demo", environment={"TERM": "dumb"})
    assert said.status == 0
    assert "\x1b" not in said.text
    assert "┃" not in said.text


@pytest.mark.slow
def test_an_evening_takes_less_than_twenty_seconds_on_a_terminal() -> None:
    said = on_a_terminal("demo")
    assert said.status == 0
    assert "no invariant and no law was broken" in said.text
