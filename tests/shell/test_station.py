"""A station on asyncio: ports that fail or hang harm nobody else, time passes, nothing secret is logged."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from statewatt.engine import InputError
from statewatt.engine.journal import Delivery
from statewatt.engine.shell import BusyError, ClosedError, Courier, Failure, Lane, ThreadedShell
from statewatt.models.commands import AuthorizeEvse, StopTransaction
from statewatt.models.ports import NoDisplay, NoListener, Ports, Sent, ValidationResult, Validator
from statewatt.models.requests import Topology, config
from statewatt.models.service import Station
from statewatt.models.values import (
    AuthorizationStatus,
    ConnectorType,
    IdToken,
    ReservationEndReason,
    ReservationResult,
    TokenHandlingResult,
    TokenValidationStatus,
)
from tests.shell.clocks import SetClock

TOPOLOGY = Topology([(1, [(1, ConnectorType.cCCS2)]), (2, [(1, ConnectorType.cType2)])])
QUICK = Failure(timeout=0.2, tries=2, pause=0.01, most=5)
SECRET = "SECRET0815CARD"


@dataclass
class Evses:
    """EVSEs that note what they are told; one of them may hang, one may fail."""

    hangs: int = 0
    fails: int = 0
    told: list[tuple[int, str, int, bool]] = field(default_factory=list[tuple[int, str, int, bool]])

    async def _note(self, evse: int, what: str, sent: Sent) -> None:
        if evse == self.hangs:
            await asyncio.sleep(3_600)
        if evse == self.fails:
            raise RuntimeError(f"EVSE {evse} knows {SECRET} and {SECRET.lower()}")
        self.told.append((evse, what, sent.id, sent.repeat))

    async def authorize(self, evse: int, response: AuthorizeEvse, sent: Sent) -> None:
        await self._note(evse, f"authorize {response.status.value}", sent)

    async def withdraw(self, evse: int, sent: Sent) -> None:
        await self._note(evse, "withdraw", sent)

    async def stop_transaction(self, evse: int, request: StopTransaction, sent: Sent) -> None:
        await self._note(evse, "stop", sent)

    async def reserve(self, evse: int, reservation: int, sent: Sent) -> bool:
        await self._note(evse, "reserve", sent)
        return True

    async def hold(self, evse: int, held: bool, sent: Sent) -> None:
        await self._note(evse, f"hold {held}", sent)

    async def reservation_ended(self, evse: int, reservation: int, reason: ReservationEndReason, sent: Sent) -> None:
        await self._note(evse, f"ended {reason.value}", sent)


@dataclass
class Says:
    """A validator that says one thing, after a while."""

    status: AuthorizationStatus = AuthorizationStatus.Accepted
    after: float = 0
    error: bool = False

    async def validate(self, token: IdToken, evses: Sequence[int], sent: Sent) -> ValidationResult | None:
        await asyncio.sleep(self.after)
        if self.error:
            raise RuntimeError(f"no answer for {token.text}")
        return ValidationResult(self.status)


def station(
    *validators: Validator, evses: Evses | None = None, journal: Path | None = None, settings: Any = None, **more: Any
) -> Station:
    ports = Ports(evses or Evses(), validators or (Says(),), NoDisplay(), NoListener(), 0.1, QUICK)
    described = config({"connection_timeout": 30, **(settings or {})})
    return Station(TOPOLOGY, described, ports, journal=journal, **more)


def loops() -> list[Any]:
    found: list[Any] = [pytest.param(asyncio.new_event_loop, id="asyncio")]
    if find_spec("uvloop"):
        import uvloop

        found.append(pytest.param(uvloop.new_event_loop, id="uvloop"))
    return found


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=loops())
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine on each kind of loop."""

    def inside(work: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(asyncio.wait_for(work, 30))

    return inside


async def until(what: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if what():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it does not come")


def test_a_card_is_validated_granted_and_told(run: Run, tmp_path: Path) -> None:
    async def work() -> None:
        evses = Evses()
        async with station(evses=evses, journal=tmp_path / "j") as ours:
            presented = await ours.present("RED")
            assert await presented.result() is TokenHandlingResult.USED_TO_START_TRANSACTION
            assert await ours.session_event(1, "TransactionStarted")
            assert await ours.reserve(7, "BLUE", evse_id=2) is ReservationResult.Accepted
            with pytest.raises(InputError, match="no EVSE 9"):
                await ours.session_event(9, "SessionFinished")
            await until(lambda: len(evses.told) == 2)
            assert ours.health().well
            assert ours.health().wrong == 0
        assert [what for _, what, _, _ in evses.told] == ["authorize Accepted", "reserve"]
        with pytest.raises(ClosedError):
            await ours.present("RED")

    run(work())


@pytest.mark.parametrize("broken", [Says(error=True), Says(after=3_600)], ids=["raises", "hangs"])
def test_a_validator_without_an_answer_counts_as_unknown(run: Run, broken: Says) -> None:
    async def work() -> None:
        async with station(broken, Says()) as ours:
            result = await (await ours.present("RED")).result()
            assert result is TokenHandlingResult.USED_TO_START_TRANSACTION
        async with station(broken) as ours:
            assert await (await ours.present("RED")).result() is TokenHandlingResult.REJECTED

    run(work())


def test_late_and_double_answers_change_nothing(run: Run) -> None:
    async def work() -> None:
        async with station(Says(), Says(after=0.05)) as ours:
            presented = await ours.present("RED")
            await presented.result()
            await until(lambda: ours.health().outstanding == 0)
            state = ours.shell.state.key()[1:]
            again = ours.requests.answer(presented.key, 1, "Accepted")
            for _ in range(2):
                with pytest.raises(InputError):
                    raise InputError(str(await ours.shell.submit(again)))
            assert ours.shell.state.key()[1:] == state

    run(work())


@pytest.mark.parametrize(("hangs", "fails"), [(1, 0), (0, 1)], ids=["hangs", "fails"])
def test_a_port_that_hangs_or_fails_harms_nobody_else(run: Run, hangs: int, fails: int) -> None:
    async def work() -> None:
        evses = Evses(hangs, fails)
        async with station(evses=evses) as ours:
            await ours.present("RED", prevalidated=True, connectors=[1])
            for number in range(12):
                assert await ours.reserve(number, "BLUE", evse_id=2) is ReservationResult.Accepted
                assert await ours.cancel_reservation(number)
            await until(lambda: ours.health().ports["EVSE 1"].lost == 1)
            assert ours.health().ports["EVSE 1"].last_error.startswith("given up after 2 tries: ")
            assert ours.health().ports["EVSE 2"].lost == 0
        assert {evse for evse, *_ in evses.told} == {2}

    run(work())


def test_what_waits_for_a_port_is_bounded_and_forgotten_when_done(run: Run) -> None:
    async def work() -> None:
        done, hangs = list[int](), asyncio.Event()

        async def carry(delivery: Delivery) -> None:
            await hangs.wait()

        trouble = Failure(60, 1, 0, most=5, grace=0.2)
        courier = Courier(lambda command: Lane("port", command % 3), carry, done.append, trouble)
        begin = time.monotonic()
        for number in range(100):
            courier.send(Delivery(number, number))
            await courier.room()
        assert time.monotonic() - begin < 0.2 * 3 + 0.5, "no row is waited for twice"
        assert courier.outstanding() == 3 * (5 + 1)
        assert courier.health()["port"].lost == 100 - 18
        hangs.set()
        await until(lambda: courier.outstanding() == 0)
        assert sorted(done) == list(range(100)), "each is reported once"
        assert courier._rows == {}  # pyright: ignore[reportPrivateUsage]

    run(work())


@dataclass
class Shows(NoDisplay):
    """A display that takes some time for each command, at least a turn of the loop."""

    seconds: float = 0
    results: list[int] = field(default_factory=list[int])

    async def status(self, token: IdToken, status: TokenValidationStatus, evse: int | None, sent: Sent) -> None:
        await asyncio.sleep(self.seconds)

    async def result(self, token: IdToken, result: TokenHandlingResult, evse: int | None, sent: Sent) -> None:
        await asyncio.sleep(self.seconds)
        self.results.append(sent.id)


def shown_by(display: Shows, journal: Path | None, failure: Failure = QUICK) -> Station:
    ports = Ports(Evses(), (Says(),), display, failure=failure)
    return Station(TOPOLOGY, config({"connection_timeout": 30}), ports, journal=journal)


@pytest.mark.parametrize("kept", [True, False], ids=["journal", "no journal"])
def test_a_prompt_port_gets_every_command_of_a_burst(run: Run, tmp_path: Path, kept: bool) -> None:
    async def work() -> None:
        display = Shows()
        async with shown_by(display, tmp_path / "j" if kept else None) as ours:
            await asyncio.gather(*(ours.present(f"CARD{n % 40}", prevalidated=True) for n in range(400)))
        assert ours.health().ports["display"].lost == 0
        assert len(display.results) == 400
        assert display.results == sorted(display.results)

    run(work())


@pytest.mark.parametrize("seconds", [0, 0.02], ids=["prompt", "slow"])
def test_what_is_left_over_leaves_again_however_much_it_is(run: Run, tmp_path: Path, seconds: float) -> None:
    async def work() -> None:
        async with shown_by(Shows(3_600), tmp_path / "j", Failure()) as before:
            await asyncio.gather(*(before.present(f"CARD{n}", prevalidated=True) for n in range(20)))
            await before.close(0.1)
        display = Shows(seconds)
        trouble = Failure(most=5, grace=0.01)
        async with shown_by(display, tmp_path / "j", trouble) as ours:
            await until(lambda: ours.health().outstanding == 0)
            assert ours.health().ports["display"].lost == 0
        assert len(display.results) == 20

    run(work())


def test_a_display_that_hangs_holds_nobody_up_for_long(run: Run) -> None:
    async def work() -> None:
        trouble = Failure(timeout=60, most=5, grace=0.2)
        async with shown_by(Shows(3_600), None, trouble) as ours:
            begin = time.monotonic()
            for number in range(30):
                assert await (await ours.present(f"CARD{number}", prevalidated=True)).result()
            assert time.monotonic() - begin < 2 * 0.2 + 0.5
            assert ours.health().ports["display"].lost > 0
            await ours.close(0)

    run(work())


def test_many_presentations_leave_nothing_behind(run: Run) -> None:
    """Neither lanes nor results grow with what has passed, also where every validator fails."""

    async def work() -> None:
        async with station(Says(error=True), clock=SetClock()) as ours:
            for _ in range(60):
                await (await ours.present("RED")).result()
            await until(lambda: ours.health().outstanding == 0)
            assert set(ours.health().ports) <= {"validators", "display", "EVSE 1", "EVSE 2"}
            assert len(ours.shell.state.keys("Authorization")) <= 1

    run(work())


def test_too_many_at_once_are_turned_away(run: Run) -> None:
    async def work() -> None:
        async with station(bound=4) as ours:
            asked = [asyncio.create_task(ours.present(f"T{n}")) for n in range(20)]
            ends = await asyncio.gather(*asked, return_exceptions=True)
            busy = [end for end in ends if isinstance(end, BusyError)]
            assert len(busy) == ours.health().turned_away == 16
            assert "4 inputs wait already" in str(busy[0])
            assert ours.shell.state.next_key("Authorization") == 5

    run(work())


def test_what_was_accepted_is_not_dropped_by_closing(run: Run, tmp_path: Path) -> None:
    async def work() -> None:
        ours = station(journal=tmp_path / "j")
        async with ours:
            asked = [asyncio.create_task(ours.present(f"T{n}", prevalidated=True)) for n in range(30)]
            await asyncio.sleep(0)
            await ours.close()
        taken = [end for end in await asyncio.gather(*asked, return_exceptions=True) if not isinstance(end, Exception)]
        assert ours.shell.state.next_key("Authorization") == len(taken) + 1
        async with station(journal=tmp_path / "j") as again:
            assert again.shell.state.key() == ours.shell.state.key()

    run(work())


def test_the_grant_times_out_by_itself(run: Run) -> None:
    async def work() -> None:
        evses = Evses()
        async with station(evses=evses, settings={"connection_timeout": 0.05}) as ours:
            await ours.present("RED", prevalidated=True)
            await until(lambda: any(what == "withdraw" for _, what, _, _ in evses.told))

    run(work())


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000], ids=["forward", "back"])
def test_a_clock_that_jumps_while_the_power_is_off(run: Run, tmp_path: Path, jump: int) -> None:
    """Forward: what was due takes effect once. Back: time goes on from where it was."""

    async def work() -> None:
        first = station(journal=tmp_path / "j", clock=SetClock(5_000_000))
        async with first:
            await first.present("RED", prevalidated=True)
            asked = first.reserve(1, "BLUE", evse_id=2, expiry_time=5_060_000)
            assert await asked is ReservationResult.Accepted
        for start in range(2):
            evses, clock = Evses(), SetClock(5_000_000 + jump)
            async with station(journal=tmp_path / "j", clock=clock, evses=evses) as ours:
                await ours.withdraw(2)
                await until(lambda: ours.health().outstanding == 0)
                assert ours.shell.state.now >= 5_000_000
                due = [what for _, what, _, repeat in evses.told if not repeat and what != "authorize Accepted"]
                placed = ours.observed()["evse_reservations"]
                if jump < 0:
                    assert (due, placed) == ([], {"2": 1})
                else:
                    assert (due, placed) == ([] if start else ["withdraw", "ended Expired"], {})
                    assert not await ours.cancel_reservation(1)

    run(work())


