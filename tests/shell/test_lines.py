"""A station on JSON lines: each line is acknowledged once and in order, also where the disk fails at any call."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statewatt.engine.shell import keeper
from statewatt.engine.state import State
from statewatt.models.lines import Lines, Setup
from tests.journal.disks import Fault, quick
from tests.shell.clocks import SetClock

Message = dict[str, Any]


def some_lines(count: int, seed: int = 1) -> list[bytes]:
    rng = random.Random(seed)
    return [json.dumps(some_command(rng)).encode() for _ in range(count)]


def some_command(rng: random.Random) -> Message:
    evse, token = rng.choice((1, 2)), rng.choice(("DEADBEEF", "CAFEBABE", "X"))
    return rng.choice(
        (
            {"cmd": "token", "id_token": token},
            {"cmd": "token", "id_token": token, "prevalidated": True},
            {"cmd": "session_event", "evse_id": evse, "event": "SessionStarted", "reason": "EVConnected"},
            {"cmd": "session_event", "evse_id": evse, "event": "TransactionStarted"},
            {"cmd": "session_event", "evse_id": evse, "event": "SessionFinished"},
            {"cmd": "reserve", "reservation_id": rng.randrange(4), "id_token": token, "evse_id": evse},
            {"cmd": "cancel_reservation", "reservation_id": rng.randrange(4)},
            {"cmd": "evse_manager_refuses_reservation", "evse_id": evse, "refuses": rng.random() < 0.5},
            {"cmd": "reservation_exists", "id_token": token, "evse_id": evse},
            {"cmd": "withdraw_authorization", "evse_id": evse},
            {"cmd": "inspect"},
            {"cmd": "nonsense"},
        )
    )


async def run(setup: Setup, lines: Sequence[bytes], out: list[Message], together: int = 5) -> State:
    """Take lines, some at a time; the state after them."""
    async with Lines(setup, out.append) as station:
        for begin in range(0, len(lines), together):
            await asyncio.gather(
                *[station.take(line) for line in lines[begin : begin + together]], return_exceptions=True
            )
        await asyncio.sleep(0)
    return station.state


def answered(out: Sequence[Message]) -> list[int]:
    """The lines that were acknowledged or refused, in the order of that."""
    return [each.get("ack") or each["line"] for each in out if "ack" in each or "error" in each]


def test_every_line_is_answered_once_and_in_order(tmp_path: Path) -> None:
    out: list[Message] = []
    lines = [*some_lines(60), b"", b"{", b"[1]", b"\xff", b'{"cmd": 5}', b'{"cmd": "advance", "seconds": 1}']
    state = asyncio.run(run(Setup(journal=tmp_path / "j", clock=SetClock()), lines, out))
    assert answered(out) == list(range(1, len(lines) + 1))
    again: list[Message] = []
    assert asyncio.run(run(Setup(journal=tmp_path / "j", clock=SetClock()), [b'{"cmd":"inspect"}'], again)).key() == (
        state.key()
    )
    assert again[0] == {"ack": len(lines) + 1}


def test_questions_are_answered_with_the_state_of_their_turn(tmp_path: Path) -> None:
    ask = {"cmd": "reservation_exists", "id_token": "A", "evse_id": 1}
    commands = [ask, {"cmd": "reserve", "reservation_id": 1, "id_token": "A", "evse_id": 1}, ask]
    commands += [{"cmd": "evse_manager_refuses_reservation", "evse_id": 2}]
    commands += [{"cmd": "reserve", "reservation_id": 2, "id_token": "B", "evse_id": 2}]
    commands += [{"cmd": "evse_manager_refuses_reservation", "evse_id": 2, "refuses": False}]
    commands += [{"cmd": "cancel_reservation", "reservation_id": 1}, ask]
    out: list[Message] = []
    asyncio.run(run(Setup(clock=SetClock()), [json.dumps(each).encode() for each in commands], out, together=8))
    values = [(each["of"], each["value"]) for each in out if each.get("type") == "result"]
    assert values == [
        ("reservation_exists", "NotReserved"),
        ("reserve", "Accepted"),
        ("reservation_exists", "ReservedForToken"),
        ("reserve", "Rejected"),
        ("cancel_reservation", True),
        ("reservation_exists", "NotReserved"),
    ]
    assert [each["evse_manager_accepts"] for each in out if each.get("type") == "reserved"] == [True, False]


def test_validators_that_take_time_answer_after_a_restart(tmp_path: Path) -> None:
    clock = SetClock()
    line = {"cmd": "token", "id_token": "X", "validation_delay_s": 40}
    line["validation_results"] = [{"authorization_status": "Accepted"}]
    out: list[Message] = []

    async def begin() -> None:
        station = Lines(Setup(journal=tmp_path / "j", clock=clock), out.append)
        async with station:
            await station.take(json.dumps(line).encode())
            await station.close(0)

    asyncio.run(begin())
    assert [each["type"] for each in out[1:]] == ["token_validation_status", "validate_token"]
    clock.at += 40_000
    again: list[Message] = []
    asyncio.run(run(Setup(journal=tmp_path / "j", clock=clock), [], again))
    repeated = [each for each in again if each.get("repeat")]
    assert [(each["type"], each["id"]) for each in repeated] == [("validate_token", out[2]["id"])]
    results = [(each["result"], each["step"]) for each in again if each["type"] == "token_result"]
    assert results == [("USED_TO_START_TRANSACTION", 1)]


def test_settings_that_were_set_stay_and_those_described_anew_take_effect(tmp_path: Path) -> None:
    def described(timeout: int) -> Message:
        return {"connection_timeout": timeout, "evses": [{"evse_id": 1, "connectors": [{"connector_id": 1}]}]}

    def after(timeout: int, *lines: Message) -> int:
        setup = Setup(described(timeout), journal=tmp_path / "j", clock=SetClock())
        state = asyncio.run(run(setup, [json.dumps(each).encode() for each in lines], []))
        found: int = state.config.connection_timeout
        return found

    assert after(30) == 30_000
    assert after(30, {"cmd": "set", "connection_timeout": 45}) == 45_000
    assert after(30) == 45_000
    assert after(20) == 20_000
    assert after(20) == 20_000


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], State, int, list[Message]]:
    """Lines, the state after them on a disk that does not fail, and how often that is called."""
    lines, out = some_lines(16, seed=5), list[Message]()
    with pytest.MonkeyPatch.context() as monkeypatch:
        count = Fault(at=-1)
        quick(monkeypatch, count)
        setup = Setup(journal=tmp_path_factory.mktemp("calm") / "j", clock=SetClock(), snapshot_every=8)
        state = asyncio.run(run(setup, lines, out))
    return lines, state, count.calls, out


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("times", [1, 4])
def test_a_disk_that_fails_at_any_call_loses_nothing(
    calm: tuple[list[bytes], State, int, list[Message]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: bool,
    times: int,
) -> None:
    """At every call in turn, before it is done or after: also after a commit that did happen."""
    lines, state, calls, expected = calm
    monkeypatch.setattr(keeper, "AGAIN", 0.001)
    struck = 0
    for at in range(0, calls, 1 if times == 1 else 3):
        fault, out = Fault(at, after, times=times, name=("SQLITE_IOERR", "SQLITE_FULL")[at % 2]), list[Message]()
        quick(monkeypatch, fault)
        setup = Setup(journal=tmp_path / f"j{at}", clock=SetClock(), snapshot_every=8)
        try:
            found = asyncio.run(run(setup, lines, out))
        except ValueError:
            assert out == [], "what cannot be opened at the start is told at once"
            continue
        struck += fault.struck
        assert answered(out) == answered(expected)
        assert found.key() == state.key()
        assert [each for each in out if "id" in each] == [each for each in expected if "id" in each]
        quick(monkeypatch)
        assert asyncio.run(run(setup, [], [])).key() == state.key()
    assert struck > calls / 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        ).map(lambda data: json.dumps(data).encode()),
        st.builds(
            lambda cmd, more: json.dumps({"cmd": cmd, **more}).encode(),
            st.sampled_from(
                ["token", "reserve", "session_event", "set", "configure", "choose", "withdraw_authorization"]
            ),
            st.dictionaries(
                st.sampled_from(["id_token", "evse_id", "event", "reservation_id", "connectors", "validation_results"]),
                st.none() | st.integers() | st.floats() | st.text(max_size=40) | st.lists(st.integers(), max_size=3),
                max_size=4,
            ),
        ),
    )
)
def test_any_line_is_taken_or_told_to_be_wrong_and_changes_nothing_then(line: bytes) -> None:
    out: list[Message] = []

    async def take() -> tuple[State, State]:
        async with Lines(Setup(clock=SetClock()), out.append) as station:
            before = station.state
            await asyncio.gather(station.take(line), return_exceptions=True)
            return before, station.state

    before, after = asyncio.run(take())
    assert answered(out) == [1]
    if "error" in out[0]:
        assert after.key() == before.key()
        assert "\n" not in out[0]["error"]
        assert "Traceback" not in out[0]["error"]
