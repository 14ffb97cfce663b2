"""A graph as Markdown tables: the states, every transition, and what each state does with each event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from .graph import Edge, EdgeKind, Graph, Kind, Label, Node, Style, Trigger, words

NUMBER, FROM, EVENT, IF, TO, DOES = "No.", "From", "Event", "If", "To", "Does"
STATE, NAME, KIND = "State", "Name", "Kind"
MACHINE, COMES_IN, GOES_OUT, OTHER, REFERS, SENDS = "Machine", "Comes in", "Goes out", "Other", "Refers as", "Sends"

START = "●"
BY_ITSELF = (Trigger.URGENT, Trigger.TIMED)
AND = "<br>and "
SPECIAL = re.compile(r"([\\`*<>\[\]|&~]|(?<!\w)_|_(?!\w))")


def render_markdown(graph: Graph) -> str:
    """The page: a heading, the description, the tables."""
    head = f"# {escaped(graph.name)}\n\n"
    return head + (_sentence(graph.description) + "\n\n" if graph.description else "") + render_tables(graph)


def render_tables(graph: Graph) -> str:
    """The tables alone, each with its heading."""
    return "\n\n".join(_overview(graph) if graph.style is Style.OVERVIEW else _machine(graph)) + "\n"


def escaped(text: str) -> str:
    """A text in a cell, as it is; its line breaks are kept."""
    return SPECIAL.sub(r"\\\1", text).replace("\n", "<br>")


def _sentence(text: str) -> str:
    return escaped(text.replace("``", "").rstrip(".:;, ")) + "."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without the columns in which nothing stands."""
    listed = list(rows)
    used = [n for n in range(len(heads)) if n == 0 or any(row[n] for row in listed)]
    lines = [[heads[n] for n in used], ["---"] * len(used), *([row[n] for n in used] for row in listed)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# --- machines --------------------------------------------------------------------------------------------------------


def _machine(graph: Graph) -> Iterator[str]:
    yield "## States"
    states = [(escaped(n.label), f"`{path(n)}`", n.kind.value) for n in graph.nodes if n.kind is not Kind.INITIAL]
    yield _table((STATE, NAME, KIND), states)
    yield "## Transitions"
    titled = titles(graph)
    yield _table((FROM, EVENT, NUMBER, IF, TO, DOES), [_row(*each, titled) for each in _in_turn(graph)])
    if matrices := list(_matrices(graph)):
        yield "## Events"
        yield from matrices


def path(node: Node) -> str:
    """The name of a node without its machine's."""
    return node.id.partition(".")[2]


def titles(graph: Graph) -> dict[str, str]:
    """What each state is called in the tables: its label, or where two have the same, its name."""
    labels = [node.label for node in graph.nodes]
    return {
        node.id: START
        if node.kind is Kind.INITIAL
        else escaped(node.label)
        if node.label and labels.count(node.label) == 1
        else f"`{path(node)}`"
        for node in graph.nodes
    }


def _in_turn(graph: Graph) -> list[tuple[Edge, Label]]:
    """The transitions by their sources, and of each source in the order in which they are tried."""
    places = {node.id: place for place, node in enumerate(graph.nodes)}
    events = {words(occasion.name): place for place, occasion in enumerate(graph.occasions)}
    found = [(edge, label) for edge in graph.edges for label in edge.labels or (Label(edge.id),)]
    last = len(found)
    return sorted(found, key=lambda each: (places[each[0].source], events.get(each[1].event, 0), each[1].order or last))


def _row(edge: Edge, label: Label, titled: dict[str, str]) -> tuple[str, ...]:
    guards = AND.join(escaped(guard) for guard in label.guards)
    effects = escaped(", ".join(label.effects))
    return (
        titled[edge.source],
        escaped(label.event),
        str(label.order or ""),
        guards,
        titled[edge.target],
        effects,
    )


def _matrices(graph: Graph) -> Iterator[str]:
    """For each region, what becomes of each event in each state in which a thing can rest."""
    resting = [node for node in graph.nodes if node.kind is Kind.STATE]
    titled = titles(graph)
    for parent in dict.fromkeys(node.parent for node in resting):
        states = [node for node in resting if node.parent == parent]
        rows: list[tuple[str, ...]] = []
        for occasion in graph.occasions:
            cells = [_cell(graph, node, occasion.name, titled) for node in states]
            if any(cells):
                shown = occasion.trigger in BY_ITSELF
                rows.append((escaped(occasion.label) + (f" ({occasion.trigger.value})" if shown else ""), *cells))
        if rows:
            yield _table((EVENT, *(titled[node.id] for node in states)), rows)


def _cell(graph: Graph, state: Node, event: str, titled: dict[str, str]) -> str:
    taken = [
        f"→ {titled[edge.target]}" if edge.target != state.id else "stays"
        for edge in graph.edges
        for label in edge.labels
        if edge.source == state.id and label.event == words(event)
    ]
    quiet = [silence.word for silence in graph.silences if silence.state == state.id and silence.event == event]
    return "<br>".join(dict.fromkeys(taken + quiet))


# --- the overview ----------------------------------------------------------------------------------------------------


def _overview(graph: Graph) -> Iterator[str]:
    machines = [node for node in graph.nodes if node.kind is Kind.MACHINE]
    yield "## Machines"
    rows = [
        (escaped(node.label), _listed(graph, f"{node.id}:events"), _listed(graph, f"{node.id}:commands"))
        for node in machines
    ]
    yield _table((MACHINE, COMES_IN, GOES_OUT), rows)
    said: dict[tuple[str, str], dict[EdgeKind, str]] = {}
    for edge in graph.edges:
        if edge.kind in (EdgeKind.REFERENCE, EdgeKind.MESSAGE):
            said.setdefault((edge.source, edge.target), {})[edge.kind] = escaped(_joined(edge.labels))
    if said:
        yield "## Between them"
        yield _table(
            (MACHINE, OTHER, REFERS, SENDS),
            [
                (*(escaped(graph.node(end).label) for end in ends), *(kinds.get(k, "") for k in _BETWEEN))
                for ends, kinds in said.items()
            ],
        )


_BETWEEN = (EdgeKind.REFERENCE, EdgeKind.MESSAGE)


def _listed(graph: Graph, id: str) -> str:
    return escaped(graph.by_id[id].label) if id in graph.by_id else ""


def _joined(labels: Iterable[Label]) -> str:
    return ", ".join(label.event for label in labels)
