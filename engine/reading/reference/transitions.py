"""What is said of transitions and events."""

from __future__ import annotations

from .construct import Chapter, Construct, Refused

CHAPTER = Chapter(
    "Transitions and events",
    (
        "An event is the name of its transitions, joined by `|`. The first transition of a state "
        "whose guards hold is taken, in source order."
    ),
    (
        Construct(
            "An event",
            (
                "`a.to(b, cond=…, on=…)`; `cond` names predicates, `on` one action or a list. Its "
                "parameters are those of its guards and actions together."
            ),
            "transition",
            'again = busy.to(busy, cond="is_timed", on=["act", "note"]) | busy.to(idle) | ignored(idle)',
            (
                Refused(
                    "transition",
                    'again = busy.to(busy, unless="is_timed") | ignored(idle)',
                    at='unless="is_timed"',
                    message="unless= of a transition is not modelled",
                    hint='Write cond="not …".',
                ),
                Refused(
                    "transition",
                    'again = busy.to(busy, validators="is_timed") | ignored(idle)',
                    at='validators="is_timed"',
                    message="validators= of a transition is not modelled",
                    hint="A guard says whether, not by raising: use cond=.",
                ),
                Refused(
                    "transition",
                    'again = busy.to(busy, before="act") | ignored(idle)',
                    at='before="act"',
                    message="before= of a transition is not modelled",
                    hint="Everything a transition does is named in on=.",
                ),
                Refused(
                    "transition",
                    'again = busy.to(busy, after="act") | ignored(idle)',
                    at='after="act"',
                    message="after= of a transition is not modelled",
                    hint=(
                        "Everything a transition does is named in on=; what follows an action is an event of "
                        "another machine."
                    ),
                ),
                Refused(
                    "transition",
                    "again = busy.to(busy, internal=True) | ignored(idle)",
                    at="internal=True",
                    message="internal= of a transition is not modelled",
                    hint=(
                        "Write ignored(state) for an event that changes nothing, state.to(state, on=…) for one in "
                        "place."
                    ),
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, event="later") | ignored(idle)',
                    at='event="later"',
                    message="event= of a transition is not modelled",
                    hint="Name the event by assigning the transition: event = a.to(b).",
                ),
                Refused(
                    "transition",
                    "again = Event(busy.to(idle) | ignored(idle))",
                    at="again = Event(busy.to(idle) | ignored(idle))",
                    message="Event is not modelled",
                    hint=(
                        'Write a.to(b, cond="…", on="…"), ignored(a), refused(a), joined by |, or urgent(…) of them.'
                    ),
                ),
                Refused(
                    "transition",
                    "again = idle.from_(busy) | ignored(idle)",
                    at="idle.from_(busy)",
                    message="this is no transition that is modelled",
                    hint="Write a.to(b) for each source a.",
                ),
                Refused(
                    "transition",
                    "again = busy.to(idle, idle) | ignored(idle)",
                    at="busy.to(idle, idle)",
                    message="a transition has one target",
                    hint="Write a.to(b) | a.to(c): the first whose guards hold is taken.",
                ),
                Refused(
                    "transition",
                    "again = other = busy.to(idle) | ignored(idle)",
                    at="again = other = busy.to(idle) | ignored(idle)",
                    message="one statement declares one name",
                    hint="Write one assignment for each.",
                ),
                Refused(
                    "transition",
                    "on_again = busy.to(idle) | ignored(idle)",
                    at="on_again = busy.to(idle) | ignored(idle)",
                    message='"on_again" is a magic name',
                    hint="python-statemachine calls it by its name.",
                ),
                Refused(
                    "transition",
                    "error_execution = busy.to(idle) | ignored(idle)",
                    at="error_execution = busy.to(idle) | ignored(idle)",
                    message='"error_execution" is a magic name',
                    hint="python-statemachine calls it by its name.",
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, on="may_begin") | ignored(idle)',
                    at='"may_begin"',
                    message='"may_begin" is no action: it returns a value',
                    hint="An action is -> None.",
                ),
                Refused(
                    "transition",
                    """\
again = busy.to(idle) | ignored(idle)
again = idle.to(busy)""",
                    at="again = idle.to(busy)",
                    message='"again" is declared twice',
                    hint="Give one of them another name; transitions of one event are joined by |, in order.",
                ),
            ),
        ),
        Construct(
            "Actions",
            "`on=` names methods that return `None`.",
            "transition",
            'again = busy.to(idle, on=["act", "note"]) | ignored(idle)',
            (
                Refused(
                    "transition",
                    'again = busy.to(idle, on="acts") | ignored(idle)',
                    at='"acts"',
                    message='Session has no action "acts"',
                    hint='Did you mean "act"?',
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, on="is_timed") | ignored(idle)',
                    at='"is_timed"',
                    message='"is_timed" is no action: it returns a value',
                    hint="An action is -> None.",
                ),
                Refused(
                    "transition",
                    "again = busy.to(idle, on=lambda self: None) | ignored(idle)",
                    at="lambda self: None",
                    message="on= names actions",
                    hint='Write on="action" or on=["one", "other"].',
                ),
                Refused(
                    "method",
                    """\
def unused(self) -> None:
    self.doors = 1""",
                    at="def unused(self) -> None:",
                    message='no transition does "unused"',
                    hint='Name it in on= of a transition (on="unused"), or leave it out.',
                ),
                Refused(
                    "method",
                    """\
def on_enter_busy(self) -> None:
    self.doors = 1""",
                    at="def on_enter_busy(self) -> None:",
                    message='"on_enter_busy" is a magic name',
                    hint="python-statemachine would call it by its name: choose another and name it in on=.",
                ),
                Refused(
                    "method",
                    """\
def after_begin(self) -> None:
    self.doors = 1""",
                    at="def after_begin(self) -> None:",
                    message='"after_begin" is a magic name',
                    hint="python-statemachine would call it by its name: choose another and name it in on=.",
                ),
            ),
        ),
        Construct(
            "Guards",
            (
                "`cond=` holds names of predicates with `and`, `or`, `not` and parentheses, or a list of "
                "such texts that all must hold."
            ),
            "transition",
            'again = busy.to(idle, cond=["is_timed", "not (is_timed and may_begin)"]) | ignored(idle)',
            (
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="is_time") | ignored(idle)',
                    at="is_time",
                    message='Session has no predicate "is_time"',
                    hint='Did you mean "is_timed"?',
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="is_timed and begin") | ignored(idle)',
                    at="begin",
                    message='"begin" in cond= is an event',
                    hint="python-statemachine would send it: name a predicate.",
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="doors") | ignored(idle)',
                    at="doors",
                    message='Session has no predicate "doors"',
                    hint="Write a predicate that returns self.doors…",
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="doors > 0") | ignored(idle)',
                    at="doors > 0",
                    message='"doors > 0" in cond= is not modelled',
                    hint="It holds names of predicates with and, or, not: write a predicate that says this.",
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="!is_timed") | ignored(idle)',
                    at="!",
                    message='"!" in cond= is not modelled',
                    hint='python-statemachine rewrites v, ^ and ! there: write "or", "and", "not".',
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="is_timed ^ may_begin") | ignored(idle)',
                    at="^",
                    message='"^" in cond= is not modelled',
                    hint='python-statemachine rewrites v, ^ and ! there: write "or", "and", "not".',
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="is_timed v may_begin") | ignored(idle)',
                    at="v",
                    message='"v" in cond= is not modelled',
                    hint='python-statemachine rewrites v, ^ and ! there: write "or", "and", "not".',
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="note") | ignored(idle)',
                    at="note",
                    message='"note" in cond= is an action',
                    hint="A guard is -> bool, and changes nothing.",
                ),
                Refused(
                    "transition",
                    "again = busy.to(idle, cond=lambda: True) | ignored(idle)",
                    at="lambda: True",
                    message="cond= names predicates",
                    hint='Write cond="predicate", with and, or, not and parentheses; more is a predicate of its own.',
                ),
            ),
        ),
        Construct(
            "Every state answers",
            (
                "Each event is handled, ignored or refused in each state of its region that is neither "
                "final nor a choice. Urgent events are exempt: where they are not handled, they are "
                "refused."
            ),
            "transition",
            "again = busy.to(idle) | refused(idle)",
            (
                Refused(
                    "transition",
                    "again = busy.to(idle)",
                    at="again = busy.to(idle)",
                    message='the event "again" has no answer in the state "idle"',
                    hint="Add: | ignored(idle), or | refused(idle), or what happens then.",
                ),
                Refused(
                    "transition",
                    "again = busy.to(idle) | busy.to(busy) | ignored(idle)",
                    at="busy.to(busy)",
                    message="this is never reached: an earlier one is unguarded",
                    hint="The first whose guards hold is taken: put it later, or guard it.",
                ),
                Refused(
                    "transition",
                    "again = busy.to(idle) | ignored(busy) | ignored(idle)",
                    at="busy",
                    message="this is never reached: an earlier one is unguarded",
                    hint="The first whose guards hold is taken: put it later, or guard it.",
                ),
                Refused(
                    "transition",
                    'again = busy.to(idle, cond="is_timed") | refused(busy) | ignored(idle)',
                    at="busy",
                    message='refused(busy) stands beside a transition of "busy"',
                    hint="An event whose guards do not hold is refused anyway: leave it out.",
                ),
                Refused(
                    "transition",
                    "ignored(idle)",
                    at="ignored(idle)",
                    message="an exit without event cannot be ignored or refused",
                    hint="Assign it to an event.",
                ),
            ),
        ),
        Construct(
            "Urgent events",
            (
                "The engine takes an urgent event by itself as soon as its guards hold, for some things as "
                "its arguments; `pick` names the policy that chooses among several."
            ),
            "transition",
            'again = urgent(idle.to(busy, cond="may_begin", on="act"), pick="choose")',
            (
                Refused(
                    "transition",
                    'again = urgent(idle.to(busy, cond="may_begin", on="act"), pick="chose")',
                    at='"chose"',
                    message='Site has no policy "chose"',
                    hint='Did you mean "choose"?',
                ),
                Refused(
                    "transition",
                    'again = urgent(idle.to(busy, cond="is_timed"), pick="choose")',
                    at='again = urgent(idle.to(busy, cond="is_timed"), pick="choose")',
                    message='the urgent event "again" has nothing to pick',
                    hint="Leave out pick=.",
                ),
                Refused(
                    "transition",
                    'again = urgent(idle.to(busy, on="act"), pick="is_known")',
                    at='"is_known"',
                    message='Site has no policy "is_known"',
                    hint="There is choose.",
                ),
            ),
        ),
        Construct(
            "Choices",
            (
                "A state whose exits have no event is a choice: nobody rests there. Its guards see fields "
                "only; the last exit is unguarded."
            ),
            "lifecycle",
            """\
idle = State(initial=True)
asked = State()
busy = State()
ended = State(final=True)

begin = idle.to(asked, on="act") | ignored(busy)
asked.to(busy, cond="is_timed")
asked.to(ended)
end = busy.to(ended, on="note") | refused(idle)""",
            (
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True)
asked = State()
ended = State(final=True)

begin = idle.to(asked, on=["act", "note"])
asked.to(idle, cond="is_timed")
asked.to(ended, cond="is_timed")""",
                    at='asked.to(ended, cond="is_timed")',
                    message="the last exit of a choice is guarded",
                    hint='Add a last exit without cond=: nobody rests in the choice "asked".',
                ),
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True)
asked = State()
ended = State(final=True)

begin = idle.to(asked, on="note")
asked.to(ended, cond="may_begin")
asked.to(ended, on="note")""",
                    at='asked.to(ended, cond="may_begin")',
                    message='"may_begin" has parameters, and stands in an exit without event',
                    hint="An exit of a choice sees fields only: set the fields in the transition that leads to it.",
                ),
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True)
asked = State()
ended = State(final=True)

begin = idle.to(asked, on=["act", "note"])
asked.to(ended)
leave = asked.to(ended) | ignored(idle)""",
                    at="asked.to(ended)",
                    message='"leave" leaves a choice',
                    hint='"asked" is a choice, nobody rests there: give all its exits events, or none.',
                ),
                Refused(
                    "lifecycle",
                    """\
idle = State(initial=True)
asked = State()
answered = State()
ended = State(final=True)

begin = idle.to(asked, on=["act", "note"])
asked.to(ended, cond="is_timed")
asked.to(answered)
answered.to(asked)""",
                    at="asked.to(answered)",
                    message="choices go in a circle: asked → answered → asked",
                    hint="Let an event lead back: a step ends.",
                ),
            ),
        ),
    ),
)
