"""What is said in actions."""

from __future__ import annotations

from .construct import Chapter, Construct, Refused

CHAPTER = Chapter(
    "Actions",
    "What a transition does, in order. The source state is still active.",
    (
        Construct(
            "Assignment",
            "To fields of any thing and of the system. A local name is assigned once.",
            "action",
            """\
first = other.holder
self.evse = other
other.holder = self
self.doors += 1
self.station.served = self.station.served + 1
self.wanted = frozenset(e for e in self.wanted if e is not other)""",
            (
                Refused(
                    "action",
                    "self.evse = self",
                    at="self",
                    message="this is Session, and Evse | None is wanted",
                    hint="Types agree exactly; only | None may be added.",
                ),
                Refused(
                    "action",
                    "self.evs = other",
                    at="self.evs",
                    message='Session has no "evs"',
                    hint='Did you mean "evse"?',
                ),
                Refused(
                    "action",
                    "self.doors = None",
                    at="None",
                    message="this is None, and int is wanted",
                    hint="Types agree exactly; only | None may be added.",
                ),
                Refused(
                    "action",
                    "self.station.config.timeout = 1",
                    at="self.station.config",
                    message="the configuration is read by its keys",
                    hint="Write config.key.",
                ),
                Refused(
                    "action",
                    "self.idle = True",
                    at="self.idle",
                    message="a state is changed by transitions only",
                    hint="Let the transition lead there, or send an event to another machine.",
                ),
                Refused(
                    "action",
                    "self.wanted = self.station.evses",
                    at="self.station.evses",
                    message="all things of a machine are no frozenset",
                    hint="Write frozenset(x for x in …).",
                ),
                Refused(
                    "action",
                    "self.token.value = 'x'",
                    at="self.token.value",
                    message='"value" is not assigned to',
                    hint="Only stored fields change; who belongs where is changed in the field that refers back.",
                ),
                Refused(
                    "action",
                    "self.evse, self.doors = other, 1",
                    at="self.evse, self.doors = other, 1",
                    message="one statement assigns to one name or field",
                    hint="Write two statements.",
                ),
                Refused(
                    "action",
                    """\
n = 1
n += 1""",
                    at="n += 1",
                    message="a local name changes",
                    hint="A name is assigned once: choose another.",
                ),
                Refused(
                    "action",
                    "self.station = self.station",
                    at="self.station",
                    message='"station" is not assigned to',
                    hint="Only stored fields change; who belongs where is changed in the field that refers back.",
                ),
                Refused(
                    "action",
                    "n = None",
                    at="n = None",
                    message='the name "n" has no type',
                    hint="Write None, or self.station, where it is used.",
                ),
                Refused(
                    "action", "del self.evse", at="del self.evse", message="del is not modelled", hint="Assign None."
                ),
                Refused(
                    "action",
                    "self.doors = self.doors - other",
                    at="other",
                    message="this is Evse, and int is wanted",
                    hint="Types agree exactly; only | None may be added.",
                ),
                Refused(
                    "action",
                    "now = 3",
                    at="now",
                    message='the name "now" is taken',
                    hint="A name means one thing in a method: choose another.",
                ),
                Refused(
                    "action",
                    "self.is_timed = True",
                    at="self.is_timed",
                    message='"is_timed" is not assigned to',
                    hint="Only stored fields change.",
                ),
                Refused(
                    "action",
                    "other.sessions = self.wanted",
                    at="other.sessions",
                    message='Evse has no "sessions"',
                    hint="There are free, holder, is_open, kind, leave, note, number, station, take, taken.",
                ),
            ),
        ),
        Construct(
            "If",
            "`if`, `elif`, `else`.",
            "action",
            """\
if other.holder is None:
    self.evse = other
elif self.doors > 1:
    self.doors = 0
else:
    pass""",
            (
                Refused(
                    "action",
                    """\
if self.evse:
    self.doors = 1""",
                    at="self.evse",
                    message="a condition is true or false, this is Evse | None",
                    hint='Write "… is not None".',
                ),
                Refused(
                    "action",
                    """\
if other.is_open():
    return
self.doors = 1""",
                    at="return",
                    message="return in an action is not modelled",
                    hint="Write if and else: an action goes to its end.",
                ),
                Refused(
                    "action",
                    """\
if other.is_open():
    n = 1
self.doors = n""",
                    at="n",
                    message='unknown name "n"',
                    hint="It is known only inside the block or loop that names it.",
                ),
                Refused(
                    "action",
                    """\
match self.doors:
    case 1:
        pass""",
                    at="match self.doors:",
                    message="match is not modelled",
                    hint="Write if, elif and else.",
                ),
            ),
        ),
        Construct(
            "Loops",
            (
                "Over things, with an `if` in front or not. A turn writes only to its own element, and the "
                "turns are independent, which is proved."
            ),
            "action",
            """\
for evse in self.station.evses:
    if evse.holder is self:
        evse.holder = None
        self.emit(Unlock(evse))""",
            (
                Refused(
                    "action",
                    """\
for evse in self.station.evses:
    self.evse = evse""",
                    at="self.evse",
                    message="a loop writes only its own element",
                    hint="Its turns are independent: assign to fields of evse, or before or after the loop.",
                ),
                Refused(
                    "action",
                    """\
for evse in self.station.evses:
    for s in self.station.sessions:
        s.evse = evse""",
                    at="for s in self.station.sessions:",
                    message="a loop in a loop is not modelled",
                    hint="Select with any(…) in its condition.",
                ),
                Refused(
                    "action",
                    """\
for evse in self.station.evses:
    Receipt(station=self.station, session=self)""",
                    at="Receipt(station=self.station, session=self)",
                    message="a loop makes nothing",
                    hint="Its turns only change their own element: let the element's own action make it.",
                ),
                Refused(
                    "action",
                    """\
for evse in self.station.evses:
    break""",
                    at="break",
                    message="break is not modelled",
                    hint="The turns of a loop are independent: select in its condition.",
                ),
                Refused(
                    "action",
                    """\
for n in range(3):
    self.doors = n""",
                    at="range(3)",
                    message="range(…) is not modelled here",
                    hint="Write a predicate method, or declare a @trusted function of the system.",
                ),
                Refused(
                    "action",
                    """\
while True:
    pass""",
                    at="while True:",
                    message="while is not modelled",
                    hint="Write for over things: a step ends.",
                ),
                Refused(
                    "action",
                    """\
for evse in self.wanted:
    evse.holder = None
else:
    self.doors = 1""",
                    at="self.doors = 1",
                    message="else of a loop is not modelled",
                    hint="Write it after the loop.",
                ),
                Refused(
                    "action",
                    """\
for a, b in self.wanted:
    pass""",
                    at="a, b",
                    message="for has one variable",
                    hint="Write for x in ….",
                ),
                Refused(
                    "action",
                    """\
for evse in self.wanted:
    evse.take(now=evse)""",
                    at="evse",
                    message="this is Evse, and int is wanted",
                    hint="Types agree exactly; only | None may be added.",
                ),
            ),
        ),
        Construct(
            "Sending",
            (
                "An event of another machine, by keyword. It is then inner: not accepted from outside. The "
                "receiver's class never sends back, directly or through others; that it accepts is proved."
            ),
            "action",
            "other.take(now=now)",
            (
                Refused(
                    "action",
                    "other.take(now)",
                    at="now",
                    message="arguments are given by keyword",
                    hint="Write take(now=…).",
                ),
                Refused("action", "other.take()", at="other.take()", message="take needs now", hint="Add now=…."),
                Refused(
                    "action",
                    "other.take(now=now, evse=other)",
                    at="other",
                    message='take has no parameter "evse"',
                    hint="There is now.",
                ),
                Refused(
                    "action",
                    "other.take(now=other)",
                    at="other",
                    message="this is Evse, and int is wanted",
                    hint="Types agree exactly; only | None may be added.",
                ),
                Refused(
                    "action",
                    "other.takes(now=now)",
                    at="other.takes",
                    message='Evse has no event "takes"',
                    hint='Did you mean "take"?',
                ),
                Refused(
                    "action",
                    "self.end()",
                    at="self.end",
                    message="an action sends to its own class",
                    hint=(
                        "A machine in mid-step takes no event: let the transition lead to a choice, or make it urgent."
                    ),
                ),
                Refused(
                    "action",
                    "other.send('take', now=now)",
                    at="other.send",
                    message="events are sent by their names",
                    hint="Write x.event(name=value).",
                ),
                Refused(
                    "action",
                    "self.note(other, now)",
                    at="self.note",
                    message='an action calls the action "note"',
                    hint='Name several actions in on=["one", "other"].',
                ),
                Refused(
                    "action",
                    "self.station.is_known(self.token)",
                    at="self.station.is_known",
                    message="this statement does nothing",
                    hint="Use its answer, or leave it out.",
                ),
                Refused(
                    "action",
                    "other.is_open()",
                    at="other.is_open",
                    message="this statement does nothing",
                    hint="Use its answer, or leave it out.",
                ),
                Refused(
                    "action",
                    "self.station.refresh()",
                    at="self.station.refresh",
                    message='the system has no event "refresh"',
                    hint="Events are sent to things.",
                ),
                Refused(
                    "action",
                    "other.holder",
                    at="other.holder",
                    message="this statement does nothing",
                    hint="Assign it, or leave it out.",
                ),
                Refused(
                    "action",
                    "print(other)",
                    at="print(other)",
                    message="print(…) is not modelled here",
                    hint="Write a predicate method, or declare a @trusted function of the system.",
                ),
            ),
        ),
        Construct(
            "Commands",
            ("`self.emit(Command(…))`: a frozen dataclass that derives `Command`; its fields may be things."),
            "action",
            "self.emit(Unlock(other, token=self.token))",
            (
                Refused(
                    "action",
                    "self.emit(other)",
                    at="self.emit(other)",
                    message="emit(…) is given a command",
                    hint="Write self.emit(Command(field=value)).",
                ),
                Refused(
                    "action", "self.emit(Unlock())", at="Unlock()", message="Unlock needs evse", hint="Add evse=…."
                ),
                Refused(
                    "action",
                    "self.emit(Unlock(other, tokn=self.token))",
                    at="self.token",
                    message='Unlock has no parameter "tokn"',
                    hint='Did you mean "token"?',
                ),
                Refused(
                    "action",
                    "self.emit(Unlock(self))",
                    at="self",
                    message="this is Session, and Evse is wanted",
                    hint="Types agree exactly; only | None may be added.",
                ),
                Refused(
                    "action",
                    "other.emit(Unlock(other))",
                    at="other.emit(Unlock(other))",
                    message="a machine emits for itself",
                    hint="Write self.emit(Command(…)).",
                ),
                Refused(
                    "action",
                    "command = Unlock(other)",
                    at="Unlock(other)",
                    message="Unlock(…) is not modelled here",
                    hint="Write self.emit(Unlock(…)) in an action.",
                ),
                Refused(
                    "action",
                    "self.emit(Unlock)",
                    at="self.emit(Unlock)",
                    message="emit(…) is given a command",
                    hint="Write self.emit(Command(field=value)).",
                ),
            ),
        ),
        Construct(
            "Creation",
            (
                "A machine is called with its fields, as a statement or named. The new thing goes through "
                "its first choices at once. Its class sends nothing back."
            ),
            "action",
            """\
receipt = Receipt(station=self.station, session=self)
receipt.total = 3""",
            (
                Refused(
                    "action",
                    "Receipt(station=self.station)",
                    at="Receipt(station=self.station)",
                    message="Receipt needs session",
                    hint="Add session=….",
                ),
                Refused(
                    "action",
                    "Receipt(session=self)",
                    at="Receipt(session=self)",
                    message="Receipt needs station",
                    hint="Add station=….",
                ),
                Refused(
                    "action",
                    "Receipt(station=self.station, session=other)",
                    at="other",
                    message="this is Evse, and Session is wanted",
                    hint="Types agree exactly; only | None may be added.",
                ),
                Refused(
                    "action",
                    "Receipt(self.station, self)",
                    at="self.station",
                    message="arguments are given by keyword",
                    hint="Write Receipt(session=…, total=…, station=…).",
                ),
                Refused(
                    "action",
                    "Session(station=self.station, token=self.token, wanted=self.wanted)",
                    at="Session(station=self.station, token=self.token, wanted=self.wanted)",
                    message="machines send to (or make) each other in a circle: Session → Session",
                    hint=(
                        "A machine in mid-step takes no event: turn one of them into an urgent event of its receiver."
                    ),
                ),
                Refused(
                    "action",
                    "Receipt(station=self.station, session=self, sum=1)",
                    at="1",
                    message='Receipt has no parameter "sum"',
                    hint="There are session, station, total.",
                ),
            ),
        ),
        Construct(
            "Assertions",
            "`assert condition` is proved. `assert x is not None` narrows for type checkers, too.",
            "action",
            """\
assert other.holder is None
self.evse = other""",
            (
                Refused(
                    "action",
                    "assert other.holder",
                    at="other.holder",
                    message="a condition is true or false, this is Session | None",
                    hint='Write "… is not None".',
                ),
            ),
        ),
        Construct(
            "Everything else",
            "Other statements are refused.",
            "action",
            "pass",
            (
                Refused(
                    "action",
                    """\
try:
    self.doors = 1
except ValueError:
    pass""",
                    at="try:",
                    message="try is not modelled",
                    hint="What cannot go wrong is proved; what may, a guard asks first.",
                ),
                Refused(
                    "action",
                    """\
with open('x'):
    pass""",
                    at="with open('x'):",
                    message="with is not modelled",
                    hint="The step does no input or output: emit a command.",
                ),
                Refused(
                    "action",
                    "raise ValueError",
                    at="raise ValueError",
                    message="raise is not modelled",
                    hint="A guard refuses; assert says what always holds.",
                ),
                Refused(
                    "action",
                    "import os",
                    at="import os",
                    message="import is not modelled",
                    hint="Import at the top of the module.",
                ),
                Refused(
                    "action",
                    """\
def inner() -> None:
    pass""",
                    at="def inner() -> None:",
                    message="a function in a method is not modelled",
                    hint="Write a method of the class.",
                ),
                Refused(
                    "action",
                    "global LIMIT",
                    at="global LIMIT",
                    message="global is not modelled",
                    hint="Keep it in a field of the system.",
                ),
                Refused(
                    "action",
                    "other.take(now=now).x",
                    at="other.take(now=now).x",
                    message="this statement does nothing",
                    hint="Assign it, or leave it out.",
                ),
            ),
        ),
    ),
)
