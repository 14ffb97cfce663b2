"""``statewatt run`` as its user has it: lines in, lines out, descriptions in TOML, signals."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statewatt.engine.command.description import line_of, problems, read_description
from statewatt.engine.state import InputError
from statewatt.models.requests import config
from statewatt.models.running import Running
from statewatt.models.station import Config
from statewatt.models.values import ConnectorType, SelectionAlgorithm
from tests.command.commands import CONFIGURE, MAIN, Commands, process

SCHEMA = Running.schema()
EXAMPLE = """\
#:schema station.schema.json
[station]
connection_timeout = 45
selection_algorithm = "PlugEvents"

[[evses]]
evse_id = 1
[[evses.connectors]]
connector_id = 1
type = "cCCS2"
[[evses.connectors]]
connector_id = 2
type = "cType2"

[[evses]]
evse_id = 2
connectors = [
    { connector_id = 1, type = "cType2" },
]

[allow_list]
tokens = ["RED", "BLUE"]

[journal]
file = "station.journal"
"""


def ran(*arguments: object, lines: Sequence[object] = ()) -> list[dict[str, Any]]:
    """What it says upon lines."""
    done = process("run", *arguments, stdin="".join(f"{json.dumps(line)}\n" for line in lines).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_lines_are_numbered_across_restarts(tmp_path: Path) -> None:
    first = ran("--journal", tmp_path / "j", lines=[{"cmd": "token", "id_token": "DEADBEEF"}, {"cmd": "nonsense"}])
    assert first[0] == {"ack": 1}
    assert next(each for each in first if "error" in each)["line"] == 2
    second = ran("--journal", tmp_path / "j", lines=[{"cmd": "inspect"}])
    assert second[0] == {"ack": 3}
    assert second[1]["evses"][0]["authorized_id_token"] == "DEADBEEF"
    ids = [each["id"] for each in first if "id" in each]
    assert ids == sorted(set(ids))


def test_the_first_line_may_describe_the_station(tmp_path: Path) -> None:
    told = ran("--journal", tmp_path / "j", lines=[CONFIGURE, CONFIGURE])
    assert told[0] == {"ack": 1}
    assert "configured already" in told[1]["error"]
    again = ran("--journal", tmp_path / "j", lines=[{"cmd": "inspect"}])
    assert [each["evse_id"] for each in again[1]["evses"]] == [1, 2]
    wrong = process("run", "--journal", tmp_path / "k", stdin=b'{"cmd": "configure", "evses": []}\n')
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert b"at least one EVSE" in wrong.stderr
    assert not (tmp_path / "k").exists()


def test_a_description_in_toml_runs_with_its_journal(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    told = ran(path, lines=[{"cmd": "token", "id_token": "red"}, {"cmd": "token", "id_token": "DEADBEEF"}])
    validated = [each["status"] for each in told if each.get("type") == "token_validation_status"]
    assert "Accepted" in validated
    assert "Rejected" in validated
    assert (tmp_path / "station.journal").exists()
    other = process("run", "--journal", tmp_path / "station.journal", stdin=b"")
    assert other.returncode == 0, "without a description, the journal has it"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_sigterm_ends_it_in_order(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, "run", "--journal", str(tmp_path / "j")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write(b'{"cmd":"inspect"}\n')
        running.stdin.flush()
        assert json.loads(running.stdout.readline()) == {"ack": 1}
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
        assert running.stderr
        assert running.stderr.read() == b""
    assert not (tmp_path / "j-wal").exists(), "closed in order"


def test_a_line_that_is_too_long_is_wrong_and_no_other(tmp_path: Path) -> None:
    long = json.dumps({"cmd": "inspect", "x": "y" * (2 << 20)}).encode()
    done = process("run", stdin=b'{"cmd":"inspect"}\n' + long + b'\n{"cmd":"inspect"}')
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each.get("ack") or each.get("line") for each in told if "type" not in each] == [1, 2, 3]
    assert "longer than" in told[2]["error"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits and signals")
def test_a_disk_that_is_full_stops_the_acknowledgements_and_loses_nothing(tmp_path: Path) -> None:
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)); {MAIN}"
    line = b'{"cmd":"token","id_token":"DEADBEEF","prevalidated":true}\n'
    with subprocess.Popen(
        [sys.executable, "-c", limited, "run", "--journal", str(tmp_path / "j")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        running.stdin.write(line * 200)
        running.stdin.flush()
        assert b"the journal failed" in running.stderr.readline()
        running.send_signal(signal.SIGTERM)
        said, errors = running.communicate(timeout=30)
        assert running.returncode == 1
    assert b"what was not acknowledged is not kept" in errors
    assert b"Traceback" not in errors
    acked = [each["ack"] for each in map(json.loads, said.splitlines()) if "ack" in each]
    assert acked == list(range(1, len(acked) + 1))
    assert len(acked) < 200
    [again] = [each["ack"] for each in ran("--journal", tmp_path / "j", lines=[{"cmd": "inspect"}]) if "ack" in each]
    assert again == len(acked) + 1


# --- descriptions ----------------------------------------------------------------------------------------------------


def test_check_says_what_a_description_describes(tmp_path: Path, command: Commands) -> None:
    path = tmp_path / "station.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    status, out, err = command("run", path, "--check")
    assert (status, err) == (0, "")
    assert "EVSE 1, EVSE 2 with 3 connectors, PlugEvents, connection_timeout 45 s, 2 tokens" in out
    assert list(tmp_path.iterdir()) == [path]
    status, out, _ = command("run", "--schema")
    assert json.loads(out) == SCHEMA


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("connection_timeout = 45", 'connection_timeout = "45"', 3, "station.connection_timeout: a number is wanted"),
        ("connection_timeout = 45", "connection_timeout = -1", 3, "not between"),
        ("connection_timeout = 45", "connection_timeout = 2020-01-01", 3, "not a date or a time"),
        ("connection_timeout = 45", "conection_timeout = 45", 3, "there is no such key; there are connection_timeout"),
        ('"PlugEvents"', '"Random"', 4, '"Random" is none of FindFirst'),
        ('"PlugEvents"', "PlugEvents", 4, "Invalid value"),
        ("evse_id = 2", "evse_id = 1", 16, "EVSE 1 is there twice"),
        ("evse_id = 2\n", "", 15, "evse_id is missing"),
        ("connector_id = 2", "connector_id = 1", 12, "connector 1 of EVSE 1 is there twice"),
        ("connector_id = 2", "connector_id = true", 12, "a whole number is wanted, not a boolean"),
        (
            "    { connector_id = 1, type",
            "    { connector_id = 1, kind",
            17,
            "evses[2].connectors[1].kind: there is no",
        ),
        ('"BLUE"]', '"BLUE",\n "' + "x" * 37 + '"]', 22, "characters are wanted, not 37"),
        ('"BLUE"]', '"\\u0007"]', 22, "is no token"),
        ("[journal]", "[journal", 24, "Expected"),
        ("[journal]", "[evses]", 24, "Cannot"),
        ("[allow_list]", "[allowlist]", 21, "there is no such key; there are station, evses"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, command: Commands, old: str, new: str, line: int, told: str
) -> None:
    path = tmp_path / "station.toml"
    assert old in EXAMPLE
    path.write_text(EXAMPLE.replace(old, new, 1), encoding="utf-8")
    status, out, err = command("run", path, "--check")
    assert (status, out) == (2, "")
    assert f"{path}:{line}: " in err
    assert told in err
    assert err.count("\n") == 1


def test_no_file_and_no_utf_8(tmp_path: Path, command: Commands) -> None:
    assert "cannot read" in command("run", tmp_path / "none.toml")[2]
    (tmp_path / "bad.toml").write_bytes(b"a = 1\nb = '\xff'\n")
    assert f"{tmp_path / 'bad.toml'}:2: it is no UTF-8" in command("run", tmp_path / "bad.toml")[2]


def test_the_schema_knows_what_the_station_knows() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    station = SCHEMA["properties"]["station"]["properties"]
    assert set(station) == set(Config.__dataclass_fields__)
    assert station["selection_algorithm"]["enum"] == [each.value for each in SelectionAlgorithm]
    connector = SCHEMA["properties"]["evses"]["items"]["properties"]["connectors"]["items"]["properties"]
    assert connector["type"]["enum"] == [each.value for each in ConnectorType]
    defaults = {name: part["default"] for name, part in station.items()}
    assert config(defaults) == Config(connection_timeout=60_000)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["cCCS2", "FindFirst", "", "x" * 40])
    | st.just(2.5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["evse_id", "connectors", "connector_id", "type", "zzz"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["evses", "station", "allow_list", "journal", "zzz"]), VALUES, max_size=4))
def test_our_check_and_jsonschema_agree(data: dict[str, Any]) -> None:
    theirs = jsonschema.Draft202012Validator(SCHEMA).is_valid(data)
    assert theirs == (next(problems(data, SCHEMA), None) is None)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(EXAMPLE)), st.integers(0, 12), st.text(max_size=6) | st.sampled_from(["[", "]]", "=", '"""']))
def test_any_text_is_a_description_or_told_with_its_line(tmp_path: Path, place: int, gone: int, put: str) -> None:
    path = tmp_path / "fuzzed.toml"
    path.write_bytes((EXAMPLE[:place] + put + EXAMPLE[place + gone :]).encode("utf-8", "surrogatepass"))
    try:
        data = read_description(path, SCHEMA, Running.problems)
    except InputError as error:
        told = str(error)
    else:
        assert Running.summary(Running.setup(data, None, tmp_path))
        return
    assert re.match(rf"{re.escape(str(path))}:\d+: [^\n]+$", told)


def test_the_line_of_a_key_is_where_its_statement_begins() -> None:
    text = 'a = 1\n# b\nb = [\n 1,\n 2]\n[c]\nd = """\nx = 1\n"""\ne.f = 1\n[[g]]\nh = 1\n[[g]]\nh = 2\n'
    assert tomllib.loads(text)["c"]["e"] == {"f": 1}
    places = {("a",): 1, ("b", 1): 3, ("c", "d"): 7, ("c", "e", "f"): 10, ("g", 1, "h"): 14, ("g", 1): 13, ("z",): 1}
    assert {place: line_of(text, place) for place in places} == places
