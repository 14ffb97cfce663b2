"""An office that calls people by tickets, and lamps that are switched by themselves; and what may go wrong in each."""

from __future__ import annotations

from dataclasses import dataclass

from statewatt.engine import Deadline, Each, Machine, State, System, ignored, invariant, urgent


@dataclass(frozen=True)
class Rules:
    """How long somebody who is called has time."""

    patience: int


class Ticket(Machine):
    """A number that is called once."""

    office: Office
    loud: bool
    deadline: Deadline | None = None

    waiting = State(initial=True)
    called = State()
    gone = State(final=True)

    call = waiting.to(called, on="arm") | ignored(called)
    time_out = urgent(called.to(gone, cond="is_due"))

    def is_due(self, now: int) -> bool:
        """Its time is over."""
        return self.deadline is not None and self.deadline <= now

    def arm(self, now: int) -> None:
        """Its time begins to run."""
        self.deadline = now + self.office.config.patience


class Office(System):
    """An office."""

    config: Rules
    tickets: Each[Ticket]

    @invariant
    def who_is_called_has_a_deadline(self) -> bool:
        """Who is called has a deadline."""
        return all(t.deadline is not None for t in self.tickets if t.called.is_active)


class ForgottenTicket(Ticket):
    """When it is called, no time runs."""

    def arm(self, now: int) -> None:
        """Nothing is armed."""


class OfficeThatForgets(Office):
    """Who is called may stay for ever."""

    tickets: Each[ForgottenTicket]  # pyright: ignore[reportIncompatibleVariableOverride]


class QuietTicket(Ticket):
    """Its time is over only if nobody shouts."""

    def is_due(self, now: int) -> bool:
        """Its time is over, and nobody shouts."""
        return self.deadline is not None and self.deadline <= now and not self.loud


class OfficeThatLooksAway(Office):
    """A deadline comes, and nothing follows."""

    tickets: Each[QuietTicket]  # pyright: ignore[reportIncompatibleVariableOverride]


class LateTicket(Ticket):
    """Its time is over after its deadline only."""

    def is_due(self, now: int) -> bool:
        """Its time is over."""
        return self.deadline is not None and self.deadline < now


class OfficeThatIsLate(Office):
    """A deadline comes, and something follows a little later."""

    tickets: Each[LateTicket]  # pyright: ignore[reportIncompatibleVariableOverride]


class PatientTicket(Machine):
    """It is called again and again."""

    office: PatientOffice
    deadline: Deadline | None = None

    waiting = State(initial=True)
    called = State()
    gone = State(final=True)

    call = waiting.to(called, on="arm") | ignored(called)
    leave = waiting.to(gone) | called.to(gone)
    call_again = urgent(called.to(called, cond="is_due", on="arm"))

    def is_due(self, now: int) -> bool:
        """Its time is over."""
        return self.deadline is not None and self.deadline <= now

    def arm(self, now: int) -> None:
        """Its time begins to run."""
        self.deadline = now + self.office.config.patience


class PatientOffice(System):
    """Time never ends a wait."""

    config: Rules
    tickets: Each[PatientTicket]


# --- lamps -----------------------------------------------------------------------------------------------------------


class Lamp(Machine):
    """It follows its switch."""

    house: House
    on: bool

    dark = State(initial=True)
    lit = State()

    light = urgent(dark.to(lit, cond="is_wanted"))
    darken = urgent(lit.to(dark, cond="not is_wanted"))
    switch = dark.to(dark, on="turn") | lit.to(lit, on="turn")

    def is_wanted(self) -> bool:
        """It is to give light."""
        return self.on

    def turn(self) -> None:
        """The switch is turned."""
        self.on = not self.on


class House(System):
    """Lamps."""

    config: Rules
    lamps: Each[Lamp]


class FlickeringLamp(Machine):
    """It goes on and off by itself."""

    house: FlickeringHouse

    dark = State(initial=True)
    lit = State()

    light = urgent(dark.to(lit))
    darken = urgent(lit.to(dark))


class FlickeringHouse(System):
    """Lamps that never rest."""

    config: Rules
    lamps: Each[FlickeringLamp]
