"""The pytest plugin: each property of a system is a test.

``pytest --statewatt module:Name``, or ``statewatt_systems`` in the configuration; ``module:Name::property`` is one of
them. Collecting reads the systems and
proves nothing; the first test that runs proves what is selected of its system. This module imports nothing but pytest,
for it is loaded in every environment that has statewatt.
"""

# pytest leaves the keywords of its nodes untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .findings import Finding
    from .target import Named
    from .verdict import Report

MARK = "statewatt"
NODE = "statewatt::"


class Refuted(Exception):  # noqa: N818 - it is a finding, not an error
    """A property does not hold."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--statewatt`` and ``statewatt_systems``."""
    group = parser.getgroup("statewatt", "statewatt: the properties of systems as tests")
    group.addoption(
        "--statewatt",
        action="append",
        default=[],
        metavar="MODULE:NAME[::PROPERTY]",
        help="verify this system or python-statemachine class, each property as a test; may be repeated",
    )
    parser.addini("statewatt_systems", "systems to verify with every run, as module:Name", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that selects these tests (``-m statewatt``), and take node ids off the command line: they are
    no files."""
    config.addinivalue_line("markers", f"{MARK}: a property of a system, proved by statewatt")
    config.option.statewatt += [each.removeprefix(NODE) for each in config.args if each.startswith(NODE)]
    config.args[:] = [each for each in config.args if not each.startswith(NODE)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the properties behind the tests, before anybody deselects any."""
    asked: dict[str, list[str]] = {}
    for each in [*config.getini("statewatt_systems"), *config.option.statewatt]:
        reference, _, name = each.partition("::")
        asked.setdefault(reference, []).append(name)
    for reference, names in asked.items():
        collector = Verified.from_parent(session, name=reference, nodeid=f"{NODE}{reference}", names=names)
        found = collector.properties()
        session.ihook.pytest_collectreport(report=pytest.CollectReport(collector.nodeid, "passed", None, [*found]))
        items += found


class Verified(pytest.Collector):
    """One system; what is selected of it is proved once in a session. ``names``: of properties that are asked for; one
    that is empty asks for all."""

    def __init__(self, *, names: Sequence[str], **keywords: Any) -> None:
        super().__init__(**keywords)
        self._names = names
        self._found: dict[str, list[Finding]] | None = None

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        """A test for each property."""
        return [*self.properties()]

    def properties(self) -> list[pytest.Item]:
        """A test for each property. A system that cannot be read is wrong usage."""
        from ..engine.reading import ModelError
        from ..engine.state import InputError
        from .target import target

        try:
            self._target = target(self.name)
            self._target.wanted(name for name in self._names if name and name not in self._overall())
        except (InputError, ModelError) as error:
            raise pytest.UsageError(f"statewatt: {error}") from None
        left_out = self._target.asked_only if "" in self._names else ()
        return [
            PropertyItem.from_parent(self, name=each.name, named=each)
            for each in (*self._target.properties, *self._target.overall)
            if each.name in self._names or ("" in self._names and each.name not in left_out)
        ]

    def findings(self, name: str) -> list[Finding]:
        """What speaks against a property."""
        if self._found is None:
            from .findings import findings

            self._found = {}
            for finding in findings(self._verified()):
                self._found.setdefault(finding.name, []).append(finding)
        return self._found.get(name, [])

    def _verified(self) -> Report:
        """All of it, where something is selected that concerns the whole."""
        selected = {item.name for item in self.session.items if item.parent is self}
        if selected & self._overall():
            return self._target.verify(None, None)
        return self._target.verify([each.name for each in self._target.properties if each.name in selected], None)

    def _overall(self) -> set[str]:
        return {each.name for each in self._target.overall}


class PropertyItem(pytest.Item):
    """One property."""

    parent: Verified

    def __init__(self, *, named: Named, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.named = named
        self.add_marker(MARK)

    def runtest(self) -> None:
        """Fail with what was found."""
        found = self.parent.findings(self.name)
        if found:
            raise Refuted("\n\n".join(f"{each.verdict}: {each.title}\n{each.text}".rstrip() for each in found))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The counterexample as it is told, without a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, Refuted) else str(excinfo.getrepr(style="short"))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place of the declaration."""
        return Path(self.named.where.file), max(self.named.where.line - 1, 0), f"{self.parent.name}::{self.name}"
