"""Plain python-statemachine classes for the tests."""

from __future__ import annotations

from typing import Any

from statemachine import State, StateChart, StateMachine


class Door(StateMachine):
    """Nothing is wrong with it."""

    closed = State(initial=True)
    open = State()
    locked = State()

    push = closed.to(open)
    pull = open.to(closed)
    turn = closed.to(locked, cond="has_key") | locked.to(closed, cond="has_key and !is_jammed")

    def has_key(self) -> bool:
        """The key is there."""
        return True

    def is_jammed(self) -> bool:
        """It is jammed."""
        return False


class Gate(StateMachine):
    """Every kind of finding, and what is told without being one."""

    closed = State(initial=True)
    open = State()
    jammed = State()
    ajar = State()
    gone = State(final=True)

    push = (
        closed.to(open, cond="key v code")
        | closed.to(jammed, cond="key ^ !code")
        | closed.to(ajar, cond=["code", "not code"])
        | closed.to(gone)
    )
    pull = open.to(closed, cond="height < 3") | open.to(jammed, cond="height >= 3") | open.to(gone, cond="height == 7")
    wait = ajar.to(gone)
    shake = jammed.to.itself() | jammed.to(gone, cond="not (key or not key)")  # type: ignore[no-untyped-call]


class Dropped(StateMachine):
    """The library overlooks that this is a contradiction."""

    closed = State(initial=True)
    open = State(final=True)
    push = closed.to(open, cond="code", unless="code")
    code = True


class Safe(StateMachine):
    """Another class derives from it."""

    shut = State(initial=True)
    open = State()
    turn = shut.to(open) | open.to(shut)


class Vault(Safe):
    """Inherits everything."""


class Base(StateMachine):
    """Without states."""


class Chart(StateChart[Any]):
    """Flat, and it swallows what it does not know; one transition needs no event."""

    idle = State(initial=True)
    choosing = State()
    left = State()
    right = State()

    go = idle.to(choosing)
    choosing.to(left, cond="In('choosing') and warm")
    choosing.to(right, cond="In('idle') or not warm")
    back = left.to(idle) | idle.from_(right)


class Nested(StateChart[Any]):
    """Not flat."""

    class outer(State.Compound):
        one = State(initial=True)
        two = State()
        go = one.to(two) | two.to(one)


class Parallel(StateChart[Any]):
    """Not flat either."""

    class both(State.Parallel):
        class first(State.Compound):
            one = State(initial=True)
            two = State()
            go = one.to(two) | two.to(one)

        class second(State.Compound):
            three = State(initial=True)
            four = State()
            run = three.to(four) | four.to(three)


def never(**_: Any) -> bool:
    """A function as a guard."""
    return False


class Functions(StateMachine):
    """Guards that are functions: unknown, and each for itself."""

    idle = State(initial=True)
    busy = State()

    start = idle.to(busy, cond=lambda: True) | idle.to.itself(cond=lambda: False) | idle.to(busy, cond=never)  # type: ignore[no-untyped-call]
    stop = busy.to(idle, unless=never) | busy.to.itself(cond=never)  # type: ignore[no-untyped-call]
    pause = busy.to(idle) | idle.to(busy)

    @pause.cond  # type: ignore[untyped-decorator]
    def is_quiet(self) -> bool:
        """A decorated method, on both transitions."""
        return True


class Unreadable(StateMachine):
    """The library refuses its condition, when an instance is made."""

    idle = State(initial=True)
    busy = State()

    start = idle.to(busy, cond="tries * 2")
    stop = busy.to(idle)
