"""Whether a journal is of the station that is described, and which settings were described otherwise before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..engine import StationState
from ..engine.codec import encode_python
from ..engine.journal import Journal, JournalError
from .requests import Topology
from .station import Config


def check_topology(journal: Journal, topology: Topology) -> None:
    """The journal is of a station with these EVSEs and connectors, or a ``JournalError`` says which ones it has."""
    state = journal.state
    evses = [state.row("Evse", key).fields["number"] for key in state.keys("Evse")]
    connectors = [state.row("Connector", key).fields for key in state.keys("Connector")]
    wanted = [dict(b.fields) for b in topology.births if b.machine == "Connector"]
    known = [{name: each[name] for name in ("evse", "number", "type")} for each in connectors]
    if evses != list(topology.evses) or known != wanted:
        raise JournalError(
            f"the journal {journal.path} is of a station with the EVSEs {', '.join(map(str, evses))} and "
            f"{len(known)} connectors, another one than is described; name another file, or describe that station"
        )


def topology_of(state: StationState) -> Topology:
    """The EVSEs and connectors of a station that is there."""
    evses: dict[Any, tuple[Any, list[tuple[Any, Any]]]] = {
        key: (state.row("Evse", key).fields["number"], []) for key in state.keys("Evse")
    }
    for key in state.keys("Connector"):
        fields: Mapping[str, Any] = state.row("Connector", key).fields
        evses[fields["evse"]][1].append((fields["number"], fields["type"]))
    return Topology(list(evses.values()))


def settings_text(config: Config) -> dict[str, str]:
    """The settings as a journal's description keeps them."""
    return {"settings": json.dumps(encode_python(config))}


def changed_settings(journal: Journal | None, config: Config) -> Mapping[str, Any]:
    """The settings that are described otherwise than when the journal last began: those that were changed while the
    station ran stay. Without a journal, none."""
    if journal is None:
        return {}
    known: dict[str, object] = json.loads(journal.description.get("settings", "{}"))
    now: dict[str, object] = json.loads(settings_text(config)["settings"])
    return {name: getattr(config, name) for name, value in now.items() if known.get(name, value) != value}
