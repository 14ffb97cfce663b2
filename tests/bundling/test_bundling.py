"""What is bundled of the Python of a model: all that its policies and trusted functions reach, and nothing else."""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import itertools
import os
import pickle
import py_compile
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from statewatt.engine import InputError, load
from statewatt.engine.bundling.module import compiled_module, imported
from statewatt.engine.bundling.scopes import bound, references
from statewatt.engine.bundling.support import USED
from statewatt.engine.compiling import Objects
from statewatt.engine.live import kernel, write
from statewatt.engine.reading import read
from tests.bundling.runs import module_of
from tests.engine.test_indexes import SYSTEMS

SHOP = '''\
from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from statewatt.engine import Command, Each, Event, InputError, Machine, State, System, policy, trusted
{imports}

@dataclass(frozen=True)
class Config:
    """No settings."""


class Item(Machine):
    """A thing for sale."""

    shop: Shop

    there = State(initial=True)
    gone = State()

    sell = there.to(gone, cond="is_right") | gone.to(there)

    def is_right(self) -> bool:
        """It may be sold."""
        return self.shop.judge(self)


class Shop(System):
    """A shop."""

    config: Config
    items: Each[Item]

    @trusted()
    def judge(self, item: Item) -> bool:
        """It is right."""
{body}
'''

numbers = itertools.count(1)
Make = Callable[..., str]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Writes a package with a system, a trusted function of it and other modules, and bundles it."""
    monkeypatch.syspath_prepend(tmp_path)
    made: list[str] = []

    def make(body: str, imports: str = "", **modules: str) -> str:
        package = f"shop{next(numbers)}"
        made.append(package)
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for name, text in modules.items():
            path = folder.joinpath(*f"{name}.py".split(".", name.count(".")))
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(text).replace("PACKAGE", package), encoding="utf-8")
        text = SHOP.format(imports=textwrap.dedent(imports), body=textwrap.indent(textwrap.dedent(body), " " * 8))
        (folder / "model.py").write_text(text.replace("PACKAGE", package), encoding="utf-8")
        return compiled_module(read(importlib.import_module(f"{package}.model").Shop))

    yield make
    for name in [each for each in sys.modules if each.partition(".")[0] in made]:
        del sys.modules[name]


def run(text: str) -> dict[str, Any]:
    """The names of a module."""
    with imported(text, "bundled") as module:
        return vars(module)


def judge(text: str, item: object = None) -> Any:
    """What the trusted function answers."""
    return run(text)["Shop__judge"](None, item)


# --- what is reached -------------------------------------------------------------------------------------------------


def test_functions_constants_and_classes_are_followed_through_modules(shop: Make) -> None:
    text = shop(
        "return prices.price(item) + Till(2).total() + twice(3)",
        "from . import prices\nfrom PACKAGE.till import Till\nfrom .tools import double as twice",
        prices="""
            import PACKAGE.tools
            from .tools import BASE

            def price(item):
                return BASE + PACKAGE.tools.double(item)
        """,
        till="""
            from math import prod

            class Till:
                RATE = 10

                def __init__(self, number):
                    self.number = number

                def total(self):
                    return prod([self.number, self.RATE])
        """,
        tools="""
            import socket

            def double(number):
                return _sum(number, number)

            def _sum(*numbers):
                return sum(numbers)

            def connect():
                return socket.socket()

            ONE = 1
            BASE = ONE + 99
        """,
    )
    assert judge(text, 7) == 100 + 14 + 20 + 6
    assert "socket" not in text
    assert "def connect" not in text
    assert "from math import prod" in text


def test_modules_in_packages_and_names_that_are_handed_on(shop: Make) -> None:
    text = shop(
        "return inner.deep.value(item), handed(item)",
        "from . import inner\nfrom .inner import handed",
        **{
            "inner.__init__": "from .deep import value as handed\nfrom . import deep",
            "inner.deep": "def value(item):\n    return (item, 'deep')",
        },
    )
    assert judge(text, 1) == ((1, "deep"), (1, "deep"))


def test_imports_in_functions_are_resolved_where_they_stand(shop: Make) -> None:
    text = shop(
        "from .late import value\nimport json\nreturn json.dumps(value(item))",
        late="def value(item):\n    from . import later\n    return later.LAST + item",
        later="LAST = 40",
    )
    assert judge(text, 2) == "42"
    assert "import json\n" in text
    assert "from .late" not in text


def test_what_a_module_does_when_it_is_imported_is_done(shop: Make) -> None:
    text = shop(
        "return sorted(tables.TABLE.items()), tables.COUNT",
        "from . import tables",
        tables="""
            TABLE = {}

            def known(function):
                TABLE[function.__name__] = len(TABLE)
                return function

            @known
            def opening():
                pass

            TABLE["second"] = 5
            TABLE.update(third=7)
            COUNT = 1
            COUNT += 1
            for _each in range(3):
                COUNT += _each

            if __name__ == "__main__":
                raise SystemExit
        """,
    )
    assert judge(text) == ([("opening", 0), ("second", 5), ("third", 7)], 5)


def test_names_of_functions_their_own_and_the_modules(shop: Make) -> None:
    text = shop(
        "return scopes.answer(item), scopes.answer(item)",
        "from . import scopes",
        scopes="""
            from . import tools

            count = 0

            def answer(item, tools=tools.BASE, *rest):
                global count
                count += 1
                kept = [count for count in range(item)]
                total = (lambda count: count + tools)(1)

                def inner():
                    nonlocal total
                    total += 1
                    return [total for tools in kept if (found := tools) >= 0], found

                class Local:
                    count = 7
                    seen = count

                return count, inner(), Local.seen
        """,
        tools="BASE = 100",
    )
    assert judge(text, 2) == ((1, ([102, 102], 1), 7), (2, ([102, 102], 1), 7))


def test_texts_of_several_lines_stay_as_they_are(shop: Make) -> None:
    text = shop('found = """a\n    b\n  c"""\nreturn found, f"{item:>{len(found)}}", "ä" + item')
    assert judge(text, "ö") == ("a\n" + " " * 12 + "b\n" + " " * 10 + "c", f"{'ö':>27}", "äö")


# --- names -----------------------------------------------------------------------------------------------------------


def test_things_of_the_same_name_get_names_of_their_own(shop: Make) -> None:
    text = shop(
        "return one.value(item), two.value(item), max(1, 2), three.max(1), len(three.Counter())",
        "from . import one, three, two",
        one="def value(item):\n    return _part(item)\n\ndef _part(item):\n    return (1, item)",
        two="def value(item):\n    return _part(item)\n\ndef _part(item):\n    return (2, item)",
        three="import collections\nclass Counter(collections.Counter):\n    pass\ndef max(item):\n    return 'most'",
    )
    assert judge(text, 5) == ((1, 5), (2, 5), 2, "most", 0)


def named_shop(machine: str, system: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The shop, its classes named otherwise."""
    text = SHOP.format(imports="", body="        return True").replace("Event, InputError, ", "")
    name = f"shop_of_{machine}_in_{system}"
    text = re.sub(r"\bItem\b", machine, re.sub(r"\bShop\b", system, text))
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    return compiled_module(read(getattr(importlib.import_module(name), system)))


