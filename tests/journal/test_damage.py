"""A journal that cannot be used is refused with what to do, and not a byte of it changes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statewatt.engine import load
from statewatt.engine.journal import Journal, JournalError, StorageError, storage
from statewatt.engine.state import State
from statewatt.models.requests import Topology, config
from statewatt.models.settled import check_topology
from statewatt.models.station import ChargingStation
from statewatt.models.values import ConnectorType
from tests.journal.stations import ENGINE, content, copied, fill, opened, start
from tests.language.examples.station import ChargingStation as Other

FAST = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, State]:
    """A journal that was closed in order, and its state."""
    path = tmp_path_factory.mktemp("whole") / "j"
    journal = opened(path, snapshot_every=20)
    states = fill(journal, 50)
    journal.close()
    return path, states[-1]


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[State]]:
    """A journal as a power cut leaves it, with its states one after another."""
    path = tmp_path_factory.mktemp("cut") / "j"
    journal = opened(path)
    states = [journal.state, *fill(journal, 30, batch=1)]
    copied(path, path.with_name("left"))
    journal.close()
    return path.with_name("left"), states


class Found(Exception):
    """Raised with a journal that is in order, before a byte of it changes."""


def read(path: Path) -> Journal:
    """The journal, read and not changed."""

    def found(journal: Journal, history: object) -> None:
        raise Found(journal)

    with pytest.raises(Found) as raised:
        opened(path, accept=found)
    return cast("Journal", raised.value.args[0])


def test_a_flipped_byte_is_refused_or_harmless(whole: tuple[Path, State], tmp_path: Path) -> None:
    path, state = whole
    data, bad = path.read_bytes(), tmp_path / "bad"

    @FAST
    @given(st.integers(0, len(data) - 1), st.integers(1, 255))
    def check(place: int, flip: int) -> None:
        bad.write_bytes(data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :])
        before = content(bad)
        with suppress(JournalError):
            assert read(bad).state == state
        assert content(bad) == before

    check()


def test_a_truncated_or_torn_file_is_refused(whole: tuple[Path, State], tmp_path: Path) -> None:
    path, _ = whole
    data, bad = path.read_bytes(), tmp_path / "bad"

    @FAST
    @given(st.integers(0, len(data) - 1), st.booleans())
    def check(place: int, torn: bool) -> None:
        if torn and not any(data[place:]):
            return
        bad.write_bytes(data[:place] + (b"\0" * (len(data) - place) if torn else b""))
        before = content(bad)
        with pytest.raises(JournalError):
            opened(bad)
        assert content(bad) == before

    check()


def test_a_torn_log_of_a_power_cut_gives_a_state_that_was(cut: tuple[Path, list[State]], tmp_path: Path) -> None:
    """SQLite takes its log up to the first place that is damaged: nothing half, but what came later is not there."""
    path, states = cut
    data, log = path.read_bytes(), path.with_name("left-wal").read_bytes()
    bad = tmp_path / "bad"

    @FAST
    @given(st.integers(0, len(log) - 1), st.integers(0, 255))
    def check(place: int, flip: int) -> None:
        for old in tmp_path.iterdir():
            old.unlink()
        bad.write_bytes(data)
        bad.with_name("bad-wal").write_bytes(
            log[:place] + (bytes([log[place] ^ flip]) + log[place + 1 :] if flip else b"")
        )
        journal = read(bad)
        assert journal.state == states[journal.number]

    check()


def other_model(path: Path) -> Journal:
    with sqlite3.connect(path) as connection:
        row = ("model", "0123456789abcdef")
        from statewatt.engine.journal.rows import seal

        connection.execute("UPDATE meta SET value = ?, seal = ? WHERE name = ?", (row[1], seal("meta", *row), row[0]))
    connection.close()
    return opened(path)


def newer_format(path: Path) -> Journal:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    return opened(path)


def other_system(path: Path) -> Journal:
    engine = load(Other)
    return Journal(path, engine, lambda: pytest.fail("no new journal is begun"))


def other_topology(path: Path) -> Journal:
    topology = Topology([(1, [(1, ConnectorType.cCCS2)])])
    return opened(path, accept=lambda journal, history: check_topology(journal, topology))


def foreign_database(path: Path) -> Journal:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    return opened(path)


def foreign_text(path: Path) -> Journal:
    path.write_text("Dear diary, " * 500, encoding="utf-8")
    return opened(path)


def empty(path: Path) -> Journal:
    path.write_bytes(b"")
    return opened(path)


def a_folder(path: Path) -> Journal:
    path.unlink()
    path.mkdir()
    return opened(path)


def without_its_file(path: Path) -> Journal:
    path.with_name("j-wal").write_bytes(b"left over")
    path.unlink()
    return opened(path)


@pytest.mark.parametrize(
    ("opening", "told"),
    [
        (other_model, "another version of the model.*adopt"),
        (newer_format, "format 7.*use a newer statewatt"),
        (other_system, "name another file"),
        (other_topology, "EVSEs 1, 2.*name another file"),
        (foreign_database, "is no journal.*name another file"),
        (foreign_text, "is no journal.*name another file"),
        (empty, "is no journal.*name another file"),
        (without_its_file, "is gone.*put the file back"),
        (a_folder, "is no file"),
    ],
)
def test_another_file_is_refused_with_what_to_do(
    whole: tuple[Path, State], tmp_path: Path, opening: Callable[[Path], Journal], told: str
) -> None:
    path = copied(whole[0], tmp_path / "j")
    seen: list[dict[str, bytes]] = []

    def refused() -> None:
        with pytest.raises(JournalError, match=told):
            opening(path)

    refused()
    if path.is_file():
        seen.append(content(path))
        with pytest.raises(JournalError):
            opened(
                path, accept=lambda journal, history: check_topology(journal, Topology([(9, [(1, ConnectorType.Pan)])]))
            )
        assert content(path) == seen[0]


def test_after_a_power_cut_a_refusal_leaves_file_and_log_as_they_were(
    cut: tuple[Path, list[State]], tmp_path: Path
) -> None:
    path = copied(cut[0], tmp_path / "j")
    before = content(path)
    assert len(before) == 2
    with pytest.raises(JournalError, match="EVSEs 1, 2"):
        other_topology(path)
    assert content(path) == before


def test_another_version_of_the_model_is_adopted_where_it_fits(whole: tuple[Path, State], tmp_path: Path) -> None:
    path = copied(whole[0], tmp_path / "j")
    with pytest.raises(JournalError, match="another version"):
        other_model(path)
    journal = opened(path, adopt=True)
    assert (journal.state, journal.number) == (whole[1], 50)
    fill(journal, 5)
    journal.close()
    opened(path).close()


def test_a_journal_not_closed_in_order_is_not_adopted(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j")
    fill(journal, 5)
    journal.close(in_order=False)
    with pytest.raises(JournalError, match="another version"):
        other_model(tmp_path / "j")
    with pytest.raises(JournalError, match=r"not closed in order.*SIGTERM"):
        opened(tmp_path / "j", adopt=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="for root, nothing is read-only")
def test_a_file_or_folder_that_is_read_only_is_refused(whole: tuple[Path, State], tmp_path: Path) -> None:
    path = copied(whole[0], tmp_path / "j")
    path.chmod(0o400)
    with pytest.raises(JournalError, match=r"readonly|read-only"):
        opened(path)
    path.chmod(0o600)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(JournalError, match="is its folder there, and writable"):
            opened(path)
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = storage.connected

    def small(uri: str) -> sqlite3.Connection:
        connection = usual(uri)
        connection.execute("PRAGMA max_page_count = 12")
        return connection

    monkeypatch.setattr(storage, "connected", small)
    journal, states = opened(tmp_path / "j"), list[State]()

    def until_it_is_full() -> None:
        for seed in range(100):
            states.extend(fill(journal, 1, seed=seed))

    with pytest.raises(StorageError, match="SQLITE_FULL"):
        until_it_is_full()
    journal.close(in_order=False)
    monkeypatch.setattr(storage, "connected", usual)
    again = opened(tmp_path / "j")
    assert (again.state, again.number) == (states[-1], len(states))
    fill(again, 5)
    again.close()


def test_a_new_journal_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """What a cut during its making leaves is made anew."""
    (tmp_path / "j.new").write_bytes(b"half")
    journal = opened(tmp_path / "j")
    assert journal.state == start()
    journal.close()
    assert not (tmp_path / "j.new").exists()
    assert ENGINE.broken_invariants(journal.state) == ()
    assert config({"connection_timeout": 30}) == journal.state.config


def test_the_shipped_system_is_the_one_in_the_journal(whole: tuple[Path, State]) -> None:
    connection = sqlite3.connect(whole[0])
    [(system,)] = connection.execute("SELECT value FROM meta WHERE name = 'system'").fetchall()
    connection.close()
    assert system == f"{ChargingStation.__module__}:{ChargingStation.__qualname__}"
