"""The bundled module as text: its head, the parts, the written classes, and whence their lines come."""

from __future__ import annotations

import importlib.metadata
import keyword
import re
import sys
import textwrap
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

from .. import model
from ..compiling import Objects
from ..compiling.source import short
from ..live import Written, alone, write
from ..live.module import SUPPORT
from ..state import InputError
from .bundle import Bundle, heading, joined
from .example import examples, session

PUBLIC = ("Birth", "Configure", "EngineFault", "Event", "InputError", "PolicyError", "Refusal", "Step")
"""What every station is used with."""

MARK = "Made by ``statewatt compile``, not edited by hand"

WHERE = '''\
def _where(self, error):
    """The line of the model that is to blame: the innermost from which a line of this module comes."""
    places = _PLACES.split()
    known = dict(zip(places[::2], places[1::2]))
    found = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == _where.__code__.co_filename:
            found = known.get(str(traceback.tb_lineno), found)
        traceback = traceback.tb_next
    return found
'''
"""How a fault finds the line of the model that is to blame."""


def compiled_module(system: model.System) -> str:
    """A system as the text of one module, the same on every machine.

    Raises:
        InputError: something of the Python that its policies and trusted functions need cannot be bundled.
    """
    objects = Objects(system)
    written = write(system, objects)
    bundle = Bundle(system, objects, [alone, *SUPPORT], written.text, written.names)
    module = _Module(system, written, bundle)
    with imported(module.text([]), module_name(system)) as space:
        return module.text(session(examples(system, objects, bundle), space))


@contextmanager
def imported(text: str, name: str) -> Generator[ModuleType, None, None]:
    """The module of a text, as if it had been imported, for as long as it is needed."""
    module = ModuleType(name)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        try:
            exec(compile(text, f"<{name}>", "exec"), vars(module))
        except Exception as error:
            what = f"what is bundled cannot be imported: {type(error).__name__}: {error}"
            raise InputError(f"{what}; its modules may need each other") from error
        yield module
    finally:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before


def is_compiled(text: str) -> bool:
    """A text is a module that was written here, of whatever system and by whatever version."""
    return MARK in " ".join(text[:2000].split())


def module_name(system: model.System) -> str:
    """What the module may be called: ``charging_station`` for ``ChargingStation``."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", system.name).lower()
    return f"{name}_station" if name in sys.stdlib_module_names or keyword.iskeyword(name) else name


def _quoted(text: str) -> str:
    """A line inside a docstring."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


class _Module:
    """The parts of a bundled module."""

    def __init__(self, system: model.System, written: Written, bundle: Bundle) -> None:
        self.system = system
        self.written = written
        self.bundle = bundle
        self._sections = [*bundle.sections()]

    def text(self, shown: Sequence[str]) -> str:
        """The whole of it, with an example."""
        before = "\n".join([*self._head(shown), *self._imports(), *joined(self._sections), *heading(self.system.name)])
        first = before.count("\n") + 1
        places = " ".join(f"{first + line} {short(where)}" for line, where in sorted(self.written.places.items()))
        return "\n".join(
            [
                before,
                self.written.text.rstrip("\n"),
                *heading("where the lines of the classes come from"),
                f"\n{WHERE}",
                f"\n{self.system.name}._where = _where",
                '_PLACES = """\\',
                *textwrap.wrap(places, 118, break_on_hyphens=False),
                '"""\n',
            ]
        )

    def _head(self, shown: Sequence[str]) -> Iterator[str]:
        system = self.system
        yield f'"""{_quoted(f"{system.name}: {system.label}")}'
        yield ""
        version = importlib.metadata.version("statewatt")
        whence = (
            f"Written by statewatt {version} from {system.python}. {MARK}: edit the model, and compile it again. "
            "This one file needs nothing but Python."
        )
        yield from textwrap.wrap(whence, 118)
        yield ""
        yield "The station changes in place. Times are in milliseconds, things are named by their keys, from 1 on."
        yield ""
        yield from (f"    {_quoted(line)}" for line in shown)
        yield '"""'

    def _imports(self) -> Iterator[str]:
        yield ""
        yield "from __future__ import annotations"
        yield ""
        yield from self.bundle.imports()
        yield ""
        words = map(self.bundle.word, PUBLIC)
        names = [self.system.name, *words, *sorted(self.written.names.values())]
        yield "__all__ = ["
        yield from (f'    "{name}",' for name in names)
        yield "]"
