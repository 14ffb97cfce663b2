"""Recorded runs: a station driven by recorded commands under virtual time, its outputs in the format of recordings.

One command is one JSON object; time is virtual and passes only in ``advance``; see the format in ``docs/replay.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..engine import Birth, Engine, InputError, Refusal, Step, load
from ..engine.state import State
from .commands import AnswerReservation, Conclude, Reserve
from .incoming import command_of, handled, script, station_of
from .messages import Message, messages, observed
from .requests import Input, Requests, Topology, checked_call, flag, key_of, span
from .station import ChargingStation


@dataclass(order=True)
class _Due:
    """Something that the recording has arranged for a later time."""

    at: int
    number: int
    inputs: list[Input] = field(compare=False)


class Recording:
    """A station that is driven by recorded commands.

    ``handle`` takes a command and returns what the station did; ``state`` is the station's whole state,
    ``observed()`` what can be seen of it from outside. A command that is wrong raises ``InputError`` and changes
    nothing.
    """

    def __init__(self, engine: Engine[ChargingStation] | None = None) -> None:
        self.engine = engine if engine is not None else load(ChargingStation)
        self.steps: list[Step] = []
        """The steps that the last command took."""
        self._state: State | None = None
        self._requests: Requests | None = None
        self._now = 0
        self._line = -1
        self._presented: dict[int, int] = {}
        self._due: list[_Due] = []
        self._refusing: set[int] = set()
        self._use_store = False

    # --- what it is asked ---

    @property
    def state(self) -> State:
        """The station's state; ``InputError`` before ``configure``."""
        if self._state is None:
            raise InputError("the first command of a recording is configure")
        return self._state

    @property
    def requests(self) -> Requests:
        """The station's border."""
        if self._requests is None:
            raise InputError("the first command of a recording is configure")
        return self._requests

    @property
    def topology(self) -> Topology:
        """The station's EVSEs and connectors."""
        return self.requests.topology

    def observed(self) -> Message:
        """What can be seen from outside."""
        return observed(self.engine.view(self.state))

    def handle(self, command: Mapping[str, object]) -> list[Message]:
        """What the station does upon one command."""
        name, arguments = command_of(command, _OWN)
        self.steps = []
        self._line += 1
        if name in _OWN:
            return checked_call(name, _OWN[name], self, **arguments)
        if name == "token":
            return self._token(arguments)
        found = handled(self, name, arguments)
        told, taken = self._try(found.make(self.state, self._now))
        answer = found.value(taken, self.engine.view(self.state)) if found.value else None
        return told if answer is None else [*told, self._numbered(answer)]

    def refuse_reservations(self, evse: int, refuses: bool) -> None:
        """Let the EVSE (by its key) refuse reservations from now on, or accept them."""
        (self._refusing.add if refuses else self._refusing.discard)(evse)

    # --- the station ---

    def _configure(self, evses: object, use_store: object = False, **settings: object) -> list[Message]:
        topology, settled = station_of({"evses": evses, **settings})
        start = self.engine.start(settled, topology.births)
        self._use_store = flag(use_store, "use_store")
        self._requests = Requests(topology)
        self._state, self._now, self._due = start, 0, []
        self._presented, self._refusing = {}, set()
        return self._do(None)

    def _restart(self) -> list[Message]:
        kept = [r for r in self.engine.view(self.state).reservations if r.is_placed()] if self._use_store else []
        births = [_restored(self.state, r.key, self._now) for r in kept]
        self._state = self.engine.start(self.state.config, self.topology.births, now=self._now)
        self._due, self._presented = [], {}
        return [m for birth in [None, *births] for m in self._do(birth)]

    def _advance(self, seconds: object) -> list[Message]:
        end = self._now + span(seconds, "seconds")
        told: list[Message] = []
        while True:
            deadline = self.state.deadline
            due = min(self._due, default=None)
            if deadline is not None and deadline <= end and (due is None or deadline <= due.at):
                self._now = deadline
                told += self._do(None)
            elif due is not None and due.at <= end:
                self._now = due.at
                self._due.remove(due)
                told += [m for event in due.inputs for m in self._do(event)]
            else:
                self._now = end
                return told

    def _token(self, arguments: Mapping[str, Any]) -> list[Message]:
        birth = handled(self, "token", arguments).make(self.state, self._now)
        results, delay = script(arguments)
        number = self.state.next_key("Authorization")
        answers: list[Input] = [self.requests.answer(number, i, **result) for i, result in enumerate(results, 1)]
        answers = answers or [self.requests.abstain(number, 1)]
        self._presented[number] = self._line
        told = self._do(birth)
        asked = [m for m in told if m["type"] == "validate_token"]
        if asked and delay:
            self._due.append(_Due(self._now + delay, self._line, answers))
        elif asked:
            told += [m for answer in answers for m in self._do(answer)]
        return told

    # --- doing it ---

    def _do(self, event: Input | None) -> list[Message]:
        return self._try(event)[0]

    def _try(self, event: Input | None) -> tuple[list[Message], bool]:
        """What the station tells upon an input, and whether it was taken."""
        result = self.engine.step(self.state, event, self._now)
        if isinstance(result, Refusal):
            return self._try(None)[0], False
        self._state = result.state
        self.steps.append(result)
        told = [m for command in result.commands for m in self._told(command)]
        for command in result.commands:
            if isinstance(command, Reserve) and not command.restored:
                accepts = key_of(command.evse) not in self._refusing
                told += self._do(self.requests.answer_offer(key_of(command.reservation), accepts))
        return told, True

    def _told(self, command: Any) -> list[Message]:
        told = messages(command, self.topology, getattr(command, "evse", None) not in self._refusing)
        if isinstance(command, Conclude):
            told[-1]["step"] = self._presented.pop(key_of(command.authorization), self._line)
        if isinstance(command, AnswerReservation):
            told[-1]["step"] = self._line
        return told

    def _numbered(self, answer: Message) -> Message:
        return {**answer, "step": self._line} if answer["type"] == "result" else answer


def _restored(state: State, key: int, now: int) -> Input:
    """The birth of a reservation that was placed before a restart."""
    fields = dict(state.row("Reservation", key).fields)
    given = {name: fields[name] for name in ("number", "token", "parent", "wanted", "evse", "type", "expires_at")}
    return Birth("Reservation", {**given, "asked_at": now, "announced": True, "restored": True})


_OWN: Mapping[str, Callable[..., list[Message]]] = {
    name: getattr(Recording, f"_{name}") for name in ("configure", "restart", "advance")
}
"""The commands of recordings alone."""
