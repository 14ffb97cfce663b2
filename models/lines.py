"""A station on JSON lines: commands of the recordings' format in, what the station does out, in real time.

Each line that comes in is acknowledged by its number when it is on the disk; each message that goes out carries the id
of its command, and ``repeat`` if it may have gone out before. See ``docs/running.md``.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..engine import Configure, Engine, InputError, Refusal, StationState, load
from ..engine.journal import Delivery, History, Journal, JournalError, StorageError
from ..engine.journal.journal import KEPT, SNAPSHOT_EVERY
from ..engine.shell import Accepted, Clock, Courier, Lane, Shell, SystemClock
from ..engine.state import always
from . import commands as c
from .incoming import Handled, command_of, handled, parsed, station_of
from .line_memory import Memory
from .messages import Message, messages
from .requests import Input, Requests, checked_call, key_of, token
from .secrets import secrets
from .settled import changed_settings, check_topology, settings_text
from .station import ChargingStation

log = logging.getLogger("statewatt.run")

DEFAULT_STATION: Mapping[str, Any] = {
    "selection_algorithm": "FindFirst",
    "connection_timeout": 60,
    "evses": [
        {"evse_id": 1, "connectors": [{"connector_id": 1, "type": "cCCS2"}]},
        {"evse_id": 2, "connectors": [{"connector_id": 1, "type": "cType2"}]},
    ],
}
"""The station that runs when none is described: a ``configure`` command without its name."""

LONGEST = 1 << 20
"""Bytes of the longest line."""

DEFAULT_TOKENS = ("DEADBEEF", "CAFEBABE")
"""The tokens of its allow-list."""

NOT_HERE: Mapping[str, str] = {
    "advance": "time is real here: wait",
    "restart": "end the process and start it again on the same journal",
}
"""Commands of recordings that a running station does not take, and what would do."""


@dataclass(frozen=True)
class Setup:
    """What a station on JSON lines is: ``station`` describes it as the command ``configure`` does (none: as the journal
    says, or the one that runs without a description), ``allowed`` are the tokens that the allow-list accepts."""

    station: Mapping[str, Any] | None = None
    allowed: Sequence[str] = DEFAULT_TOKENS
    journal: Path | None = None
    adopt: bool = False
    snapshot_every: int = SNAPSHOT_EVERY
    kept: int = KEPT
    clock: Clock = field(default_factory=SystemClock)

    @property
    def described(self) -> Mapping[str, Any]:
        """The station's description, where the journal has none."""
        return self.station if self.station is not None else DEFAULT_STATION


