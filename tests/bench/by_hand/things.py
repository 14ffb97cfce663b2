"""What a station consists of and keeps: connectors, EVSEs, grants, reservations.

Keys are those of the engine: commands, which declare a thing, carry its key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from statewatt.models.values import AuthorizationStatus, AuthorizationType, ConnectorType, IdToken, Order

UNPLUGGED, WAITING, SERVED, CHARGING, FINISHING = range(5)
"""Where the session of an EVSE stands."""

CONSIDERED, SELECTING, GRANTED, WITHDRAWING, STARTED, ENDED = range(6)
"""Where a presentation stands: ``STARTED``, it is in its transaction."""

ANY = ConnectorType.Unknown


class Connector:
    """A socket or cable of an EVSE."""

    __slots__ = ("enabled", "evse", "faulted", "in_use", "key", "type")

    def __init__(self, key: int, evse: Evse, type: ConnectorType) -> None:
        self.key: Any = key
        self.evse = evse
        self.type = type
        self.in_use = False
        self.enabled = True
        self.faulted = False

    def fits(self, wanted: ConnectorType) -> bool:
        return self.type is wanted or self.type is ANY or wanted is ANY

    def is_available(self) -> bool:
        return self.enabled and not self.in_use and not self.faulted


class Evse:
    """A charging place. ``available`` and ``in_service`` follow from the rest; the station keeps them up to date."""

    __slots__ = (
        "available",
        "connector",
        "connectors",
        "deadline",
        "held",
        "holder",
        "in_service",
        "key",
        "number",
        "plug_in_order",
        "replug_needed",
        "session",
    )

    def __init__(self, key: int, number: int) -> None:
        self.key: Any = key
        self.number = number
        self.connectors: list[Connector] = []
        self.connector: Connector | None = None
        self.holder: Grant | None = None
        self.session = UNPLUGGED
        self.plug_in_order = 0
        self.deadline: int | None = None
        self.replug_needed = False
        self.held = False
        self.available = False
        self.in_service = False

    def connector_in_use(self) -> bool:
        return any(c.in_use for c in self.connectors)

    def look(self) -> None:
        """Find out whether it is available, and whether it is in service: not every connector of it is disabled."""
        usable = in_service = in_use = False
        for c in self.connectors:
            in_use |= c.in_use
            in_service |= c.enabled or c.in_use
            usable |= c.enabled and not c.faulted
        self.in_service = in_service
        self.available = (
            usable and not in_use and self.holder is None and not self.replug_needed and self.session != CHARGING
        )

    def is_taken(self) -> bool:
        return self.session != UNPLUGGED or self.holder is not None or self.connector_in_use()

    def has(self, wanted: ConnectorType) -> bool:
        return any(c.fits(wanted) for c in self.connectors)

    def has_available(self, wanted: ConnectorType) -> bool:
        return any(c.fits(wanted) and c.is_available() for c in self.connectors)


class Grant:
    """A presented token, from the swipe to the end of what it was granted. ``listed`` is ``None`` for all EVSEs."""

    __slots__ = (
        "at_once",
        "deadline",
        "evse",
        "group",
        "key",
        "listed",
        "order",
        "parent",
        "stage",
        "status",
        "token",
        "type",
    )

    def __init__(
        self,
        key: int,
        token: IdToken,
        type: AuthorizationType,
        listed: list[Evse] | None,
        order: Order,
        parent: IdToken | None,
    ) -> None:
        self.key: Any = key
        self.token = token
        self.type = type
        self.listed = listed
        self.order = order
        self.parent = parent
        self.group: IdToken | None = None
        self.evse: Evse | None = None
        self.stage = CONSIDERED
        self.status = AuthorizationStatus.Unknown
        self.at_once = False
        self.deadline: int | None = None


class Reservation:
    """A promise of one EVSE, or of some place of a type."""

    __slots__ = (
        "asked_at",
        "deadline",
        "doubted",
        "evse",
        "key",
        "number",
        "over",
        "parent",
        "placed",
        "replaced",
        "token",
        "type",
    )

    def __init__(
        self,
        key: int,
        number: int,
        token: IdToken,
        parent: IdToken | None,
        evse: Evse | None,
        type: ConnectorType,
        deadline: int | None,
        asked_at: int,
    ) -> None:
        self.key: Any = key
        self.number = number
        self.asked_at = asked_at
        self.token = token
        self.parent = parent
        self.evse = evse
        self.type = type
        self.deadline = deadline
        self.placed = False
        self.replaced = False
        self.doubted = False
        self.over = False

    def concerns(self, evse: Evse) -> bool:
        return self.evse is None or self.evse is evse

    def places(self, evses: Iterable[Evse]) -> list[Evse]:
        """The EVSEs at which it could have its place, for they have a connector of its type."""
        return [e for e in evses if self.concerns(e) and e.has(self.type)]

    def matches(self, token: IdToken, parent: IdToken | None) -> bool:
        return self.token == token or (parent is not None and self.parent == parent)
