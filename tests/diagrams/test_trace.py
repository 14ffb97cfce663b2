"""Runs as pictures: the numbered way through one machine, and who told what to whom."""

import re
from functools import cache
from itertools import combinations, pairwise
from xml.etree import ElementTree as Xml

from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.diagrams.charts import machine_graph
from statewatt.diagrams.geometry import Box
from statewatt.diagrams.layout import lay_out
from statewatt.diagrams.sequence import render_sequence_svg
from statewatt.diagrams.svg import Drawing, Highlight, render_svg
from statewatt.diagrams.trace import (
    OUTSIDE,
    Manner,
    Saying,
    Scene,
    participants,
    render_sequence_mermaid,
    render_way,
    sequence,
    way,
)
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


def scene() -> Scene:
    return Scene(sequence(ENGINE.system, moves()), "1 · a job comes in; it is urgent", ("broken: no_job_waits",))


def test_the_sequence_tells_every_transition_and_command_in_order() -> None:
    assert [(s.source, s.target, s.text, s.manner) for s in scene().sayings] == [
        ("outside", "Job 1", "a new Job", Manner.EVENT),
        ("Job 1", "Job 1", "begin", Manner.URGENT),
        ("Job 1", "Lift 2", "raised", Manner.INNER),
        ("Job 1", "Tool 1", "fetched", Manner.INNER),
        ("Job 1", "outside", "Began", Manner.COMMAND),
    ]
    assert participants([scene()]) == ("outside", "Job 1", "Lift 2", "Tool 1")


def texts(group: Xml.Element) -> list[str]:
    return ["".join(element.itertext()) for element in group.iter(f"{SVG}text")]


def groups(svg: str, kind: str) -> list[Xml.Element]:
    root = Xml.fromstring(svg)
    return [group for group in root.iter(f"{SVG}g") if kind in group.get("class", "").split()]


def test_a_sequence_in_svg_and_mermaid_says_the_same() -> None:
    svg = render_sequence_svg([scene()])
    mermaid = render_sequence_mermaid([scene()]).splitlines()
    sayings = groups(svg, "saying")
    assert len(sayings) == len(scene().sayings)
    for count, (saying, group) in enumerate(zip(scene().sayings, sayings, strict=True), 1):
        changes = [" → ".join(change) for change in saying.changes]
        assert sorted(texts(group)) == sorted([saying.text, str(count), *changes])
        assert any(line.endswith(f": {saying.text}") for line in mermaid)
    assert sum("participant" in line for line in mermaid) == 4
    assert [texts(group) for group in groups(svg, "caption")] == [[scene().caption]]
    assert [texts(group) for group in groups(svg, "finding")] == [list(scene().findings)]
    decoded = [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), line).strip() for line in mermaid]
    assert all(f"Note over p0,p3: {said}" in decoded for said in (scene().caption, *scene().findings))
    assert ";" not in "".join(re.sub(r"#\d+;", "", line) for line in mermaid), "it would end the statement"


def boxes(svg: str, kind: str) -> list[Box]:
    rectangles = [group.find(f"{SVG}rect") for group in groups(svg, kind)]
    return [Box(*(float(r.get(key, "")) for key in ("x", "y", "width", "height"))) for r in rectangles if r is not None]


@st.composite
def runs(draw: st.DrawFn) -> list[Scene]:
    """Scenes among any things, with texts of any length."""
    names = st.sampled_from([OUTSIDE, "Garage", *(f"{m} {key}" for m in ("Job", "Lift") for key in (1, 2, 3, 10))])
    said = st.text(st.characters(categories=["L", "P", "Nd"], include_characters=" →"), max_size=60)
    change = st.tuples(said, said)
    saying = st.builds(Saying, names, names, said, st.sampled_from(Manner), st.lists(change, max_size=2).map(tuple))
    findings = st.lists(said, max_size=2).map(tuple)
    scenes = st.builds(Scene, st.lists(saying, max_size=6).map(tuple), said, findings)
    return draw(st.lists(scenes, max_size=8))


@settings(max_examples=40, deadline=None)
@given(runs())
def test_in_any_sequence_nothing_overlaps_and_everybody_is_named_first(scenes: list[Scene]) -> None:
    svg = render_sequence_svg(scenes)
    root = Xml.fromstring(svg)
    heads, changes = boxes(svg, "head"), boxes(svg, "change")
    across = [*boxes(svg, "caption"), *boxes(svg, "finding")]
    assert not any(a.overlaps(b) for a, b in combinations([*heads, *across, *changes], 2))
    paper = Box(0, 0, float(root.get("width", "")), float(root.get("height", "")))
    assert all(paper.holds(box) for box in (*heads, *across, *changes))
    assert {text for group in groups(svg, "head") for text in texts(group)} >= set(participants(scenes)) - {OUTSIDE}
    for saying in groups(svg, "saying"):
        [circle] = saying.iter(f"{SVG}circle")
        x, y = float(circle.get("cx", "")), float(circle.get("cy", ""))
        assert any(head.center.x == x and head.bottom < y for head in heads)


def test_in_a_long_run_things_follow_each_other_in_a_column_and_names_are_repeated() -> None:
    swipes = [Scene((Saying(OUTSIDE, f"Card {n}", "swipe", Manner.EVENT),) * 5, f"{n}") for n in range(1, 31)]
    svg = render_sequence_svg(swipes)
    names = {text for group in groups(svg, "head") for text in texts(group)}
    assert names == {OUTSIDE, *(f"Card {n}" for n in range(1, 31))}
    assert len({box.x + box.width / 2 for box in boxes(svg, "head")}) == 2
    outside = sorted(box.y for box in boxes(svg, "head") if box.x < 100)
    assert len(outside) > 5
    assert all(b - a < 1100 for a, b in pairwise(outside))


# --- ways ---


def test_a_way_is_numbered_on_the_picture() -> None:
    machine = ENGINE.system.machine("Job")
    svg = render_way(machine_graph(machine), machine, 1, moves())
    assert [text for badge in groups(svg, "badge") for text in texts(badge)] == ["1", "2"]
    assert [group.get("id") for group in groups(svg, "active")] == ["Job.working"]
    edges = machine_graph(machine).edges
    assert len(groups(svg, "aside")) == len(edges) - 2
    assert Xml.fromstring(svg).get("data-run") == "Job 1"


def test_many_numbers_stand_in_a_row_along_the_line_and_the_last_says_that_there_are_more() -> None:
    graph = machine_graph(ENGINE.system.machine("Job"))
    edge = next(edge.id for edge in graph.edges if edge.labels)
    layout = lay_out(graph)
    svg = render_svg(graph, Drawing(layout), Highlight(path=(edge,) * 100))
    [badge] = groups(svg, "badge")
    shown = texts(badge)
    assert shown == [*(str(n) for n in range(1, len(shown))), f"{len(shown)}, … 100"]
    beads = [Box(*(float(r.get(key, "")) for key in ("x", "y", "width", "height"))) for r in badge.iter(f"{SVG}rect")]
    assert not any(a.overlaps(b) for a, b in combinations(beads[:-1], 2))
    assert not any(bead.overlaps(label) for bead in beads[:-1] if (label := layout.edges[edge].label))
    [title] = badge.iter(f"{SVG}title")
    assert title.text == ", ".join(str(n) for n in range(1, 101))
