"""The casebook: each real defect of the reference, and that ours does the right thing on the same inputs.

Tests are named by the rows of the casebook; a replayed sequence is the recorded one of that row.
"""

from __future__ import annotations

from typing import Any

import pytest

from statewatt.engine import InputError
from statewatt.models.requests import Requests, Topology, instant
from statewatt.models.values import ConnectorType
from tests.models.days import days
from tests.models.driving import (
    Replay,
    Station,
    granted,
    line,
    no_connector,
    stopped,
    taken,
    timed_out,
    waiting,
)

HELD, FREE = "reserved -1", "end of -1, GlobalReservationRequirementDropped"


def rejected(token: str, *evses: int, status: str, asked: bool = True) -> list[str]:
    """The lines of a token that is rejected, and of the EVSEs that are told."""
    begin = [f"{token} Processing", *([f"validate {token}"] if asked else [])]
    return [*begin, *(f"EVSE {e}: {status} {token}" for e in evses), f"{token} Rejected", f"{token} REJECTED"]


# --- assignment ---


def test_b1() -> None:
    assert Replay("b1").told[2] == ["A ALREADY_IN_PROCESS"]


def test_b2() -> None:
    assert Replay("b2").told[4] == rejected("A", 2, status="ConcurrentTx", asked=False)


def test_b3() -> None:
    replay = Replay("b3")
    assert replay.told[2] == ["abc ALREADY_IN_PROCESS"]
    assert replay.told[4] == taken("ABC", 1)
    assert replay.told[5] == []


def test_b4_as_the_reference() -> None:
    assert Replay("b4").told[2] == ["abc ALREADY_IN_PROCESS"]


def test_b5() -> None:
    replay = Replay("b5")
    assert replay.told[2] == ["abc ALREADY_IN_PROCESS"]
    assert replay.told[4] == taken("ABC", 2)


def test_i7() -> None:
    assert Replay("i7").told[3] == ["A ALREADY_IN_PROCESS"]


def test_c1() -> None:
    replay = Replay("c1")
    assert replay.told[2] == granted("B", 1)
    assert replay.told[4] == []
    assert replay.holder(1) == "B"
    assert replay.plug_in(2) == taken("A", 2)


def test_i1() -> None:
    replay = Replay("i1")
    assert replay.told[5] == waiting("B")
    assert replay.holder(1) is None
    assert replay.plug_in(2) == taken("B", 2)


def test_h1() -> None:
    replay = Replay("h1")
    assert replay.told[2] == ["B Processing", "B ALREADY_IN_PROCESS"]
    assert replay.told[5] == granted("B", 2)
    assert replay.told[6] == ["EVSE 2: withdrawn", "B Withdrawn", "withdraw_authorization: Accepted"]
    assert replay.told[7] == ["withdraw_authorization: AuthorizationNotFound"]
    assert replay.told[8] == [], "the withdrawn grant is freed without a word"
    assert replay.holder(2) is None


def test_b6() -> None:
    assert Replay("b6").told[2] == ["A ALREADY_IN_PROCESS"], "there is no transaction to be stopped"


def test_h7() -> None:
    assert Replay("h7").told[4] == rejected("GROUP", 2, status="Invalid"), "the group is not validated"


def test_h8() -> None:
    assert Replay("h8").told[2] == rejected("GROUP", 2, status="Invalid")


def test_i8() -> None:
    assert Replay("i8").told[5] == stopped("A", 1)


def test_h9_a_grant_does_not_hide_a_transaction_of_the_group() -> None:
    replay = Replay("h9")
    assert replay.told[6] == stopped("C", 2)
    assert replay.told[8] == granted("C", 3)


def test_k5() -> None:
    replay = Replay("k5")
    assert replay.told[4] == []
    assert replay.told[5] == stopped("A", 1), "the token is still bound to its transaction"


# --- withdrawal and timers ---


def test_a1() -> None:
    replay = Replay("a1")
    assert replay.told[2] == ["A Withdrawn", "A WITHDRAWN", "withdraw_authorization: Accepted"]
    assert replay.told[3] == waiting("B")
    assert replay.told[4] == taken("B", 1)


def test_a2() -> None:
    replay = Replay("a2")
    assert replay.told[1] == ["withdraw_authorization: AuthorizationNotFound"]
    assert replay.told[2] + replay.told[3] == waiting("B") + taken("B", 1)
    assert replay.told[4] == granted("C", 2)