@pytest.mark.parametrize(
    ("machine", "system"),
    [
        ("Step", "Shop"),
        ("Event", "Shop"),
        ("Birth", "Shop"),
        ("Refusal", "Shop"),
        ("Item", "Station"),
        ("Step", "Event"),
    ],
)
def test_a_model_may_use_the_words_of_the_module(
    machine: str, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run(named_shop(machine, system, tmp_path, monkeypatch))
    word = {word: names.get(f"_every_{word}", names[word]) for word in ("Birth", "Event", "Step")}
    station = names[system](names["Config"](), [word["Birth"](machine)])
    result = station.step(word["Event"](machine, "sell", 1), 0)
    assert type(result) is word["Step"]
    assert result.path == ((machine, 1, "sell", "there", "gone"),)
    assert type(station.items[0]) is names[machine]
    assert {word["Birth"].__name__, word["Event"].__name__, word["Step"].__name__} <= {*names["__all__"]}


@pytest.mark.parametrize("machine", ["Thing", "Fields"])
def test_a_name_that_written_classes_use_is_refused(
    machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=f"^{machine} is a name that every bundled module uses"):
        named_shop(machine, "Shop", tmp_path, monkeypatch)


@pytest.mark.parametrize("name", [each for each in SYSTEMS if each != "garage"])  # it has a Kind of its own
def test_the_names_that_written_classes_use_are_known(name: str) -> None:
    system = load(SYSTEMS[name][0]).system
    body = ast.parse(write(system, Objects(system)).text).body
    used = {each.name for each in references(body, lambda _: False).references} & {*vars(kernel)} - bound(body)
    assert used <= USED | {*dir(builtins)}


@pytest.mark.parametrize("name", ["Item", "Station", "Event", "_put", "kernel", "Shop", "Counter", "EngineFault"])
def test_a_name_that_the_rest_needs_is_left_to_it(shop: Make, name: str) -> None:
    text = shop("return other.value()", "from . import other", other=f"def {name}():\n    return 4\n\nvalue = {name}")
    assert judge(text) == 4
    names = run(text)
    station = names["Shop"](names["Config"](), [names["Birth"]("Item")])
    assert not isinstance(station.items[0], int)


def test_the_words_of_the_engine_are_those_of_the_module(shop: Make) -> None:
    text = shop("if item:\n    raise InputError('no')\nreturn Event('Item', 'sell', 1)")
    names = run(text)
    assert type(names["Shop__judge"](None, 0)) is names["Event"]
    with pytest.raises(names["InputError"]):
        names["Shop__judge"](None, 1)


# --- values ----------------------------------------------------------------------------------------------------------

VALUES = '''\
from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Nothing:
    pass


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


@dataclass(frozen=True)
class Read:
    number: int = 4
"""


def values(shop: Make) -> tuple[dict[str, Any], ModuleType]:
    """Written out classes, and the dataclasses that they come from."""
    used = "Plain, Checked, Lazy, Nothing, Own, Colour"
    text = shop(f"return {used}", f"from .values import {used}", values=VALUES)
    original = next(module for name, module in sys.modules.items() if name.endswith(f"shop{last()}.values"))
    return run(text), original


def last() -> int:
    """The number of the last shop."""
    return int(repr(numbers)[6:-1]) - 1


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
        "Own(1) == Own(2), Own(1)",
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
        ("return Named(number=1)", "Named(number=1)"),
        ("changing = Changing(1)\nchanging.number = 2\nreturn changing", "Changing(number=2)"),
        ("return Read.number + Read().number", 8),
        ("return replace(Read(), number=3)", "Read(number=3)"),
        ("from dataclasses import fields\nreturn [each.name for each in fields(Read)]", ["number"]),
    ],
)
def test_what_cannot_be_written_out_stays_a_dataclass(shop: Make, body: str, expected: object) -> None:
    text = shop(body, "from .kept import Base, Changing, Derived, Made, Named, Ordered, Read, replace", kept=KEPT)
    answer = judge(text)
    assert (repr(answer) if isinstance(expected, str) and not isinstance(answer, str) else answer) == expected


# --- what cannot be bundled ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "imports", "message"),
    [
        ("return hypothesis.given", "import hypothesis", r"model\.py:\d+: hypothesis is a library: what is bundled"),
        ("return given", "from hypothesis import given", r"model\.py:7: hypothesis is a library"),
        ("import hypothesis\nreturn hypothesis", "", r"model\.py:\d+: hypothesis is a library"),
        ("return help_me(other)", "from . import other\nfrom .other import help_me", "other is used as a value"),
        ("return missing(item)", "", "missing is not defined at the top level of"),
        ("return helped(item)", "from .other import *", r"model\.py:7: import what is needed by name, helped"),
        ("return isinstance(item, Item)", "", r"model\.py:\d+: Item is a part of the model"),
        ("return super().judge(item)", "", r"judge uses super\(\)"),
        ("return other.nothing", "from . import other", "defines no nothing"),
        ("import json, PACKAGE.other\nreturn json", "", "in lines of their own"),
        (
            "return both(item)",
            "from .other import both\ndef both(item):\n    return 1",
            "both is imported, and defined",
        ),
    ],
)
def test_what_cannot_be_bundled_is_said_in_one_line(shop: Make, body: str, imports: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        shop(body, imports, other="def help_me(item):\n    return item\n\ndef both(item):\n    return 2")
    assert "\n" not in str(caught.value)


def test_a_module_without_source_is_named(shop: Make, tmp_path: Path) -> None:
    name = f"only_bytes{last()}"
    (tmp_path / f"{name}.py").write_text("def value(item):\n    return item")
    py_compile.compile(str(tmp_path / f"{name}.py"), str(tmp_path / f"{name}.pyc"))
    (tmp_path / f"{name}.py").unlink()
    with pytest.raises(InputError, match=rf"model\.py:7: the source of {name} is not there"):
        shop("return value(item)", f"from {name} import value")


# --- the same everywhere ---------------------------------------------------------------------------------------------


def test_the_same_model_gives_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """In another folder, with other seeds of hashes."""
    root = Path(__file__).parents[2]
    code = "import sys; from statewatt.engine.command import main; sys.argv[1:] = ['compile', '-o', '-']; main()"
    found: set[bytes] = set()
    for seed in ("1", "2"):
        home = tmp_path / seed / "statewatt"
        for folder in ("engine", "models"):
            shutil.copytree(root / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(home.parent)}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        found.add(done.stdout)
    [text] = found
    assert text.decode() == module_of("station")
    assert str(root).encode() not in text
    assert str(tmp_path).encode() not in text
