"""Systems whose trusted function is any Python, to see how it is bundled."""

from __future__ import annotations

import importlib
import itertools
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from statewatt.engine.bundling.module import compiled_module, imported
from statewatt.engine.reading import read

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


def making_shops(folder: Path) -> Iterator[Make]:
    """Writes packages with a system, a trusted function of it and other modules, and bundles them."""
    made: list[str] = []

    def make(body: str, imports: str = "", **modules: str) -> str:
        package = f"shop{next(numbers)}"
        made.append(package)
        home = folder / package
        home.mkdir()
        (home / "__init__.py").write_text("")
        for name, text in modules.items():
            path = home.joinpath(*f"{name}.py".split(".", name.count(".")))
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(text).replace("PACKAGE", package), encoding="utf-8")
        text = SHOP.format(imports=textwrap.dedent(imports), body=textwrap.indent(textwrap.dedent(body), " " * 8))
        (home / "model.py").write_text(text.replace("PACKAGE", package), encoding="utf-8")
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
