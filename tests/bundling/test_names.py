"""Two things of one name have two names in the bundled module."""

from __future__ import annotations

import ast
import builtins
import importlib
import re
from pathlib import Path

import pytest

from statewatt.engine import InputError, load
from statewatt.engine.bundling.module import compiled_module
from statewatt.engine.bundling.scopes import bound, references
from statewatt.engine.bundling.support import USED
from statewatt.engine.compiling import Objects
from statewatt.engine.live import write
from statewatt.engine.live.module import SUPPORT
from statewatt.engine.reading import read
from tests.bundling.shops import SHOP, Make, judge, run
from tests.engine.test_indexes import SYSTEMS


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
    offered = {each for module in SUPPORT for each in vars(module)} - bound(body)
    used = {each.name for each in references(body, lambda _: False).references} & offered
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
