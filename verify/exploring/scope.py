"""How far an exploration goes: how many things at a time, how many values, which settings."""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...engine import Engine, InputError, model
from ...engine.compiling import bare
from ...engine.compiling.records import stored
from ...engine.walking import walk
from ..concrete import LETTERS, example, spelled
from ..walk import mentioned

THINGS = 1
"""How many things of a machine there are at a time, unless the scope says otherwise."""
MADE = 4
"""The same where things are made by actions alone."""
VALUES = 2
"""How many values of an opaque kind there are."""
MOST = 64
"""How many things of one machine, or values of one kind, a scope may have."""

LATER = 1000
"""A deadline that lies ahead, in milliseconds after now; a whole-number setting without a default."""
PAST = -1


@dataclass(frozen=True)
class Scope:
    """Sizes by the names of machines, and of kinds, fields and parameters; and the configurations that are explored."""

    things: Mapping[str, int]
    values: Mapping[str, int]
    configs: tuple[Any, ...]
    text: str = ""
    """All of it, as it can be written again."""


@dataclass(frozen=True)
class Names:
    """What a scope may name: machines, kinds of values, fields and parameters."""

    system: model.System
    things: Mapping[str, str] = field(init=False)
    kinds: Mapping[str, str] = field(init=False)
    others: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        things = {m.name: m.name for m in self.system.machines} | {m.collection: m.name for m in self.system.machines}
        kinds = {"integers": "int", "texts": "str"}
        aliases = [(alias, python) for python in dict.fromkeys(_kinds(self.system)) for alias in _aliases(python)]
        heard = Counter(alias for alias, _ in aliases)
        kinds |= {alias: python for alias, python in aliases if heard[alias] == 1}
        named = {p.name for m in self.system.machines for e in m.events for p in e.parameters if _counts(p.type)}
        named |= {a.name for m in self.system.machines for a in stored(m) if not a.has_default and _counts(a.type)}
        named.discard("now")
        object.__setattr__(self, "things", things)
        object.__setattr__(self, "kinds", {k: v for k, v in kinds.items() if k not in things})
        object.__setattr__(self, "others", frozenset(named) - things.keys() - kinds.keys())

    def __iter__(self) -> Iterator[str]:
        """The names, the ones that are wanted most first."""
        yield from (m.collection for m in self.system.machines)
        yield from (name for name in self.kinds if name[0].islower())
        yield from (name for name in (*self.things, *self.kinds) if name[0].isupper())
        yield from sorted(self.others)


def parsed(engine: Engine[Any], text: str, settings: Sequence[str] = ()) -> Scope:
    """The scope in ``evses=2,tokens=3`` and the settings in ``key=value``; ``InputError`` says what is wrong."""
    names = Names(engine.system)
    made = {n.machine for m in engine.system.machines for n in walk(m.actions) if isinstance(n, model.Create)}
    things = {m.name: MADE if m.name in made else THINGS for m in engine.system.machines}
    values: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = (each.strip() for each in part.partition("="))
        size = _size(name, number)
        if name in names.things:
            things[names.things[name]] = size
        elif name in names.kinds and size:
            values[names.kinds[name]] = size
        elif name in names.others and size:
            values[name] = size
        elif name in names.kinds or name in names.others:
            raise InputError(f"a scope has one value of {name} at least")
        else:
            known = list(names)
            near = difflib.get_close_matches(name, known, 3) or known
            raise InputError(f"{engine.system.name} has nothing to count that is called {name!r}; it has "
                             f"{', '.join(near)}")  # fmt: skip
    domains = Domains(engine, values)
    sizes = [f"{m.collection}={things[m.name]}" for m in engine.system.machines]
    spoken = {"int": "integers", "str": "texts"}
    sizes += [f"{spoken.get(n) or n.rpartition(':')[2].rpartition('.')[2]}={size}" for n, size in values.items()]
    return Scope(things, values, tuple(_configs(engine, domains, settings)), ",".join([*sizes, *settings]))


def _size(name: str, number: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) < 6 and int(number) <= MOST):
        raise InputError(f"a scope is written as name=number,… with numbers up to {MOST}, not {name}={number}"
                         if number else f"a scope is written as name=number,…, not {name!r}")  # fmt: skip
    return int(number)


def _kinds(system: model.System) -> Iterator[str]:
    types = [a.type for m in system.machines for a in m.attributes]
    types += [p.type for m in system.machines for e in m.events for p in e.parameters]
    types += [s.type for s in system.settings]
    for type_ in map(bare, types):
        if isinstance(type_, (model.Value, model.Enumeration)):
            yield type_.python


