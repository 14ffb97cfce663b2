"""What each thing that can happen is made of: which guards it passes, which actions it runs, what these ask and send.

A change of the model concerns only what contains the changed element; all else was proved before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, TypeAlias

from ...engine import model
from ...engine.walking import walk
from ..happenings import Happening
from ..ways import Way

Element: TypeAlias = tuple[Literal["guards", "taking", "predicate", "action"], str, int | str]
"""The guards of a transition, its target and the list of its actions, a predicate's body, an action's body: with the
machine (or the system), and the transition's place in it, or the name."""

Elements: TypeAlias = frozenset[Element]
NOTHING: Elements = frozenset()


class Reach:
    """What the steps of one system are made of."""

    def __init__(self, system: model.System) -> None:
        self.system = system
        self._machines = {machine.name: machine for machine in system.machines}
        self._asked = cache(self._find_asked)
        self._guards = cache(self._find_guards)
        self._taking = cache(self._find_taking)
        self._action = cache(self._find_action)

    # --- steps -------------------------------------------------------------------------------------------------------

    def happening(self, happening: Happening, machines: Mapping[str, model.Machine]) -> Elements:
        """What a birth or an event is made of; ``machines`` are those of the system that it is taken from."""
        if happening.kind == "birth":
            return self._birth(self._machines[happening.machine])
        if happening.transition is None:
            return NOTHING
        return self.transition(happening.machine, place_of(happening.transition, machines[happening.machine]))

    def transition(self, machine: str, index: int) -> Elements:
        """What a transition of a machine is made of, up to where the thing comes to rest."""
        return self._guards(machine, index) | self._taking(machine, index, True)

    def way(self, way: Way, machines: Mapping[str, model.Machine]) -> Elements:
        """What one way is made of; ``machines`` are those of the system that it was made from."""
        found = NOTHING
        for taken in way.taken:
            index = place_of(taken.transition, machines[taken.machine])
            found |= self._guards(taken.machine, index) | self._taking(taken.machine, index, False)
        return found

    # --- predicates --------------------------------------------------------------------------------------------------

    def asked_by_guards(self) -> Elements:
        """The predicates that guards ask, and those that these ask."""
        found = NOTHING
        for machine in self.system.machines:
            for transition in machine.transitions:
                for guard in transition.guards:
                    found |= self.asked(guard.condition)
        return found

    def asked(self, node: object) -> Elements:
        """The predicates that a piece of the model asks, and those that these ask."""
        found = NOTHING
        for each in walk(node):
            if isinstance(each, model.Ask):
                found |= self._asked(each.owner, each.predicate)
        return found

    def _find_asked(self, owner: str, name: str) -> Elements:
        asked = self._machines.get(owner, self.system)
        predicate = asked.predicate(name)
        own: Element = ("predicate", owner, name)
        return frozenset({own}) | self.asked((*predicate.locals, predicate.body))

    # --- transitions -------------------------------------------------------------------------------------------------

    def _exits(self, machine: str, source: str, event: str | None) -> Iterator[int]:
        for index, each in enumerate(self._machines[machine].transitions):
            if each.source == source and each.event == event and not each.refused:
                yield index

    def _find_guards(self, machine: str, index: int) -> Elements:
        """That this transition is the first that may be taken: its guards and those before."""
        transition = self._machines[machine].transitions[index]
        found = NOTHING
        for each in self._exits(machine, transition.source, transition.event):
            if each <= index:
                own: Element = ("guards", machine, each)
                guards = self._machines[machine].transitions[each].guards
                found |= frozenset({own}) | self.asked(tuple(guard.condition for guard in guards))
        return found

    def _find_taking(self, machine: str, index: int, through: bool) -> Elements:
        """What a transition does; ``through``: with all that it sends, and to where it comes to rest."""
        transition = self._machines[machine].transitions[index]
        own: Element = ("taking", machine, index)
        found = frozenset({own})
        for name in transition.actions:
            found |= self._action(machine, name, through)
        if through and transition.target is not None:
            found |= self._leaving(machine, transition.target)
        return found

    def _leaving(self, machine: str, state: str) -> Elements:
        found = NOTHING
        if self._machines[machine].state(state).choice:
            for index in self._exits(machine, state, None):
                found |= self._guards(machine, index) | self._taking(machine, index, True)
        return found

    def _birth(self, machine: model.Machine) -> Elements:
        found = NOTHING
        for region in range(len(machine.regions)):
            found |= self._leaving(machine.name, machine.initial(region).name)
        return found

    # --- actions -----------------------------------------------------------------------------------------------------

    def _find_action(self, machine: str, name: str, through: bool) -> Elements:
        action = self._machines[machine].action(name)
        own: Element = ("action", machine, name)
        found = frozenset({own}) | self.asked(action.body)
        in_loops = {id(each) for loop in walk(action.body) if isinstance(loop, model.Loop) for each in walk(loop.body)}
        for node in walk(action.body):
            if isinstance(node, model.Send):
                # A way does not tell which transitions are taken in a loop, nor which of those that change nothing.
                found |= self._sent(node, through or id(node) in in_loops)
            elif isinstance(node, model.Create) and through:
                found |= self._birth(self._machines[node.machine])
        return found

    def _sent(self, send: model.Send, through: bool) -> Elements:
        found = NOTHING
        for index, each in enumerate(self._machines[send.machine].transitions):
            if each.event == send.event and not each.refused:
                found |= self._guards(send.machine, index)
                if through:
                    found |= self._taking(send.machine, index, True)
        return found


def place_of(transition: model.Transition, machine: model.Machine) -> int:
    """The place of a machine's own transition among all of them."""
    return next(index for index, each in enumerate(machine.transitions) if each is transition)
