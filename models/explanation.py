"""Why a token that is presented now would be granted an EVSE, or would not: as data and as text.

The engine runs the presentation on the given state, which stays as it is; each question on the way is answered by the
guards of the model, by their labels and with what they have read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from ..engine import Birth, Engine, Event, Refusal, StationState, Step
from ..engine.decisions import Checked, Decision, Decisions
from .commands import Conclude, ValidateToken
from .requests import Requests, Topology
from .station import ChargingStation
from .values import AuthorizationStatus, TokenHandlingResult

AUTHORIZATION = "Authorization"

ACCEPTING: Mapping[str, object] = {"authorization_status": AuthorizationStatus.Accepted.value}
"""The answer of a validator that accepts the token everywhere."""


@dataclass(frozen=True)
class Question:
    """A choice on the way: the question, where its answer led, and the guards that decided."""

    question: str
    answer: str
    because: tuple[Checked, ...]
    against: tuple[Checked, ...]

    def __str__(self) -> str:
        reasons = dict.fromkeys(f"    {one}" for one in (*self.against, *self.because))
        return "\n".join([f"{self.question} -> {self.answer}", *reasons])


@dataclass(frozen=True)
class Place:
    """An EVSE, whether the token may be granted it, and each law of the grant.

    ``laws`` are the guards of the grant, all of them, in the order of the model.
    """

    evse: int
    allowed: bool
    laws: tuple[Checked, ...]

    def __str__(self) -> str:
        lines = [f"EVSE {self.evse} {'may' if self.allowed else 'may not'} be granted"]
        for law in self.laws:
            facts = f" ({', '.join(law.facts)})" if law.facts and not law.holds else ""
            lines.append(f"    {'+' if law.holds else '-'} {law}{facts}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Explanation:
    """What would become of a token that is presented now.

    ``result`` is its one result, or ``None`` while it waits (for validators, a vehicle or a choice); ``outcome`` names
    where it stands in the end; ``evse`` is the EVSE that it gets, by the algorithm ``selection``. ``places`` says of
    every EVSE whether the law allows it: for a token that does not come that far, as if it had been validated.
    """

    token: str
    result: str | None
    outcome: str
    evse: int | None
    selection: str
    way: tuple[Question, ...]
    places: tuple[Place, ...]

    @property
    def granted(self) -> bool:
        """Whether the token gets an EVSE."""
        return self.evse is not None

    def as_data(self) -> dict[str, Any]:
        """The explanation as JSON values."""
        return {"granted": self.granted, **asdict(self)}

    def __str__(self) -> str:
        where = f" at EVSE {self.evse}, by {self.selection}" if self.granted else ""
        ending = f"{self.result}{where}" if self.result else f"waits: {self.outcome}, by {self.selection}"
        lines = [f"{self.token}: {ending}"]
        lines += [f"  {line}" for part in (*self.way, *self.places) for line in str(part).split("\n")]
        return "\n".join(lines)


def explain(
    engine: Engine[ChargingStation],
    state: StationState,
    requests: Requests,
    id_token: object,
    *,
    answers: Sequence[Mapping[str, Any]] = (ACCEPTING,),
    now: int | None = None,
    **presentation: Any,
) -> Explanation:
    """Why the token would be granted an EVSE if it were presented now, or why not.

    ``answers`` are what the validators say, in order, each with the fields of ``Requests.answer``; ``presentation`` are
    the fields of ``Requests.present``; ``now`` is in milliseconds, the state's own time unless given.

    Raises:
        InputError: something given is wrong.
    """
    birth = requests.present(id_token, validators=len(answers), **presentation)
    trial = _Trial(engine, state, state.now if now is None else now)
    key = trial.key
    said = [requests.answer(key, number, **answer) for number, answer in enumerate(answers, 1)]
    trial.run(birth, said)
    conclusion = next((c for c in trial.commands if isinstance(c, Conclude) and _is(c.authorization, key)), None)
    started = conclusion is not None and conclusion.result is TokenHandlingResult.USED_TO_START_TRANSACTION
    evse: Any = conclusion.evse if conclusion is not None and started else None
    return Explanation(
        token=str(id_token),
        result=conclusion.result.value if conclusion else None,
        outcome=trial.decisions[-1].answer,
        evse=None if evse is None else requests.topology.numbers[evse],
        selection=trial.state.config.selection_algorithm.value,
        way=tuple(question_of(decision, requests.topology) for decision in trial.decisions),
        places=_places(trial, said, requests.topology),
    )


@lru_cache(maxsize=8)
def decisions_of(engine: Engine[ChargingStation]) -> Decisions:
    """What tells the decisions of presentations; made once for each engine."""
    return Decisions(engine, AUTHORIZATION)


class _Trial:
    """One presentation, as it would go."""

    def __init__(self, engine: Engine[ChargingStation], state: StationState, now: int) -> None:
        self.engine = engine
        self.teller = decisions_of(engine)
        self.state = state
        self.now = now
        self._do(None)
        self.key: int = getattr(self.state, f"next_{AUTHORIZATION}")
        self.commands: list[object] = []
        self.decisions: list[Decision] = []

    def run(self, birth: Birth, answers: Sequence[Event]) -> None:
        """The token is presented; validators that are asked answer at once."""
        self._do(birth)
        if any(isinstance(command, ValidateToken) for command in self.commands):
            for answer in answers:
                self._do(answer)

    def _do(self, event: Birth | Event | None) -> None:
        """One event; that the token no longer waits for an answer is no fault."""
        trace = self.engine.trace(self.state, event, self.now)
        if isinstance(trace, Refusal):
            return
        self.state = trace.step.state
        if event is not None:
            self.commands += trace.step.commands
            self.decisions += [d for d in self.teller.of(trace.moves) if d.key == self.key]

    def weighed(self, answers: Sequence[Event]) -> StationState:
        """The state in which its last answer was weighed; if none was, the state as if one had come."""
        for decision in reversed(self.decisions):
            if decision.state.row(AUTHORIZATION, self.key).fields["weighing"] is not None:
                return decision.state
        state = self.decisions[-1].state
        if answers:
            state = self._taken(state, "validating", answers[0])
            answer = {"answer": state.keys("Answer")[-1]} if state.keys("Answer") else {}
            if answer:
                state = self._taken(state, "considering", Event(AUTHORIZATION, "consider", self.key, answer))
        return state

    def _taken(self, state: StationState, place: str, event: Event) -> StationState:
        """The state after an event that comes while the presentation is in a certain state."""
        there = self.teller.copied(state, {self.key: place})
        result = self.teller.slow.take(there, event, self.now)
        return result.state if isinstance(result, Step) else state


def _places(trial: _Trial, answers: Sequence[Event], topology: Topology) -> tuple[Place, ...]:
    """Each EVSE by the law of the grant."""
    state = trial.weighed(answers)
    grant = next(trial.teller.machine.exits("selecting", "grant"))
    found: list[Place] = []
    for number, evse in topology.evses.items():
        laws = tuple(_named(law, state, topology) for law in trial.teller.checks(state, trial.key, grant, evse=evse))
        found.append(Place(number, all(law.holds for law in laws), laws))
    return tuple(found)


def question_of(decision: Decision, topology: Topology) -> Question:
    """A decision in words, with things by the names that people give them."""
    because, against = (
        tuple(_named(one, decision.state, topology) for one in checks)
        for checks in (decision.because, decision.against)
    )
    return Question(decision.question, decision.answer, because, against)


# --- names ---

_THING = re.compile(r"\b(Evse|Connector|Authorization|Reservation) (\d+)\b")
_TOKEN = re.compile(r"IdToken\(value=(?:'.*?'|\".*?\"), text=('.*?'|\".*?\"), type=<.*?>\)")


def _named(checked: Checked, state: StationState, topology: Topology) -> Checked:
    """The guard with facts that name things as people do."""

    def name(match: re.Match[str]) -> str:
        return _name(match[1], int(match[2]), state, topology)

    return replace(checked, facts=tuple(_THING.sub(name, _TOKEN.sub(r"\1", fact)) for fact in checked.facts))


def _name(machine: str, key: int, state: StationState, topology: Topology) -> str:
    if key not in state.keys(machine):
        return f"{machine} {key}"
    fields: Mapping[str, Any] = state.row(machine, key).fields
    if machine == "Evse":
        return f"EVSE {topology.numbers[key]}"
    if machine == "Connector":
        return f"connector {fields['number']} of EVSE {topology.numbers[fields['evse']]}"
    if machine == "Reservation":
        return f"reservation {fields['number']}"
    return f"token {fields['token'].text}"


def _is(thing: object, key: int) -> bool:
    """Whether a thing in a command is the one of that key: in commands things are keys."""
    return thing == key
