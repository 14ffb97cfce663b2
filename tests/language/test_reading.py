"""What the reader makes of the example station."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from statewatt.engine import model as m
from statewatt.engine.reading import read
from statewatt.engine.reading.reference import model


@pytest.fixture(scope="module")
def system(station: Any) -> m.System:
    return read(station.ChargingStation)


def action(system: m.System, machine: str, name: str) -> m.Action:
    return system.machine(machine).action(name)


def test_reading_again_gives_the_same(station: Any, system: m.System) -> None:
    assert read(station.ChargingStation) == system
    assert hash(read(station.ChargingStation)) == hash(system)


def test_machines_are_in_the_order_of_the_system(system: m.System) -> None:
    assert [(x.name, x.collection) for x in system.machines] == [
        ("Evse", "evses"),
        ("Connector", "connectors"),
        ("Authorization", "authorizations"),
        ("Answer", "answers"),
    ]
    assert {x.system_field for x in system.machines} == {"station"}


def test_regions_and_paths(system: m.System) -> None:
    connector = system.machine("Connector")
    assert connector.regions == ("usage", "health")
    assert [(s.name, s.path, s.region, s.initial, s.label) for s in connector.states] == [
        ("free", ("facts", "usage", "free"), 0, True, "Free"),
        ("in_use", ("facts", "usage", "in_use"), 0, False, "in use"),
        ("working", ("facts", "health", "working"), 1, True, "working"),
        ("broken", ("facts", "health", "broken"), 1, False, "broken"),
    ]
    assert {event.name: event.region for event in connector.events} == {
        "occupied": 0,
        "cleared": 0,
        "failed": 1,
        "repaired": 1,
    }


def test_a_flat_machine_has_one_region_without_a_name(system: m.System) -> None:
    assert system.machine("Evse").regions == ("",)
    assert system.machine("Evse").state("taken").path == ("taken",)


def test_choices_are_states_whose_exits_have_no_event(system: m.System) -> None:
    states = system.machine("Authorization").states
    assert [s.name for s in states if s.choice] == ["presented", "assigned"]
    assert [s.name for s in states if s.final] == ["already_in_process", "finished", "timed_out", "withdrawn"]
    exits = list(system.machine("Authorization").exits("presented", None))
    assert [(t.target, len(t.guards), t.actions) for t in exits] == [
        ("already_in_process", 1, ("reply_in_process",)),
        ("selecting", 0, ("begin",)),
    ]


def test_guards_are_labelled_conjuncts(system: m.System) -> None:
    [grant] = system.machine("Authorization").exits("selecting", "grant")
    assert [guard.label for guard in grant.guards] == [
        "The EVSE is offered to the token",
        "The EVSE holds no other token",
        "not: The EVSE was left out",
        "Enough EVSEs stay free",
    ]
    asked = grant.guards[0].condition
    assert isinstance(asked, m.Ask)
    assert (asked.owner, asked.predicate) == ("Authorization", "is_offered")
    assert [(type(x), x.type) for x in asked.arguments] == [(m.Name, m.Ref("Evse"))]
    assert isinstance(grant.guards[2].condition, m.Not)


def test_events_have_the_parameters_of_their_guards_and_actions(system: m.System) -> None:
    authorization = system.machine("Authorization")
    assert authorization.event("grant").parameters == (m.Parameter("evse", m.Ref("Evse")), m.Parameter("now", m.INT))
    assert authorization.event("time_out").parameters == (m.Parameter("now", m.INT),)
    assert [p.name for p in system.machine("Evse").event("plugged").parameters] == ["now", "connector"]


def test_urgent_and_inner_events(system: m.System) -> None:
    events = system.machine("Authorization").events
    assert [(e.name, e.pick) for e in events if e.urgent] == [("grant", "select_evse"), ("time_out", "")]
    assert [e.name for e in events if e.inner] == ["start", "finish"]
    assert [e.name for e in system.machine("Evse").events if e.inner] == ["plugged", "unplugged"]
    assert not any(e.inner for e in system.machine("Connector").events)


def test_ignored_and_refused(system: m.System) -> None:
    authorization = system.machine("Authorization")
    [ignored] = authorization.exits("charging", "withdraw")
    assert (ignored.target, ignored.refused, ignored.guards, ignored.actions) == (None, False, (), ())
    [refused] = authorization.exits("selecting", "start")
    assert (refused.target, refused.refused) == (None, True)
    [in_place] = authorization.exits("selecting", "exclude")
    assert (in_place.target, in_place.actions) == ("selecting", ("leave_out",))


def test_fields(system: m.System) -> None:
    fields = {a.name: (a.type, a.has_default, a.initial) for a in system.machine("Authorization").attributes}
    assert fields == {
        "token": (m.Value("example_station:IdToken"), False, None),
        "listed": (m.SetOf("Evse"), False, None),
        "asked_at": (m.INT, False, None),
        "evse": (m.Maybe(m.Ref("Evse")), True, None),
        "deadline": (m.Maybe(m.Deadline()), True, None),
        "excluded": (m.SetOf("Evse"), True, None),
    }
    assert system.machine("Evse").belonging == (("connectors", "Connector", "evse"),)


def test_settings_and_the_systems_own_fields(system: m.System) -> None:
    assert system.config == "example_station:Config"
    assert [(a.name, a.type, a.has_default, a.initial) for a in system.settings] == [
        ("connection_timeout", m.INT, False, None),
        ("kept_free", m.INT, True, 0),
        ("stop_on_unplug", m.BOOL, True, True),
    ]
    assert [(a.name, a.initial) for a in system.attributes] == [("plug_ins", 0)]


def test_commands_are_found_where_they_are_emitted(system: m.System) -> None:
    assert sorted(c.name for c in system.commands) == ["Authorize", "Reply", "Withdraw"]
    reply = system.command("Reply")
    assert reply.required == ("token", "status")
    assert reply.label == "Answer the presentation"
    assert [p.name for p in reply.fields] == ["token", "status", "evse"]


def test_roles_of_the_systems_methods(system: m.System) -> None:
    assert [p.name for p in system.predicates] == ["is_busy", "a_place_is_left"]
    assert [p.name for p in system.invariants] == ["one_evse_per_token", "holders_know_their_evse"]
    assert [p.name for p in system.laws] == ["a_grant_is_never_overwritten", "who_is_granted_is_announced"]
    assert system.policies == ("select_evse",)
    [trusted] = system.trusted
    assert (trusted.reads, trusted.contract) == (("Evse.holder", "kept_free"), "a_place_is_left")


def test_statements(system: m.System) -> None:
    take = action(system, "Authorization", "take").body
    assert [type(statement) for statement in take] == [m.Assign, m.Assign, m.Assign, m.Create, m.Assign, m.Emit]
    deadline, holder, created, emitted = take[1], take[2], take[3], take[5]
    assert isinstance(deadline, m.Assign)
    assert isinstance(deadline.value, m.Arithmetic)
    assert isinstance(deadline.value.right, m.Setting)
    assert isinstance(holder, m.Assign)
    assert holder.target.type == m.Maybe(m.Ref("Authorization"))
    assert isinstance(created, m.Create)
    assert (created.machine, created.name, [n for n, _ in created.fields]) == (
        "Answer",
        "answer",
        ["authorization", "status"],
    )
    assert isinstance(emitted, m.Emit)
    assert [name for name, _ in emitted.fields] == ["evse", "token"]


def test_sends_and_the_systems_counters(system: m.System) -> None:
    counted, sent = action(system, "Connector", "tell_plugged").body
    assert isinstance(counted, m.Assign)
    assert isinstance(counted.target.of.type, m.Station)
    assert isinstance(counted.value, m.Arithmetic)
    assert isinstance(sent, m.Send)
    assert (sent.machine, sent.event, [name for name, _ in sent.arguments]) == ("Evse", "plugged", ["now", "connector"])


def test_a_leading_if_selects_the_turns_of_a_loop(system: m.System) -> None:
    loop = action(system, "Authorization", "release").body[1]
    assert isinstance(loop, m.Loop)
    assert (loop.binding.variable, loop.binding.machine, len(loop.binding.conditions)) == ("evse", "Evse", 1)
    assert isinstance(loop.binding.collection, m.Things)
    assert [type(statement) for statement in loop.body] == [m.Assign]


def test_a_loops_variable_is_free_again_after_it(import_text: Callable[[str], ModuleType]) -> None:
    text = model("action", "for e in self.wanted:\n    e.holder = self\nfor e in self.wanted:\n    e.holder = None")
    body = read(import_text(text).Site).machine("Session").action("act").body
    assert [type(statement) for statement in body] == [m.Loop, m.Loop]


def test_an_assertion_is_an_obligation(system: m.System) -> None:
    name, required, *_ = action(system, "Authorization", "let_go").body
    assert isinstance(name, m.Let)
    assert name.value.type == m.Maybe(m.Ref("Evse"))
    assert isinstance(required, m.Require)


def test_laws_read_before_and_sent(system: m.System) -> None:
    announced = system.laws[1].body
    assert isinstance(announced, m.Quantified)
    assert isinstance(announced.body, m.Or)
    _, earlier, sent = announced.body.parts
    assert isinstance(earlier, m.Not)
    assert isinstance(earlier.of, m.Same)
    assert isinstance(earlier.of.left, m.Before)
    assert isinstance(earlier.of.left.of, m.Field)
    assert isinstance(sent, m.Sent)
    assert [name for name, _ in sent.fields] == ["evse", "token"]
    [binding] = announced.bindings
    assert isinstance(binding.conditions[0], m.Not)
    assert isinstance(binding.conditions[0].of, m.IsNew)


def test_predicates_may_answer_with_a_thing(system: m.System) -> None:
    main = system.machine("Evse").predicate("main_connector")
    assert isinstance(main.body, m.First)
    assert main.body.type == m.Ref("Connector")


def test_everything_knows_its_place(station: Any, system: m.System) -> None:
    text = str(station.__loader__.get_source("example_station")).split("\n")
    held = system.machine("Authorization").predicate("holds")
    assert text[held.where.line - 1].strip() == "def holds(self) -> bool:"
    assert text[held.body.where.line - 1][held.body.where.column : held.body.where.end_column] == (
        "self.granted.is_active or self.charging.is_active"
    )
    assert held.where.file == station.__file__


def test_labels_are_the_first_lines_of_docstrings(system: m.System) -> None:
    assert system.label == "A charging station with any number of EVSEs"
    assert system.machine("Answer").label == "What a presentation is told, until it is delivered"
    assert system.machine("Authorization").action("take").label == "The token holds the EVSE"
