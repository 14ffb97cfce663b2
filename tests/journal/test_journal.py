"""What is written is there again, whatever ended the process; and the file does not grow without bound."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from statewatt.engine.journal import History, JournalError
from statewatt.engine.journal.inspection import findings, inputs
from statewatt.engine.tracefile import Replayed, steps
from tests.journal.stations import ENGINE, copied, fill, opened, start, takings


@pytest.mark.parametrize("in_order", [True, False])
def test_the_state_is_there_again(tmp_path: Path, in_order: bool) -> None:
    journal = opened(tmp_path / "j", snapshot_every=50)
    states = fill(journal, 120)
    journal.close(in_order=in_order)
    again = opened(tmp_path / "j")
    assert (again.state, again.number, again.mark) == (states[-1], 120, 120)
    again.close()


def test_a_power_cut_leaves_what_was_written(tmp_path: Path) -> None:
    """The files are copied while the journal is open: so a cut would leave them."""
    journal = opened(tmp_path / "j", snapshot_every=7)
    for count in range(1, 20):
        states = fill(journal, 1, seed=count)
        left = opened(copied(tmp_path / "j", tmp_path / f"cut {count}"))
        assert (left.state, left.number) == (states[-1], count)
        left.close()
    journal.close()


def test_commands_that_may_not_have_left_come_back_as_repeats_with_their_ids(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j")
    told = [each for part in journal.write(journal.prepared(list(takings(start(), 40)))) for each in part]
    done = {each.id for each in random.Random(1).sample(told, len(told) // 2)}
    journal.write(journal.prepared(()), done)
    journal.close(in_order=False)
    again = opened(tmp_path / "j")
    assert [(each.id, each.command) for each in again.outstanding] == [
        (each.id, each.command) for each in told if each.id not in done
    ]
    assert all(each.repeat for each in again.outstanding)
    more = [each for part in again.write(again.prepared(list(takings(again.state, 5)))) for each in part]
    assert min(each.id for each in more) > max(each.id for each in told)
    again.close()


def test_what_policies_picked_is_picked_again(tmp_path: Path) -> None:
    """An entry is run again with the choice that was made, not with the one that the system would make."""
    journal = opened(tmp_path / "j")
    fill(journal, 200, seed=3)
    journal.close()
    history = History.open(tmp_path / "j", ENGINE)
    assert any(place == 1 for entry in history.entries() for place in entry.picks) or any(
        entry.picks for entry in history.entries()
    )
    history.close()


def test_the_journal_is_a_trace_that_replays_to_the_same_states(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j", snapshot_every=50)
    fill(journal, 120)
    journal.close()
    history = History.open(tmp_path / "j", ENGINE)
    lines = list(steps(ENGINE, history.state(history.snapshots[0]), inputs(history)))
    replayed = Replayed(lambda _: ENGINE)
    for line in lines:
        assert replayed.handle(line["in"]) == line["out"]
        assert replayed.observed() == line["state"]
    assert list(findings(history)) == []
    history.close()


def test_size_is_bounded(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j", snapshot_every=50, kept=200)
    sizes: list[int] = []
    for _ in range(12):
        fill(journal, 250, batch=50)
        journal.write(journal.prepared(()), range(1, 100_000))
        sizes.append(journal.size())
    journal.close()
    history = History.open(tmp_path / "j", ENGINE)
    kept = sum(1 for _ in history.rows())
    history.close()
    assert 200 <= kept <= 300
    assert max(sizes[6:]) <= 1.3 * max(sizes[2:6])


def test_a_station_that_starts_often_does_not_fill_the_disk(tmp_path: Path) -> None:
    for count in range(40):
        journal = opened(tmp_path / "j", snapshot_every=10, kept=20)
        fill(journal, 1, seed=count)
        journal.close()
    history = History.open(tmp_path / "j", ENGINE)
    assert len(history.snapshots) <= 8
    assert sum(1 for _ in history.rows()) <= 39
    history.close()


def test_it_is_written_by_one_process_and_read_by_others(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j")
    fill(journal, 10)
    with pytest.raises(JournalError, match="in use by another process"):
        opened(tmp_path / "j")
    code = f"from tests.journal.stations import *; opened(Path({str(tmp_path / 'j')!r}))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "in use by another process" in other.stderr
    history = History.open(tmp_path / "j", ENGINE)
    fill(journal, 10)
    assert sum(1 for _ in history.entries()) == 10, "a reader sees one moment"
    history.close()
    journal.close()
    opened(tmp_path / "j").close()
