"""What is read of a recording, and what is said of a file that is none."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statewatt.engine.command.recorded import Recorded, RecordingError, read

FIRST = b'{"cmd": "configure"}\n'


def error(*lines: bytes) -> str:
    with pytest.raises(RecordingError) as caught:
        list(read(lines, "day.jsonl"))
    return str(caught.value)


def test_a_step_is_a_command_with_what_was_seen_upon_it() -> None:
    line = b'{"in": {"cmd": "configure"}, "out": [{"type": "result"}], "state": {"evses": []}}\n'
    assert list(read([line], "x")) == [Recorded(1, {"cmd": "configure"}, [{"type": "result"}], {"evses": []})]


def test_out_and_state_may_be_missing_or_null() -> None:
    lines = [b'{"in": {"cmd": "configure"}}', b'{"in": {"cmd": "restart"}, "out": null, "state": null}']
    assert list(read(lines, "x")) == [Recorded(1, {"cmd": "configure"}), Recorded(2, {"cmd": "restart"})]


def test_a_bare_command_is_a_step() -> None:
    assert list(read([FIRST], "x")) == [Recorded(1, {"cmd": "configure"})]


def test_empty_lines_count_as_lines_only() -> None:
    assert [r.line for r in read([b"\n", FIRST, b"  \r\n", b'{"cmd": "restart"}'], "x")] == [2, 4]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"configure", "it is no JSON at column 1: Expecting value"),
        (b'{"cmd": "advance", "seconds": 1', "it is no JSON at column 32: Expecting ',' delimiter"),
        (b'{"cmd": "advance", "seconds": NaN}', "it is no JSON: NaN is no number"),
        (b'{"cmd": "advance", "seconds": -Infinity}', "it is no JSON: -Infinity is no number"),
        (b'{"cmd": "advance", "seconds": 1e999}', "the number 1e999 is too large"),
        (b'{"cmd": "advance", "seconds": ' + b"9" * 5000 + b"}", "a number in it has too many digits"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"\xff\xfe{}", "it is no UTF-8 at byte 1"),
        (b"[]", "it is a list, not an object"),
        (b"null", "it is null, not an object"),
        (b'"configure"', "it is a string, not an object"),
        (b"{}", 'it has neither "in" nor "cmd"'),
        (b'{"cmd": 7}', '"cmd" is a number, not the name of a command'),
        (b'{"in": {"cmd": true}}', '"cmd" is a boolean, not the name of a command'),
        (b'{"in": ["configure"]}', '"in" is a list, not a command'),
        (b'{"in": {}}', '"cmd" is null, not the name of a command'),
        (b'{"in": {"cmd": "configure"}, "out": {}}', '"out" is no list of objects'),
        (b'{"in": {"cmd": "configure"}, "out": [1]}', '"out" is no list of objects'),
        (b'{"in": {"cmd": "configure"}, "state": []}', '"state" is a list, not an object'),
        (b'{"in": {"cmd": "configure"}, "outt": []}', "there is no 'outt' in a step; there are in, out, state"),
    ],
)
def test_what_is_no_step_is_named_with_its_line(line: bytes, reason: str) -> None:
    assert error(FIRST, line) == f"day.jsonl:2: {reason}"


def test_a_byte_order_mark_is_named() -> None:
    assert (
        error(b"\xef\xbb\xbf" + FIRST) == "day.jsonl:1: it begins with a byte order mark; save it as UTF-8 without one"
    )


def test_a_recording_begins_with_configure() -> None:
    assert error(b'{"cmd": "restart"}') == "day.jsonl:1: the first command of a recording is configure"
    assert error(b"\n") == "day.jsonl: there is nothing in it; the first command of a recording is configure"


def test_the_steps_before_a_wrong_line_are_read() -> None:
    steps = read([FIRST, b"{"], "x")
    assert next(steps).line == 1
    with pytest.raises(RecordingError):
        next(steps)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["in", "out", "state", "cmd"]) | st.text(), inner),
)


@given(st.lists(st.binary() | JSON.map(lambda value: json.dumps(value).encode())))
def test_nothing_else_goes_wrong(lines: list[bytes]) -> None:
    with suppress(RecordingError):
        assert all(isinstance(step.command["cmd"], str) for step in read(lines, "x"))
