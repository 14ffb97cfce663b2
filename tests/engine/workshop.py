"""The garage, opened: short ways to states and results, for the tests."""

from __future__ import annotations

from typing import Any

from statewatt.engine import Birth, Engine, Event, Refusal, Step, load
from statewatt.engine.state import State
from tests.engine.examples.garage import Customer, Garage, Kind, Rules

ENGINE: Engine[Garage] = load(Garage)
RULES = Rules(patience=100)
ANN, BOB = Customer("Ann"), Customer("Bob")


def opened(rules: Rules = RULES, *, lifts: int = 2, tools: int = 2, bells: int = 0, now: int = 0) -> State:
    """A garage in the morning: nobody is there."""
    births = [Birth("Lift", {"number": number}) for number in range(1, lifts + 1)]
    births += [Birth("Tool", {"kind": Kind.REPAIR}) for _ in range(tools)]
    births += [Birth("Bell", {"every": 10 * number}) for number in range(1, bells + 1)]
    return ENGINE.start(rules, births, now=now)


def done(state: State, event: Any, now: int = 0, **policies: Any) -> Step:
    """The step, which is no refusal."""
    result = ENGINE.step(state, event, now, policies)
    assert isinstance(result, Step), str(result)
    return result


def refused(state: State, event: Any, now: int = 0) -> Refusal:
    """The refusal."""
    result = ENGINE.step(state, event, now)
    assert isinstance(result, Refusal), result.path
    return result


def job(customer: Customer = ANN, **fields: object) -> Birth:
    """Somebody brings a car."""
    others: dict[str, object] = {"kind": Kind.REPAIR, "previous": None, "tools": frozenset(), "deadline": None}
    return Birth("Job", {"customer": customer, **others, **fields})


def of_job(name: str, key: int | None = 1, **arguments: object) -> Event:
    """An event of a job."""
    return Event("Job", name, key, arguments)
