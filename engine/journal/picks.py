"""What policies pick during a step: written down when it is taken, and picked again when it is run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..running import Policy
from ..step import Engine

Picks = tuple[int | None, ...]
"""What policies picked during a step, in the order of being asked: the place among the candidates, or nobody."""


@dataclass
class Recorder:
    """Policies that write down what they pick."""

    engine: Engine[Any]
    policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])
    picks: list[int | None] = field(default_factory=list[int | None])

    def watched(self) -> dict[str, Policy]:
        """All policies of the system, the system's own where none is given."""
        python = self.engine.compiled.objects.get(self.engine.system.python)
        chosen = {name: self.policies.get(name) or getattr(python, name) for name in self.engine.system.policies}
        return {name: self._watched(policy) for name, policy in chosen.items()}

    def _watched(self, policy: Policy) -> Policy:
        def watch(system: Any, thing: Any, candidates: Sequence[Any], now: int) -> Any:
            chosen = policy(system, thing, candidates, now)
            place = next((i for i, each in enumerate(candidates) if each == chosen), None)
            self.picks.append(None if chosen is None else place)
            return chosen

        return watch


def repeating(engine: Engine[Any], picks: Sequence[int | None]) -> dict[str, Policy]:
    """Policies that pick what was picked; ``LookupError`` where they are asked more often than they were."""
    left = list(picks)

    def pick(system: Any, thing: Any, candidates: Sequence[Any], now: int) -> Any:
        place = left.pop(0)
        return None if place is None else candidates[place]

    return dict.fromkeys(engine.system.policies, pick)
