"""What is said of methods."""

from __future__ import annotations

from .construct import Chapter, Construct, Refused

CHAPTER = Chapter(
    "Methods",
    "Guards and actions are plain methods; the first line of a docstring is the label.",
    (
        Construct(
            "Signatures",
            (
                "Parameters are annotated and have no defaults. `now: int` is an ordinary one. A predicate "
                "returns a value, an action `None`."
            ),
            "method",
            '''\
def is_late(self, now: int) -> bool:
    """Its time is over."""
    return self.deadline is not None and self.deadline <= now''',
            (
                Refused(
                    "method",
                    """\
def is_late(self, now) -> bool:
    return True""",
                    at="now",
                    message='the parameter "now" has no type',
                    hint="Write now: type.",
                ),
                Refused(
                    "method",
                    """\
def is_late(self, now: int = 0) -> bool:
    return True""",
                    at="def is_late(self, now: int = 0) -> bool:",
                    message="a parameter has no default",
                    hint="Give it at every call, or write two methods.",
                ),
                Refused(
                    "method",
                    """\
def is_late(self, *now: int) -> bool:
    return True""",
                    at="def is_late(self, *now: int) -> bool:",
                    message="*, ** and / are not modelled in a signature",
                    hint="Name every parameter.",
                ),
                Refused(
                    "method",
                    """\
def is_late(self, event: int) -> bool:
    return True""",
                    at="event: int",
                    message='a parameter cannot be named "event"',
                    hint="python-statemachine gives a parameter of that name a meaning of its own: choose another.",
                ),
                Refused(
                    "method",
                    """\
def is_late(self):
    return True""",
                    at="def is_late(self):",
                    message='"is_late" does not say what it returns',
                    hint="Write -> bool for a guard, -> None for an action.",
                ),
                Refused(
                    "method",
                    """\
async def is_late(self) -> bool:
    return True""",
                    at="async def is_late(self) -> bool:",
                    message="async methods are not modelled",
                    hint="The step waits for nothing: emit a command, and let the answer come as an event.",
                ),
                Refused(
                    "method",
                    """\
@property
def is_late(self) -> bool:
    return True""",
                    at="property",
                    message="a machine's methods have no decorations",
                    hint="Guards and actions are plain methods; invariants and laws stand in the system.",
                ),
                Refused(
                    "method",
                    "is_late = lambda self: True",
                    at="lambda self: True",
                    message="this is no transition that is modelled",
                    hint=(
                        'There are a.to(b, cond="…", on="…"), ignored(a), refused(a), joined by |, or urgent(…) of '
                        "them."
                    ),
                ),
            ),
        ),
        Construct(
            "Predicates",
            "Local names, then one `return`.",
            "method",
            """\
def is_settled(self) -> bool:
    evse = self.evse
    return evse is not None and evse.holder is self""",
            (
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    self.doors = 1
    return True""",
                    at="self.doors = 1",
                    message="a guard changes nothing",
                    hint="Change fields in an action, named in on=.",
                ),
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    self.evse.take(now=1)
    return True""",
                    at="self.evse.take(now=1)",
                    message="a guard sends nothing",
                    hint="Send and emit in an action, named in on=.",
                ),
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    return self.station.evses.take()""",
                    at="self.station.evses.take()",
                    message="frozenset[Evse] has no methods",
                    hint="Only things are asked.",
                ),
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    if self.doors > 0:
        return True
    return False""",
                    at="if self.doors > 0:",
                    message="a predicate returns once, at its end",
                    hint="Write: return a if condition else b.",
                ),
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    for e in self.station.evses:
        pass
    return False""",
                    at="for e in self.station.evses:",
                    message="this statement is not modelled in a predicate",
                    hint="Write all(… for x in …) or any(… for x in …).",
                ),
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    assert self.evse is not None
    return self.evse.holder is self""",
                    at="assert self.evse is not None",
                    message="this statement is not modelled in a predicate",
                    hint='Write "… is not None and …".',
                ),
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    evse = self.evse
    evse = None
    return evse is None""",
                    at="evse = None",
                    message='the name "evse" has no type',
                    hint="Write None, or self.station, where it is used.",
                ),
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    return self.is_settled()""",
                    at="def is_settled(self) -> bool:",
                    message="predicates ask each other in a circle: Session.is_settled → Session.is_settled",
                    hint="Write one of them without the other.",
                ),
                Refused(
                    "method",
                    """\
def is_settled(self) -> bool:
    return self.doors""",
                    at="self.doors",
                    message="a condition is true or false, this is int",
                    hint="Write a comparison.",
                ),
            ),
        ),
    ),
)