def _aliases(python: str) -> Iterator[str]:
    """``IdToken``, ``id_tokens``, ``tokens``."""
    name = python.rpartition(":")[2].rpartition(".")[2]
    words = [word.lower() for word in re.findall(r"[A-Z][a-z0-9]*|[a-z0-9]+", name)]
    yield from dict.fromkeys((name, _several("_".join(words)), _several(words[-1])))


def _counts(type_: model.Type) -> bool:
    """A scope says how many values there are, not how many things."""
    return not isinstance(bare(type_), (model.Ref, model.SetOf))


def _several(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else word + "s"


class Domains:
    """The values that are explored, of whatever refers to no things."""

    def __init__(self, engine: Engine[Any], values: Mapping[str, int]) -> None:
        self.objects = engine.compiled.objects
        self.sizes = values
        self._named = mentioned(engine.system)
        self._known: dict[tuple[str, model.Type], tuple[Any, ...]] = {}

    def values(self, name: str, type_: model.Type) -> tuple[Any, ...]:
        """The values for a field, a parameter or a setting of that name."""
        if (name, type_) not in self._known:
            found = self._of(type_)
            self._known[name, type_] = found[: self.sizes.get(name, len(found))]
        return self._known[name, type_]

    def _of(self, type_: model.Type) -> tuple[Any, ...]:
        if isinstance(type_, model.Maybe):
            return (None, *self._of(type_.of))
        if isinstance(type_, model.Deadline):
            return (LATER, PAST)
        if isinstance(type_, model.Enumeration):
            return self._members(type_)
        if isinstance(type_, model.Value):
            python = self.objects.get(type_.python)
            return tuple(example(python, n, {}) for n in range(1, self.sizes.get(type_.python, VALUES) + 1))
        if type_ == model.BOOL:
            return (False, True)
        if type_ == model.TEXT:
            return tuple(LETTERS[n % 26] * (n // 26 + 1) for n in range(self.sizes.get("str", 1)))
        return tuple(range(1, self.sizes.get("int", 1) + 1))

    def _members(self, type_: model.Enumeration) -> tuple[Any, ...]:
        """Those that the model names, and one that stands for the others; or as many as the scope says."""
        named = [name for name in type_.members if (type_.python, name) in self._named]
        others = [name for name in type_.members if name not in named]
        size = self.sizes.get(type_.python, len(named) + 1)
        python = self.objects.get(type_.python)
        return tuple(python[name] for name in (*named, *others)[:size])


# --- settings --------------------------------------------------------------------------------------------------------


def _configs(engine: Engine[Any], domains: Domains, given: Sequence[str]) -> Iterator[Any]:
    """Every setting at its default (the first value where it has none), but those that are given."""
    system = engine.system
    options: dict[str, tuple[Any, ...]] = {}
    for text in given:
        name, _, value = text.partition("=")
        setting = next((s for s in system.settings if s.name == name), None)
        if setting is None:
            known = [s.name for s in system.settings]
            near = difflib.get_close_matches(name, known, 3) or known or ["none"]
            raise InputError(f"{system.name} has no setting {name!r}; it has {', '.join(near)}")
        options[name] = tuple(_setting(engine, domains, setting, value))
    python = engine.compiled.objects.get(system.config)
    for setting in system.settings:
        if not setting.has_default:
            first = LATER if setting.type == model.INT else domains.values("", setting.type)[0]
            options.setdefault(setting.name, (first,))
    for values in itertools.product(*options.values()):
        yield python(**dict(zip(options, values, strict=True)))


def _setting(engine: Engine[Any], domains: Domains, setting: model.Attribute, text: str) -> Iterable[Any]:
    """``any``, or values as people spell them, separated by ``|``."""
    known = domains.values(setting.name, setting.type)
    if text == "any":
        return known
    return [_value(setting, word, known, engine) for word in text.split("|")]


def _value(setting: model.Attribute, word: str, known: Iterable[Any], engine: Engine[Any]) -> Any:
    of = bare(setting.type)
    if of == model.INT and word.removeprefix("-").isdigit():
        return int(word)
    if of == model.TEXT:
        return word
    options = list(known)
    if isinstance(of, model.Enumeration):
        python = engine.compiled.objects.get(of.python)
        options += [member for member in python if member not in options]
    for value in options:
        said = spelled(value)
        if word.lower() in (said.lower(), said.rpartition("(")[2].rstrip(")").split(",")[0].lower()):
            return value
    raise InputError(f"the setting {setting.name} is any, or one of {', '.join(map(spelled, options))}, not {word!r}")
