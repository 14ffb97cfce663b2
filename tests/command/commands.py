"""The command, run in this process and in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from statewatt.engine.command.application import run

MAIN = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from statewatt.engine.command import main; main()"
)
"""The command. Interrupts count also where the tests run in the background of a shell, which has them ignored."""
EVENING = f"from statewatt.engine.command import demo; demo.GROUP = 'nothing before'; {MAIN}"
"""The command where nothing is shown before the evening of the demo: proofs take seconds."""
GOLDEN = Path(__file__).with_name("golden")

CONFIGURE: Mapping[str, Any] = {
    "cmd": "configure",
    "connection_timeout": 30,
    "evses": [
        {"evse_id": 1, "connectors": [{"connector_id": 1, "type": "cCCS2"}]},
        {"evse_id": 2, "connectors": [{"connector_id": 1, "type": "cType2"}]},
    ],
}
PLUG_IN: Mapping[str, Any] = {
    "cmd": "session_event",
    "evse_id": 2,
    "event": "SessionStarted",
    "reason": "EVConnected",
}
TOKEN: Mapping[str, Any] = {"cmd": "token", "id_token": "RED", "prevalidated": True}
WAIT: Mapping[str, Any] = {"cmd": "advance", "seconds": 30.5}


class Commands:
    """Runs command lines in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        """The exit status, and what went to standard output and to standard error."""
        status = run([str(argument) for argument in arguments])
        captured = self.capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out, captured.err


def process(
    *arguments: object,
    stdin: bytes | None = None,
    code: str = MAIN,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env={**os.environ, **(environment or {})},
        cwd=folder,
        check=False,
        timeout=60,
    )


def write(path: Path, commands: Sequence[object]) -> Path:
    """A file with one object a line."""
    path.write_text("".join(f"{json.dumps(command)}\n" for command in commands), encoding="utf-8")
    return path
