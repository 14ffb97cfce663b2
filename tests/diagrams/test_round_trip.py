"""The committed draw.io file is the layout lock: the person wins places and looks, the model wins what is said."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.diagrams.charts import machine_graph
from statewatt.diagrams.differences import differences
from statewatt.diagrams.drawio import drawing_in, render_drawio, render_drawio_svg
from statewatt.diagrams.graph import Edge, EdgeKind, Graph, Kind, Label, Node
from statewatt.diagrams.meaning import meaning
from statewatt.diagrams.reading.errors import UnreadableError
from statewatt.diagrams.reading.svg import read_svg
from statewatt.diagrams.svg import render_svg
from statewatt.engine import model
from tests.diagrams.editor import Editor, unlike
from tests.diagrams.faults import faults
from tests.diagrams.machines import machines
from tests.diagrams.shipped import drawio, graphs

COLORS = st.sampled_from(["#ff0000", "#00ff00", "#123456"])
STEPS = st.integers(-300, 300)


def ids(graph: Graph) -> list[str]:
    return [node.id for node in graph.nodes]


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_what_a_person_did_survives(data: st.DataObject) -> None:
    graph = graphs()["Reservation"]
    editor = Editor(drawio("Reservation"))
    moved = data.draw(st.dictionaries(st.sampled_from(ids(graph)), st.tuples(STEPS, STEPS)))
    colored = data.draw(st.dictionaries(st.sampled_from([*ids(graph), *(e.id for e in graph.edges)]), COLORS))
    notes = data.draw(st.lists(st.tuples(st.text("ab<&> ", min_size=1), STEPS, STEPS), max_size=3))
    for id, (dx, dy) in moved.items():
        editor.move(id, dx, dy)
    for id, color in colored.items():
        editor.restyle(id, "strokeColor", color)
    for count, (text, x, y) in enumerate(notes):
        editor.note(f"note-{count}", text, x, y)
    editor.reorder(random.Random(data.draw(st.integers(0, 99))).shuffle)
    expected = {id: dict(editor.geometry(id).attrib) for id in ids(graph)}
    styles = {id: editor.inner(id).get("style") for id in colored}
    edited = editor.saved(compressed=data.draw(st.booleans()))

    again = render_drawio([graph], edited)
    after = Editor(again)
    assert {id: dict(after.geometry(id).attrib) for id in ids(graph)} == expected
    assert {id: after.inner(id).get("style") for id in colored} == styles
    assert [after.inner(f"note-{count}").get("value") for count in range(len(notes))] == [text for text, *_ in notes]
    assert unlike(again, graph) == []
    assert render_drawio([graph], again) == again


@settings(max_examples=5, deadline=None)
@given(machines())
def test_any_machine_is_drawn_and_says_what_it_has_to(machine: model.Machine) -> None:
    graph = machine_graph(machine)
    text = render_drawio([graph])
    assert unlike(text, graph) == []
    assert render_drawio([graph], text) == text
    drawing = drawing_in(graph, text)
    assert drawing is not None
    assert differences(meaning(graph), read_svg(render_svg(graph, drawing))) == ()
    assert faults(graph, drawing.layout) == []


def changed(graph: Graph) -> Graph:
    """One state more with two transitions, one transition less, one with another target, one with another label."""
    new = Node("Reservation.parked", Kind.STATE, "parked for later")
    less = next(e for e in graph.edges if e.target == "Reservation.used")
    turned = next(e for e in graph.edges if e.target == "Reservation.faulted" or "faulted" in e.target)
    told = next(e for e in graph.edges if e.labels and e not in (less, turned))
    edges = [e for e in graph.edges if e != less]
    edges[edges.index(turned)] = replace(turned, target="Reservation.used")
    edges[edges.index(told)] = replace(told, labels=(replace(told.labels[0], event="renamed"), *told.labels[1:]))
    for source, target, event in (("Reservation.placed", new.id, "park"), (new.id, "Reservation.used", "fetch")):
        label = Label(f"{source}:{event}", event, ("it may be",), ("do so",))
        edges.append(Edge(label.id, EdgeKind.TRANSITION, source, target, (label,)))
    return replace(graph, nodes=(*graph.nodes, new), edges=tuple(edges))


def test_a_change_of_the_model_leaves_everything_else_where_it_is() -> None:
    graph = graphs()["Reservation"]
    after_change = changed(graph)
    before = Editor(drawio("Reservation"))
    before.note("note", "mind the gap", -200, 40)
    text = render_drawio([after_change], before.saved())
    after = Editor(text)
    kept = [node.id for node in graph.nodes]
    assert {id: after.geometry(id).attrib for id in kept} == {id: before.geometry(id).attrib for id in kept}
    same = [e.id for e in graph.edges if e in after_change.edges]
    assert len(same) == len(graph.edges) - 3
    assert [after.inner(id).get("style") for id in same] == [before.inner(id).get("style") for id in same]
    assert after.inner("note").get("value") == "mind the gap"
    assert unlike(text, after_change) == []
    assert render_drawio([after_change], text) == text
    drawing = drawing_in(after_change, text)
    assert drawing is not None
    assert faults(after_change, drawing.layout) == []


def test_a_new_state_in_a_region_stands_in_it() -> None:
    graph = graphs()["Evse"]
    region = next(node for node in graph.nodes if node.kind is Kind.REGION)
    inside = [node for node in graph.inside(region.id) if node.kind is Kind.STATE]
    new = Node(f"{region.id}.broken", Kind.STATE, "out of order", region.id)
    edge = Edge(f"{inside[0].id}:break", EdgeKind.TRANSITION, inside[0].id, new.id, (Label("b", "break"),))
    larger = replace(graph, nodes=(*graph.nodes, new), edges=(*graph.edges, edge))
    drawing = drawing_in(larger, render_drawio([larger], drawio("Evse")))
    assert drawing is not None
    assert faults(larger, drawing.layout) == []


def test_notes_at_what_is_gone_stay() -> None:
    graph = graphs()["Answer"]
    gone = next(node for node in graph.nodes if node.kind is Kind.FINAL)
    editor = Editor(drawio("Answer"))
    editor.note("inside", "a remark", 5, 5, parent=gone.id)
    less = replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node != gone),
        edges=tuple(edge for edge in graph.edges if gone.id not in (edge.source, edge.target)),
    )
    after = Editor(render_drawio([less], editor.saved()))
    place = Editor(drawio("Answer")).geometry(gone.id)
    assert after.inner("inside").get("parent") == "1"
    assert float(after.geometry("inside").get("x", "")) == float(place.get("x", "")) + 5


def test_a_removed_label_or_state_comes_back() -> None:
    graph = graphs()["Answer"]
    label = next(edge.id for edge in graph.edges if edge.labels) + "#label"
    for id in (label, next(node.id for node in graph.nodes if node.kind is Kind.FINAL)):
        editor = Editor(drawio("Answer"))
        editor.remove(id)
        assert unlike(render_drawio([graph], editor.saved()), graph) == []


def test_relayout_starts_afresh_but_keeps_notes() -> None:
    graph = graphs()["Answer"]
    editor = Editor(drawio("Answer"))
    for id in ids(graph):
        editor.move(id, 500, 500)
    editor.restyle(ids(graph)[0], "fillColor", "#ff0000")
    assert render_drawio([graph], editor.saved(), relayout=True) == drawio("Answer")
    editor.note("note", "kept", 900, 900)
    assert Editor(render_drawio([graph], editor.saved(), relayout=True)).inner("note").get("value") == "kept"


def test_pages_of_a_person_stay() -> None:
    graph = graphs()["Answer"]
    text = drawio("Answer").replace(
        "</mxfile>", '<diagram name="mine"><mxGraphModel><root/></mxGraphModel></diagram></mxfile>'
    )
    assert '<diagram id="mine" name="mine">' in render_drawio([graph], text)


def test_a_picture_for_the_browser_carries_its_file() -> None:
    graph = graphs()["Answer"]
    text = render_drawio_svg(graph, drawio("Answer"))
    assert unlike(text, graph) == []
    assert render_drawio_svg(graph, text) == text
    assert render_drawio([graph], text) == drawio("Answer")


@pytest.mark.parametrize("text", ["", "<mxfile", "<svg xmlns='http://www.w3.org/2000/svg'/>", "<html/>"])
def test_what_is_no_drawing_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        render_drawio([graphs()["Answer"]], text)
