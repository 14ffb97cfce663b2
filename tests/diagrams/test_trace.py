"""Runs as pictures: the numbered way through one machine, and who told what to whom."""

from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as Xml

from statewatt.diagrams.charts import machine_graph
from statewatt.diagrams.sequence import render_sequence_svg
from statewatt.diagrams.trace import Manner, participants, render_sequence_mermaid, render_way, sequence, way
from statewatt.engine import Move, Trace
from tests.engine.workshop import ENGINE, job, opened

SVG = "{http://www.w3.org/2000/svg}"


@cache
def moves() -> tuple[Move, ...]:
    """A job comes in at the garage, gets its lift and its tools."""
    found = ENGINE.trace(opened(), job(), 0)
    assert isinstance(found, Trace)
    return found.moves


def test_the_way_of_a_thing_joins_up_and_ends_where_it_is() -> None:
    machine = ENGINE.system.machine("Job")
    graph = machine_graph(machine)
    found = way(graph, machine, 1, moves())
    edges = {edge.id: edge for edge in graph.edges}
    assert [edges[id].target for id in found.path] == ["Job.waiting", "Job.working"]
    assert all(edges[a].target == edges[b].source for a, b in pairwise(found.path))
    assert found.active == {"Job.working"}


def test_another_thing_has_not_gone_that_way() -> None:
    machine = ENGINE.system.machine("Job")
    found = way(machine_graph(machine), machine, 2, moves())
    assert (found.path, found.active) == ((), frozenset())


def test_the_sequence_tells_every_transition_and_command_in_order() -> None:
    told = sequence(ENGINE.system, moves())
    assert [(s.source, s.target, s.text, s.manner) for s in told] == [
        ("outside", "Job 1", "a new Job", Manner.EVENT),
        ("Job 1", "Job 1", "begin", Manner.URGENT),
        ("Job 1", "Lift 2", "raised", Manner.INNER),
        ("Job 1", "Tool 1", "fetched", Manner.INNER),
        ("Job 1", "outside", "Began", Manner.COMMAND),
    ]
    assert participants(told) == ("outside", "Job 1", "Lift 2", "Tool 1")


def test_a_sequence_in_svg_and_mermaid_says_the_same() -> None:
    told = sequence(ENGINE.system, moves())
    root = Xml.fromstring(render_sequence_svg(told))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    mermaid = render_sequence_mermaid(told).splitlines()
    for count, saying in enumerate(told, 1):
        assert f"{count}  {saying.text}" in texts
        assert any(line.endswith(f": {saying.text}") for line in mermaid)
    assert sum("participant" in line for line in mermaid) == 4


def test_a_way_is_numbered_on_the_picture() -> None:
    machine = ENGINE.system.machine("Job")
    root = Xml.fromstring(render_way(machine_graph(machine), machine, 1, moves()))
    badges = [group for group in root.iter(f"{SVG}g") if group.get("class") == "badge"]
    assert [text.text for badge in badges for text in badge.iter(f"{SVG}text")] == ["1", "2"]
    active = [group.get("id") for group in root.iter(f"{SVG}g") if "active" in group.get("class", "").split()]
    assert active == ["Job.working"]
