"""Pictures as data: ids, nesting, labels, what is joined, and what the shipped station looks like."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.diagrams.charts import machine_graph
from statewatt.diagrams.graph import EdgeKind, Graph, Kind, Label, Style, Trigger, lowered
from statewatt.diagrams.overview import overview_graph, system_graphs
from statewatt.engine import model
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation
from tests.diagrams.machines import machines
from tests.diagrams.shipped import graphs
from tests.engine.examples.garage import Garage


def labels(graph: Graph) -> dict[str, Label]:
    return {label.id: label for edge in graph.edges for label in edge.labels}


@given(machines())
@settings(max_examples=25, deadline=None)
def test_ids_are_unique_and_lead_to_what_there_is(machine: model.Machine) -> None:
    graph = machine_graph(machine)
    ids = [node.id for node in graph.nodes] + [edge.id for edge in graph.edges]
    assert len(set(ids)) == len(ids)
    assert not any(character.isspace() for id in ids for character in id)
    seen: set[str] = set()
    for node in graph.nodes:
        assert not node.parent or (node.parent in seen and graph.node(node.parent).kind.is_container)
        seen.add(node.id)
    ends = [(edge.kind, edge.source, edge.target) for edge in graph.edges]
    assert len(set(ends)) == len(ends)
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= seen


@given(machines(), st.data())
@settings(max_examples=25, deadline=None)
def test_an_added_event_changes_no_other_id(machine: model.Machine, data: st.DataObject) -> None:
    events = {t.event for t in machine.transitions if t.event is not None}
    if events:
        gone = data.draw(st.sampled_from(sorted(events)))
        fewer = replace(machine, transitions=tuple(t for t in machine.transitions if t.event != gone))
        assert labels(machine_graph(fewer)).keys() <= labels(machine_graph(machine)).keys()


@given(machines())
@settings(max_examples=25, deadline=None)
def test_every_transition_is_drawn_or_silent(machine: model.Machine) -> None:
    graph = machine_graph(machine)
    assert len(labels(graph)) + len(graph.silences) == len(machine.transitions)
    assert sum(edge.kind is EdgeKind.BEGIN for edge in graph.edges) == sum(state.initial for state in machine.states)


def test_a_machine_of_choices_is_a_flow_chart_with_its_questions() -> None:
    graph = graphs()["Authorization"]
    assert graph.style is Style.FLOW
    question = graph.node("Authorization.stopping")
    assert (question.kind, question.label) == (Kind.CHOICE, "5 stop or start?")
    exits = [label for edge in graph.edges if edge.source == question.id for label in edge.labels]
    assert [label.order for label in exits] == [1, 2, 3, 4, 0]
    assert exits[0].lines == (
        "1 [stopping is preferred, or there is nothing to start",
        "and it is a master pass]",
        "/ stop by master pass",
    )
    assert exits[-1].lines == ("[else]",)


def test_regions_stand_side_by_side_in_the_machine() -> None:
    graph = graphs()["Evse"]
    assert graph.style is Style.CHART
    box = graph.node("Evse.facts")
    assert (box.kind, box.label) == (Kind.PARALLEL, "Evse")
    assert [node.label for node in graph.inside(box.id)] == ["session", "hold"]
    assert list(graph.containers("Evse.facts.session.served")) == ["Evse.facts.session", "Evse.facts"]


def test_events_that_differ_in_nothing_else_share_their_lines() -> None:
    graph = graphs()["Evse"]
    edge = next(e for e in graph.edges if e.source == e.target == "Evse.facts.session.waiting")
    assert edge.lines == ("finish transaction, deauthorize", "/ free the token")
    assert [label.event for label in edge.labels] == ["finish transaction", "deauthorize"]


def test_what_takes_itself_is_told_from_what_comes() -> None:
    of = {label.event: label.trigger for graph in graphs().values() for label in labels(graph).values()}
    assert of["withdraw"] is Trigger.EVENT
    assert of["occupied"] is Trigger.INNER
    assert of["grant"] is Trigger.URGENT
    assert of["time out"] is Trigger.TIMED


def test_what_is_ignored_or_refused_is_kept_for_tables() -> None:
    silences = {(s.state, s.event): s.word for s in graphs()["Authorization"].silences}
    assert silences["Authorization.charging", "start"] == "ignored"
    assert silences["Authorization.granted", "answer"] == "refused"


def test_guards_are_told_in_the_words_of_their_labels() -> None:
    found = labels(graphs()["Reservation"])
    assert found["Reservation.at_station:[(others_are_placed|a_vehicle_is_plugged_in)]"].guards == (
        "other reservations are placed or a vehicle is plugged in somewhere",
    )
    assert found["Reservation.at_evse:[-all_can_be_kept]"].guards == ("not: it and all others can be kept",)
    assert [lowered(text) for text in ("It is due.", "EVSE 1 is free", "A vehicle", "L2 holds")] == [
        "it is due",
        "EVSE 1 is free",
        "a vehicle",
        "L2 holds",
    ]


def test_the_overview_says_who_refers_sends_and_speaks() -> None:
    graph = overview_graph(read(ChargingStation))
    said = {(edge.kind, edge.source, edge.target): edge.text for edge in graph.edges}
    station = "ChargingStation"
    assert said[EdgeKind.REFERENCE, f"{station}.Evse", f"{station}.Authorization"] == "holder"
    assert said[EdgeKind.MESSAGE, f"{station}.Authorization", f"{station}.Answer"] == "new, weigh"
    assert graph.node(f"{station}.Evse:commands").label.split("\n") == [
        "WithdrawAuthorization",
        "HoldEvse",
        "ReleaseEvse",
    ]
    assert graph.node(f"{station}.Authorization:events").label.startswith("a new Authorization\nanswer\n")
    assert f"{station}.Answer:events" not in graph.by_id


def test_links_lead_to_lines_of_the_source() -> None:
    overview, *_ = system_graphs(read(Garage), lambda where: f"here#{where.line}")
    assert overview.link.startswith("here#")
    assert all(node.link for node in overview.nodes if node.kind is Kind.MACHINE)


def test_the_digest_tells_what_is_said_and_not_where_it_stands() -> None:
    plain = graphs()["Connector"]
    linked = next(g for g in system_graphs(read(ChargingStation), lambda where: "somewhere") if g.name == "Connector")
    assert linked != plain
    assert linked.digest == plain.digest
    assert replace(plain, edges=plain.edges[:-1]).digest != plain.digest
