"""A station that is driven by commands and tells in short lines what it does, for the tests of the models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from statewatt.engine import Engine
from statewatt.models.recording import Recording
from statewatt.models.station import ChargingStation
from tests.models.days import Message, Watched, days

FROM_THE_LOG = frozenset({"report"})
"""Fields of recorded commands that only asked the recorder for more."""


class Station:
    """A station under virtual time, 30 s of ``connection_timeout`` unless given; every move keeps the laws.

    ``types`` are for each EVSE the types of its connectors. What a command does comes back as lines, see ``line``.
    """

    def __init__(
        self,
        evses: int = 2,
        *,
        types: Sequence[Sequence[str]] | None = None,
        engine: Engine[ChargingStation] | None = None,
        **settings: Any,
    ) -> None:
        self.engine = Watched(engine)
        self.recording = Recording(self.engine)
        connectors = types if types is not None else [["cCCS2"]] * evses
        described = [
            {"evse_id": n, "connectors": [{"connector_id": c, "type": t} for c, t in enumerate(kinds, 1)]}
            for n, kinds in enumerate(connectors, 1)
        ]
        self.do("configure", evses=described, **{"connection_timeout": 30, **settings})

    def do(self, cmd: str, **arguments: Any) -> list[str]:
        """What the station does upon a command."""
        told = [line(m) for m in self.recording.handle({"cmd": cmd, **arguments})]
        assert self.engine.broken == [], f"upon {cmd} {arguments}"
        return told

    def token(self, id_token: str, *connectors: int, **options: Any) -> list[str]:
        """A token is presented for these EVSEs, or for all; prevalidated, unless validators answer."""
        where = {"connectors": list(connectors)} if connectors else {}
        how = {} if "validation_results" in options else {"prevalidated": True}
        return self.do("token", id_token=id_token, **where, **{**how, **options})

    def event(self, evse: int, event: str, **options: Any) -> list[str]:
        """A session event of an EVSE."""
        return self.do("session_event", evse_id=evse, event=event, **options)

    def plug_in(self, evse: int) -> list[str]:
        """A vehicle is plugged in."""
        return self.event(evse, "SessionStarted", reason="EVConnected")

    def charge(self, id_token: str, evse: int, **options: Any) -> None:
        """A vehicle is plugged in at an EVSE, and a token starts its transaction."""
        self.plug_in(evse)
        assert f"{id_token} USED_TO_START_TRANSACTION" in self.token(id_token, evse, **options)
        self.event(evse, "TransactionStarted")

    def leave(self, evse: int) -> list[str]:
        """The transaction and the session of an EVSE end."""
        return self.event(evse, "TransactionFinished") + self.event(evse, "SessionFinished")

    def advance(self, seconds: float) -> list[str]:
        """Time passes."""
        return self.do("advance", seconds=seconds)

    def reserve(self, number: int, id_token: str, evse: int | None = None, **options: Any) -> list[str]:
        """A reservation is asked for."""
        where = {} if evse is None else {"evse_id": evse}
        return self.do("reserve", reservation_id=number, id_token=id_token, **where, **options)

    def withdraw(self, evse: int | None = None, token: str | None = None) -> list[str]:
        """What is granted to or waits for that EVSE and token is withdrawn."""
        given = {"evse_id": evse, "id_token": token}
        return self.do("withdraw_authorization", **{k: v for k, v in given.items() if v is not None})

    def evse(self, number: int) -> Message:
        """What can be seen of an EVSE."""
        return next(e for e in self.recording.observed()["evses"] if e["evse_id"] == number)

    def holder(self, number: int) -> str | None:
        """The token that holds an EVSE."""
        held: str | None = self.evse(number)["authorized_id_token"]
        return held

    def reservations(self) -> dict[str, Any]:
        """The placed reservations: for EVSEs, and for the station."""
        seen = self.recording.observed()
        return {**seen["evse_reservations"], "station": seen["global_reservations"]}


class Replay(Station):
    """A recorded sequence of the casebook, done by our station; ``told`` has for each step what it told."""

    def __init__(self, name: str) -> None:
        found = [steps for day, steps in days("defects").items() if day.startswith(f"{name}_")]
        assert len(found) == 1, name
        self.engine = Watched()
        self.recording = Recording(self.engine)
        self.told = []
        for step in found[0]:
            arguments = {k: v for k, v in step.command.items() if k != "cmd" and k not in FROM_THE_LOG}
            self.told.append(self.do(step.command["cmd"], **arguments))


def line(message: Message) -> str:
    """A message as one line: who is told what; parents, connectors and steps are left out."""
    m = message
    evse = m.get("evse_id")
    who = "station" if evse is None else f"EVSE {evse}"
    match m["type"]:
        case "token_validation_status":
            return f"{m['id_token']} {m['status']}"
        case "token_result":
            return f"{m['id_token']} {m['result']}"
        case "validate_token":
            return f"validate {m['id_token']}"
        case "choose_evse":
            return f"choose for {m['id_token']}"
        case "authorize_response":
            used = f" by reservation {m['reservation_id']}" if "reservation_id" in m else ""
            return f"{who}: {m['authorization_status']} {m['id_token']}{used}"
        case "withdraw_authorization":
            return f"{who}: withdrawn"
        case "stop_transaction":
            return f"{who}: stop, {m['reason']}"
        case "reserved":
            return f"{who}: reserved {m['reservation_id']}{'' if m['evse_manager_accepts'] else ', refused'}"
        case "reservation_cancelled":
            update = ", update" if m["send_reservation_update"] else ""
            return f"{who}: end of {m['reservation_id']}, {m['reason']}{update}"
        case "result":
            return f"{m['of']}: {m['value']}"
        case kind:
            return str(kind)


def granted(id_token: str, evse: int, reservation: int | None = None) -> list[str]:
    """The lines of a prevalidated token that is granted an EVSE."""
    return [f"{id_token} Processing", f"{id_token} Accepted", *taken(id_token, evse, reservation)]


def taken(id_token: str, evse: int, reservation: int | None = None) -> list[str]:
    """The lines of a waiting token that is granted an EVSE."""
    used = "" if reservation is None else f" by reservation {reservation}"
    grant = f"EVSE {evse}: Accepted {id_token}{used}"
    return [grant, f"{id_token} UsedToStart", f"{id_token} USED_TO_START_TRANSACTION"]


def waiting(id_token: str) -> list[str]:
    """The lines of a prevalidated token that waits for an EVSE."""
    return [f"{id_token} Processing", f"{id_token} Accepted"]


def no_connector(id_token: str) -> list[str]:
    """The lines of a token for which there is no EVSE."""
    return [f"{id_token} Processing", f"{id_token} Rejected", f"{id_token} NO_CONNECTOR_AVAILABLE"]


def stopped(id_token: str, evse: int, reason: str = "Local") -> list[str]:
    """The lines of a token that stops a transaction."""
    stop = f"EVSE {evse}: stop, {reason}"
    return [f"{id_token} Processing", stop, f"{id_token} UsedToStop", f"{id_token} USED_TO_STOP_TRANSACTION"]


def timed_out(id_token: str, evse: int) -> list[str]:
    """The lines of a grant whose time is over."""
    return [f"EVSE {evse}: withdrawn", f"{id_token} TimedOut"]
