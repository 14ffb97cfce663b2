"""A garage that uses what steps, refusals, faults and time are about, and some things that a proof would not allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from statewatt.engine import (
    Command,
    Deadline,
    Each,
    Machine,
    State,
    System,
    before,
    ignored,
    invariant,
    is_new,
    law,
    policy,
    refused,
    sent,
    trusted,
    urgent,
)


class Kind(Enum):
    """What kind of work a job is."""

    REPAIR = 1
    CHECK = 2


@dataclass(frozen=True)
class Customer:
    """Who brings a car; the spelling does not matter."""

    name: str
    spelling: str = field(default="", compare=False)


@dataclass(frozen=True)
class Rules:
    """The settings of the garage."""

    patience: int
    spare: int = 0
    favourite: Customer | None = None
    night: Kind = Kind.CHECK


@dataclass(frozen=True)
class Began(Command):
    """A job began."""

    job: Job
    lift: Lift
    tools: frozenset[Tool]


@dataclass(frozen=True)
class Rang(Command):
    """A bell rang."""

    bell: Bell
    at: int
    kind: Kind = Kind.CHECK


class Lift(Machine):
    """Where a car stands."""

    garage: Garage
    number: int
    jobs: Each[Job]

    down = State(initial=True)
    up = State()

    raised = down.to(up, on="count") | refused(up)
    lowered = up.to(down) | ignored(down)

    def count(self) -> None:
        """The garage counts."""
        self.garage.raisings += 1


class Tool(Machine):
    """What a job needs."""

    garage: Garage
    kind: Kind

    shelved = State(initial=True)
    in_use = State()
    lost = State(final=True)

    fetched = shelved.to(in_use) | refused(in_use)
    misplaced = shelved.to(lost) | in_use.to(lost)


class Job(Machine):
    """Work on one car."""

    garage: Garage
    customer: Customer
    kind: Kind
    previous: Job | None
    tools: frozenset[Tool]
    deadline: Deadline | None
    lift: Lift | None = None

    arrived = State(initial=True)
    checked_in = State()
    waiting = State()
    working = State()
    done = State(final=True)
    given_up = State(final=True)

    arrived.to(checked_in, cond="is_known", on="be_patient")
    arrived.to(waiting)
    checked_in.to(waiting)
    begin = urgent(waiting.to(working, cond="lift_is_free and is_in_hours and tool_fits", on="occupy"), pick="assign")
    lose_patience = urgent(waiting.to(given_up, cond="is_over"))
    finish = (
        working.to(done, cond="is_customer and not is_at_night", on="leave")
        | working.to(waiting, cond="is_customer", on="leave")
        | refused(waiting)
    )
    hurry = waiting.to(given_up, cond="is_customer") | ignored(working)
    wait_until = waiting.to(waiting, on="be_patient_until") | refused(working)
    recount = working.to(working, on=["count_twice", "count_down"]) | refused(waiting)
    raise_again = working.to(working, on=["count_twice", "lift_again"]) | refused(waiting)
    stumble = waiting.to(waiting, on="read_nothing") | refused(working)
    swear = waiting.to(waiting, on="assert_nonsense") | refused(working)
    look = waiting.to(waiting, on="find_nobody") | refused(working)
    peek = waiting.to(waiting, cond="lift_is_known") | refused(working)

    def is_known(self) -> bool:
        """The customer was here before."""
        return any(j.customer == self.customer for j in self.garage.jobs if j is not self)

    def lift_is_free(self, lift: Lift) -> bool:
        """The lift is down."""
        return lift.down.is_active and self.garage.is_allowed(lift)

    def tool_fits(self, tool: Tool) -> bool:
        """The tool is on its shelf, and for this work."""
        return tool.shelved.is_active and tool.kind is self.kind

    def is_in_hours(self) -> bool:
        """There is work for a day only."""
        return self.garage.raisings < 5

    def is_over(self, now: int) -> bool:
        """It waited too long."""
        return self.deadline is not None and self.deadline <= now

    def is_customer(self, customer: Customer) -> bool:
        """It is this customer's job."""
        return customer == self.customer

    def is_at_night(self) -> bool:
        """It is work for the night."""
        return self.kind is self.garage.config.night

    def lift_is_known(self) -> bool:
        """Its lift has a number."""
        return self.lift.number > 0  # type: ignore[union-attr]

    def be_patient(self) -> None:
        """It waits for as long as the rules say."""
        self.deadline = self.garage.config.patience

    def be_patient_until(self, at: int) -> None:
        """It waits until then."""
        self.deadline = at

    def occupy(self, lift: Lift, tool: Tool) -> None:
        """It has a lift and a tool."""
        lift.raised()
        tool.fetched()
        self.lift = lift
        self.tools = frozenset(t for t in self.garage.tools if t is tool)
        self.deadline = None
        self.emit(Began(self, lift, self.tools))

    def leave(self) -> None:
        """The lift is free again; the tools stay where they are."""
        lift = self.lift
        assert lift is not None
        lift.lowered()
        self.lift = None
        self.tools = frozenset()

    def count_twice(self) -> None:
        """The garage counts twice as much."""
        self.garage.raisings += 1
        self.garage.raisings = self.garage.raisings + self.garage.raisings

    def count_down(self) -> None:
        """The garage counts one less."""
        self.garage.raisings -= 1

    def lift_again(self) -> None:
        """A lift that is up is raised."""
        lift = self.lift
        assert lift is not None
        lift.raised()

    def read_nothing(self) -> None:
        """A lift that is not there is read."""
        self.garage.raisings = self.lift.number  # type: ignore[union-attr]

    def assert_nonsense(self) -> None:
        """An assertion that does not hold."""
        self.deadline = 7
        assert self.lift is not None

    def find_nobody(self) -> None:
        """The first of no tools."""
        self.tools = frozenset(t for t in self.garage.tools if t is self.first_lost())

    def first_lost(self) -> Tool:
        """The first tool that is lost."""
        return next(t for t in self.garage.tools if t.lost.is_active)


