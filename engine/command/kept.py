"""A station in a process of its own that keeps what it is told in a journal, until it is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from .. import snapshot
from ..journal import Journal, Recorder, Taken
from ..refusal import Refusal
from ..state import Input, InputError, State
from ..step import Engine, load
from .loading import named

MAIN = "from statewatt.engine.command.kept import main; main()"
MISSING = "the journal is not there"


class KeptStation:
    """The process, from its start to its sudden end.

    It takes inputs at the times that it is told, and acknowledges each when it is on the disk.
    """

    def __init__(self, engine: Engine[Any], path: Path, start: State) -> None:
        self.engine = engine
        self.path = path
        self._said = 0
        paths = os.pathsep.join(filter(None, sys.path))
        self._process = subprocess.Popen(
            [sys.executable, "-c", MAIN, engine.system.python, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )
        self._tell(snapshot.encode(engine, start))

    def take(self, event: Input | None, now: int) -> None:
        """Hand it an input."""
        self._tell({"now": now, "event": None if event is None else self.engine.codec.encode_event(event)})
        self._said += 1

    def killed(self) -> int:
        """Kill it as a power cut would, once all that it was told is on the disk; how many inputs are."""
        process = self._process
        assert process.stdout is not None
        entries = 0
        while entries < self._said and (line := process.stdout.readline()):
            entries = int(line)
        self.end()
        return entries

    def left(self, engine: Engine[Any]) -> State:
        """The state that its journal comes to.

        Raises:
            InputError: there is none that can be read.
        """
        if not self.path.exists():
            raise InputError(MISSING)
        journal = Journal(self.path, engine, _no_start)
        journal.close()
        return journal.state

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.communicate()

    def _tell(self, data: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{json.dumps(data)}\n".encode())
            self._process.stdin.flush()
        except OSError:
            pass  # it has ended: what is not acknowledged is seen to be missing


def _no_start() -> State:
    raise InputError(MISSING)


def main() -> None:
    """The process: it is told its system and the journal's file, then its first state, then inputs, line by line."""
    engine: Engine[Any] = load(named(sys.argv[1], "the system"))
    start = snapshot.decode(engine, json.loads(sys.stdin.readline()))
    journal = Journal(sys.argv[2], engine, lambda: start)
    recorder = Recorder(engine)
    policies = recorder.watched()
    for line in sys.stdin:
        given = json.loads(line)
        event = None if given["event"] is None else engine.codec.decode_event(given["event"])
        recorder.picks.clear()
        step = engine.step(journal.state, event, given["now"], policies=policies)
        assert not isinstance(step, Refusal)
        journal.write(journal.prepared([Taken(event, given["now"], step, tuple(recorder.picks))]))
        print(journal.number, flush=True)
