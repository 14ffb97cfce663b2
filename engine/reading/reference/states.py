"""What is said of states."""

from __future__ import annotations

from .construct import Chapter, Construct, Refused

CHAPTER = Chapter(
    "States",
    ("A machine is flat, or one `State.Parallel` holds a `State.Compound` for each of its regions."),
    (
        Construct(
            "Declaration",
            (
                '`State("Label", initial=True, final=True)`, each of them if needed; without a label it is '
                "the name in words. One state of each region is initial."
            ),
            "lifecycle",
            """\
idle = State("Nobody is here", initial=True)
busy = State()
ended = State(final=True)

begin = idle.to(busy, cond="may_begin", on="act") | ignored(busy)
end = busy.to(ended, on="note") | refused(idle)""",
            (
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True, value=1)
ended = State(final=True)

end = idle.to(ended, on=["act", "note"])""",
                    at="1",
                    message="value= of a state is not modelled",
                    hint="A state is known by its name.",
                ),
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True, enter="act")
ended = State(final=True)

end = idle.to(ended, on="note")""",
                    at='"act"',
                    message="enter= of a state is not modelled",
                    hint="Name the action in on= of the transitions that lead there.",
                ),
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True, exit="act")
ended = State(final=True)

end = idle.to(ended, on="note")""",
                    at='"act"',
                    message="exit= of a state is not modelled",
                    hint="Name the action in on= of the transitions that leave.",
                ),
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True, invoke="may_begin")
ended = State(final=True)

end = idle.to(ended, on="note")""",
                    at='"may_begin"',
                    message="invoke= of a state is not modelled",
                    hint="What runs elsewhere is a command; its answer comes back as an event.",
                ),
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True)
ended = State(final=True, donedata="is_timed")

end = idle.to(ended, on="note")""",
                    at='"is_timed"',
                    message="donedata= of a state is not modelled",
                    hint="A machine that ends tells others by an event, sent from an action.",
                ),
            ),
        ),
        Construct(
            "Parallel regions",
            ("Regions are nested classes; their events stand in the machine's body, and each belongs to one region."),
            "lifecycle",
            """\
class parts(State.Parallel):
    class visit(State.Compound):
        idle = State(initial=True)
        busy = State()

    class payment(State.Compound):
        owed = State(initial=True)
        paid = State()

begin = parts.visit.idle.to(parts.visit.busy, on="act") | ignored(parts.visit.busy)
pay = parts.payment.owed.to(parts.payment.paid, on="note") | ignored(parts.payment.paid)""",
            (
                Refused(
                    "lifecycle",
                    """\
class parts(State.Parallel):
    class visit(State.Compound):
        idle = State(initial=True)
        busy = State()
        begin = idle.to(busy, on="act")

    class payment(State.Compound):
        owed = State(initial=True)
        paid = State()
        pay = owed.to(paid, on="note")""",
                    at='begin = idle.to(busy, on="act")',
                    message="this is not modelled in State.Compound",
                    hint="It holds states; events stand in the machine's body, where type checkers know them.",
                ),
                Refused(
                    "lifecycle",
                    """\
class parts(State.Parallel):
    class visit(State.Compound):
        idle = State(initial=True)
        busy = State()

    class payment(State.Compound):
        owed = State(initial=True)
        paid = State()

both = parts.visit.idle.to(parts.visit.busy, on="act") | parts.payment.owed.to(parts.payment.paid, on="note")""",
                    at='parts.payment.owed.to(parts.payment.paid, on="note")',
                    message='the event "both" belongs to two regions',
                    hint="Declare one event for each region; one event of another machine may send both.",
                ),
                Refused(
                    "lifecycle",
                    """\
class outer(State.Compound):
    idle = State(initial=True)
    busy = State()

ended = State(final=True)

begin = outer.idle.to(outer.busy, on="act")
end = outer.to(ended, on="note")""",
                    at="class outer(State.Compound):",
                    message="this class is not modelled in a machine",
                    hint="Regions are written class facts(State.Parallel): with class usage(State.Compound): in it.",
                ),
                Refused(
                    "lifecycle",
                    """\
class parts(State.Parallel):
    class visit(State.Compound):
        idle = State(initial=True)
        busy = State()
        h = HistoryState()

    class payment(State.Compound):
        owed = State(initial=True)
        paid = State()

begin = parts.visit.idle.to(parts.visit.busy, on="act")
pay = parts.payment.owed.to(parts.payment.paid, on="note")""",
                    at="h = HistoryState()",
                    message="this is not modelled in State.Compound",
                    hint="It holds states; events stand in the machine's body, where type checkers know them.",
                ),
            ),
        ),
    ),
)
