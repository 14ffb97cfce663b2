"""The reservations of a hand-written station: whether they can be kept, and which EVSEs they need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from functools import lru_cache

from statewatt.models.promise import can_all_be_kept
from statewatt.models.values import ConnectorType, IdToken

from .things import ANY, Evse, Reservation

Types = frozenset[ConnectorType]


class Reservations:
    """All that are offered or placed, by key. ``placed`` are those that count, in order."""

    def __init__(self, evses: Sequence[Evse]) -> None:
        self._evses = evses
        self.all: dict[int, Reservation] = {}
        self.placed: list[Reservation] = []
        self.to_look_at: set[Reservation] = set()
        """Those that may have to end: they are due, replaced, or a connector has become unusable."""
        self._free: dict[Evse, Types] = {}
        """For each EVSE that nobody is at and no token holds, the types of its available connectors."""
        self._kinds: Counter[Types] = Counter()
        self._needed: set[Evse] | None = None
        self._reserved: set[Evse] | None = None
        self._answers: dict[object, bool] = {}

    def changed(self, evse: Evse) -> None:
        """An EVSE, or a connector of it, has changed."""
        known = self._free.pop(evse, None)
        if known is not None:
            self._kinds[known] -= 1
        if not evse.is_taken():
            types = frozenset([c.type for c in evse.connectors if c.is_available()])
            self._free[evse] = types
            self._kinds[types] += 1
        if self.placed:
            self._forget()

    def _forget(self) -> None:
        """What follows from those placed, and from what is free, is no longer true."""
        self._needed = self._reserved = None
        self._answers.clear()

    # --- coming and going ---

    def place(self, reservation: Reservation) -> None:
        self._forget()
        reservation.placed = True
        self.placed.append(reservation)
        self.placed.sort(key=lambda r: r.key)
        if reservation.doubted:
            self.to_look_at.add(reservation)

    def replace(self, reservation: Reservation) -> None:
        self._forget()
        reservation.replaced = True
        self.placed.remove(reservation)
        self.to_look_at.add(reservation)

    def end(self, reservation: Reservation) -> None:
        self._forget()
        reservation.over = True
        reservation.deadline = None
        del self.all[reservation.key]
        self.to_look_at.discard(reservation)
        if reservation.placed and not reservation.replaced:
            self.placed.remove(reservation)

    def doubt(self, evse: Evse, fitting: ConnectorType) -> None:
        """A connector of that type has become unusable there."""
        for r in self.all.values():
            if r.concerns(evse) and (r.type is fitting or r.type is ANY or fitting is ANY):
                r.doubted = True
                if r.placed:
                    self.to_look_at.add(r)

    # --- questions ---

    def is_reserved(self, evse: Evse) -> bool:
        return evse in self.reserved()

    def reserved(self) -> Set[Evse]:
        """The EVSEs that are reserved."""
        if self._reserved is None:
            self._reserved = {r.evse for r in self.placed if r.evse is not None}
        return self._reserved

    def can_be_kept_with(self, asked: Reservation) -> bool:
        """All can, with the one that is asked for, which replaces those of its number."""
        return self._keep([*(r for r in self.placed if r.number != asked.number), asked])

    def can_be_kept_without(self, taken: Evse, used: Reservation | None = None) -> bool:
        """All can, without the EVSE that is taken and a global one that is used up. EVSEs of a kind are alike."""
        alike = (self._free.get(taken), self.is_reserved(taken), used)
        if alike not in self._answers:
            self._answers[alike] = self._keep([r for r in self.placed if r is not used], taken)
        return self._answers[alike]

    def charging_is_possible(self, evse: Evse) -> bool:
        """A stranger may charge at the EVSE."""
        return not self.placed or (not self.is_reserved(evse) and self.can_be_kept_without(evse))

    def may_be_for(self, evse: Evse, token: IdToken) -> bool:
        """One that counts at the EVSE is the token's, or that of a group that may be the token's."""
        reserved = self.is_reserved(evse)
        return any(
            (r.evse is evse or (r.evse is None and not reserved)) and (r.token == token or r.parent is not None)
            for r in self.placed
        )

    def admitting(self, token: IdToken, group: IdToken | None, evse: Evse) -> Reservation | None:
        """The one that a grant of the EVSE to the token uses up: its own before one of its group."""
        reserved = self.is_reserved(evse)
        admitted = [
            r
            for r in self.placed
            if (r.evse is evse or (r.evse is None and not reserved))
            and r.matches(token, group)
            and (r.evse is evse or evse.has_available(r.type) or self.can_be_kept_without(evse, r))
        ]
        return next((r for r in admitted if r.token == token), admitted[0] if admitted else None)

    def has_a_place(self, reservation: Reservation) -> bool:
        """It can still be kept; those placed before it come first."""
        evse = reservation.evse
        if evse is not None:
            return not evse.connector_in_use() and evse.has_available(reservation.type)
        kept = [r for r in self.placed if r.evse is not None]
        for r in self.placed:
            if r.evse is None:
                possible = self._keep([*kept, r])
                if r is reservation:
                    return possible
                if possible:
                    kept.append(r)
        return True

    def needed(self) -> set[Evse]:
        """The free EVSEs that the reservations without an EVSE need, every one of their kind."""
        if self._needed is None:
            self._needed = self._found_needed()
        return self._needed

    def _found_needed(self) -> set[Evse]:
        somewhere = {r.type: r for r in self.placed if r.evse is None}
        scarce = [t for t, r in somewhere.items() if not self._keep([*self.placed, r])]
        if not scarce:
            return set()
        reserved = self.reserved()
        return {e for e, types in self._free.items() if types and e not in reserved and any(map(e.has, scarce))}

    def _keep(self, kept: Iterable[Reservation], taken: Evse | None = None) -> bool:
        wanted: Counter[ConnectorType] = Counter()
        out: set[Evse] = set() if taken is None else {taken}
        for r in kept:
            if r.evse is None:
                wanted[r.type] += 1
            else:
                out.add(r.evse)
        if not wanted:
            return len(out) <= len(self._evses)
        left = self._kinds - Counter(self._free[e] for e in out if e in self._free)
        return _all_kept(frozenset(wanted.items()), frozenset(left.items()), len(out), len(self._evses))


@lru_cache(maxsize=1024)
def _all_kept(
    wanted: frozenset[tuple[ConnectorType, int]], free: frozenset[tuple[Types, int]], specific: int, evses: int
) -> bool:
    return can_all_be_kept(
        wanted=Counter(dict(wanted)).elements(),
        free=Counter(dict(free)).elements(),
        specific=specific,
        evses=evses,
        unknown=ANY,
    )
