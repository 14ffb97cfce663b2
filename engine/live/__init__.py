"""Stations of plain objects that change in place: the same model, several times faster than the pure step."""

from .module import Written, live_class, write

__all__ = ["Written", "live_class", "write"]
