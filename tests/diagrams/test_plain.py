"""Plain python-statemachine classes as pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from statemachine import State, StateChart, StateMachine

from statewatt.diagrams.command import command as draw
from statewatt.diagrams.graph import EdgeKind, Kind
from statewatt.diagrams.plain import plain_graph
from statewatt.diagrams.subject import subject
from statewatt.engine import InputError
from tests.verify.plain_examples.doors import Door, Gate

DOOR = "tests.verify.plain_examples.doors:Door"


@pytest.mark.parametrize("cls", [Door, Gate])
def test_every_state_and_transition_of_a_plain_class_is_drawn(cls: type[StateChart[Any]]) -> None:
    graph = plain_graph(cls)
    states: list[State] = list(cls.states)
    boxes = [node for node in graph.nodes if node.kind is not Kind.INITIAL]
    assert [node.label for node in boxes] == [state.name for state in states]
    assert [node.kind is Kind.FINAL for node in boxes] == [state.final for state in states]
    labels = [label for edge in graph.edges if edge.kind is EdgeKind.TRANSITION for label in edge.labels]
    assert len(labels) == sum(len(list(state.transitions)) for state in states)
    assert not [id for id, count in Counter(label.id for label in labels).items() if count > 1]
    ends = {(edge.source, edge.target) for edge in graph.edges}
    name = cls.__name__
    for state in states:
        for transition in state.transitions:
            target = (transition.target or state).id
            assert (f"{name}.{state.id}", f"{name}.{target}") in ends


def test_guards_and_actions_are_told_as_the_class_says_them() -> None:
    class Hatch(StateMachine):
        closed = State(initial=True)
        open = State(final=True)

        push = closed.to(open, cond="has_key", unless="is_jammed", on="creak") | closed.to(closed, on="creak")

        def has_key(self) -> bool:
            return True

        def is_jammed(self) -> bool:
            return False

        def creak(self) -> None: ...

        def on_enter_open(self) -> None: ...

    graph = plain_graph(Hatch)
    texts = [label.text for edge in graph.edges for label in edge.labels]
    assert texts == ["push 1 [has key and not: is jammed] / creak", "push / creak"]


def test_a_plain_class_is_drawn_checked_and_found_untrue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert draw(DOOR, out=tmp_path) == 0
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == {"Door"}
    assert len(list(tmp_path.iterdir())) == 6
    assert draw(DOOR, out=tmp_path, check=True) == 0
    picture = tmp_path / "Door.mmd"
    picture.write_text(picture.read_text(encoding="utf-8").replace("push", "kick"), encoding="utf-8")
    capsys.readouterr()
    assert draw(DOOR, out=tmp_path, check=True) == 1
    assert "transition Door.closed:push is relabelled" in capsys.readouterr().out


def test_states_within_states_are_refused() -> None:
    class Nested(StateChart[Any]):
        class outer(State.Compound):
            inner = State(initial=True)

    with pytest.raises(InputError, match=r"Nested has states within outer, and plain classes are drawn only where"):
        plain_graph(Nested)


def test_a_plain_class_is_linked_to_its_line() -> None:
    found = subject(DOOR, lambda where: f"{Path(where.file).name}:{where.line}")
    source = Path(found.module).read_text(encoding="utf-8").splitlines()
    file, _, line = found.graphs[0].link.partition(":")
    assert (file, source[int(line) - 1]) == ("doors.py", "class Door(StateMachine):")
