"""What the tests of the command share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command.commands import CONFIGURE, PLUG_IN, TOKEN, WAIT, Commands, write


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Commands:
    """Runs command lines in this process."""
    return Commands(capsys)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A small recording of commands alone."""
    return write(tmp_path / "day.jsonl", [CONFIGURE, PLUG_IN, TOKEN, WAIT])


@pytest.fixture
def recorded(day: Path, command: Commands) -> Path:
    """The same with what ours did upon each command."""
    status, out, _ = command("replay", "--json", day)
    assert status == 0
    path = day.with_name("recorded.jsonl")
    path.write_text(out, encoding="utf-8")
    return path
