"""Plain python-statemachine classes: no data, guards as texts. Reachability, ways out, order and answers to events.

``check(Door)`` gives the same ``Report`` as ``verify`` does for a system. Guards are unknown: every combination of
their values is taken into account, so what is found holds whatever the class does elsewhere. Actions are not read.
"""

from .names import ASKED_ONLY, PROPERTIES, is_plain

__all__ = ["ASKED_ONLY", "PROPERTIES", "is_plain"]
