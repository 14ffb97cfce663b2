"""Whole states to and from JSON."""

from __future__ import annotations

import contextlib
import copy
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.engine import Birth, Configure, Engine, Event, InputError, load
from statewatt.engine import snapshot as snapshots
from statewatt.engine.codec import decode_python, encode_python
from tests.engine.examples.garage import Began, Customer, Garage, Kind, Rang, Rules
from tests.engine.states import states
from tests.engine.workshop import ANN, ENGINE, done, job, opened
from tests.language.examples.station import ChargingStation

STATE = done(done(opened(bells=1), job()).state, Event("Bell", "wind", 1), 3).state
DATA = snapshots.encode(ENGINE, STATE)


@pytest.mark.parametrize("engine", [load(Garage), load(ChargingStation)], ids=lambda e: e.system.name)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_every_state_comes_back_from_its_snapshot(engine: Engine[Any], data: st.DataObject) -> None:
    state = data.draw(states(engine))
    again = snapshots.loads(engine, snapshots.dumps(engine, state))
    assert again == state
    assert again.deadline == state.deadline


def test_a_station_goes_on_from_its_snapshot() -> None:
    again = snapshots.loads(ENGINE, snapshots.dumps(ENGINE, STATE))
    assert ENGINE.step(again, None, 13) == ENGINE.step(STATE, None, 13)


def test_what_does_not_count_in_comparisons_is_kept() -> None:
    state = done(opened(), job(Customer("Ann", spelling="ANN "))).state
    again = snapshots.loads(ENGINE, snapshots.dumps(ENGINE, state))
    assert ENGINE.view(again).jobs[0].customer.spelling == "ANN "


def test_a_snapshot_is_readable() -> None:
    assert DATA["machines"]["Job"] == {
        "next": 2,
        "things": {
            "1": {
                "state": "working",
                "fields": {
                    "customer": {"name": "Ann", "spelling": ""},
                    "kind": "REPAIR",
                    "previous": None,
                    "lift": 2,
                    "tools": [1],
                    "deadline": None,
                },
            }
        },
    }
    assert DATA["config"] == {"patience": 100, "spare": 0, "favourite": None, "night": "CHECK"}
    assert (DATA["format"], DATA["system"], DATA["now"]) == (1, "Garage", 3)


def changed(*path: str, value: Any = None, drop: bool = False) -> dict[str, Any]:
    """The snapshot with one change."""
    data = copy.deepcopy(DATA)
    place = data
    for part in path[:-1]:
        place = place[part]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


