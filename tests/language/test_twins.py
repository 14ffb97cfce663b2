"""A subclass overrides guards and actions; the system that names it means it everywhere."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from statewatt.engine import model as m
from statewatt.engine.reading import ModelError, read

TWIN = """
from __future__ import annotations

import example_station
from example_station import IdToken
from statewatt.engine import Each, State


class LaxAuthorization(example_station.Authorization):
    def evse_holds_nobody(self, evse: example_station_Evse) -> bool:
        \"\"\"Whoever holds it.\"\"\"
        return True


class Answer(example_station.Answer):
    note: int = 0

    def reply(self) -> None:
        \"\"\"It is only counted.\"\"\"
        self.note += 1


class LaxStation(example_station.ChargingStation):
    authorizations: Each[LaxAuthorization]
    answers: Each[Answer]

    def is_busy(self, token: IdToken) -> bool:
        \"\"\"Never.\"\"\"
        return False


from example_station import Evse as example_station_Evse
"""

Import = Callable[[str], ModuleType]


@pytest.fixture
def twin(station: Any, import_text: Import) -> Any:
    assert station.__name__ == "example_station"
    return import_text(TWIN)


def test_the_twins_guard_is_read(twin: Any) -> None:
    lax = read(twin.LaxStation).machine("LaxAuthorization")
    guard = lax.predicate("evse_holds_nobody")
    assert isinstance(guard.body, m.Literal)
    assert guard.label == "Whoever holds it"
    assert [g.label for t in lax.exits("selecting", "grant") for g in t.guards][1] == "Whoever holds it"
    assert guard.where.file == twin.__file__
    assert lax.predicate("is_offered").where.file != twin.__file__


def test_who_names_the_base_means_the_twin(twin: Any) -> None:
    system = read(twin.LaxStation)
    assert [machine.name for machine in system.machines] == ["Evse", "Connector", "LaxAuthorization", "Answer"]
    assert system.machine("Evse").attribute("holder").type == m.Maybe(m.Ref("LaxAuthorization"))
    created = [s for s in system.machine("LaxAuthorization").action("take").body if isinstance(s, m.Create)]
    assert [c.machine for c in created] == ["Answer"]
    assert [a.name for a in system.machine("Answer").attributes] == ["authorization", "status", "evse", "note"]


def test_the_twin_keeps_the_collections_and_overrides_the_predicates(twin: Any) -> None:
    system = read(twin.LaxStation)
    assert {machine.name: machine.collection for machine in system.machines}["LaxAuthorization"] == "authorizations"
    assert isinstance(system.predicate("is_busy").body, m.Literal)
    assert [law.name for law in system.laws] == ["a_grant_is_never_overwritten", "who_is_granted_is_announced"]


def test_python_statemachine_runs_the_twin(station: Any, twin: Any) -> None:
    running = twin.LaxStation(station.Config(connection_timeout=1000))
    evse = station.Evse(station=running, number=1)
    station.Connector(station=running, evse=evse, number=1)
    for name in ("A", "B"):
        visit = station.Authorization(
            station=running, token=station.IdToken(name), listed=frozenset({evse}), asked_at=0
        )
        assert type(visit) is twin.LaxAuthorization
        visit.grant(evse=evse, now=1)
    assert [a.granted.is_active for a in running.authorizations] == [True, True]
    assert {type(answer) for answer in running.answers} == {twin.Answer}
    running.answers[0].deliver()
    assert (running.answers[0].note, len(running.emitted)) == (1, 2)
    assert evse.connectors == running.connectors


def test_a_subclass_has_the_lifecycle_of_its_base(station: Any, import_text: Import) -> None:
    assert station
    changed = TWIN.replace("    note: int = 0\n", "    note: int = 0\n    LATER = 3\n")
    with pytest.raises(ModelError, match="a subclass has the lifecycle of its base") as caught:
        read(import_text(changed).LaxStation)
    assert caught.value.hint == "A subclass overrides guards and actions; states and transitions stay as they are."


def test_a_base_that_is_no_machine_is_refused(station: Any, import_text: Import) -> None:
    assert station
    mixed = TWIN.replace(
        "class Answer(example_station.Answer)",
        "class Mixin:\n    pass\n\n\nclass Answer(Mixin, example_station.Answer)",
    )
    with pytest.raises(ModelError, match="Mixin is no Machine") as caught:
        read(import_text(mixed).LaxStation)
    assert caught.value.where is not None
    assert caught.value.hint == "Derive from Machine, or from a class that does."
