"""A journal looked at from all sides: whether everything in it is lawful, and as a trace that can be replayed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..refusal import Refusal
from ..state import Event
from ..step import Engine, Trace
from ..tracefile import Given
from .history import Entry, History
from .picks import repeating


def traced(engine: Engine[Any], entry: Entry) -> Trace:
    """The step of an entry, event by event."""
    found = engine.trace(entry.before, entry.event, entry.now, repeating(engine, entry.picks))
    assert not isinstance(found, Refusal)
    return found


def findings(history: History) -> Iterator[str]:
    """Whatever is wrong with a journal that can be read: what SQLite finds, each invariant and law that a step of it
    breaks, and snapshots that are not what the entries come to.

    Raises:
        DamagedError: an entry cannot be read or run again.
    """
    yield from (f"SQLite finds: {what}" for what in history.storage.full_check())
    engine = history.engine
    images = {row.after: row for row in history.snapshots}
    for entry in history.entries():
        for move in traced(engine, entry).moves:
            for violation in engine.violations(move.before, move.commands, move.after):
                yield f"entry {entry.number} breaks {violation.name}"
        image = images.get(entry.number)
        if image and history.state(image) != entry.step.state:
            yield f"the snapshot after entry {entry.number} is not what the entries come to"
    history.outstanding()


def inputs(history: History) -> Iterator[Given]:
    """The entries as the inputs of a trace, with what policies picked."""
    engine = history.engine
    for entry in history.entries():
        moves = traced(engine, entry).moves
        events = [move.event for move in (moves[1:] if entry.event is not None else moves)]
        picks = tuple(event for event in events if isinstance(event, Event) and _is_picked(engine, event))
        yield Given(entry.event, entry.now, picks)


def _is_picked(engine: Engine[Any], event: Event) -> bool:
    """Whether a policy picks the arguments of the event."""
    return bool(engine.system.machine(event.machine).event(event.name).pick)
