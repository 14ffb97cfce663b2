"""``statewatt demo``: what else is installed shows itself, then comes an evening at a station.

On a terminal it is shown as it happens, in a pipe as plain lines.
"""

from __future__ import annotations

import importlib.metadata
import sys
import time
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..step import load
from .evening import Moment, play, story
from .loading import EXPLANATION, RECORDING, STATION, named
from .values import json_line

GROUP = "statewatt.demo"
"""The entry points of what is shown before the evening, by the names of their commands: each is a function without
parameters that gives an exit status."""
ORDER = ("verify", "draw")

OPENING = 18 * 3600
"""The time of day at which the evening begins, in seconds."""

PAUSE = 0.6
"""Seconds between two scenes on a terminal; none in a pipe."""

WIDTH = 110
"""Where lines end in a pipe, after the indent."""
INDENT = 10
"""Where what stands below a caption begins."""

TRY_NEXT = """\
Try next:
  statewatt demo --json > evening.jsonl      this evening as a recording,
  statewatt replay evening.jsonl             each step of it on a line,
  statewatt replay --expect evening.jsonl    whether the same happens again,
  statewatt draw --trace evening.jsonl --out evening    and it as pictures,
  statewatt verify depot:Depot               the laws of a model of your own, proved
The README has a model to read and the engine in ten lines of your own code."""

Evses = Mapping[str, Mapping[str, str]]


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="Print the evening as a recording and nothing else.")] = False,
) -> int:
    """See the shipped station's laws proved and its pictures drawn, then spend an evening at it.

    Two EVSEs, cards, a reservation, a fault, a master pass and a power cut: what the station does, what was decided
    and why, all of it told from the steps that the engine takes.
    """
    driver: Any = named(RECORDING, "the recording")
    moments = play(story(), load(named(STATION, "the system")), driver, named(EXPLANATION, "the explanation"))
    if as_json:
        return _record(moments)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    found = overture(console)
    return max(found, Show(console).run(moments))


def _record(moments: Iterator[Moment]) -> int:
    broken = False
    for moment in moments:
        broken = broken or bool(moment.violations) or moment.lost
        if moment.recorded is not None:
            sys.stdout.write(json_line(moment.recorded))
    return 1 if broken else 0


def overture(console: Console) -> int:
    """What comes before the evening; what is not installed is said. The exit status: the worst of all."""
    points = importlib.metadata.entry_points(group=GROUP)
    status = 0
    for point in sorted(points, key=lambda point: ORDER.index(point.name) if point.name in ORDER else len(ORDER)):
        try:
            status = max(status, point.load()())
        except ModuleNotFoundError as error:
            console.print(f"statewatt {point.name} is not shown, it needs {error.name}: pip install 'statewatt[all]'")
        console.print()
    return status