def test_a3() -> None:
    assert Replay("a3").told[4] == granted("A", 1)


def test_a4() -> None:
    replay = Replay("a4")
    assert replay.told[1] == ["withdraw_authorization: AuthorizationNotFound"]
    assert replay.told[2] + replay.told[3] == waiting("Z") + taken("Z", 2)


def test_i3() -> None:
    replay = Replay("i3")
    assert replay.told[2] == ["EVSE 1: withdrawn", "A Withdrawn", "withdraw_authorization: Accepted"]
    assert replay.told[4] == []
    assert replay.holder(1) is None
    assert replay.evse(1)["available"] is True


def test_i3_withdrawn_once() -> None:
    station = Station()
    station.token("A", 1)
    station.withdraw()
    assert station.withdraw() == ["withdraw_authorization: Accepted"]
    assert station.advance(29.9) == []
    assert station.holder(1) == "A"
    assert station.advance(0.1) == []
    assert station.holder(1) is None


def test_j21() -> None:
    replay = Replay("j21")
    assert replay.told[2] == ["A Withdrawn", "A WITHDRAWN", "withdraw_authorization: Accepted"]
    assert replay.told[3] == []
    assert replay.holder(1) is None


def test_f1() -> None:
    replay = Replay("f1")
    assert replay.told[5] == timed_out("A", 1), "at its time, whatever is slow elsewhere"
    assert replay.told[7] == []


def test_f1_disarmed() -> None:
    station = Station()
    station.token("A", 1)
    station.advance(29.999)
    station.event(1, "TransactionStarted")
    assert station.advance(100) == []
    assert station.holder(1) == "A"


def test_f2() -> None:
    replay = Replay("f2")
    assert replay.told[5] == ["EVSE 1: withdrawn"]
    assert replay.told[6] == no_connector("A")
    assert replay.told[7] == []


def test_f2_disarmed() -> None:
    station = Station(3, plug_in_timeout_enabled=True)
    station.plug_in(1)
    station.advance(29.999)
    assert station.token("A", 1) == granted("A", 1)
    assert station.advance(29.999) == []
    assert station.advance(0.001) == timed_out("A", 1)


def test_i4() -> None:
    replay = Replay("i4")
    assert replay.told[4] == timed_out("A", 1), "the grant's own time, and it is published"


def test_j7() -> None:
    replay = Replay("j7")
    assert replay.told[3] == ["EVSE 1: withdrawn"], "nothing was granted that Deauthorized could disarm"
    assert replay.evse(1)["plug_in_timeout"] is True


def test_i2() -> None:
    replay = Replay("i2")
    assert replay.told[3] == timed_out("A", 1)
    assert replay.told[6] == granted("A", 1)


# --- reservation ---


def test_d1() -> None:
    replay = Replay("d1")
    assert replay.told[2] == ["reservation_exists: ReservedForToken"]
    assert replay.told[3] == ["reservation_exists: ReservedForOtherToken"]


def test_d2() -> None:
    replay = Replay("d2")
    assert replay.told[2] == replay.told[3] == ["reservation_exists: NotReserved"]


def test_g1() -> None:
    replay = Replay("g1")
    assert replay.told[3] == ["reserve: Occupied"]
    assert replay.reservations() == {"1": 7, "station": []}


def test_j6() -> None:
    replay = Replay("j6")
    assert replay.told[2] == ["EVSE 2: reserved 7", "EVSE 1: end of 7, Cancelled", "reserve: Accepted"]
    assert replay.reservations() == {"2": 7, "station": []}


def test_g4() -> None:
    replay = Replay("g4")
    assert replay.told[2] == ["EVSE 1: end of 7, Cancelled, update"]
    assert replay.reservations() == {"station": []}


def test_g4_disabled() -> None:
    assert Replay("j16").told[2] == ["EVSE 1: end of 7, Cancelled, update"]


def test_g9_occupied() -> None:
    replay = Replay("g9")
    assert replay.told[2] == ["reserve: Occupied"], "a granted EVSE is not reserved in the first place"


