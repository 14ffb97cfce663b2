"""What is checked of a plain class. Importing this loads no solver."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeGuard

from statemachine import StateChart

from ...engine import Machine

PlainClass: TypeAlias = type[StateChart[Any]]

PROPERTIES = {
    "every_state_can_be_reached": "Every state can be reached.",
    "every_state_has_a_way_out": "Every state that is not final can be left.",
    "every_transition_can_be_taken": "Every transition can be taken.",
    "guards_exclude_each_other": "No two transitions of one state are open for one event at the same time.",
    "every_event_is_handled": "Every event is handled in every state that is not final.",
}
"""Names and labels."""

ASKED_ONLY = ("guards_exclude_each_other", "every_event_is_handled")
"""These are told as remarks, unless they are asked for by name: both are often meant."""


def is_plain(found: object) -> TypeGuard[PlainClass]:
    """Whether it is a class of python-statemachine that is no machine of a system."""
    return isinstance(found, type) and issubclass(found, StateChart) and not issubclass(found, Machine)
