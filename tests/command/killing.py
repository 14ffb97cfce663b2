"""A station that is killed again and again, and what must hold after it: ``python -m tests.command.killing``.

Each life of it is forked from this process, which has everything loaded, gets lines as fast as it takes them, and is
killed at a random moment: while it starts, reads, writes to the disk, or sends.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import signal
import sqlite3
import sys
import time
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from statewatt.engine import load
from statewatt.engine.command.application import run
from statewatt.engine.journal import History
from statewatt.engine.journal.inspection import findings
from statewatt.models.line_memory import Memory
from statewatt.models.lines import Lines, Setup
from statewatt.models.messages import messages
from statewatt.models.settled import topology_of
from statewatt.models.station import ChargingStation
from tests.shell.test_lines import some_command

Message = dict[str, Any]
ASK = b'{"cmd":"inspect"}'
CONFIGURE = {
    "cmd": "configure",
    "connection_timeout": 10_000_000,
    "evses": [{"evse_id": n, "connectors": [{"connector_id": 1, "type": "cCCS2"}]} for n in (1, 2)],
}
LINES = 400
"""Lines that a life may get."""


@dataclass
class Figures:
    """What a career came to."""

    kills: int = 0
    lines: int = 0
    acknowledged: int = 0
    messages: int = 0
    repeats: int = 0
    lost: int = 0
    seconds: float = 0.0


@dataclass
class Career:
    """The lives of one station. ``lines`` are those that may be on its disk, in order; ``acked`` is the last that was
    acknowledged; ``seen`` is each message by its id."""

    folder: Path
    seed: int
    lines: list[bytes] = field(default_factory=list[bytes])
    acked: int = 0
    seen: dict[int, Message] = field(default_factory=dict[int, Message])
    state: Message = field(default_factory=dict[str, Any])
    figures: Figures = field(default_factory=Figures)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.journal = self.folder / f"journal {self.seed}"

    def live(self, *, kill: bool) -> None:
        """One life, until it is killed or its input ends."""
        kept = self._on_disk()
        assert kept >= self.acked, f"line {self.acked} was acknowledged, and only {kept} are there"
        asked = ASK if kept else json.dumps(CONFIGURE).encode()
        more = [json.dumps(some_command(self.rng)).encode() for _ in range(LINES if kill else 0)]
        # What was sent beyond those that are on the disk never came there.
        self.lines = [*self.lines[:kept], asked, *more]
        out = self._lived([asked, *more], kill)
        told = [int(each.get("ack") or each["line"]) for each in out if "ack" in each or "error" in each]
        assert told == list(range(kept + 1, kept + 1 + len(told))), "each once, one after the other"
        self.acked = max([self.acked, *told])
        for each in out:
            if "id" in each:
                self._see(each)
            elif each.get("type") == "state":
                self.state = each

    def _on_disk(self) -> int:
        """How many lines are on the disk; read past all that is tested."""
        if not self.journal.exists():
            return 0
        connection = sqlite3.connect(f"{self.journal.as_uri()}?mode=ro", uri=True)
        marks = "SELECT mark FROM entries UNION ALL SELECT mark FROM snapshots"
        [[found]] = connection.execute(f"SELECT max(mark) FROM ({marks})").fetchall()
        connection.close()
        return int(found)

    def _see(self, message: Message) -> None:
        known, told = self.seen.get(message["id"]), {k: v for k, v in message.items() if k != "repeat"}
        if known is not None:
            assert message.get("repeat"), "what comes again says so"
            assert told == known, "an id is never used again for another message"
            self.figures.repeats += 1
        self.seen[message["id"]] = told

    def _lived(self, lines: list[bytes], kill: bool) -> list[Message]:
        """Give lines to a station, kill it at some time, and read what it says until its end."""
        (read_in, write_in), (read_out, write_out) = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            self._be_the_station(read_in, write_out, {write_in, read_out})
        os.close(read_in)
        os.close(write_out)
        os.set_blocking(write_in, False)
        talk = Talk(write_in, read_out, b"".join(line + b"\n" for line in lines), child)
        if kill and self.rng.random() < 0.25:
            talk.end = time.monotonic() + self.rng.random() * 0.2
        elif kill:
            talk.after_the_first_word = self.rng.random() ** 2 * 0.2
        said = talk.until_the_end()
        status = os.waitpid(child, 0)[1]
        if kill:
            assert os.WTERMSIG(status) == signal.SIGKILL, f"it ended by itself: {status}, {said!r}"
        else:
            assert os.waitstatus_to_exitcode(status) == 0, f"the end of input is a clean end: {status}, {said!r}"
        # A line that was torn by the kill has not left.
        return [json.loads(line) for line in said.split(b"\n")[:-1]]

    def _be_the_station(self, given: int, said: int, others: set[int]) -> None:
        try:
            os.dup2(given, 0)
            os.dup2(said, 1)
            for each in {given, said, *others} - {0, 1, 2}:
                os.close(each)
            os._exit(run(["run", "--journal", str(self.journal)]))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)

    def check(self) -> None:
        """What must hold in the end."""
        self.live(kill=False)
        assert self.acked == len(self.lines)
        engine = load(ChargingStation)
        history = History.open(self.journal, engine)
        assert list(findings(history)) == []
        assert history.outstanding() == []
        topology, wanted = topology_of(history.state(history.snapshots[0])), set[int]()
        for entry in history.entries():
            for each in entry.deliveries:
                count = len(messages(each.command, topology, Memory().accepts(each.command)))
                wanted |= {2 * each.id + i for i in range(count)}
        history.close()
        assert wanted == set(self.seen), "every message left, and no other"
        assert self.state == asyncio.run(uninterrupted(self.lines)), "as if nothing had happened"
        self.figures.lines, self.figures.acknowledged = len(self.lines), self.acked
        self.figures.messages = len(self.seen)


@dataclass
class Talk:
    """Lines to a station and what it says, until it is killed at the time ``end``, or some seconds after its first
    word, or until both have ended."""

    write: int
    read: int
    data: bytes
    child: int
    end: float | None = None
    after_the_first_word: float | None = None
    is_to_end_by_itself: bool = True

    def until_the_end(self) -> bytes:
        said, self.is_to_end_by_itself = b"", self.end is None and self.after_the_first_word is None
        while True:
            if self.end is not None and time.monotonic() >= self.end:
                os.kill(self.child, signal.SIGKILL)
                self.end = self.after_the_first_word = None
            wait = None if self.end is None else max(0.0, self.end - time.monotonic())
            writing = [self.write] if self.data else []
            ready, takes, _ = select.select([self.read], writing, [], wait)
            if takes:
                self._give()
            if not ready:
                continue
            piece = os.read(self.read, 1 << 16)
            said += piece
            if self.after_the_first_word is not None:
                self.end, self.after_the_first_word = time.monotonic() + self.after_the_first_word, None
            if not piece:
                break
        os.close(self.read)
        self._no_more()
        return said

    def _give(self) -> None:
        try:
            self.data = self.data[os.write(self.write, self.data[:4_096]) :]
        except BrokenPipeError:
            self.data = b""
        if not self.data and self.is_to_end_by_itself:
            self._no_more()

    def _no_more(self) -> None:
        if self.write >= 0:
            os.close(self.write)
            self.write = -1


async def uninterrupted(lines: list[bytes]) -> Message:
    """What the last line, a question, is answered by a station that lived through all of them."""
    out: list[Message] = []
    described = {name: value for name, value in CONFIGURE.items() if name != "cmd"}
    async with Lines(Setup(described), out.append) as station:
        for line in lines:
            await asyncio.gather(station.take(line), return_exceptions=True)
    return next(each for each in reversed(out) if each.get("type") == "state")


def career(folder: Path, kills: int, seed: int) -> Figures:
    """Live and be killed so many times; every law is checked in the end."""
    begin = time.monotonic()
    ours = Career(folder, seed)
    for _ in range(kills):
        ours.live(kill=True)
        ours.figures.kills += 1
    ours.check()
    ours.figures.seconds = round(time.monotonic() - begin, 1)
    return ours.figures


if __name__ == "__main__":
    run(["run", "--check"])
    asyncio.run(uninterrupted([json.dumps(CONFIGURE).encode(), ASK]))  # everything is loaded before the first fork
    print(json.dumps(asdict(career(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))))
