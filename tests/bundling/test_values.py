"""Frozen dataclasses are written out as plain classes that behave the same, or stay dataclasses."""

from __future__ import annotations

import copy
import pickle
import re
import sys
from types import ModuleType
from typing import Any

import pytest

from tests.bundling.shops import Make, judge, run

VALUES = '''\
from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from dataclasses import field as declared
from enum import Enum
from functools import cached_property
from typing import ClassVar


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Plain:
    """A value."""

    name: str
    colour: Colour = Colour.RED
    note: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Checked:
    number: int
    kind: ClassVar[str] = "checked"

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("less than nothing")

    @property
    def double(self) -> int:
        return self.number * 2

    @staticmethod
    def of(text: str) -> Checked:
        return Checked(int(text))

    def __str__(self) -> str:
        return f"""<
  {self.number}>"""


@dataclass(frozen=True)
class Lazy:
    number: int

    @cached_property
    def square(self) -> int:
        return self.number**2


@dataclasses.dataclass(frozen=True)
class Nothing:
    pass


@dataclass(frozen=True)
class Renamed:
    name: str = declared(default="x", compare=False)


@dataclass(frozen=True)
class Own:
    number: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own)

    def __repr__(self) -> str:
        return "Own"
'''
KEPT = """\
from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial


@dataclass(frozen=True)
class Made:
    parts: tuple[int, ...] = field(default_factory=tuple)


@dataclass(frozen=True, order=True)
class Ordered:
    number: int


@dataclass(frozen=True)
class Base:
    number: int


@dataclass(frozen=True)
class Derived(Base):
    other: int = 1


@dataclass(frozen=True, kw_only=True)
class Named:
    number: int


@dataclass
class Changing:
    number: int


sealed = partial(dataclass, frozen=True, order=True)


@sealed
class Sealed:
    number: int


@dataclass(frozen=True)
class Read:
    number: int = 4
"""


def values(shop: Make) -> tuple[dict[str, Any], ModuleType]:
    """Written out classes, and the dataclasses that they come from."""
    used = "Plain, Checked, Lazy, Nothing, Own, Renamed, Colour"
    text = shop(f"return {used}", f"from .values import {used}", values=VALUES)
    [original] = [module for name, module in sys.modules.items() if re.fullmatch(r"shop\d+\.values", name)]
    return run(text), original


@pytest.mark.parametrize(
    "make",
    [
        "Plain('a')",
        "Plain('a', Colour.BLUE, note='x')",
        "Plain(name='a', note='x') == Plain('a')",
        "Plain('a') == Plain('a', Colour.BLUE)",
        "Plain('a') == 'a', Plain('a') != Plain('b')",
        "len({Plain('a'), Plain('a', note='x'), Plain('b')})",
        "Plain.__match_args__, Plain.__doc__, Plain.__name__",
        "Checked(-1)",
        "Checked(3), Checked(3).double, str(Checked.of('4')), Checked.kind",
        "Checked()",
        "Checked(1, 2)",
        "setattr(Plain('a'), 'name', 'b')",
        "delattr(Plain('a'), 'name')",
        "setattr(Plain('a'), 'other', 'b')",
        "Lazy(3).square, Lazy(3)",
        "Nothing() == Nothing(), Nothing(), hash(Nothing())",
        "Own(1) == Own(2), Own(1), hash(Own(1)) == hash(Own(1)), hash(Own(1)) == hash(Own(2))",
        "Renamed(), Renamed('y') == Renamed()",
        "[each for each in (Plain('a'), Checked(1)) for Plain in [0]]",
    ],
)
def test_values_are_as_dataclasses_make_them(shop: Make, make: str) -> None:
    written, original = values(shop)
    assert "dataclass" not in {*written}
    assert shown(make, written) == shown(make, vars(original))


def shown(expression: str, space: dict[str, Any]) -> str:
    """What an expression comes to."""
    try:
        return repr(eval(expression, dict(space)))
    except AttributeError as error:
        return f"AttributeError: {error}"
    except (TypeError, ValueError) as error:
        return f"{type(error).__name__}: {str(error).replace('Checked.', '')}"


def test_values_are_copied_and_pickled(shop: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    written, _ = values(shop)
    module = ModuleType("bundled")
    vars(module).update(written)
    monkeypatch.setitem(sys.modules, "bundled", module)
    one = written["Plain"]("a", note="x")
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert (other, other.note) == (one, "x")
        assert other is not one


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return repr(Made((1,)))", "Made(parts=(1,))"),
        ("return Ordered(1) < Ordered(2)", True),
        ("return Derived(1), Base(2)", "(Derived(number=1, other=1), Base(number=2))"),
        ("return Sealed(1) < Sealed(2)", True),
        ("return Named(number=1)", "Named(number=1)"),
        ("changing = Changing(1)\nchanging.number = 2\nreturn changing", "Changing(number=2)"),
        ("return Read.number + Read().number", 8),
        ("return replace(Read(), number=3)", "Read(number=3)"),
        ("from dataclasses import fields\nreturn [each.name for each in fields(Read)]", ["number"]),
    ],
)
def test_what_cannot_be_written_out_stays_a_dataclass(shop: Make, body: str, expected: object) -> None:
    text = shop(
        body, "from .kept import Base, Changing, Derived, Made, Named, Ordered, Read, Sealed, replace", kept=KEPT
    )
    answer = judge(text)
    assert (repr(answer) if isinstance(expected, str) and not isinstance(answer, str) else answer) == expected
