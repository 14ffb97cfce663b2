"""What a picture says otherwise than the model: each kind of difference, in each format that can show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.diagrams.charts import machine_graph
from statewatt.diagrams.differences import Difference, Problem, differences
from statewatt.diagrams.formats import FORMATS, Past
from statewatt.diagrams.graph import Edge, Graph, Kind, Label, Node
from statewatt.diagrams.meaning import Meaning, meaning
from statewatt.engine import model
from tests.diagrams.machines import machines
from tests.diagrams.shipped import graphs

ANSWER = graphs()["Answer"]
TEXTS = ("dot", "mermaid", "md")


def found(wanted: Graph, drawn: Graph, name: str) -> tuple[Difference, ...]:
    """The differences of a picture of one graph from another graph."""
    chosen = FORMATS[name]
    (said,) = chosen.read(chosen.render([drawn], Past()), [wanted])
    return differences(meaning(wanted), said)


def without_edge(graph: Graph, id: str) -> Graph:
    return replace(graph, edges=tuple(edge for edge in graph.edges if edge.id != id))


def with_edge(graph: Graph, id: str, change: Callable[[Edge], Edge]) -> Graph:
    return replace(graph, edges=tuple(change(edge) if edge.id == id else edge for edge in graph.edges))


def with_node(graph: Graph, id: str, change: Callable[[Node], Node]) -> Graph:
    return replace(graph, nodes=tuple(change(node) if node.id == id else node for node in graph.nodes))


def one(result: tuple[Difference, ...]) -> Difference:
    assert len(result) == 1, result
    return result[0]


@pytest.mark.parametrize("name", TEXTS)
def test_a_missing_transition(name: str) -> None:
    difference = one(found(ANSWER, without_edge(ANSWER, "Answer.given:weigh"), name))
    assert str(difference) == ('transition Answer.given:weigh is missing: Answer.given → Answer.weighed "weigh"')


@pytest.mark.parametrize("name", TEXTS)
def test_an_unknown_transition(name: str) -> None:
    difference = one(found(without_edge(ANSWER, "Answer.given:weigh"), ANSWER, name))
    assert difference.problem is Problem.UNKNOWN
    assert difference.found == 'Answer.given → Answer.weighed "weigh"'


@pytest.mark.parametrize("name", TEXTS)
def test_a_retargeted_transition(name: str) -> None:
    drawn = with_edge(ANSWER, "Answer.given:weigh", lambda edge: replace(edge, target="Answer.given"))
    assert str(one(found(ANSWER, drawn, name))) == (
        "transition Answer.given:weigh is retargeted: "
        "the model says Answer.given → Answer.weighed, the picture Answer.given → Answer.given"
    )


@pytest.mark.parametrize("name", TEXTS)
def test_a_relabelled_transition(name: str) -> None:
    other = (Label("Answer.given:weigh", "look at"),)
    drawn = with_edge(ANSWER, "Answer.given:weigh", lambda edge: replace(edge, labels=other))
    assert str(one(found(ANSWER, drawn, name))) == (
        'transition Answer.given:weigh is relabelled: the model says "weigh", the picture "look at"'
    )


@pytest.mark.parametrize("name", TEXTS)
def test_a_relabelled_state(name: str) -> None:
    drawn = with_node(ANSWER, "Answer.weighed", lambda node: replace(node, label="looked at"))
    assert str(one(found(ANSWER, drawn, name))) == (
        'state Answer.weighed is relabelled: the model says "weighed", the picture "looked at"'
    )


@pytest.mark.parametrize("name", TEXTS)
def test_a_state_drawn_as_something_else(name: str) -> None:
    drawn = with_node(ANSWER, "Answer.weighed", lambda node: replace(node, kind=Kind.CHOICE))
    result = [each for each in found(ANSWER, drawn, name) if each.kind != "event"]
    assert [(each.problem, each.id, each.found) for each in result] == [(Problem.REDRAWN, "Answer.weighed", "choice")]


@pytest.mark.parametrize("name", TEXTS)
def test_a_missing_and_an_unknown_state(name: str) -> None:
    more = replace(ANSWER, nodes=(*ANSWER.nodes, Node("Answer.lost", Kind.STATE, "lost")))
    assert one(found(more, ANSWER, name)) == Difference(Problem.MISSING, "state", "Answer.lost", '"lost"', "")
    unknown = one(found(ANSWER, more, name))
    assert (unknown.problem, unknown.kind, unknown.found) == (Problem.UNKNOWN, "state", '"lost"')


@pytest.mark.parametrize("name", ["dot", "mermaid"])
def test_a_state_in_another_box(name: str) -> None:
    graph = graphs()["Connector"]
    drawn = with_node(graph, "Connector.facts.health", lambda node: replace(node, parent=""))
    difference = one(found(graph, drawn, name))
    assert (difference.problem, difference.wanted, difference.found) == (Problem.MOVED, "Connector.facts", "none")


def test_an_event_that_is_no_longer_refused() -> None:
    drawn = replace(ANSWER, silences=())
    assert str(one(found(ANSWER, drawn, "md"))) == "event Answer.weighed:weigh is missing: refused"


def test_where_lines_break_is_no_difference() -> None:
    wanted = meaning(ANSWER)
    boxes = {id: replace(box, label=box.label.replace(" ", "\n  ")) for id, box in wanted.boxes.items()}
    assert differences(wanted, Meaning(wanted.name, boxes, wanted.arrows)) == ()


def test_the_overview_tells_a_reference_from_a_message() -> None:
    graph = graphs()["ChargingStation"]
    gone = "ChargingStation.Evse:sends.Authorization"
    for name in TEXTS:
        difference = one(found(graph, without_edge(graph, gone), name))
        assert (difference.problem, difference.kind, difference.id) == (Problem.MISSING, "message", gone)


@given(machines(), st.data())
@settings(max_examples=25, deadline=None)
def test_every_lost_transition_is_found(machine: model.Machine, data: st.DataObject) -> None:
    graph = machine_graph(machine)
    gone = data.draw(st.sampled_from([edge.id for edge in graph.edges]))
    assert [(each.problem, each.id) for each in differences(meaning(graph), meaning(without_edge(graph, gone)))] == [
        (Problem.MISSING, gone)
    ]
