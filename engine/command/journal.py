"""``statewatt journal``: what a journal holds, whether it is in order, and why a token got what it got."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from ..journal import DamagedError, Entry, History
from ..journal.inspection import findings, inputs
from ..journal.storage import Storage
from ..state import InputError
from ..step import Engine, load
from ..tracefile import steps
from .loading import LOOKING_BACK, STATION, TOLD, named
from .telling import command_text, message_text, printable
from .values import is_object, json_line


def journal(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A journal; a running station may write to it.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object for each entry, or for what is told.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Run everything in it again and check every law at every step.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="OUT.jsonl", help="Write it as a trace, for statewatt replay.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="TOKEN", help="Why a presented token had the result it had.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Which presentation: 18:42, or 2026-08-01T18:42:00Z.")
    ] = None,
) -> int:
    """Show, check or export a journal, or explain a decision in it. Nothing in it is changed.

    Without an option, a line for each entry: its number, when, what came, and what the station did. With --check, the
    exit status is 1 if anything is found.
    """
    if at is not None and explain is None:
        raise InputError("--at says which presentation --explain is to explain: name the token")
    console = Console(soft_wrap=True, highlight=False, markup=False)
    try:
        history = History.open(file, engine_of(file))
    except DamagedError as error:
        if not check:
            raise
        return _found(console, [str(error)])
    try:
        if check:
            return _check(console, history)
        if export:
            return _export(console, history, export)
        if explain is not None:
            return _explain(console, history, explain, at, as_json)
        for entry in history.entries():
            _show(console, history, entry, as_json)
        return 0
    finally:
        history.close()


def engine_of(file: Path) -> Engine[Any]:
    """The engine of the system that a journal is of."""
    storage = Storage(file, read_only=True)
    try:
        return load(named(storage.meta().get("system", ""), "the journal's system"))
    finally:
        storage.close()


# --- showing ---------------------------------------------------------------------------------------------------------


def _show(console: Console, history: History, entry: Entry, as_json: bool) -> None:
    codec = history.engine.codec
    given = {} if entry.event is None else codec.encode_event(entry.event)
    told = [(each.id, codec.encode_command(each.command)) for each in entry.deliveries]
    if as_json:
        out = [{"id": number, **command} for number, command in told]
        data = {"entry": entry.number, "now": entry.now, "in": given, "out": out}
        sys.stdout.write(json_line({**data, "mark": entry.mark, "note": entry.note}))
        return
    station = history.engine.system.python == STATION
    messages = named(TOLD, "the station")(entry) if station else [command for _, command in told]
    outcome = "; ".join(message_text(message) for message in messages)
    console.print(
        Text.assemble(
            (f"{entry.number:>6}  {moment(entry.now)}  ", "dim"),
            command_text(_line(entry) or given),
            *([("  ->  ", "dim"), (outcome, "cyan")] if outcome else []),
        )
    )


def _line(entry: Entry) -> dict[str, Any] | None:
    """The line that an entry of ``statewatt run`` comes from."""
    try:
        note: Any = json.loads(entry.note or "{}")
    except ValueError:
        return None
    line = note.get("in") if is_object(note) else None
    return line if is_object(line) else None


def moment(milliseconds: int) -> str:
    """``2026-08-01 18:42:00.250``, in the time zone of the computer."""
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000):%Y-%m-%d %H:%M:%S}.{milliseconds % 1000:03}"
    except (ValueError, OverflowError, OSError):
        return f"{milliseconds} ms"


def _check(console: Console, history: History) -> int:
    found: list[str] = []
    try:
        found += findings(history)
    except DamagedError as error:
        found.append(str(error))
    if found:
        return _found(console, found)
    last = max(row.after for row in history.snapshots)
    numbers = [row.number for row in history.rows()]
    count, waiting = len(numbers), len(history.outstanding())
    console.print(
        Text(
            f"in order: {count} entries up to {max([last, *numbers])}, {len(history.snapshots)} snapshots; run again, "
            f"every law holds at every step; {waiting} commands have not been reported as delivered",
            "green",
        )
    )
    return 0


def _found(console: Console, what: list[str]) -> int:
    for each in what:
        console.print(Text(printable(each), "red"))
    return 1


def _export(console: Console, history: History, out: Path) -> int:
    try:
        with out.open("x", encoding="utf-8") as file:
            count = 0
            for line in steps(history.engine, history.state(history.snapshots[0]), inputs(history)):
                file.write(json_line(line))
                count += 1
    except FileExistsError:
        raise InputError(f"{out} is there already: name another file") from None
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror}") from None
    console.print(f"{out}: {count - 1} entries; run them again with: statewatt replay --expect {out}")
    return 0


# --- explaining ------------------------------------------------------------------------------------------------------


def _explain(console: Console, history: History, token: str, at: str | None, as_json: bool) -> int:
    look_back: Any = named(LOOKING_BACK, "the explanation")
    account = look_back(history, token, None if at is None else instant(at, history))
    if as_json:
        sys.stdout.write(json_line(account.as_data()))
        return 0
    where = f" at EVSE {account.evse}" if account.evse is not None else ""
    ending = f"{account.result}{where}" if account.result else "still under way"
    console.print(Text(printable(f"{account.token}, presented {moment(account.presented)}: {ending}"), "bold"))
    for line in _told(account):
        console.print(printable(line))
    return 0


def _told(account: Any) -> Iterator[str]:
    for each in account.moments:
        yield f"  {moment(each.now)}  entry {each.entry}"
        for question in each.questions:
            yield from (f"    {line}" for line in str(question).split("\n"))


def instant(text: str, history: History) -> int:
    """A time of day (the last such one in the journal) or a point in time, in milliseconds."""
    last = max((row.now for row in history.rows()), default=0)
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
        try:
            clock = datetime.strptime(text, "%H:%M:%S" if text.count(":") == 2 else "%H:%M")
        except ValueError:
            raise InputError(f"--at {text}: there is no such time of day") from None
        end = datetime.fromtimestamp(last / 1000)
        found = end.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
        return round((found if found <= end else found - timedelta(days=1)).timestamp() * 1000)
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise InputError(f"--at {text!r} is no time such as 18:42 or 2026-08-01T18:42:00Z") from None
