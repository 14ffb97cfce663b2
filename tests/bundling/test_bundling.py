"""What is bundled of the Python of a model: all that its policies and trusted functions reach, and nothing else."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from statewatt.engine import InputError
from tests.bundling.runs import module_of
from tests.bundling.shops import Make, judge, numbers

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
    name = f"only_bytes{next(numbers)}"
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
