"""A station on JSON lines: commands of the recordings' format in, what the station does out, in real time.

Each line that comes in is acknowledged by its number when it is on the disk; each message that goes out carries the id
of its command, and ``repeat`` if it may have gone out before. See ``docs/running.md``.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..engine import Engine, InputError, Refusal, StationState, load
from ..engine.journal import Delivery, Journal, StorageError
from ..engine.shell import Accepted, Clock, Courier, Shell, SystemClock
from . import commands as c
from .line_commands import Handled, Make, always, handled, parsed
from .messages import Message, messages
from .recording import station_of
from .requests import Input, Requests, checked_call, key_of, objects, span, token
from .service import check_topology
from .station import ChargingStation, Config

log = logging.getLogger("statewatt.run")
AGAIN = 1.0
"""Seconds until a line that the disk did not take is tried again."""

DEFAULT_STATION: Mapping[str, Any] = {
    "selection_algorithm": "FindFirst",
    "connection_timeout": 60,
    "evses": [
        {"evse_id": 1, "connectors": [{"connector_id": 1, "type": "cCCS2"}]},
        {"evse_id": 2, "connectors": [{"connector_id": 1, "type": "cType2"}]},
    ],
}
"""The station that runs when none is described: a ``configure`` command without its name."""

DEFAULT_TOKENS = ("DEADBEEF", "CAFEBABE")
"""The tokens of its allow-list."""


class Lines:
    """A station on JSON lines.

    ``station`` describes it as the command ``configure`` does. ``write`` is given each message that goes out, and has
    sent it when it returns; where it raises ``OSError``, nobody listens any more, and ``gone`` is set.
    """

    def __init__(
        self,
        station: Mapping[str, Any] | None,
        write: Callable[[Message], None],
        *,
        allowed: Sequence[str] = DEFAULT_TOKENS,
        journal: str | Path | None = None,
        clock: Clock | None = None,
        engine: Engine[ChargingStation] | None = None,
        bound: int = 1_024,
    ) -> None:
        self.engine = engine or load(ChargingStation)
        self.clock = clock or SystemClock()
        self.gone = asyncio.Event()
        self._write_out = write
        self._described = dict(station) if station is not None else None
        self._allowed = frozenset(token(each, "an allowed token").value for each in allowed)
        self._path = journal
        self._scripts: dict[int, tuple[int, Sequence[Mapping[str, Any]]]] = {}
        self._lines: dict[int, int] = {}
        self._refusing: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._line = 0
        self._open(bound)

    def _open(self, bound: int) -> None:
        self.topology, config = station_of(self._described or DEFAULT_STATION)
        self.requests = Requests(self.topology)
        self.shell: Shell[ChargingStation] = Shell(
            self.engine,
            None if self._path else self._start(config),
            self._courier,
            journal=(lambda: self._journal(config)) if self._path else None,
            echo=self._echo,
            clock=self.clock,
            bound=bound,
        )
        journal = self.shell.journal
        self.mark = journal.mark if journal else 0
        """The last line that is on the disk."""
        self._line = self.mark

    def _start(self, config: Config) -> StationState:
        return self.engine.start(config, self.topology.births, now=self.clock.now())

    def _journal(self, config: Config) -> Journal:
        assert self._path is not None
        about = {"station": json.dumps(self._described or DEFAULT_STATION), "refusing": "[]"}
        journal = Journal(self._path, self.engine, lambda: self._start(config), description=about)
        try:
            if self._described is None:
                self.topology, _ = station_of(json.loads(journal.description["station"]))
                self.requests = Requests(self.topology)
            check_topology(journal, self.topology)
            self._refusing = set(json.loads(journal.description.get("refusing", "[]")))
            self._remember(journal)
        except BaseException:
            journal.close(in_order=False)
            raise
        return journal

    def _remember(self, journal: Journal) -> None:
        """What the notes of presentations and reservations under way say."""
        living = {(machine, key) for machine in ("Authorization", "Reservation") for key in journal.state.keys(machine)}
        for note in journal.notes():
            known = json.loads(note.text)
            for machine in ("Authorization", "Reservation"):
                key = known.get(machine)
                if (machine, key) in living:
                    self._know(machine, key, known["in"], note.mark, note.now)

    def _know(self, machine: str, key: int, command: Mapping[str, Any], line: int, now: int) -> None:
        if machine == "Authorization":
            self._lines[key] = line
            results = objects(command.get("validation_results"), "validation_results")
            delay = span(command.get("validation_delay_s", 0), "validation_delay_s")
            self._scripts[key] = (now + delay, results)
        else:
            self._lines[-key] = line

    async def __aenter__(self) -> Lines:
        await self.shell.__aenter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self, seconds: float = 5.0) -> None:
        """Take what waits, let what was begun come to an end (``seconds`` at most), and close the journal."""
        await self.shell.close(seconds)

    # --- lines ---

    def take(self, text: bytes) -> asyncio.Future[Accepted | Refusal]:
        """Take one line; what comes of it is written in the order of the lines."""
        self._line += 1
        line = self._line
        try:
            command = parsed(text)
            return self._submit(line, command, handled(self, command))
        except InputError as error:
            told = str(error)
            return self._enqueue(line, always(None), None, lambda _: self._error(line, told))

    def _submit(self, line: int, command: Mapping[str, Any], found: Handled) -> asyncio.Future[Accepted | Refusal]:
        machine = found.machine

        def note(state: StationState) -> str:
            about: dict[str, Any] = {"in": dict(command)}
            if machine:
                about[machine] = state.next_key(machine)
                self._know(machine, about[machine], command, line, self.clock.now())
            return json.dumps(about, ensure_ascii=False)

        def tell(outcome: Accepted | Refusal | Exception) -> None:
            if isinstance(outcome, Exception):
                self._error(line, str(outcome))
                return
            self._write({"ack": line})
            answer = found.value(outcome) if found.value else None
            if answer is not None:
                self._write({**answer, "step": line} if answer["type"] == "result" else answer)

        return self._enqueue(line, found.make, note, tell)

    def _enqueue(
        self,
        line: int,
        make: Make,
        note: Callable[[StationState], str] | None,
        tell: Callable[[Accepted | Refusal | Exception], None],
    ) -> asyncio.Future[Accepted | Refusal]:
        def told(outcome: Accepted | Refusal | Exception) -> None:
            if isinstance(outcome, StorageError):
                task = asyncio.get_running_loop().create_task(self._again(line, make, note, tell))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                self.mark = line
                tell(outcome)

        return self.shell.enqueue(make, note=note, mark=line, tell=told)

    async def _again(self, line: int, make: Make, note: Any, tell: Any) -> None:
        """The disk failed: once the journal is open again, it says whether the line is in it."""
        await asyncio.sleep(AGAIN)
        journal = self.shell.journal
        if not self.shell.health().storage and journal and journal.mark >= line:
            self._write({"ack": line})
        else:
            self._enqueue(line, make, note, tell)

    def _error(self, line: int, text: str) -> None:
        self._write({"error": " ".join(text.split()), "line": line})

    def _write(self, message: Message) -> bool:
        if self.gone.is_set():
            return False
        try:
            self._write_out(message)
        except OSError:
            self.gone.set()
            return False
        return True

    # --- what the commands ask of it ---

    def state(self) -> StationState:
        """The station's state."""
        return self.shell.state

    def refuse_reservations(self, evse: int, refuses: bool) -> None:
        """Let the EVSE (by its key) refuse reservations from now on, or accept them."""
        (self._refusing.add if refuses else self._refusing.discard)(evse)
        if self.shell.journal:
            self.shell.journal.describe("refusing", json.dumps(sorted(self._refusing)))

    # --- commands out ---

    def _courier(self, done: Callable[[int], None]) -> Courier:
        return _Out(self, done)

    def written(self, delivery: Delivery) -> bool:
        """Write the messages of a command; whether they have gone out."""
        command = delivery.command
        accepts = getattr(command, "evse", None) not in self._refusing
        told = messages(command, self.topology, accepts)
        if isinstance(command, c.Conclude):
            told[-1]["step"] = self._lines.pop(key_of(command.authorization), None)
        if isinstance(command, c.AnswerReservation):
            told[-1]["step"] = self._lines.pop(-key_of(command.reservation), None)
        repeat = {"repeat": True} if delivery.repeat else {}
        return all(self._write({**m, "id": 2 * delivery.id + i, **repeat}) for i, m in enumerate(told))

    def _echo(self, command: Any) -> Sequence[Input]:
        """What answers a command at once."""
        if isinstance(command, c.Reserve) and not command.restored:
            accepts = key_of(command.evse) not in self._refusing
            return [self.requests.answer_offer(key_of(command.reservation), accepts)]
        if isinstance(command, c.ValidateToken) and self._at(command) <= self.clock.now():
            return self._answers(command)
        return ()

    def awaits(self, delivery: Delivery) -> bool:
        """Whether the answer to a command is still to come."""
        command = delivery.command
        if isinstance(command, c.ValidateToken):
            state, key = self.shell.state, key_of(command.authorization)
            return key in state.keys("Authorization") and state.row("Authorization", key).states == ("validating",)
        if isinstance(command, c.Reserve) and not command.restored:
            state, key = self.shell.state, key_of(command.reservation)
            return key in state.keys("Reservation") and state.row("Reservation", key).states == ("offered",)
        return False

    async def answered(self, delivery: Delivery) -> None:
        """Answer a command that awaits it; an answer that was given already changes nothing."""
        command = delivery.command
        if isinstance(command, c.ValidateToken):
            await asyncio.sleep(max(0, self._at(command) - self.clock.now()) / 1000)
            events = self._answers(command)
        else:
            events = self._echo(command)
        for event in events:
            await self.shell.enqueue(always(event))

    def _at(self, command: c.ValidateToken) -> int:
        """When the validators answer."""
        at, _ = self._scripts.get(key_of(command.authorization), (0, ()))
        return at

    def _answers(self, command: c.ValidateToken) -> Sequence[Input]:
        key = key_of(command.authorization)
        _, results = self._scripts.get(key, (0, ()))
        return [
            checked_call("a validation result", self.requests.answer, key, number, **result)
            for number, result in enumerate(results or [self._looked_up(command)], 1)
        ]

    def _looked_up(self, command: c.ValidateToken) -> Mapping[str, Any]:
        return {"authorization_status": "Accepted" if command.token.value in self._allowed else "Invalid"}


class _Out(Courier):
    """Writes every command at once and in order; those that await an answer get it from a task of their own."""

    def __init__(self, lines: Lines, done: Callable[[int], None]) -> None:
        super().__init__(lambda command: f"answer {id(command)}", lines.answered, done)
        self._lines = lines
        self._left = done

    def send(self, delivery: Delivery) -> None:
        """Write it; if nobody listens any more, it stays in the journal."""
        if not self._lines.written(delivery):
            return
        if self._lines.awaits(delivery):
            super().send(delivery)
        else:
            self._left(delivery.id)