class Lines:
    """A station on JSON lines.

    ``write`` is given each message that goes out, and has sent it when it returns; where it raises ``OSError``, nobody
    listens any more, and ``gone`` is set. Lines are taken in the order in which they come; whoever hands them in waits
    when many are under way.
    """

    def __init__(
        self, setup: Setup, write: Callable[[Message], None], *, engine: Engine[ChargingStation] | None = None
    ) -> None:
        self.engine = engine or load(ChargingStation)
        self.setup = setup
        self.gone = asyncio.Event()
        self._write_out = write
        self._allowed = frozenset(token(each, "an allowed token").value for each in setup.allowed)
        self.memory = Memory()
        self._noted: Mapping[str, str] = {}
        self._described: Mapping[str, Any] = setup.described
        self.topology, self.config = station_of(self._described)
        self.requests = Requests(self.topology)
        self._settled = settings_text(self.config)
        self.shell: Shell[ChargingStation] = Shell(
            self.engine,
            None if setup.journal else self._start(),
            self._courier,
            journal=self._journal if setup.journal else None,
            echo=self._echo,
            about=self._about,
            clock=setup.clock,
            secrets=secrets,
        )
        journal = self.shell.journal
        self.line = journal.mark if journal else 0
        """The last line that came in."""

    def _start(self) -> StationState:
        return self.engine.start(self.config, self.topology.births, now=self.setup.clock.now())

    def _journal(self) -> Journal:
        assert self.setup.journal is not None
        return Journal(
            self.setup.journal,
            self.engine,
            self._start,
            description={"station": json.dumps(self.setup.described), **self._settled, **self._about()},
            accept=self._accept,
            adopt=self.setup.adopt,
            snapshot_every=self.setup.snapshot_every,
            kept=self.setup.kept,
        )

    def _accept(self, journal: Journal, history: History | None) -> None:
        """The journal is this station's; what is under way in it is remembered."""
        if self.setup.station is None:
            if "station" not in journal.description:
                raise JournalError(f"the journal {journal.path} does not describe its station: do so in a CONFIG.toml")
            self._described = json.loads(journal.description["station"])
            self.topology, self.config = station_of(self._described)
            self.requests = Requests(self.topology)
            self._settled = {name: text for name, text in journal.description.items() if name == "settings"}
        check_topology(journal, self.topology)
        if history:
            self.memory.recall(journal, history)

    def _about(self) -> Mapping[str, str]:
        return {**self._noted, **self.memory.about()}

    async def __aenter__(self) -> Lines:
        await self.shell.__aenter__()
        changed = changed_settings(self.shell.journal, self.config)
        if changed:
            await self.shell.enqueue(lambda state, now: self._configured_anew(changed))
        return self

    def _configured_anew(self, changed: Mapping[str, Any]) -> Input:
        self._noted = self._settled
        return Configure(changed)

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self, seconds: float = 5.0) -> None:
        """Take what waits, let what was begun come to an end (``seconds`` at most), and close the journal."""
        await self.shell.close(seconds)

    def trouble(self) -> str:
        """Why the disk fails, if it does."""
        return self.shell.health().storage

    # --- lines ---

    def take(self, text: bytes, longest: int = LONGEST) -> asyncio.Future[Accepted | Refusal]:
        """Take one line; what comes of it is written in the order of the lines."""
        self.line += 1
        line = self.line
        try:
            if len(text) > longest:
                raise InputError(f"the line is longer than {longest} bytes")
            command = parsed(text)
            return self._submit(line, command, self._handled(command))
        except InputError as error:
            told = str(error)
            return self.shell.enqueue(always(None), mark=line, tell=lambda _: self._error(line, told, _))

    def _handled(self, command: Mapping[str, Any]) -> Handled:
        if reason := NOT_HERE.get(str(command.get("cmd"))):
            raise InputError(f"{command['cmd']}: {reason}")
        name, arguments = command_of(command, ("configure",))
        if name != "configure":
            return handled(self, name, arguments)
        # The first line may describe the station; whoever runs it has read that already.
        if self.line != 1 or arguments != self._described:
            raise InputError("the station is configured already: use set, or begin with a new journal")
        return Handled(always(None))

    def _submit(self, line: int, command: Mapping[str, Any], found: Handled) -> asyncio.Future[Accepted | Refusal]:
        machine, written = found.machine, json.dumps(command)

        def note(state: StationState) -> str:
            if not machine:
                return f'{{"in":{written}}}'
            key = state.next_key(machine)
            self.memory.know(machine, key, command, line, self.setup.clock.now())
            return f'{{"in":{written},"{machine}":{key}}}'

        def tell(outcome: Accepted | Refusal | Exception) -> None:
            if isinstance(outcome, Exception):
                self._error(line, str(outcome), outcome)
                return
            self._write({"ack": line})
            taken = isinstance(outcome, Accepted)
            after = outcome.step.state if isinstance(outcome, Accepted) else self.state
            answer = found.value(taken, self.engine.view(after)) if found.value else None
            if answer is not None:
                self._write({**answer, "step": line} if answer["type"] == "result" else answer)

        return self.shell.enqueue(found.make, note=note, mark=line, tell=tell)

    def _error(self, line: int, text: str, outcome: object) -> None:
        if isinstance(outcome, StorageError):
            log.error("line %d was not written: %s", line, outcome)
        else:
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

    @property
    def state(self) -> StationState:
        """The station's state."""
        return self.shell.state

    def refuse_reservations(self, evse: int, refuses: bool) -> None:
        """Let the EVSE (by its key) refuse reservations from now on, or accept them."""
        self.memory.refuse(evse, refuses)

    # --- commands out ---

    def _courier(self, done: Callable[[int], None]) -> Courier:
        return _Out(self, done)

    def written(self, delivery: Delivery) -> bool:
        """Write the messages of a command; whether they have gone out."""
        command = delivery.command
        told = messages(command, self.topology, self.memory.accepts(command))
        step = self.memory.line_of(command)
        if step is not None:
            told[-1]["step"] = step
        repeat = {"repeat": True} if delivery.repeat else {}
        left = all(self._write({**m, "id": 2 * delivery.id + i, **repeat}) for i, m in enumerate(told))
        if left:
            self.memory.forget(command)
        return left

    def _echo(self, command: Any) -> Sequence[Input]:
        """What answers a command at once."""
        if isinstance(command, c.Reserve) and not command.restored:
            key, accepts = key_of(command.reservation), self.memory.decide(command)
            return [self.requests.answer_offer(key, accepts)]
        if isinstance(command, c.ValidateToken) and self.memory.answers_at(command) <= self.setup.clock.now():
            return self._answers(command)
        return ()

    def awaits(self, delivery: Delivery) -> bool:
        """Whether the answer to a command is still to come."""
        command, state = delivery.command, self.shell.state
        if not isinstance(command, c.ValidateToken):
            return False
        key = key_of(command.authorization)
        return key in state.keys("Authorization") and state.row("Authorization", key).states == ("validating",)

    async def answer(self, delivery: Delivery) -> None:
        """Answer a command that awaits it; an answer that was given already changes nothing."""
        command = delivery.command
        await asyncio.sleep(max(0, self.memory.answers_at(command) - self.setup.clock.now()) / 1000)
        for event in self._answers(command):
            await self.shell.enqueue(always(event))

    def _answers(self, command: c.ValidateToken) -> Sequence[Input]:
        key = key_of(command.authorization)
        accepted = "Accepted" if command.token.value in self._allowed else "Invalid"
        results = self.memory.results_of(command) or [{"authorization_status": accepted}]
        return [
            checked_call("a validation result", self.requests.answer, key, number, **result)
            for number, result in enumerate(results, 1)
        ]


class _Out(Courier):
    """Writes every command at once and in order; those that await an answer get it from a task of their own."""

    def __init__(self, lines: Lines, done: Callable[[int], None]) -> None:
        super().__init__(self._row, lines.answer, done, limit=lambda command, usual: None, secrets=secrets)
        self._lines = lines
        self._left = done

    def _row(self, command: Any) -> Lane:
        return Lane("validation", key_of(command.authorization))

    def send(self, delivery: Delivery) -> None:
        """Write it; if nobody listens any more, it stays in the journal."""
        if not self._lines.written(delivery):
            return
        if self._lines.awaits(delivery):
            super().send(delivery)
        else:
            self._left(delivery.id)
