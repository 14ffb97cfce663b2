"""The facts that the laws need, those that these need, and so on, until they keep themselves.

Everything that has not been seen to fail is believed at first. A fact that is needed has to be kept by every step; one
that is not, although all that is believed holds before the step, is given up, and what has used it is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..prove import Progress
from ..terms import Term, implied
from .scope import Ask, Small, Turn

CHEAP = 4
"""Facts that cost no more than that are tried before the others."""


@dataclass
class Answer:
    """What was used to show the claims of a way: of what is owed (no names), or of needed facts."""

    turn: Turn
    names: tuple[str, ...]
    used: set[str]
    claims: Sequence[Term]


class Closure:
    """Looks for the facts that are needed. ``lost`` are those that are not kept."""

    def __init__(self, small: Small, costs: Mapping[str, int], progress: Progress) -> None:
        self.small = small
        self.costs = costs
        self.progress = progress
        self.open = False
        """Whether something that is owed cannot be shown with all facts."""
        self.lost: set[str] = set()
        self.needed: set[str] = set()
        self._answers: list[Answer] = []
        self._asked: set[str] = set()

    def find(self) -> set[str]:
        """The facts that the declared properties need, as far as facts help."""
        for number, turn in enumerate(self.small.turns):
            self.progress("looking for what the laws need", number, len(self.small.turns))
            self._owed(turn)
        while self.needed - self._asked:
            new = self.needed - self._asked
            self._asked |= new
            for number, turn in enumerate(self.small.turns):
                self.progress(f"looking for what {len(self._asked)} facts need", number, len(self.small.turns))
                self._kept(turn, sorted(new))
        return self._used()

    def _believed(self) -> set[str]:
        return set(self.small.before) - self.lost

    def _base(self) -> set[str]:
        """What is known anyhow: what is declared, and what is needed already."""
        return (self._believed() - self.small.facts) | (self.needed - self.lost)

    # --- single ways -------------------------------------------------------------------------------------------------

    def _owed(self, turn: Turn) -> None:
        """What a way owes to the declared properties."""
        claims = [implied(goal.premises, goal.claim) for goal in turn.owed]
        if claims and not self._show(turn, (), claims):
            for goal, claim in zip(turn.owed, claims, strict=True):
                if not self._show(turn, (), [claim]):
                    self.open = True
                    if goal.owner.about == "state":
                        self._lose(goal.owner.name)

    def _kept(self, turn: Turn, names: Sequence[str]) -> None:
        """That a way keeps these facts, if it may break them."""
        names = [n for n in names if n not in self.lost and self.small.reads[n] & turn.written]
        if names and not self._show(turn, tuple(names), [self.small.then[name] for name in names]):
            for name in names:
                if not self._show(turn, (name,), [self.small.then[name]]):
                    self._lose(name)

    def _show(self, turn: Turn, names: tuple[str, ...], claims: Sequence[Term]) -> bool:
        """Show claims with what is known, or else with what is believed, of which the rest is then needed too."""
        with self.small.question(turn, claims) as ask:
            used = ask(self._base())
            if used is None:
                used = self._more(ask)
                if used is None:
                    return False
                used = self._fewer(ask, used)
        self._answers.append(Answer(turn, names, used, claims))
        self.needed |= used & self.small.facts
        return True

    def _more(self, ask: Ask) -> set[str] | None:
        """Show it with more than what is known: with facts that cost little, or else with all that is believed."""
        believed, base = self._believed(), self._base()
        cheap = {name for name in believed if self.costs.get(name, 0) <= CHEAP}
        used = ask(base | cheap)
        return ask(believed) if used is None else used

    def _fewer(self, ask: Ask, used: set[str]) -> set[str]:
        """The same without facts that can be left out, those that cost most first; by halves, while that will do."""
        base = self._base()
        left = sorted(used - base, key=lambda name: (self.costs.get(name, 0), name), reverse=True)
        kept: set[str] = set()
        size = max(len(left) // 2, 1)
        while left:
            tried, rest = left[:size], left[size:]
            less = ask(base | kept | set(rest))
            if less is not None:
                used = less
                left = [name for name in rest if name in less]
            elif size == 1:
                kept.add(tried[0])
                left = rest
            size = max(min(size, len(left)) // 2, 1)
        return used

    def _lose(self, name: str) -> None:
        """Give a fact up; what has used it is asked again."""
        self.lost.add(name)
        self.needed.discard(name)
        again = [answer for answer in self._answers if name in answer.used]
        self._answers = [answer for answer in self._answers if name not in answer.used]
        for answer in again:
            if answer.names:
                self._kept(answer.turn, answer.names)
            else:
                self._owed(answer.turn)

    # --- what is left ------------------------------------------------------------------------------------------------

    def _used(self) -> set[str]:
        """The facts that the way from the declared properties leads to."""
        declared = set(self.small.before) - self.small.facts
        found: set[str] = set()
        while True:
            live = [a for a in self._answers if not a.names or set(a.names) & found]
            more = {name for answer in live for name in answer.used} - declared - found
            if not more:
                return found
            found |= more

    def without_the_idle(self, found: set[str]) -> set[str]:
        """The same without those that the others can replace, those that cost most first."""
        declared = self._believed() - self.small.facts
        for name in sorted(found, key=lambda name: (self.costs[name], name), reverse=True):
            rest = found - {name}
            again: list[Answer] = []
            for answer in self._answers:
                names = tuple(each for each in answer.names if each in rest)
                if name in answer.used and (names or not answer.names):
                    used = self._used_for(replace(answer, names=names), declared | rest)
                    if used is None:
                        break
                    again.append(Answer(answer.turn, names, used, answer.claims))
            else:
                found = rest
                self._answers = [a for a in self._answers if name not in a.used] + again
        return found

    def _used_for(self, answer: Answer, known: set[str]) -> set[str] | None:
        claims = [self.small.then[name] for name in answer.names] if answer.names else answer.claims
        with self.small.question(answer.turn, claims) as ask:
            return ask(known)
