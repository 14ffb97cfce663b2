"""Counterexamples of an exploration as traces, which ``statewatt replay --expect`` runs to the very same states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, TypeAlias

from ...engine import Engine, EngineFault
from ...engine.tracefile import steps
from .guide import FAR, Guide, NoTourError
from .search import Explored, path
from .strides import Stride, strides

Trace: TypeAlias = tuple[Mapping[str, Any], ...]


class Tracer:
    """Traces ways through what was explored; a way that real time does not allow has none."""

    def __init__(self, explored: Explored) -> None:
        self._explored = explored

    @cached_property
    def _engine(self) -> Engine[Any]:
        """An engine that nobody watches."""
        return Engine(self._explored.explorer.system)

    def breaking(self, name: str, state: int, last: Stride | None) -> Trace:
        """The way to a state, and a last step from there, at the end of which a property is broken (without a name:
        the engine stops with a fault)."""

        def is_broken(trace: Trace, _: Guide) -> bool:
            return any(m.get("broken") == name if name else "fault" in m for m in trace[-1]["out"])

        return self._trace(state, last, is_broken)

    def resting(self, state: int) -> Trace:
        """The way to a state in which the engine comes to rest."""

        def is_there(_: Trace, guide: Guide) -> bool:
            with suppress(NoTourError):
                guide.arrive(state)
                return True
            return False

        return self._trace(state, None, is_there)

    def endless(self, state: int) -> Trace:
        """The way to a state from which urgent events find no end."""
        return self.breaking("", state, None)

    def _trace(self, state: int, last: Stride | None, wanted: Callable[[Trace, Guide], bool]) -> Trace:
        explorer = self._explored.explorer
        way = list(path(self._explored.parents, state))
        taken = [*strides(explorer, way), *([last] if last else [])]
        for far in FAR:
            guide = Guide(self._engine, explorer, way[0], far)
            try:
                for each in taken:
                    guide.take(each)
                guide.finish()
            except NoTourError:
                continue
            except EngineFault:
                pass  # it stands in the trace
            trace = tuple(steps(self._engine, self._engine.start(guide.config), guide.inputs))
            if wanted(trace, guide):
                return trace
        return ()
