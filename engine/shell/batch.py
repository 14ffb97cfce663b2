"""Steps through the inputs that wait, one after another, each from the state that the one before it has left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..journal import Delivery, Recorder, Taken
from ..refusal import Refusal
from ..running import Policy
from ..state import Input, InputError, State, always
from ..step import Engine, Step
from .redaction import Secrets, redacted
from .requests import Accepted, Request, request

log = logging.getLogger("statewatt.shell")


@dataclass(frozen=True)
class End:
    """How an input went: what is to be written of it, and what it came to if it was not taken."""

    request: Request
    before: State
    taken: Taken | None
    instead: Refusal | Exception | None


@dataclass
class Batch:
    """Inputs that were stepped through: the state after them, and how each went, in order."""

    requests: Sequence[Request]
    state: State
    ends: list[End] = field(default_factory=list[End])

    @property
    def taken(self) -> list[Taken]:
        """What is to be written."""
        return [end.taken for end in self.ends if end.taken]

    def tell(
        self,
        numbers: Iterator[int],
        told: Iterable[tuple[Delivery, ...]],
        dispatch: Callable[[Iterable[Delivery]], None],
    ) -> None:
        """It is on the disk, as entries of these numbers: tell the senders, and let the commands go, in the order of
        the inputs."""
        deliveries = iter(told)
        for end in self.ends:
            if end.taken is None:
                assert end.instead is not None
                end.request.end(end.instead)
                continue
            number, outgoing = next(numbers), next(deliveries)
            end.request.end(end.instead or Accepted(number, end.taken.now, end.before, end.taken.step, outgoing))
            dispatch(outgoing)


class Stepper:
    """Takes inputs through the step. An input that is wrong or refused changes nothing; where it has a mark, an entry
    in which only time passes says so."""

    def __init__(
        self,
        engine: Engine[Any],
        policies: Mapping[str, Policy],
        echo: Callable[[Any], Iterable[Input]],
        secrets: Secrets,
    ) -> None:
        self.engine = engine
        self.counts = dict.fromkeys(("accepted", "refused", "wrong"), 0)
        self.fault = ""
        """The last error of the model, of a policy, or of whoever makes inputs."""
        self._recorder = Recorder(engine, policies)
        self._policies = self._recorder.watched()
        self._echo = echo
        self._secrets = secrets

    def run(self, requests: Sequence[Request], state: State, now: int) -> Batch:
        """Step through inputs, and through what answers their commands at once."""
        batch = Batch(requests, state)
        for each in requests:
            self._take(each, batch, now)
        return batch

    def failed(self, error: Exception, *things: object) -> None:
        """Something failed that should not: it is counted as the last fault, and logged without tokens."""
        self.fault = redacted(f"{type(error).__name__}: {error}", self._secrets, *things)
        log.error("a step failed, and nothing was changed: %s", self.fault)

    def _take(self, one: Request, batch: Batch, now: int) -> None:
        state = batch.state
        end = self._end(one, state, max(now, state.now))
        batch.ends.append(end)
        if end.taken is None:
            return
        batch.state = end.taken.step.state
        for command in end.taken.step.commands:
            for event in self._echo(command):
                self._take(request(always(event)), batch, now)

    def _end(self, one: Request, state: State, now: int) -> End:
        event: Input | None = None
        try:
            event = one.make(state, now)
            result = self._step(state, event, now)
            if not isinstance(result, Refusal):
                taken = self._taken(one, state, event, now, result)
                self.counts["accepted"] += 1
                return End(one, state, taken, None)
            self.counts["refused"] += 1
            instead: Refusal | Exception = result
        except Exception as error:
            self.counts["wrong"] += 1
            if not isinstance(error, InputError):
                self.failed(error, state, event)
            instead = error
        return End(one, state, self._time_alone(one, state, now), instead)

    def _time_alone(self, one: Request, state: State, now: int) -> Taken | None:
        if one.mark is None:
            return None
        try:
            passed = self._step(state, None, now)
            assert isinstance(passed, Step)
            return self._taken(one, state, None, now, passed)
        except Exception as error:
            self.failed(error, state)
            return None

    def _step(self, state: State, event: Input | None, now: int) -> Step | Refusal:
        self._recorder.picks.clear()
        return self.engine.step(state, event, now, policies=self._policies)

    def _taken(self, one: Request, state: State, event: Input | None, now: int, step: Step) -> Taken:
        note = one.note(state) if one.note else None
        return Taken(event, now, step, tuple(self._recorder.picks), note, one.mark)
