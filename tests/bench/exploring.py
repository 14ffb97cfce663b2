"""States a second of an exploration, with all laws, in one process: ``python tests/bench/exploring.py [SCOPE…]``.

Spin would explore a model written by hand, and none is kept here: only whether it is installed is told.
"""

from __future__ import annotations

import resource
import shutil
import sys
import time

from statewatt.engine import load
from statewatt.models.station import ChargingStation
from statewatt.verify.exploring.scope import parsed
from statewatt.verify.exploring.search import explore

SCOPES = (
    "connectors=1,tokens=1,reservations=0",
    "connectors=1,tokens=1,authorizations=2,reservations=0",
    "evses=2,connectors=2,authorizations=0,reservations=0",
    "evses=2,connectors=2,tokens=1,reservations=0,parent=1,order=1",
    "evses=3,connectors=3,authorizations=0,reservations=0,ConnectorType=1",
)
STATES = 1_000_000


def main(scopes: list[str]) -> None:
    """One line for each scope; the time is that of the processor."""
    engine = load(ChargingStation)
    for scope in scopes:
        begin = time.process_time()
        found = explore(engine, parsed(engine, scope), STATES)
        seconds = time.process_time() - begin
        states = len(found.parents)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{states / seconds:8.0f} states/s {found.steps / seconds:8.0f} steps/s  {states:8} states"
            f"{'' if found.finished else ' (not finished)'}, {seconds:.1f} s, up to {memory:.0f} MB: {scope}",
            flush=True,
        )
    print("spin is installed, with no model to run" if shutil.which("spin") else "spin is not installed")


if __name__ == "__main__":
    main(sys.argv[1:] or list(SCOPES))
