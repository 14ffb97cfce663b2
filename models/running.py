"""What ``statewatt run`` asks of the shipped station: how it is described, and the station on JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..engine import InputError
from ..engine.journal.journal import KEPT, SNAPSHOT_EVERY
from .incoming import parsed, station_of
from .lines import DEFAULT_STATION, DEFAULT_TOKENS, Lines, Setup
from .messages import Message
from .requests import token

Place = Sequence[str | int]
"""Where something stands in a description: keys, and places in lists."""


class Running:
    """The shipped station for the command ``statewatt run``; all of it is stateless."""

    @staticmethod
    def schema() -> Mapping[str, Any]:
        """The JSON schema of a description."""
        text = files(__name__.rpartition(".")[0]).joinpath("station.schema.json").read_text(encoding="utf-8")
        found: Mapping[str, Any] = json.loads(text)
        return found

    @staticmethod
    def problems(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
        """What a description that is as the schema says has still wrong."""
        seen: set[int] = set()
        for i, evse in enumerate(data["evses"]):
            if evse["evse_id"] in seen:
                yield ("evses", i, "evse_id"), f"EVSE {evse['evse_id']} is there twice"
            seen.add(evse["evse_id"])
            connectors = [connector["connector_id"] for connector in evse["connectors"]]
            for j, number in enumerate(connectors):
                if number in connectors[:j]:
                    text = f"connector {number} of EVSE {evse['evse_id']} is there twice"
                    yield ("evses", i, "connectors", j, "connector_id"), text
        texts: list[tuple[Place, str]] = [(("allow_list", "tokens", i), each) for i, each in enumerate(_tokens(data))]
        if master := data.get("station", {}).get("master_pass_group_id"):
            texts.append((("station", "master_pass_group_id"), master))
        for place, text in texts:
            try:
                token(text)
            except InputError:
                yield place, f"{text!r} is no token: 1 to 36 printable characters"

    @staticmethod
    def setup(data: Mapping[str, Any] | None, journal: Path | None, folder: Path, *, adopt: bool = False) -> Setup:
        """The setup that a description gives; its journal is in the description's folder, unless one is given."""
        if data is None:
            return Setup(journal=journal, adopt=adopt)
        about = data.get("journal", {})
        file = folder / about["file"] if "file" in about else None
        return Setup(
            station={"connection_timeout": 60, **data.get("station", {}), "evses": data["evses"]},
            allowed=_tokens(data),
            journal=journal or file,
            adopt=adopt,
            snapshot_every=about.get("snapshot_every", SNAPSHOT_EVERY),
            kept=about.get("kept", KEPT),
        )

    @staticmethod
    def setup_of_line(line: bytes, journal: Path | None) -> Setup:
        """The setup that a first line gives: that of the command ``configure``, or, with any other, the default.

        Raises:
            InputError: it is a ``configure`` that describes no station.
        """
        try:
            command = dict(parsed(line))
        except InputError:
            command = {}
        if command.pop("cmd", None) != "configure":
            return Setup(journal=journal)
        station_of(command)
        return Setup(command, journal=journal)

    @staticmethod
    def lines(setup: Setup, write: Callable[[Message], None]) -> Lines:
        """The station on JSON lines."""
        return Lines(setup, write)

    @staticmethod
    def summary(setup: Setup) -> str:
        """The station in words."""
        topology, config = station_of(setup.described)
        evses = ", ".join(f"EVSE {number}" for number in topology.evses)
        journal = f"journal {setup.journal}" if setup.journal else "no journal"
        return (
            f"{evses} with {len(topology.connectors)} connectors, {config.selection_algorithm.value}, "
            f"connection_timeout {config.connection_timeout / 1000:g} s, "
            f"{len(setup.allowed)} tokens in the allow-list, {journal}"
        )


def _tokens(data: Mapping[str, Any]) -> Sequence[str]:
    found: Sequence[str] = data.get("allow_list", {}).get("tokens", DEFAULT_TOKENS)
    return found


__all__ = ["DEFAULT_STATION", "DEFAULT_TOKENS", "Running"]
