"""What a station on JSON lines remembers beside its state: which line a thing came from, what its validators are to
say, and which EVSEs refuse reservations. After a restart it is what the journal tells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..engine.journal import History, Journal
from . import commands as c
from .incoming import script
from .requests import key_of
from .values import ReservationResult

MACHINES = ("Authorization", "Reservation")


@dataclass(frozen=True)
class Origin:
    """The line that a thing came from; for a presentation, what its validators say (empty: the allow-list answers), and
    when."""

    line: int
    results: Sequence[Mapping[str, Any]] = ()
    answers_at: int = 0


class Memory:
    """What is remembered of the presentations and reservations under way."""

    def __init__(self) -> None:
        self._origins: dict[tuple[str, int], Origin] = {}
        self._decided: dict[int, bool] = {}
        self._refusing: set[int] = set()

    # --- lines ---

    def know(self, machine: str, key: int, command: Mapping[str, Any], line: int, now: int) -> None:
        """A thing comes from this line."""
        if machine == "Authorization":
            results, delay = script(command)
            self._origins[machine, key] = Origin(line, results, now + delay)
        else:
            self._origins[machine, key] = Origin(line)

    def line_of(self, command: Any) -> int | None:
        """The line that a command answers, if it answers one."""
        thing = _answered(command)
        origin = self._origins.get(thing) if thing else None
        return origin.line if origin else None

    def forget(self, command: Any) -> None:
        """A command has gone out: what it answers is answered."""
        thing = _answered(command)
        if thing:
            self._origins.pop(thing, None)
        if isinstance(command, c.AnswerReservation):
            self._decided.pop(key_of(command.reservation), None)

    # --- validators ---

    def answers_at(self, command: c.ValidateToken) -> int:
        """When the validators answer."""
        return self._asked(command).answers_at

    def results_of(self, command: c.ValidateToken) -> Sequence[Mapping[str, Any]]:
        """What they say; nothing where the allow-list answers."""
        return self._asked(command).results

    def _asked(self, command: c.ValidateToken) -> Origin:
        return self._origins.get(("Authorization", key_of(command.authorization)), Origin(0))

    # --- reservations ---

    def refuse(self, evse: int, refuses: bool) -> None:
        """Let an EVSE (by its key) refuse reservations, or accept them."""
        (self._refusing.add if refuses else self._refusing.discard)(evse)

    def decide(self, command: c.Reserve) -> bool:
        """Whether the EVSE accepts a reservation; it stays with what it has said."""
        accepts = getattr(command, "evse", None) not in self._refusing
        self._decided[key_of(command.reservation)] = accepts
        return accepts

    def accepts(self, command: Any) -> bool:
        """Whether the EVSE of a command accepts the reservation in it."""
        if isinstance(command, c.Reserve):
            known = self._decided.get(key_of(command.reservation))
            if known is not None:
                return known
        return getattr(command, "evse", None) not in self._refusing

    # --- the journal ---

    def about(self) -> dict[str, str]:
        """What the journal's description keeps of it."""
        return {"refusing": json.dumps(sorted(self._refusing))}

    def recall(self, journal: Journal, history: History) -> None:
        """Remember what the journal tells of what is under way."""
        self._refusing = set(json.loads(journal.description.get("refusing", "[]")))
        state, outstanding = journal.state, [delivery.command for delivery in journal.outstanding]
        wanted = {(machine, key) for machine in MACHINES for key in state.keys(machine)}
        wanted |= {thing for command in outstanding if (thing := _answered(command))}
        for row in history.rows():
            note = json.loads(row.note or "{}")
            for machine in MACHINES:
                if (machine, note.get(machine)) in wanted:
                    self.know(machine, note[machine], note["in"], row.mark, row.now)
        for command in outstanding:
            if isinstance(command, c.AnswerReservation):
                self._decided[key_of(command.reservation)] = command.result is ReservationResult.Accepted


def _answered(command: Any) -> tuple[str, int] | None:
    """The thing whose line a command answers."""
    match command:
        case c.Conclude():
            return "Authorization", key_of(command.authorization)
        case c.AnswerReservation():
            return "Reservation", key_of(command.reservation)
        case _:
            return None