def test_g9_taken_by_a_stray_transaction() -> None:
    station = Station()
    station.reserve(7, "R", 1)
    assert station.event(1, "TransactionStarted") == ["EVSE 1: end of 7, Cancelled, update"]


def test_g5() -> None:
    replay = Replay("g5")
    assert replay.told[2] == ["EVSE 1: reserved 7"]
    assert replay.reservations() == {"1": 7, "station": []}


def test_g6() -> None:
    replay = Replay("g6")
    assert replay.told[2] == ["EVSE 1: reserved 7"]
    assert replay.advance(11) == ["EVSE 1: end of 7, Expired, update"]
    assert replay.do("restart") == []
    assert replay.do("restart") == []


def test_j8() -> None:
    replay = Replay("j8")
    assert replay.told[2] == ["EVSE 1: end of 7, Cancelled, update"]
    assert replay.told[3] == []
    assert replay.advance(20) == []


def test_g7() -> None:
    replay = Replay("g7")
    assert replay.told[3] == [f"EVSE 2: {HELD}, refused"]
    assert replay.told[4] == granted("A", 1)
    assert replay.told[5] == []
    assert replay.told[6] == no_connector("B")


def test_k7() -> None:
    replay = Replay("k7")
    assert replay.told[2] == [*granted("Y", 2), f"EVSE 1: {HELD}"]
    assert replay.told[5] == no_connector("X"), "it would take the last place"
    assert replay.told[6] == ["station: end of 7, Cancelled, update"], "a transaction takes the last place"
    assert replay.told[7] == []
    assert replay.told[8] == no_connector("Z")


@pytest.mark.parametrize("evse", [-1, 0])
def test_g8(evse: int) -> None:
    station = Station()
    before = station.recording.state
    with pytest.raises(InputError, match=f"evse_id is {evse}"):
        station.reserve(7, "R", evse)
    assert station.recording.state == before


def test_j1() -> None:
    assert Replay("j1").told[2] == granted("X", 2)


def test_j3() -> None:
    assert Replay("j3").told[4] == granted("X", 1)


def test_j2() -> None:
    replay = Replay("j2")
    assert replay.told[2] == granted("R", 2, 7)
    assert replay.reservations() == {"station": []}


def test_k2() -> None:
    replay = Replay("k2")
    assert replay.told[1] == ["station: reserved 7", "reserve: Accepted", f"EVSE 1: {HELD}"]
    assert replay.told[2] == [f"EVSE 1: {FREE}"]
    assert replay.told[3] == ["station: end of 7, Cancelled", "cancel_reservation: True"]
    assert replay.told[4] == []


def test_k3() -> None:
    replay = Replay("k3")
    assert sorted(replay.told[2]) == [f"EVSE 1: {FREE}", "station: end of 7, Cancelled, update"]
    assert replay.told[3] == replay.told[4] == []


def test_j10() -> None:
    replay = Replay("j10")
    assert replay.told[2] == [f"EVSE 2: {HELD}"]
    assert replay.told[5] == [f"EVSE 2: {FREE}"]
    assert replay.told[6] == granted("R", 2, 7)
    assert replay.told[7:12] == [[]] * 5


def test_k6() -> None:
    replay = Replay("k6")
    assert replay.told[2] == [*granted("X", 1), f"EVSE 2: {HELD}"]
    assert replay.told[3] == no_connector("Y")
    assert replay.told[5] == [*granted("R", 2, 7), f"EVSE 2: {FREE}"]


def test_k8() -> None:
    assert Replay("k8").told[2] == ["reserve: Occupied"]


# --- connectors and validation ---


def test_e1() -> None:
    replay = Replay("e1")
    assert replay.evse(1)["unavailable"] is True
    assert replay.evse(1)["connectors"] == {"1": "UNAVAILABLE"}
    assert replay.told[8] == no_connector("B")


def test_e2() -> None:
    replay = Replay("e2")
    assert replay.evse(1)["connectors"] == {"1": "OCCUPIED"}
    assert replay.holder(1) == "A"


def test_e3() -> None:
    assert Replay("e3").told[5] == no_connector("A")


def test_e4_as_the_reference() -> None:
    assert Replay("e4").told[3] == granted("A", 1), "its other connector works"


def test_e5() -> None:
    assert Replay("e5").told[3] == granted("A", 1)


