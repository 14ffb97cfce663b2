"""The laws, checked where they could be broken: what a change does not touch is as it was.

A law about steps is checked for a change that touches what it reads or sends what it asks for; for all other changes it
says the same as of a step that does nothing, which is checked like an invariant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine import Engine, model
from ...engine.state import EngineFault, Input, Taken
from ...engine.walking import walk
from .memory import Memo
from .packing import MOMENT
from .watched import Worlds

Transition = tuple[str, str | None, str, str]
"""Machine, event, source and target."""
Turn = tuple[int, tuple[Any, ...]]
Effect = tuple[int, tuple[Memo, ...], tuple[Memo, ...]]
"""The bits that change, the laws to check before, and the invariants to check after."""


@dataclass(frozen=True)
class Broken:
    """A property that does not hold in ``state``, or (``change``) on the step from there; ``fault`` says why it has no
    answer, or how the model fails upon ``event``."""

    name: str
    state: int
    change: int | None = None
    event: Input | None = None
    fault: str = ""


class Checks:
    """Watches the invariants and laws of one system, and what is reached of it."""

    def __init__(self, engine: Engine[Any], worlds: Worlds) -> None:
        system = engine.system
        self.engine = engine
        self.worlds = worlds
        self.broken: dict[str, Broken] = {}
        self.transitions: dict[Transition, int] = {}
        """The transitions that happen, each with the first state in which it does."""
        self.ignored: set[Transition] = set()
        """The same for events that are ignored, which are no moves."""
        self.pairs: dict[tuple[Transition, Transition], int] = {}
        """The same for two transitions of one region of one thing, one after the other."""
        self._effects: dict[tuple[Turn, ...], Effect | None] = {}
        layout = worlds.layout
        reads = layout.matters.reads
        always = layout.present()
        functions = engine.compiled.predicate
        self.invariants: list[tuple[int, Memo]] = []
        self._laws: list[tuple[int, frozenset[str], model.Predicate, Callable[..., Any]]] = []
        for predicate in system.invariants:
            mask = layout.columns(reads.of_predicate(predicate)) | always
            self.invariants.append((mask, worlds.memo(self._holds(predicate, functions(system.name, predicate.name)))))
        for predicate in system.laws:
            mask = layout.columns(reads.of_predicate(predicate)) | always
            function = functions(system.name, predicate.name)
            sent = frozenset(n.command for n in walk((predicate.locals, predicate.body)) if isinstance(n, model.Sent))
            self._laws.append((mask, sent, predicate, function))
            self.invariants.append((mask, worlds.memo(self._keeps(predicate, function, 0, 0, ()))))
        self._asked = frozenset[str]().union(*(sent for _, sent, _, _ in self._laws))

    # --- what is noted -----------------------------------------------------------------------------------------------

    def taken(self, state: int, path: Iterable[Taken]) -> None:
        """These transitions happen in a state that is reached."""
        for machine, _, event, source, target in path:
            self.transitions.setdefault((machine, event, source, target), state)

    def fault(self, state: int, event: Input, fault: EngineFault) -> None:
        """The model fails upon an event."""
        self.broken.setdefault("", Broken("", state, None, event, str(fault)))

    # --- effects -----------------------------------------------------------------------------------------------------

    def effect(self, turns: tuple[Turn, ...]) -> Effect | None:
        """What is to be checked upon a change; ``None`` if there is neither a change nor anything to check."""
        turns = tuple((change, tuple(c for c in sent if type(c).__name__ in self._asked)) for change, sent in turns)
        if turns not in self._effects:
            self._effects[turns] = self._effect(turns)
        return self._effects[turns]

    def _effect(self, turns: Sequence[Turn]) -> Effect | None:
        laws: list[Memo] = []
        before = 0
        for after, commands in turns:
            sent = {type(command).__name__ for command in commands}
            for mask, asked, predicate, function in self._laws:
                if (before ^ after) & mask or sent & asked:
                    laws.append(self.worlds.memo(self._keeps(predicate, function, before, after, commands)))
            before = after
        if not before and not laws:
            return None
        return before, tuple(laws), self.touched(before)

    def touched(self, change: int) -> tuple[Memo, ...]:
        """The invariants that a change could break."""
        return tuple(memo for mask, memo in self.invariants if mask & change)

    # --- predicates --------------------------------------------------------------------------------------------------

    def _holds(self, predicate: model.Predicate, function: Callable[..., Any]) -> Callable[[int], bool]:
        def find(state: int) -> bool:
            self._ask(predicate, Broken(predicate.name, state), lambda: function(self.worlds.world(state)))
            return True

        return find

    def _keeps(
        self, law: model.Predicate, function: Callable[..., Any], before: int, after: int, commands: tuple[Any, ...]
    ) -> Callable[[int], bool]:
        def find(state: int) -> bool:
            old = self.worlds.world(state ^ before)
            new = self.worlds.world(state ^ after)
            self._ask(law, Broken(law.name, state, after & ~MOMENT), lambda: function(new, old, commands))
            return True

        return find

    def _ask(self, predicate: model.Predicate, broken: Broken, ask: Callable[[], Any]) -> None:
        try:
            if ask():
                return
        except Exception as error:
            fault = str(self.engine.compiled.fault(error))
            broken = Broken(broken.name, broken.state, broken.change, None, fault)
        self.broken.setdefault(predicate.name, broken)