class Show:
    """Shows moments one after the other, and in the end what they came to."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = max(40, console.width - INDENT) if console.is_terminal else WIDTH
        self.evses: dict[str, dict[str, str]] = {}
        self.events = 0
        self.broken = 0

    def run(self, moments: Iterator[Moment]) -> int:
        """Show them all; the exit status is 1 if a law was broken or a state got lost."""
        if self.console.is_terminal and not self.console.is_dumb_terminal:
            with Live(console=self.console, auto_refresh=False) as live:
                for moment in moments:
                    self._moment(moment)
                    live.update(table(self.evses), refresh=True)
                    time.sleep(PAUSE if moment.scene.caption else 0)
        else:
            for moment in moments:
                self._moment(moment)
        self._ending()
        return 1 if self.broken else 0

    def _moment(self, moment: Moment) -> None:
        self.events += moment.moves
        self.broken += len(moment.violations) + moment.lost
        before, self.evses = self.evses, standing(moment.state)
        lines = list(body(moment, before, self.evses, self.width))
        if moment.scene.caption or lines:
            self.console.print(Text.assemble((f"{time_of_day(moment.time)}  ", "dim"), (moment.scene.caption, "bold")))
        for line in lines:
            for part in line.wrap(self.console, self.width):
                part.rstrip()
                self.console.print(Text(" " * INDENT).append_text(part))

    def _ending(self) -> None:
        law = f"{self.broken} times a law was broken" if self.broken else "no invariant and no law was broken"
        self.console.print(Text(f"\n{self.events} events, and {law}.", "red" if self.broken else "green"))
        self.console.print(f"\n{TRY_NEXT}")


def body(moment: Moment, before: Evses, after: Evses, width: int = WIDTH) -> Iterator[Text]:
    """The lines below a caption: what was decided and why, what was told, and how the EVSEs stand now."""
    for decision in moment.decisions:
        yield Text.assemble(("why   ", "dim"), f"{decision.question} -> ", (decision.answer, "magenta"))
        for reason in dict.fromkeys(map(str, decision.because or decision.against)):
            yield Text(f"        {reason}", "dim")
    if moment.explanation is not None and not moment.explanation.granted:
        for place in moment.explanation.places:
            yield from _place(place)
    for refusal in moment.refusals:
        for line in str(refusal).splitlines():
            yield Text.assemble(("why   ", "dim"), (line, "red"))
    if moment.out:
        lines = wrap(", ".join(map(brief, moment.out)), min(100, width - 6), break_long_words=False)
        for head, line in zip(["told  ", *[" " * 6] * len(lines)], lines, strict=False):
            yield Text.assemble((head, "dim"), (line, "cyan"))
    if moment.note:
        yield Text.assemble(("disk  ", "dim"), (moment.note, "red" if moment.lost else "green"))
    for name, columns in after.items():
        if columns != before.get(name):
            yield Text.assemble(("now   ", "dim"), f"{name}: {', '.join(text for text in columns.values() if text)}")
    for name in before.keys() - after.keys():
        yield Text.assemble(("now   ", "dim"), f"{name}: nothing any more")
    for violation in moment.violations:
        yield Text(f"BROKEN {violation}", "bold red")


def _place(place: Any) -> Iterator[Text]:
    """An EVSE that was not granted, and the laws against it."""
    if not place.allowed:
        yield Text(f"        EVSE {place.evse} may not be granted", "dim")
    for law in place.laws:
        if not law.holds:
            facts = f" ({', '.join(law.facts)})" if law.facts else ""
            yield Text(f"          {law}{facts}", "dim")


def brief(message: Mapping[str, Any]) -> str:
    """``authorize_response Accepted to EVSE 1``."""
    essence = ("authorization_status", "status", "result", "value", "reason", "reservation_id")
    told = next((f" {message[key]}" for key in essence if message.get(key) is not None), "")
    where = f" to EVSE {message['evse_id']}" if message.get("evse_id") is not None else ""
    return f"{message['type']}{told}{where}"


def standing(state: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """How the EVSEs stand, in words: for each its columns; and the reservations that are for any EVSE."""
    reserved = state.get("evse_reservations", {})
    found = {f"EVSE {evse['evse_id']}": _columns(evse, reserved) for evse in state["evses"]}
    numbers = state.get("global_reservations")
    if numbers:
        found["any EVSE"] = {"reserved": f"reservation {', '.join(map(str, numbers))}"}
    return found


def _columns(evse: Mapping[str, Any], reserved: Mapping[str, Any]) -> dict[str, str]:
    token, number = evse.get("authorized_id_token"), reserved.get(str(evse["evse_id"]))
    return {
        "vehicle": "plugged in" if evse["plugged_in"] else "no vehicle",
        "token": f"holds {token}" if token else "",
        "transaction": "charging" if evse["transaction_active"] else "",
        "connectors": " ".join(f"connector {key} {text.lower()}" for key, text in evse["connectors"].items()),
        "reserved": f"reservation {number}" if number is not None else "",
        "open": "open to tokens" if evse["available"] else "needs a new plug-in" if evse["plug_in_timeout"] else "",
    }


def table(evses: Evses) -> Table:
    """The EVSEs as they stand."""
    shown = Table("EVSE", "vehicle", "token", "transaction", "connectors", "reserved", "open")
    for name, columns in evses.items():
        shown.add_row(name, *(columns.get(str(column.header), "") for column in shown.columns[1:]))
    return shown


def time_of_day(seconds: float) -> str:
    """``69.0`` after the opening as ``18:01:09``."""
    total = OPENING + round(seconds)
    return f"{total // 3600 % 24:02}:{total // 60 % 60:02}:{total % 60:02}"
