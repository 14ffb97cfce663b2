"""A station of 64 EVSEs with many cards a second, faults, failing disks and power cuts is lawful at every step, and no
bigger in the end than before."""

from __future__ import annotations

import asyncio
import gc
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from statewatt.engine import load
from statewatt.engine.journal import History
from statewatt.engine.journal.inspection import findings
from statewatt.engine.shell import keeper
from statewatt.models.lines import Lines, Setup
from statewatt.models.station import ChargingStation
from tests.journal.disks import Fault, quick
from tests.journal.stations import copied
from tests.shell.clocks import SetClock

EVSES = 64
STATION = {
    "connection_timeout": 3,
    "evses": [{"evse_id": n, "connectors": [{"connector_id": 1, "type": "cType2"}]} for n in range(1, EVSES + 1)],
}


@dataclass
class Soak:
    """Seconds at a station, in its own time, with so many ``cards`` in each; lives end with a power cut."""

    folder: Path
    cards: int
    rng: random.Random
    clock: SetClock = field(default_factory=SetClock)
    lives: int = 0
    cuts: int = 0
    entries: int = 0
    faults: int = 0
    findings: list[str] = field(default_factory=list[str])
    results: Counter[str] = field(default_factory=Counter[str])
    ids: set[int] = field(default_factory=set[int])
    left_behind: bool = False

    def commands(self) -> list[dict[str, Any]]:
        """A second's worth."""
        rng, found, evse = self.rng, list[dict[str, Any]](), 1
        for _ in range(self.cards):
            token, evse = f"CARD{rng.randrange(400)}", rng.randrange(1, EVSES + 1)
            statuses = rng.choice((["Accepted"], ["Accepted"], ["Invalid"], ["Unknown", "Accepted"]))
            results = [{"authorization_status": each} for each in statuses]
            delay = rng.choice((0, 0, 0.5))
            found.append({"cmd": "token", "id_token": token, "connectors": [evse], "validation_results": results})
            found[-1]["validation_delay_s"] = delay
            event = rng.choice(("SessionStarted", "TransactionStarted", "TransactionFinished", "SessionFinished"))
            found.append({"cmd": "session_event", "evse_id": evse, "event": event, "reason": "EVConnected"})
        number = rng.randrange(20)
        found.append(
            {"cmd": "reserve", "reservation_id": number, "id_token": "CARD1", "expires_in_s": 5, "evse_id": evse}
        )
        found.append({"cmd": rng.choice(("fault_raised", "fault_cleared")), "evse_id": rng.randrange(1, EVSES + 1)})
        return found

    def see(self, message: dict[str, Any]) -> None:
        """A message of the station; what comes after the copy is of one that is left behind, and its ids come again."""
        if self.left_behind:
            return
        if "id" in message and not message.get("repeat"):
            assert message["id"] not in self.ids, "an id is used once"
            self.ids = {each for each in self.ids if each > message["id"] - 10_000} | {message["id"]}
        if message.get("type") == "token_result":
            self.results[message["result"]] += 1

    async def live(self, path: Path, seconds: int, cut: Path | None) -> None:
        """Some seconds, until the end or a power cut in the midst of a second."""
        self.left_behind = False
        self.ids.clear()
        setup = Setup(STATION, journal=path, clock=self.clock, snapshot_every=500, kept=2_000)
        async with Lines(setup, self.see) as station:
            for _ in range(seconds):
                self.clock.at += 1_000
                for command in self.commands():
                    station.take(json.dumps(command).encode())
                while station.shell.health().queued:
                    await asyncio.sleep(0.001)
            if cut:
                for command in self.commands():
                    station.take(json.dumps(command).encode())
                await asyncio.sleep(0.01)
                copied(path, cut)
                self.left_behind = True
                self.cuts += 1

    def run(self, lives: int, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lives of some seconds each, each ended by a power cut."""
        for number in range(self.lives, self.lives + lives):
            self.lives += 1
            fault = Fault(self.rng.randrange(5, 100), bool(self.rng.randrange(2)), times=self.rng.randrange(1, 3))
            quick(monkeypatch, fault)
            last, following = self.folder / f"j{number}", self.folder / f"j{number + 1}"
            asyncio.run(self.live(last, seconds, following))
            self.faults += fault.struck
            quick(monkeypatch)
            for old in self.folder.glob(f"j{number}*"):
                old.unlink()
            history = History.open(following, load(ChargingStation))
            self.findings += findings(history)
            self.entries += sum(1 for _ in history.rows())
            history.close()


def soaked(folder: Path, cards: int, lives: int, seconds: int, monkeypatch: pytest.MonkeyPatch) -> Soak:
    """Three times so many lives; the objects in memory are counted at the end of each."""
    monkeypatch.setattr(keeper, "AGAIN", 0.01)
    soak, used = Soak(folder, cards, random.Random(1)), list[int]()
    for _ in range(3):
        soak.run(lives, seconds, monkeypatch)
        gc.collect()
        used.append(len(gc.get_objects()))
    assert soak.findings == []
    assert soak.results["USED_TO_START_TRANSACTION"] > 0
    assert soak.cuts == soak.lives == 3 * lives
    assert soak.faults > 0
    assert used[2] < 1.02 * used[1], f"memory is flat: {used}"
    print({"cuts": soak.cuts, "faults": soak.faults, "entries": soak.entries, "objects": used, "results": soak.results})
    return soak


def test_a_busy_station_is_lawful_and_no_bigger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soaked(tmp_path, 8, 1, 1, monkeypatch)


@pytest.mark.slow
def test_a_station_with_fifty_cards_a_second_is_lawful_and_no_bigger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soaked(tmp_path, 50, 2, 2, monkeypatch)
