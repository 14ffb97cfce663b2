"""The classes of a model run as plain python-statemachine classes."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine.exceptions import TransitionNotAllowed


@pytest.fixture
def running(station: Any) -> Any:
    """A station with two EVSEs, the first with two connectors."""
    found = station.ChargingStation(station.Config(connection_timeout=1000))
    for number in (1, 2):
        station.Evse(station=found, number=number)
    for evse, number in ((0, 1), (0, 2), (1, 1)):
        station.Connector(station=found, evse=found.evses[evse], number=number)
    return found


def present(station: Any, running: Any) -> Any:
    return station.Authorization(
        station=running, token=station.IdToken("A"), listed=frozenset(running.evses), asked_at=0
    )


def test_things_register_with_their_system(running: Any) -> None:
    assert [e.number for e in running.evses] == [1, 2]
    assert running.evses[0].connectors == running.connectors[:2]
    assert running.of("Connector") == running.connectors


def test_a_visit_from_presentation_to_answer(station: Any, running: Any) -> None:
    first, visit = running.evses[0], present(station, running)
    assert visit.selecting.is_active
    assert present(station, running).already_in_process.is_active
    visit.grant(evse=first, now=5)
    assert visit.granted.is_active
    running.connectors[0].occupied(now=6)
    assert visit.charging.is_active
    assert (first.taken.is_active, running.plug_ins) == (True, 1)
    running.connectors[0].cleared()
    assert visit.finished.is_active
    assert first.holder is None
    for answer in list(running.answers):
        answer.deliver()
    assert [type(command).__name__ for command in running.emitted] == ["Authorize", "Reply", "Reply"]


def test_what_is_ignored_changes_nothing_and_what_is_refused_raises(station: Any, running: Any) -> None:
    visit = present(station, running)
    visit.exclude(evse=running.evses[0])
    assert visit.excluded == frozenset(running.evses[:1])
    with pytest.raises(TransitionNotAllowed):
        visit.start()
    visit.grant(evse=running.evses[1], now=1)
    visit.exclude(evse=running.evses[1])
    assert visit.granted.is_active


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"number": 1}, "exactly one system"),
        ({"station": None, "number": 1}, "exactly one system"),
        ({"station": ..., "numbr": 1}, "no field 'numbr'"),
        ({"station": ...}, "needs number="),
    ],
)
def test_a_thing_is_given_its_fields(station: Any, running: Any, fields: dict[str, Any], says: str) -> None:
    given = {name: running if value is ... else value for name, value in fields.items()}
    with pytest.raises(TypeError, match=says):
        station.Evse(**given)


def test_words_of_laws_have_no_meaning_outside_the_engine() -> None:
    from statewatt.engine import Command, before, ignored, is_new, sent

    with pytest.raises(RuntimeError, match="in a law only"):
        before(1)
    with pytest.raises(RuntimeError, match="in a law only"):
        sent(Command)
    with pytest.raises(RuntimeError, match="in a law only"):
        is_new(1)
    with pytest.raises(TypeError, match="at least one state"):
        ignored()
