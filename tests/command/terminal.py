"""A terminal, for what is said on one."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from tests.command.commands import EVENING


@dataclass(frozen=True)
class Said:
    """What a command has said on a terminal, and its exit status."""

    status: int
    text: str


def on_a_terminal(
    *arguments: object, environment: Mapping[str, str] | None = None, interrupt_after: str | None = None
) -> Said:
    """Run a command line on a terminal, with nothing before a demo's evening.

    It is interrupted as by Ctrl-C once it has said a certain text.
    """
    settings = {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40", **(environment or {})}
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    terminal, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-c", EVENING, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, **settings},
        start_new_session=True,
    )
    os.close(theirs)
    said = b""
    while piece := _read(terminal):
        said += piece
        if interrupt_after and interrupt_after.encode() in said:
            interrupt_after = None
            running.send_signal(signal.SIGINT)
    os.close(terminal)
    return Said(running.wait(60), said.decode(errors="replace"))


def _read(terminal: int) -> bytes:
    """What came next; nothing once the command has ended."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""
