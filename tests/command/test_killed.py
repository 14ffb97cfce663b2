"""A station that is killed at any moment loses nothing, and does nothing by halves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def career(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """A career in a process of its own: it forks, which one with threads had better not do."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.command.killing", folder, str(kills), str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(figures)
    return figures


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_a_station_that_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    figures = career(tmp_path, 16, 1)
    assert figures["kills"] == 16
    assert figures["acknowledged"] == figures["lines"] > 100
    assert figures["repeats"] > 0, "some kills came between a message and the note that it has left"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 26))
def test_thousands_of_kills_lose_nothing(tmp_path: Path, seed: int) -> None:
    assert career(tmp_path, 125, seed)["kills"] == 125