def test_an_expiry_is_one_of_the_time_as_it_is_set_now(run: Run) -> None:
    """The computer's time was set while the station ran: what is asked for an hour ahead ends in an hour."""

    async def work() -> None:
        clock = SetClock(1_000_000, ahead=86_400_000)
        async with station(clock=clock) as ours:
            expiry = clock.at + clock.ahead + 3_600_000
            assert await ours.reserve(1, "BLUE", evse_id=2, expiry_time=expiry) is ReservationResult.Accepted
            clock.at += 3_599_000
            await ours.withdraw(1)
            assert ours.observed()["evse_reservations"] == {"2": 1}
            clock.at += 2_000
            await ours.withdraw(1)
            assert ours.observed()["evse_reservations"] == {}

    run(work())


def test_no_log_shows_a_token(run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def policy(ours: Any, authorization: Any, candidates: Any, now: int) -> Any:
        raise RuntimeError(f"cannot choose for {authorization.token.text}")

    async def work() -> None:
        async with station(Says(error=True), Says(), evses=Evses(fails=1), journal=tmp_path / "j") as ours:
            await (await ours.present(SECRET)).result()
            await ours.reserve(1, SECRET, evse_id=2)
            with pytest.raises(InputError):
                await ours.present(f"{SECRET}\n")
            await until(lambda: ours.health().outstanding == 0)
            assert SECRET not in str(ours.health().as_data())
        async with station(policies={"select_evse": policy}) as ours:
            with pytest.raises(RuntimeError):
                await ours.present(SECRET, prevalidated=True)

    run(work())
    told = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "no answer" in told
    assert "[redacted]" in told
    assert SECRET.lower() not in told.lower()
    assert {"port", "command", "command_id", "attempt"} <= set().union(*[vars(record) for record in caplog.records])


def test_the_facade_is_used_from_many_threads(tmp_path: Path) -> None:
    results: list[TokenHandlingResult] = []

    async def present(ours: Station, name: str) -> TokenHandlingResult:
        return await (await ours.present(name)).result()

    def one(number: int) -> None:
        for name in [f"T{number}-{turn}" for turn in range(5)]:
            results.append(shell.call(partial(present, name=name), timeout=20))

    short = {"connection_timeout": 0.02}
    with ThreadedShell[Station](lambda: station(journal=tmp_path / "j", settings=short)) as shell:
        threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(results) == 40
    assert TokenHandlingResult.USED_TO_START_TRANSACTION in results
    with pytest.raises(ClosedError):
        shell.call(lambda ours: ours.withdraw())


def test_what_cannot_begin_in_a_thread_is_told_to_whoever_begins_it() -> None:
    def fails() -> Station:
        raise InputError("no station")

    with pytest.raises(InputError, match="no station"), ThreadedShell[Station](fails):
        pass
