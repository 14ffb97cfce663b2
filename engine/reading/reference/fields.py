"""What is said of fields."""

from __future__ import annotations

from .construct import Chapter, Construct, Refused

CHAPTER = Chapter(
    "Fields",
    (
        "A machine's fields are annotated in its class. Those without a default are given when a "
        "thing begins, by keyword."
    ),
    (
        Construct(
            "Types",
            (
                "`bool`, `int`, `str` (compared and passed on), `Deadline` (an `int` in milliseconds that "
                "the step watches), an `Enum`, a frozen dataclass (an opaque value), a machine, "
                "`frozenset` of a machine, and each but the last `| None`."
            ),
            "field",
            """\
kind: Kind = Kind.AC
until: Deadline | None = None
parent: Evse | None = None
others: frozenset[Evse] = frozenset()
label: str""",
            (
                Refused(
                    "field",
                    "weight: float = 0.0",
                    at="float",
                    message="float is not modelled",
                    hint=(
                        "There are bool, int, str, Deadline, an Enum, a frozen dataclass, a machine, "
                        "frozenset[machine], each of them or None."
                    ),
                ),
                Refused(
                    "field",
                    "places: set[Evse]",
                    at="set[Evse]",
                    message="set[…] is not modelled",
                    hint="Write frozenset[…] of things; order and repetition carry no meaning.",
                ),
                Refused(
                    "field",
                    "places: list[Evse]",
                    at="list[Evse]",
                    message="list[…] is not modelled",
                    hint="Write frozenset[…] of things; order and repetition carry no meaning.",
                ),
                Refused(
                    "field",
                    "names: frozenset[str]",
                    at="frozenset[str]",
                    message="a set of anything but things is not modelled",
                    hint=(
                        "There are bool, int, str, Deadline, an Enum, a frozen dataclass, a machine, "
                        "frozenset[machine], each of them or None."
                    ),
                ),
                Refused(
                    "field",
                    "either: int | str",
                    at="int | str",
                    message="a union of types is not modelled",
                    hint='Only "… | None" is.',
                ),
                Refused(
                    "field",
                    "thing: Thing",
                    at="Thing",
                    message='unknown type "Thing"',
                    hint="There are Config, Door, Evse, IdToken, Kind, Receipt, Session, bool, int, str.",
                ),
                Refused(
                    "field",
                    "loose: Loose",
                    at="Loose",
                    message="Loose can be changed",
                    hint="Declare it with @dataclass(frozen=True): values of Loose are shared between states.",
                ),
                Refused(
                    "field",
                    "last: Unlock | None = None",
                    at="Unlock",
                    message="a command is no value",
                    hint="Emit it; keep what it says in fields of their own.",
                ),
                Refused(
                    "field",
                    "many: frozenset[Evse] | None = None",
                    at="frozenset[Evse] | None",
                    message="this optional type is not modelled",
                    hint="An empty set says as much.",
                ),
                Refused(
                    "field",
                    "deadlines: dict[str, int]",
                    at="dict[str, int]",
                    message="dict[…] is not modelled",
                    hint="Write frozenset[…] of things; order and repetition carry no meaning.",
                ),
                Refused(
                    "field",
                    "callback: Sequence[Evse]",
                    at="Sequence[Evse]",
                    message="Sequence[…] is not modelled",
                    hint="Write frozenset[…] of things; order and repetition carry no meaning.",
                ),
                Refused(
                    "field",
                    "outer: Machine",
                    at="Machine",
                    message="Machine is no machine of Site",
                    hint="Give Site a field of type Each[Machine], or name one of its machines.",
                ),
            ),
        ),
        Construct(
            "Defaults",
            ("A default is a literal, `None`, a member of an enumeration or `frozenset()`, of the field's type."),
            "field",
            """\
tries: int = -1
kind: Kind = Kind.DC
marked: frozenset[Evse] = frozenset()""",
            (
                Refused(
                    "field",
                    'tries: int = "none"',
                    at='"none"',
                    message="a default of type str is no int",
                    hint="Write one of type int.",
                ),
                Refused(
                    "field",
                    "tries: int = None",
                    at="None",
                    message="None is no int",
                    hint="Annotate it with int | None.",
                ),
                Refused(
                    "field",
                    "tries: int = LIMIT",
                    at="LIMIT",
                    message="this default is not modelled",
                    hint="A default is a literal, None, an enumeration's member or frozenset().",
                ),
                Refused(
                    "field",
                    "token_again: IdToken = IdToken('x')",
                    at="IdToken('x')",
                    message="this default is not modelled",
                    hint="A default is a literal, None, an enumeration's member or frozenset().",
                ),
                Refused(
                    "field",
                    "on_time: bool = 1",
                    at="1",
                    message="a default of type int is no bool",
                    hint="Write one of type bool.",
                ),
                Refused(
                    "field",
                    "tries: int = max(1, 2)",
                    at="max(1, 2)",
                    message="this default is not modelled",
                    hint="A default is a literal, None, an enumeration's member or frozenset().",
                ),
            ),
        ),
        Construct(
            "Names",
            "Names that python-statemachine uses are refused.",
            "field",
            'serial_number: str = ""',
            (
                Refused(
                    "field",
                    "id: int",
                    at="id: int",
                    message='the name "id" is taken by Machine',
                    hint='Write "number", or what it is in the words of the field.',
                ),
                Refused(
                    "field",
                    'name: str = ""',
                    at='name: str = ""',
                    message='the name "name" is taken by Machine',
                    hint='Write "label", or what it is in the words of the field.',
                ),
                Refused(
                    "field",
                    'model: str = ""',
                    at='model: str = ""',
                    message='the name "model" is taken by Machine',
                    hint='Write "type_of", or what it is in the words of the field.',
                ),
                Refused(
                    "field",
                    "configuration: int = 0",
                    at="configuration: int = 0",
                    message='the name "configuration" is taken by Machine',
                    hint="Give it another name.",
                ),
                Refused(
                    "field",
                    "allow_event_without_transition: bool = True",
                    at="allow_event_without_transition: bool = True",
                    message='"allow_event_without_transition" changes how python-statemachine runs',
                    hint=(
                        "The flags of a machine are pinned: the compiled step and python-statemachine agree only so."
                    ),
                ),
                Refused(
                    "transition",
                    "catch_errors_as_events = True",
                    at="catch_errors_as_events = True",
                    message='"catch_errors_as_events" changes how python-statemachine runs',
                    hint=(
                        "The flags of a machine are pinned: the compiled step and python-statemachine agree only so."
                    ),
                ),
                Refused(
                    "transition",
                    "current_state = busy.to(idle) | ignored(idle)",
                    at="current_state = busy.to(idle) | ignored(idle)",
                    message='the name "current_state" is taken by Machine',
                    hint="Give it another name.",
                ),
                Refused(
                    "method",
                    """\
def send(self) -> bool:
    return True""",
                    at="def send(self) -> bool:",
                    message='the name "send" is taken by Machine',
                    hint="Give it another name.",
                ),
            ),
        ),
        Construct(
            "The system's field",
            "Exactly one field refers to the system; its name is free.",
            "field",
            "",
            (
                Refused(
                    "field",
                    "again: Site",
                    at="again: Site",
                    message="Session refers to its system twice",
                    hint="It has station already.",
                ),
            ),
        ),
        Construct(
            "What belongs to a thing",
            "`Each[Machine]` in a machine are the things whose one field of its type refers back.",
            "field",
            "receipts: Each[Receipt]",
            (
                Refused(
                    "field",
                    "doors_seen: Each[Door]",
                    at="class Session(Machine):",
                    message="Session.doors_seen: no field refers back from Door",
                    hint="Each[Door] lists those whose one field of type Session refers here.",
                ),
                Refused(
                    "field",
                    "visits: Each[Visit]",
                    at="Visit",
                    message='unknown type "Visit"',
                    hint="There are Config, Door, Evse, IdToken, Kind, Receipt, Session, bool, int, str.",
                ),
                Refused(
                    "field",
                    "kinds: Each[Kind]",
                    at="kinds: Each[Kind]",
                    message="Each[…] is of a machine, and without a default",
                    hint="Write name: Each[Machine]; a set that is stored is a frozenset[Machine].",
                ),
            ),
        ),
    ),
)
