"""Taking over a hand-made picture: cells are matched by what is written on them."""

from statewatt.diagrams.drawio import adopt, render_drawio
from statewatt.diagrams.graph import Edge, EdgeKind, Graph, Kind, Label, Node, Style
from tests.diagrams.editor import Editor, unlike

STATES = ("Available", "Occupied", "Unavailable", "Faulted", "Faulted occupied", "Unavailable faulted")
TRANSITIONS = (
    (0, 1, "session started"),
    (1, 0, "session finished"),
    (0, 2, "disable"),
    (2, 0, "enable"),
    (0, 3, "error raised"),
    (3, 0, "error cleared"),
    (1, 4, "error raised"),
    (4, 1, "error cleared"),
    (4, 3, "session finished"),
    (3, 5, "disable"),
    (5, 3, "enable"),
    (2, 5, "error raised"),
    (5, 2, "error cleared"),
)


def connector() -> Graph:
    ids = [f"Connector.{name.lower().replace(' ', '_')}" for name in STATES]
    nodes = tuple(Node(id, Kind.STATE, name) for id, name in zip(ids, STATES, strict=True))
    edges = tuple(
        Edge(f"{ids[a]}:{b}", EdgeKind.TRANSITION, ids[a], ids[b], (Label(f"{ids[a]}:{b}", event),))
        for a, b, event in TRANSITIONS
    )
    return Graph("Connector", Style.CHART, nodes, edges)


def by_hand(leave_out: int | None = None) -> str:
    """As a person draws it: ids by chance, labels in HTML, on the line or in it, other case."""
    cells = ['<mxCell id="0"/>', '<mxCell id="1" parent="0"/>']
    for count, name in enumerate(STATES):
        place = f'<mxGeometry x="{200 * (count % 3)}" y="{180 * (count // 3)}" width="120" height="60" as="geometry"/>'
        style = "rounded=1;whiteSpace=wrap;html=1;"
        cells.append(
            f'<mxCell id="xK{count}q" value="&lt;b&gt;{name.upper()}&lt;/b&gt;" style="{style}" vertex="1" parent="1">'
            f"{place}</mxCell>"
        )
    for count, (a, b, event) in enumerate(TRANSITIONS):
        if count == leave_out:
            continue
        value = "" if count % 2 else event
        geometry = '<mxGeometry relative="1" as="geometry"/>'
        cells.append(
            f'<mxCell id="e-{count}" value="{value}" style="html=1;" edge="1" parent="1" source="xK{a}q"'
            f' target="xK{b}q">{geometry}</mxCell>'
        )
        if not value:
            cells.append(
                f'<mxCell id="l-{count}" value="{event.title()}" style="edgeLabel;html=1;" vertex="1"'
                f' connectable="0" parent="e-{count}">{geometry}</mxCell>'
            )
    cells.append(
        '<mxCell id="own" value="mind the step" style="shape=note;html=1;" vertex="1" parent="1">'
        '<mxGeometry x="700" y="20" width="100" height="60" as="geometry"/></mxCell>'
    )
    return (
        f'<mxfile><diagram name="Page-1"><mxGraphModel><root>{"".join(cells)}</root></mxGraphModel></diagram></mxfile>'
    )


def test_every_state_and_transition_of_a_hand_made_chart_is_found() -> None:
    graph = connector()
    found = adopt(graph, by_hand())
    assert (found.missing, found.unknown) == ((), ())
    assert len(found.matched) == len(STATES) + len(TRANSITIONS)
    before, after = Editor(by_hand()), Editor(render_drawio([graph], found.text))
    for count, node in enumerate(graph.nodes):
        assert after.geometry(node.id).attrib == before.geometry(f"xK{count}q").attrib
    assert after.inner("own").get("value") == "mind the step"
    text = render_drawio([graph], found.text)
    assert unlike(text, graph) == []
    assert render_drawio([graph], text) == text


def test_what_is_missing_or_changed_is_named() -> None:
    graph = connector()
    gone = adopt(graph, by_hand(leave_out=3))
    assert gone.missing == (graph.edges[3].id,)
    turned = adopt(graph, by_hand().replace('source="xK0q" target="xK2q"', 'source="xK0q" target="xK5q"'))
    assert (turned.missing, turned.unknown) == ((graph.edges[2].id,), ("disable",))
    told = adopt(graph, by_hand().replace('value="disable"', 'value="shut"'))
    assert graph.edges[2].id in told.missing
    assert "shut" in told.unknown


def test_a_state_that_is_there_twice_is_not_guessed() -> None:
    graph = connector()
    found = adopt(graph, by_hand().replace("OCCUPIED&lt;", "AVAILABLE&lt;"))
    assert {"Connector.available", "Connector.occupied"} <= set(found.missing)
