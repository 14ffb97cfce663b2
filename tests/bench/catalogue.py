"""Every benchmark by its name. Each is imported only when it is asked for."""

from __future__ import annotations

import importlib

from .figures import Benchmark

ABOUT = {
    "connector": "events a second of one connector, beside other libraries and a dictionary",
    "station": "inputs of a whole station of 1 to 128 EVSEs, beside a station written by hand",
    "journal": "durable inputs a second, with many requesters at a time, beside the same without a journal",
    "instances": "making a connector and a station, and the memory of 10 000 stations",
    "start": "imports, each in a fresh process, and what they load",
    "promise": "whether all reservations can be kept, beside the enumeration of orders",
}
"""In the order in which they are run."""


def benchmark(name: str) -> Benchmark:
    """The benchmark of that name; ``KeyError`` if there is none."""
    about = ABOUT[name]
    return Benchmark(name, about, importlib.import_module(f".{name}", __package__).measure)
