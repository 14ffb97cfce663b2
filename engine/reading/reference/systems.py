"""What is said of a system."""

from __future__ import annotations

from .construct import Chapter, Construct, Refused

CHAPTER = Chapter(
    "The system",
    "It lists its things, keeps the configuration and its own fields, and states the laws.",
    (
        Construct(
            "Collections and fields",
            (
                "`Each[Machine]` once for each machine, `config` with a frozen dataclass of settings, own "
                "fields with defaults."
            ),
            "system",
            """\
visits: int = 0
favourite: Evse | None = None""",
            (
                Refused(
                    "system",
                    "visits: int",
                    at="visits: int",
                    message='the system\'s field "visits" has no default',
                    hint="A station starts with it: write visits: int = …, or make it a setting.",
                ),
                Refused(
                    "system",
                    "more: Each[Evse]",
                    at="more: Each[Evse]",
                    message="Evse has two collections",
                    hint="Leave out one of them.",
                ),
                Refused(
                    "system",
                    "others: Each[Kind]",
                    at="others: Each[Kind]",
                    message="Kind is no Machine",
                    hint="Derive it from Machine; a StateChart swallows errors and has no state while actions run.",
                ),
                Refused(
                    "system",
                    "others: Each[Bay]",
                    at="others: Each[Bay]",
                    message='unknown machine "Bay"',
                    hint="There are Door, Evse, Receipt, Session.",
                ),
                Refused(
                    "system",
                    "visits = 0",
                    at="visits = 0",
                    message="this statement is not modelled in a system",
                    hint="A system has fields, collections (Each), config and methods.",
                ),
                Refused(
                    "module",
                    """\
@dataclass(frozen=True)
class Config:
    evse: Evse""",
                    at="config: Config",
                    message='the setting "evse" is a thing',
                    hint="A setting is a value: it never changes.",
                ),
                Refused(
                    "module",
                    """\
@dataclass
class Config:
    timeout: int""",
                    at="config: Config",
                    message="config is no frozen dataclass",
                    hint="Declare its class with @dataclass(frozen=True).",
                ),
                Refused(
                    "system",
                    "emitted: int = 0",
                    at="emitted: int = 0",
                    message='the name "emitted" is taken by System',
                    hint="Give it another name.",
                ),
            ),
        ),
        Construct(
            "Questions",
            "Plain methods are predicates.",
            "system",
            '''\
def is_empty(self) -> bool:
    """Nobody is here."""
    return not any(True for s in self.sessions)''',
            (
                Refused(
                    "system",
                    """\
def clear(self) -> None:
    pass""",
                    at="def clear(self) -> None:",
                    message='"clear" returns nothing',
                    hint="A system's methods answer questions (-> bool); actions belong to machines.",
                ),
                Refused(
                    "system",
                    """\
@staticmethod
def is_empty() -> bool:
    return True""",
                    at="staticmethod",
                    message="this decoration is not modelled",
                    hint="A system's methods are plain, or one of @invariant, @law, @policy, @trusted.",
                ),
                Refused(
                    "system",
                    """\
def is_empty(self) -> bool:
    return before(self).served == 0""",
                    at="before(self)",
                    message="before(…) has a meaning in a law only",
                    hint="Keep what was before in a field.",
                ),
                Refused(
                    "system",
                    """\
def is_empty(self) -> bool:
    return self.session is None""",
                    at="self.session",
                    message='Site has no "session"',
                    hint='Did you mean "sessions"?',
                ),
                Refused(
                    "system",
                    """\
def is_empty(self) -> bool:
    return sessions is None""",
                    at="sessions",
                    message='unknown name "sessions"',
                    hint="Write self.sessions.",
                ),
            ),
        ),
        Construct(
            "Invariants",
            "`@invariant`: true in every state; no parameters.",
            "system",
            '''\
@invariant
def holders_know(self) -> bool:
    """Who holds an EVSE knows it."""
    return all(e.holder is None or e.holder.evse is e for e in self.evses)''',
            (
                Refused(
                    "system",
                    """\
@invariant
def knows(self, evse: Evse) -> bool:
    return evse.holder is None""",
                    at="def knows(self, evse: Evse) -> bool:",
                    message="@invariant knows has parameters",
                    hint="Say it of all things: return all(… for x in self.…).",
                ),
                Refused(
                    "system",
                    """\
@invariant
def knows(self) -> bool:
    return sent(Unlock)""",
                    at="sent(Unlock)",
                    message="sent(…) has a meaning in a law only",
                    hint="Keep what was said in a field.",
                ),
                Refused(
                    "system",
                    """\
@invariant
def knows(self) -> bool:
    return all(is_new(e) for e in self.evses)""",
                    at="is_new(e)",
                    message="is_new(…) has a meaning in a law only",
                    hint="Ask for its state or a field.",
                ),
            ),
        ),
        Construct(
            "Laws",
            (
                "`@law`: true of every step. `before(x).…` is read before the step, `sent(Command, "
                "field=value)` says whether the step emits such a command, `is_new(x)` whether it made x."
            ),
            "law",
            """\
return all(
    before(e).holder is None or before(e).free.is_active or sent(Unlock, evse=e) or not before(e).is_open()
    for e in self.evses
    if not is_new(e)
)""",
            (
                Refused(
                    "law",
                    "return all(before(e) is e for e in self.evses)",
                    at="before(e)",
                    message="before(…) is no thing of its own",
                    hint="Write before(x).field.",
                ),
                Refused(
                    "law",
                    "return all(before(e.holder).evse is e for e in self.evses)",
                    at="before(e.holder)",
                    message="before(…) is asked of a name",
                    hint="Write before(x).field, where x is a variable, a local name or self.",
                ),
                Refused(
                    "law",
                    "return sent(Unlock())",
                    at="sent(Unlock())",
                    message="sent(…) names a command",
                    hint="Write sent(Command, field=value).",
                ),
                Refused(
                    "law",
                    "return sent(Kind)",
                    at="sent(Kind)",
                    message="sent(…) names a command",
                    hint="Write sent(Command, field=value).",
                ),
                Refused(
                    "law",
                    "return sent(Unlock, number=1)",
                    at="1",
                    message='Unlock has no parameter "number"',
                    hint="There are evse, token.",
                ),
                Refused(
                    "law",
                    "return is_new(self.served)",
                    at="is_new(self.served)",
                    message="is_new(…) is asked of a thing",
                    hint="Values are not made.",
                ),
                Refused(
                    "law",
                    "return is_new()",
                    at="is_new()",
                    message="is_new(…) is asked of one thing",
                    hint="Write is_new(x).",
                ),
                Refused(
                    "law",
                    "return all(before(e.number) == 1 for e in self.evses)",
                    at="before(e.number)",
                    message="before(…) is no thing of its own",
                    hint="Write before(x).field.",
                ),
                Refused(
                    "law",
                    "return all(before(s).may_begin(s.evse, 1) for s in self.sessions)",
                    at="s.evse",
                    message="an argument of before(…)'s predicate is a name",
                    hint="Give it a local name first: its value is that after the step.",
                ),
            ),
        ),
        Construct(
            "Trusted functions",
            ("`@trusted(reads, contract=…)`: ordinary Python, run natively; the proof knows its contract only."),
            "system",
            '''\
@trusted("Evse.holder", "Evse.free", "Door.parts", "timeout", contract="is_any")
def may_stay(self, evse: Evse) -> bool:
    """It may stay."""
    return bool(sorted([evse.number]))

def is_any(self, evse: Evse) -> bool:
    """There is one."""
    return any(e is evse for e in self.evses)''',
            (
                Refused(
                    "system",
                    """\
@trusted("Evse.holdr")
def may_stay(self) -> bool:
    return True""",
                    at='trusted("Evse.holdr")',
                    message='Evse has no field "holdr"',
                    hint='Did you mean "holder"?',
                ),
                Refused(
                    "system",
                    """\
@trusted("Bay.holder")
def may_stay(self) -> bool:
    return True""",
                    at='trusted("Bay.holder")',
                    message='there is no machine "Bay"',
                    hint="There are Door, Evse, Receipt, Session.",
                ),
                Refused(
                    "system",
                    """\
@trusted("time_out")
def may_stay(self) -> bool:
    return True""",
                    at='trusted("time_out")',
                    message='there is no setting "time_out"',
                    hint='Did you mean "timeout"?',
                ),
                Refused(
                    "system",
                    """\
@trusted("timeout", contract="is_known")
def may_stay(self) -> bool:
    return True""",
                    at='trusted("timeout", contract="is_known")',
                    message='"is_known" is no contract of may_stay',
                    hint="A contract is a plain predicate of the system with the same parameters.",
                ),
                Refused(
                    "system",
                    """\
@trusted
def may_stay(self) -> bool:
    return True""",
                    at="trusted",
                    message="@trusted may_stay does not say what it reads",
                    hint='Write @trusted("Machine.field", …, contract="predicate").',
                ),
                Refused(
                    "system",
                    """\
@trusted("timeout")
def may_stay(self) -> None:
    pass""",
                    at="def may_stay(self) -> None:",
                    message="@trusted may_stay returns nothing",
                    hint="It answers a question: -> bool.",
                ),
                Refused(
                    "system",
                    """\
@trusted(LIMIT)
def may_stay(self) -> bool:
    return True""",
                    at="trusted(LIMIT)",
                    message="what @trusted names are texts",
                    hint='Write @trusted("Machine.field", …, contract="predicate").',
                ),
            ),
        ),
        Construct(
            "Policies",
            (
                "`@policy`: `(self, thing, candidates, now) -> candidate | None`, ordinary Python; the "
                "guards accepted every candidate."
            ),
            "system",
            '''\
@policy
def last(self, session: Session, candidates: Sequence[Evse], now: int) -> Evse | None:
    """The last."""
    return candidates[-1]''',
            (),
        ),
    ),
)
