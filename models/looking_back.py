"""Why a token that was presented had the result that it had: told from the journal, decision by decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ..engine import Birth, InputError
from ..engine.journal import Entry, History
from ..engine.journal.inspection import traced
from .commands import Conclude
from .explanation import AUTHORIZATION, Question, decisions_of, question_of
from .messages import Message, messages
from .requests import key_of, token
from .settled import topology_of

SHOWN = 5
"""How many other tokens are named where one was never presented."""


@dataclass(frozen=True)
class Moment:
    """What an entry of the journal did to the presentation: its number, its time in milliseconds, and the decisions."""

    entry: int
    now: int
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Account:
    """A presentation from the swipe to its result; ``result`` is ``None`` while it is under way."""

    token: str
    presented: int
    moments: tuple[Moment, ...]
    result: str | None
    evse: int | None

    def as_data(self) -> dict[str, Any]:
        """The account as JSON values."""
        return asdict(self)


def told(entry: Entry) -> list[Message]:
    """What an entry told the world, as the messages of recordings."""
    topology = topology_of(entry.step.state)
    return [message for command in entry.step.commands for message in messages(command, topology)]


def look_back(history: History, id_token: str, at: int | None = None) -> Account:
    """The presentation of a token that began nearest to a time (milliseconds), or its last one.

    Raises:
        InputError: it is no token, or it was not presented in what the journal keeps.
    """
    wanted = token(id_token).value
    births = list(_births(history))
    ours = [(number, now) for number, now, each in births if each.value == wanted]
    if not ours:
        others = list(dict.fromkeys(each.text for _, _, each in reversed(births)))[:SHOWN]
        known = f"; the last ones were {', '.join(others)}" if others else ""
        raise InputError(f"{id_token!r} was not presented in what the journal keeps{known}")
    first, presented = ours[-1] if at is None else min(ours, key=lambda one: abs(one[1] - at))
    return _account(history, id_token, first, presented)


def _births(history: History) -> Iterator[tuple[int, int, Any]]:
    """Of each presentation its entry, its time and its token."""
    for row in history.rows():
        event = history.event(row) if row.event and AUTHORIZATION in row.event else None
        if isinstance(event, Birth) and event.machine == AUTHORIZATION:
            yield row.number, row.now, event.fields["token"]


def _account(history: History, id_token: str, first: int, presented: int) -> Account:
    engine = history.engine
    teller = decisions_of(engine)
    key, moments, topology = 0, list[Moment](), None
    for entry in history.entries(first):
        if topology is None:
            key, topology = entry.before.next_key(AUTHORIZATION), topology_of(entry.before)
        decisions = [d for d in teller.of(traced(engine, entry).moves) if d.key == key]
        if decisions:
            questions = tuple(question_of(decision, topology) for decision in decisions)
            moments.append(Moment(entry.number, entry.now, questions))
        for command in entry.step.commands:
            if isinstance(command, Conclude) and key_of(command.authorization) == key:
                evse = None if command.evse is None else topology.number(command.evse)
                return Account(id_token, presented, tuple(moments), command.result.value, evse)
    return Account(id_token, presented, tuple(moments), None, None)