def test_e6() -> None:
    replay = Replay("e6")
    assert replay.told[3] == waiting("A")
    assert replay.plug_in(1) == taken("A", 1)


@pytest.mark.parametrize(("row", "mend"), [("i5", "Enabled"), ("i6", None)])
def test_i5_i6(row: str, mend: str | None) -> None:
    replay = Replay(row)
    assert replay.told[3] == []
    mended = replay.event(1, mend) if mend else replay.do("fault_cleared", evse_id=1)
    assert mended == taken("A", 1), "once it is usable again"


def test_e8() -> None:
    replay = Replay("e8")
    assert replay.told[4] == no_connector("A")
    assert replay.told[5] == granted("B", 1)


def test_e8_the_only_one_left() -> None:
    station = Station(3, plug_in_timeout_enabled=True)
    station.plug_in(2)
    station.advance(31)
    station.token("B", 1)
    assert station.token("C", 1, 2) == no_connector("C")


def test_j17() -> None:
    replay = Replay("j17")
    assert replay.told[7] == granted("B", 1)


def test_h2() -> None:
    replay = Replay("h2")
    assert replay.told[1] == rejected("A", 1, status="Invalid")
    assert replay.told[3] == granted("A", 1)


def test_h3() -> None:
    replay = Replay("h3")
    assert replay.told[1] == [*waiting("A"), "choose for A"]
    assert replay.told[3] == ["A ALREADY_IN_PROCESS"]
    assert replay.do("choose", id_token="A", evse_id=2) == taken("A", 2)


def test_h4() -> None:
    told = Replay("h4").told[1]
    assert told == ["A Processing", "validate A", "A Accepted", *taken("A", 2)]


def test_h5() -> None:
    assert Replay("h5").told[4] == rejected("X", 2, status="Invalid")


def test_h6() -> None:
    assert Replay("h6").told[2] == ["A Rejected"]


def test_j4() -> None:
    replay = Replay("j4")
    assert replay.told[1] == granted("A", 1)
    assert replay.told[3] == timed_out("A", 1)


def test_j9_now_is_not_in_the_past() -> None:
    """At its expiry time a reservation is placed for no time at all."""
    replay = Replay("j9")
    assert replay.told[1] + replay.told[2] == [
        "EVSE 1: reserved 7",
        "reserve: Accepted",
        "EVSE 1: end of 7, Expired, update",
    ]
    assert replay.told[3] == ["reserve: Rejected"]


def test_j27() -> None:
    replay = Replay("j27")
    assert replay.told[5] == rejected("A", 2, status="ConcurrentTx", asked=False)
    assert replay.told[7] == stopped("A", 1)


@pytest.mark.parametrize("text", ["2026-08-01T12:00:00+02:00", "2026-08-01T10:00:00Z", "2026-08-01T09:30:00-00:30"])
def test_time(text: str) -> None:
    assert instant(text, "expiry_time") == instant("2026-08-01T10:00:00+00:00", "expiry_time") == 1785578400000


@pytest.mark.parametrize("text", ["2026-08-01T12:00:00", "tomorrow", "", "2026-13-01T12:00:00Z"])
def test_time_that_is_none(text: str) -> None:
    with pytest.raises(InputError, match="expiry_time"):
        instant(text, "expiry_time")


def test_time_of_a_reservation() -> None:
    requests = Requests(Topology([(1, [(1, ConnectorType.cCCS2)])]))
    birth = requests.reserve(7, "R", expiry_time="2026-08-01T12:00:00+02:00", now=0)
    assert birth.fields["expires_at"] == 1785578400000


# --- the rest of the recorded sequences ---

AS_THE_REFERENCE = "a5 a6 b4 e4 e7 f4 f5 g2 g3 g4b j5 j14 j15 j18 j19 j20 j22 j23 j24 j25 j26 j28 j29".split()  # noqa: SIM905


@pytest.mark.parametrize("name", AS_THE_REFERENCE)
def test_what_the_reference_does_right(name: str) -> None:
    """These sequences show no defect: ours does the same."""
    replay = Replay(name)
    recorded = next(steps for day, steps in days("defects").items() if day.startswith(f"{name}_"))
    kinds: list[Any] = [[line(m) for m in step.out if m["type"] != "state"] for step in recorded]
    assert [[t for t in told if t != "state"] for told in replay.told] == kinds
