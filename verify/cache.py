"""What was proved before, kept in a file, by content: what has not changed is not asked again.

Only proofs are kept, and walks that met nothing wrong. A file that is damaged, or that another version of the prover
made, is not used and made anew; one that cannot be written is said so, and nothing else comes of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Generator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ..engine import model
from .content import Content
from .duties import Duty, duties
from .happenings import Happening, happenings
from .sources import modules_key, own_key

FOLDER = ".statewatt_cache"
"""In the current directory, where type checkers and test runners keep theirs."""
SIGNS = {
    ".gitignore": "# Made by statewatt.\n*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Made by statewatt; may be deleted.\n",
}
"""What keeps the folder out of repositories and backups."""

Known = tuple[int, frozenset[str]]
"""How many conditions were proved, and the keys of the hypotheses that they may have used."""


class Cache:
    """What is known of one system; without a folder it is forgotten in the end."""

    def __init__(self, system: model.System, folder: Path | None = None) -> None:
        self.trouble = ""
        """What is wrong with the file, if something is."""
        self._system = system
        self._content = Content(system)
        self._folder = folder
        self._proved: dict[str, dict[str, Known]] = {}
        self._walks: dict[str, Any] = {}
        self._system_key = ""
        self._keys: dict[Happening | str, str] = {}
        self._assumed: dict[frozenset[str], frozenset[str]] = {}
        self._changed = False
        if folder:
            self._read(self._file(folder))

    # --- proofs ------------------------------------------------------------------------------------------------------

    def known(self, happening: Happening, duty: Duty, unproved: frozenset[str] = frozenset()) -> int | None:
        """How many conditions of a duty at a happening are proved, none with the help of what is unproved.

        What was proved from fewer hypotheses, or the same, is proved.
        """
        found = self._proved.get(self._of(happening), {}).get(self._of(duty))
        return found[0] if found and found[1] <= self._hypotheses(unproved) else None

    def note(self, happening: Happening, duty: Duty, unproved: frozenset[str], conditions: int) -> None:
        """All conditions of a duty at a happening were proved, perhaps with the help of all but the unproved."""
        known = self._proved.setdefault(self._of(happening), {})
        known[self._of(duty)] = conditions, self._hypotheses(unproved)
        self._changed = True

    def _of(self, what: Happening | Duty) -> str:
        name = what.name if isinstance(what, Duty) else what
        if name not in self._keys:
            key = self._content.duty(what) if isinstance(what, Duty) else self._content.happening(what)
            self._keys[name] = key
        return self._keys[name]

    def _hypotheses(self, unproved: frozenset[str]) -> frozenset[str]:
        if unproved not in self._assumed:
            every = self._content.hypotheses.items()
            self._assumed[unproved] = frozenset(key for name, key in every if name not in unproved)
        return self._assumed[unproved]

    # --- walks -------------------------------------------------------------------------------------------------------

    def walk(self, names: Collection[str] | None) -> Any:
        """What was noted of a walk through this very system that looked for these properties, or for all."""
        return self._walks.get(self._walked(names))

    def note_walk(self, names: Collection[str] | None, found: Any) -> None:
        """A walk met nothing wrong; ``found`` is what else it saw, as JSON."""
        self._walks[self._walked(names)] = found
        self._changed = True

    def prospects(self, names: Collection[str]) -> Any:
        """What was noted of these, of this very system, if all of it comes to an end."""
        return self._walks.get(f"{self._walked(names)} end")

    def note_prospects(self, names: Collection[str], found: Any) -> None:
        """All of these come to an end; ``found`` says how, as JSON."""
        self._walks[f"{self._walked(names)} end"] = found
        self._changed = True

    def _walked(self, names: Collection[str] | None) -> str:
        if not self._system_key:
            self._system_key = f"{self._content.whole} {modules_key(self._system)}"
        return " ".join([self._system_key, *(["*"] if names is None else sorted(names))])

    # --- the file ----------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write what is new, and leave out what is of no use for the system as it is."""
        if not self._changed or not self._folder:
            return
        try:
            _mark(self._folder)
            file = self._file(self._folder)
            file.parent.mkdir(exist_ok=True)
            body = json.dumps(self._data(), separators=(",", ":"))
            with _replacing(file) as new:
                new.write_text(f"{own_key()} {_digest(body)}\n{body}", encoding="utf-8")
            self._changed = False
        except OSError as error:
            self.trouble = f"the cache cannot be written ({error}): all is proved anew each time"

    def _file(self, folder: Path) -> Path:
        return folder / "verify" / f"{self._system.python.replace(':', '.')}.json"

    def _data(self) -> dict[str, Any]:
        here = {self._of(happening) for happening in happenings(self._system)}
        said = {self._of(duty) for duty in duties(self._system)}
        sets: dict[frozenset[str], int] = {}
        proved = {
            at: {
                duty: [count, sets.setdefault(assumed, len(sets))]
                for duty, (count, assumed) in known.items()
                if duty in said
            }
            for at, known in self._proved.items()
            if at in here
        }
        walks = {of: found for of, found in self._walks.items() if of.startswith(self._system_key)}
        return {"hypotheses": [sorted(assumed) for assumed in sets], "proved": proved, "walks": walks}

    def _read(self, file: Path) -> None:
        try:
            head, _, body = file.read_text(encoding="utf-8").partition("\n")
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            self.trouble = f"the cache cannot be read ({error}): all is proved anew"
            return
        maker, _, digest = head.partition(" ")
        if digest != _digest(body):
            self.trouble = f"the cache is damaged, and made anew: {file}"
        elif maker == own_key():
            data = json.loads(body)
            sets = [frozenset(keys) for keys in data["hypotheses"]]
            for at, known in data["proved"].items():
                self._proved[at] = {duty: (count, sets[number]) for duty, (count, number) in known.items()}
            self._walks = data["walks"]


def _digest(body: str) -> str:
    return blake2b(body.encode(), digest_size=16).hexdigest()


def _mark(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SIGNS.items():
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")


@contextmanager
def _replacing(file: Path) -> Generator[Path]:
    """A new file, which takes the place of the old one when it is whole."""
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        yield new
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
