"""What is said of modules."""

from __future__ import annotations

from .construct import Chapter, Construct, Refused

CHAPTER = Chapter(
    "Modules and classes",
    "",
    (
        Construct(
            "Modules",
            (
                "A module of a model begins with `from __future__ import annotations`; classes refer to "
                "each other by name. Classes stand at its top level."
            ),
            "module",
            "",
            (
                Refused(
                    "module",
                    """\
@dataclass
class Unlock(Command):
    evse: Evse
    token: IdToken | None = None""",
                    at="self.emit(Unlock(self))",
                    message="Unlock can be changed",
                    hint="Declare it with @dataclass(frozen=True).",
                ),
                Refused(
                    "system",
                    "odds: Each[Odd]",
                    at="odds: Each[Odd]",
                    message="Odd is no Machine",
                    hint="Derive it from Machine; a StateChart swallows errors and has no state while actions run.",
                ),
                Refused(
                    "module",
                    """\
class Evse(Machine):
    station: Site
    here = State(initial=True, final=True)""",
                    at="class Evse(Machine):",
                    message="Evse is declared twice",
                    hint="Give one of the two another name.",
                ),
            ),
        ),
    ),
)