class Bell(Machine):
    """Rings again and again."""

    garage: Garage
    every: int
    deadline: Deadline | None = None
    rings: int = 0

    still = State(initial=True)
    ticking = State()

    wind = still.to(ticking, on="set_clock") | ignored(ticking)
    unwind = ticking.to(still, cond="has_rung", on="clear_clock") | ticking.to(still, on="clear_clock") | ignored(still)
    ring = urgent(ticking.to(ticking, cond="is_due", on="strike"))

    def is_due(self, now: int) -> bool:
        """It is time."""
        return self.deadline is not None and self.deadline <= now

    def has_rung(self) -> bool:
        """It rang before."""
        return self.rings > 0

    def set_clock(self, now: int) -> None:
        """The time starts."""
        self.deadline = now + self.every

    def clear_clock(self) -> None:
        """No time runs."""
        self.deadline = None

    def strike(self, now: int) -> None:
        """It is heard."""
        self.rings += 1
        self.deadline = now + self.every
        Note(garage=self.garage, bell=self, number=self.rings)
        self.emit(Rang(self, now))


class Note(Machine):
    """What is remembered of a ring until it is read."""

    garage: Garage
    bell: Bell
    number: int

    class sides(State.Parallel):
        class front(State.Compound):
            unread = State(initial=True)
            front_read = State(final=True)

        class back(State.Compound):
            blank = State(initial=True)
            back_read = State(final=True)

    read_front = sides.front.unread.to(sides.front.front_read)
    read_back = sides.back.blank.to(sides.back.back_read)


class Garage(System):
    """A garage with lifts, tools, jobs and bells."""

    lifts: Each[Lift]
    tools: Each[Tool]
    jobs: Each[Job]
    bells: Each[Bell]
    notes: Each[Note]
    config: Rules
    raisings: int = 0
    last_job: Job | None = None

    def is_allowed(self, lift: Lift) -> bool:
        """Enough lifts stay down."""
        return self.config.spare == 0 or self.stays_down(lift)

    def stays_down_enough(self, lift: Lift) -> bool:
        """Another lift is down."""
        return any(e.down.is_active for e in self.lifts if e is not lift)

    @trusted("Lift.state", "spare", contract="stays_down_enough")
    def stays_down(self, lift: Lift) -> bool:
        """As many lifts as are spare stay down."""
        return sum(1 for e in self.lifts if e.down.is_active and e is not lift) >= self.config.spare

    @policy
    def assign(self, job: Job, candidates: Sequence[tuple[Lift, Tool]], now: int) -> tuple[Lift, Tool] | None:
        """The last lift, the first tool."""
        return max(candidates, key=lambda pair: pair[0].number)

    @invariant
    def who_works_has_a_lift(self) -> bool:
        """Who works has a lift of its own."""
        return all(
            j.lift is not None and not any(o.lift is j.lift for o in self.jobs if o is not j)
            for j in self.jobs
            if j.working.is_active
        )

    @invariant
    def few_are_raised(self) -> bool:
        """No more than three lifts are raised in all."""
        return self.raisings <= 3

    @law
    def beginnings_are_told(self) -> bool:
        """Who begins says so."""
        return all(
            not j.working.is_active
            or is_new(j)
            or before(j).working.is_active
            or (j.lift is not None and sent(Began, job=j, lift=j.lift))
            for j in self.jobs
        )

    @law
    def nobody_starts_over(self) -> bool:
        """Who worked does not wait again."""
        return all(not j.waiting.is_active or not before(j).working.is_active for j in self.jobs if not is_new(j))