JOB = ("machines", "Job", "things", "1")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (changed("format", value=2), "the snapshot has format 2, this version reads up to 1: use a newer version"),
        (changed("format", drop=True), "this is no snapshot of a station: its format is None"),
        ([], "snapshot: an object is wanted, not []"),
        (changed("now", drop=True), "the snapshot is damaged: snapshot: 'now' is missing"),
        (changed("now", value="1"), "the snapshot is damaged: now is a point in time"),
        (changed("system", value="Barn"), "the snapshot is damaged: it is one of 'Barn', not of Garage"),
        (changed("machines", "Job", drop=True), "the snapshot is damaged: machines: Job is missing"),
        (changed("machines", "Jab", value={}), "the snapshot is damaged: there is no name 'Jab'; did you mean Job?"),
        (changed("machines", "Job", "next", value=1), "the snapshot is damaged: the next key of Job is an int after"),
        (changed("machines", "Job", "things", "01", value={}), "the snapshot is damaged: machines.Job: '01' is no key"),
        (changed("machines", "Job", "things", value=[]), "the snapshot is damaged: machines.Job.things: an object is"),
        (changed(*JOB, "state", value="weird"), "the snapshot is damaged: there is no resting state of Job 1 'weird'"),
        (changed(*JOB, "state", value=["x"]), "the snapshot is damaged: there is no resting state of Job 1 ['x']"),
        (changed(*JOB, "fields", "lift", drop=True), "the snapshot is damaged: machines.Job.1: 'lift' is missing"),
        (changed(*JOB, "fields", "lift", value=7), "the snapshot is damaged: Job 1: the field 'lift' is 7, and there"),
        (
            changed(*JOB, "fields", "kind", value="X"),
            "the snapshot is damaged: there is no Kind 'X'; machines.Job.1.kind",
        ),
        (
            changed(*JOB, "fields", "tools", value=1),
            "the snapshot is damaged: machines.Job.1.tools: a set of Tool is a",
        ),
        (
            changed(*JOB, "fields", "customer", value={"name": 1, "spelling": ""}),
            "the snapshot is damaged: machines.Job",
        ),
        (changed("config", "patience", drop=True), "the snapshot is damaged: config: Rules needs 'patience'"),
        (changed("fields", "extra", value=1), "the snapshot is damaged: there is no name 'extra'; fields has"),
    ],
)
def test_a_malformed_snapshot_is_one_clear_error(data: Any, text: str) -> None:
    with pytest.raises(InputError) as caught:
        snapshots.loads(ENGINE, json.dumps(data))
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the snapshot is no JSON: "),
        ("{", "the snapshot is no JSON: "),
        ("[" * 100_000, "the snapshot is no JSON: "),
        (b"\xff", "the snapshot is no JSON: "),
        ('{"format": NaN}', "the snapshot is no JSON: NaN is no number"),
        ('{"format": 1, "format": 1}', "the snapshot is damaged: 'format' is there twice"),
    ],
)
def test_a_text_that_is_no_json_is_one_clear_error(text: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        snapshots.loads(ENGINE, text)
    assert str(caught.value).startswith(message)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_snapshot_never_raises_anything_else(data: st.DataObject) -> None:
    damaged = copy.deepcopy(DATA)
    place: Any = damaged
    while isinstance(place, dict) and place:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    with contextlib.suppress(InputError):
        snapshots.decode(ENGINE, damaged)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def test_a_snapshot_of_another_model_is_read_if_every_field_matches() -> None:
    assert snapshots.decode(ENGINE, changed("model", value="other")) == STATE
    renamed = changed(*JOB, "fields", "lift", drop=True)
    renamed["model"] = "other"
    with pytest.raises(
        InputError, match=r"another model \(other, here .*\): machines.Job.1: 'lift' is missing; change"
    ):
        snapshots.decode(ENGINE, renamed)


def test_the_shape_of_a_model_does_not_depend_on_where_it_stands() -> None:
    assert snapshots.shape(ENGINE.system) == snapshots.shape(load(Garage).system)
    assert snapshots.shape(ENGINE.system) != snapshots.shape(load(ChargingStation).system)


# --- events and commands ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (
            Event("Job", "hurry", 1, {"customer": ANN}),
            {
                "machine": "Job",
                "event": "hurry",
                "target": 1,
                "arguments": {"customer": {"name": "Ann", "spelling": ""}},
            },
        ),
        (Event("Bell", "wind"), {"machine": "Bell", "event": "wind", "target": None, "arguments": {}}),
        (
            Birth("Job", {"customer": ANN, "tools": frozenset({2, 1})}),
            {"birth": "Job", "fields": {"customer": {"name": "Ann", "spelling": ""}, "tools": [1, 2]}},
        ),
        (Configure({"night": Kind.REPAIR}), {"configure": {"night": "REPAIR"}}),
    ],
)
def test_events_come_back(event: Any, data: Any) -> None:
    assert ENGINE.codec.encode_event(event) == data
    assert ENGINE.codec.decode_event(json.loads(json.dumps(data))) == event


@pytest.mark.parametrize(
    "data",
    [
        5,
        {},
        {"machine": "Job"},
        {"machine": "Job", "event": "hury"},
        {"machine": ["Job"], "event": "hurry"},
        {"machine": "Job", "event": ["hurry"]},
        {"machine": "Job", "event": "hurry", "arguments": {"customer": 3}},
        {"birth": "Jab"},
        {"birth": "Job", "extra": 1},
        {"configure": []},
    ],
)
def test_what_is_no_event_is_an_input_error(data: Any) -> None:
    with pytest.raises(InputError):
        ENGINE.codec.decode_event(data)


def test_commands_come_back() -> None:
    for command in (Began(1, 2, frozenset({1})), Rang(1, 5, Kind.REPAIR)):  # type: ignore[arg-type]
        data = json.loads(json.dumps(ENGINE.codec.encode_command(command)))
        assert ENGINE.codec.decode_command(data) == command
    with pytest.raises(InputError, match="the command Rang needs 'at'"):
        ENGINE.codec.decode_command({"command": "Rang", "fields": {"bell": 1}})


# --- values ----------------------------------------------------------------------------------------------------------


class Size(Enum):
    """For the test."""

    SMALL = 1


@dataclass(frozen=True)
class Everything:
    """For the test."""

    flag: bool
    number: float
    raw: bytes
    at: datetime
    size: Size | None
    parts: tuple[int, ...]
    pair: tuple[str, Customer]
    several: frozenset[str]
    rules: Rules


def test_values_of_many_kinds_come_back() -> None:
    value = Everything(
        flag=True,
        number=2.5,
        raw=b"\x00\xff",
        at=datetime(2024, 1, 2, tzinfo=UTC),
        size=Size.SMALL,
        parts=(1, 2),
        pair=("a", ANN),
        several=frozenset({"x", "y"}),
        rules=Rules(1, favourite=ANN),
    )
    data = json.loads(json.dumps(encode_python(value)))
    assert decode_python(Everything, data, "value") == value
    for name in data:
        with pytest.raises(InputError, match=f"value.{name}"):
            decode_python(Everything, {**data, name: {"no": 1}}, "value")


def test_values_that_cannot_be_written_are_told() -> None:
    with pytest.raises(InputError, match="complex cannot be written as JSON; values hold texts, numbers"):
        encode_python(1j)
