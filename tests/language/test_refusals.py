"""What is refused among several machines, classes and files; the single constructs are in the reference."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from statewatt.engine import System
from statewatt.engine.reading import ModelError, read
from statewatt.engine.reading.reference import model

HEAD = """
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from statewatt.engine import Command, Deadline, Each, Machine, State, System, ignored, law, policy, refused, urgent


@dataclass(frozen=True)
class Config:
    limit: int = 3

"""

Import = Callable[[str], ModuleType]


@pytest.fixture
def refusal(import_text: Import) -> Callable[[str], tuple[str, str, str]]:
    """The message, the line and the hint for a model written below the head."""

    def read_it(text: str) -> tuple[str, str, str]:
        whole = HEAD + textwrap.dedent(text)
        module = import_text(whole)
        with pytest.raises(ModelError) as caught:
            read(module.Site)
        error = caught.value
        line = whole.split("\n")[error.where.line - 1].strip() if error.where else ""
        return error.message, line, error.hint

    return read_it


Refusal = Callable[[str], tuple[str, str, str]]

SITE = """
class Site(System):
    ones: Each[One]
    others: Each[Other]
    config: Config
"""


def test_messages_in_a_circle(refusal: Refusal) -> None:
    text = """
    class One(Machine):
        site: Site
        other: Other
        a = State(initial=True)
        ping = a.to(a, on="answer")
        def answer(self) -> None:
            self.other.pong()


    class Other(Machine):
        site: Site
        one: One
        b = State(initial=True)
        pong = b.to(b, on="answer")
        def answer(self) -> None:
            self.one.ping()

    """
    assert refusal(textwrap.dedent(text) + SITE) == (
        "machines send to (or make) each other in a circle: One → Other → One",
        "self.other.pong()",
        "A machine in mid-step takes no event: turn one of them into an urgent event of its receiver.",
    )


def test_an_urgent_event_that_is_sent(refusal: Refusal) -> None:
    text = """
    class One(Machine):
        site: Site
        other: Other
        a = State(initial=True)
        ping = a.to(a, on="answer")
        def answer(self) -> None:
            self.other.pong()


    class Other(Machine):
        site: Site
        b = State(initial=True)
        c = State(final=True)
        pong = urgent(b.to(c))

    """
    assert refusal(textwrap.dedent(text) + SITE) == (
        'the urgent event "pong" is sent by an action',
        "pong = urgent(b.to(c))",
        "The engine takes it by itself: leave out the sending, or urgent(…).",
    )


ONE = """
class One(Machine):
    site: Site
    friend: One | None = None
    a = State(initial=True)
    b = State()
    {event}
    back = b.to(a) | ignored(a)
    {methods}

class Site(System):
    ones: Each[One]
    config: Config
    {system}
"""


def one(event: str, methods: str = "", system: str = "") -> str:
    return (
        ONE.replace("{event}", event)
        .replace("{methods}", textwrap.indent(methods, "    ").strip())
        .replace("{system}", textwrap.indent(system, "    ").strip())
    )


def test_guards_and_actions_that_disagree_about_a_parameter(refusal: Refusal) -> None:
    methods = (
        "def may(self, it: int) -> bool:\n    return it > 1\n\ndef act(self, it: One) -> None:\n    self.friend = it\n"
    )
    assert refusal(one('go = a.to(b, cond="may", on="act") | ignored(b)', methods)) == (
        '"it" is int elsewhere in this event, One here',
        "def act(self, it: One) -> None:",
        "Guards and actions of one event share its parameters: give one of them another name.",
    )


def test_an_urgent_event_with_a_parameter_that_cannot_be_tried(refusal: Refusal) -> None:
    methods = "def may(self, number: int) -> bool:\n    return number > 1\n"
    assert refusal(one('go = urgent(a.to(b, cond="may"))', methods)) == (
        'the urgent event "go" has the parameter "number"',
        'go = urgent(a.to(b, cond="may"))',
        "The engine tries all things, and knows the time as now: int; nothing else can be tried.",
    )


@pytest.mark.parametrize(
    ("signature", "message", "hint"),
    [
        (
            "self, it: One",
            "the policy pick has other parameters",
            "A policy is (self, thing, candidates, now) -> candidate | None.",
        ),
        (
            "self, it: int, them: Sequence[One], now: int",
            "the policy pick is asked about a One, not int",
            "Annotate it with One.",
        ),
    ],
)
def test_a_policy_for_something_else(refusal: Refusal, signature: str, message: str, hint: str) -> None:
    methods = "def may(self, it: One) -> bool:\n    return it is not self\n"
    policy = f"@policy\ndef pick(self, {signature.removeprefix('self, ')}) -> One | None:\n    return None\n"
    found = refusal(one('go = urgent(a.to(b, cond="may"), pick="pick")', methods, policy))
    assert found == (message, f"def pick({signature}) -> One | None:", hint)


def test_reaching_through_a_field_that_nothing_sets(refusal: Refusal) -> None:
    methods = "def act(self) -> None:\n    if self.friend is not None:\n        self.friend.friend = self.friend\n"
    text = one('go = a.to(b, on="act") | ignored(b)', methods).replace("friend: One", "other: One")
    text = text.replace("self.friend is", "self.other is").replace(
        "self.friend.friend = self.friend", "self.other.count = 1"
    )
    text = text.replace("    a = State", "    count: int = 0\n    a = State")
    assert refusal(text) == (
        "One.other is read, and nothing ever sets it",
        "self.other.count = 1",
        "Set it in an action, or leave out its default: then it is given when the One begins.",
    )


def test_a_machine_without_its_system(refusal: Refusal) -> None:
    assert refusal(one("go = a.to(b) | ignored(b)").replace("site: Site\n", "number: int = 0\n")) == (
        "One has no field that refers to its system",
        "class One(Machine):",
        "Write station: Site.",
    )


def test_a_system_without_machines(refusal: Refusal) -> None:
    assert refusal("class Site(System):\n    config: Config\n") == (
        "Site has no machines",
        "class Site(System):",
        "Write evses: Each[Evse].",
    )


def test_an_override_that_loses_its_role(refusal: Refusal) -> None:
    text = one("go = a.to(b) | ignored(b)", "", "@law\ndef fine(self) -> bool:\n    return True\n")
    text = text.replace("class Site(System)", "class Base(System)")
    text += "\nclass Site(Base):\n    def fine(self) -> bool:\n        return False\n"
    assert refusal(text.replace("site: Site", "site: Base")) == (
        '"fine" has another role in its base',
        "def fine(self) -> bool:",
        "Write @law here, too.",
    )


def test_annotations_that_are_evaluated(import_text: Import) -> None:
    text = (HEAD + one("go = a.to(b) | ignored(b)")).replace("from __future__ import annotations\n", "")
    text = text.replace("site: Site", "site: 'Site'").replace("One | None", "'One | None'")
    text = text.replace("Each[One]", "'Each[One]'")
    with pytest.raises(ModelError) as caught:
        read(import_text(text).Site)
    assert caught.value.message.endswith("evaluates its annotations")
    assert caught.value.hint == "Begin it with: from __future__ import annotations"


# --- sources ---------------------------------------------------------------------------------------------------------


def test_a_class_in_a_function(import_text: Import) -> None:
    text = (
        HEAD
        + "def make() -> type[System]:\n"
        + textwrap.indent(one("go = a.to(b) | ignored(b)"), "    ")
        + "    return Site\n"
    )
    with pytest.raises(ModelError) as caught:
        read(import_text(text).make())
    assert caught.value.message == "make.<locals>.Site is declared in a function"
    assert caught.value.hint == "Declare it at the top level of a module: its names are looked up there."


def test_a_class_made_by_exec_in_a_module_with_a_file(import_text: Import) -> None:
    module = import_text(HEAD)
    exec(compile(one("go = a.to(b) | ignored(b)"), "<made>", "exec", dont_inherit=False), vars(module))
    with pytest.raises(ModelError) as caught:
        read(module.Site)
    assert caught.value.message == "the source of Site is not found"
    assert caught.value.hint == "Declare it with a class statement at the top level of a module."


def test_a_class_without_any_file() -> None:
    code = (
        "from __future__ import annotations\nfrom statewatt.engine import *\n"
        "from statewatt.engine.reading import read\n"
        "class One(Machine):\n    site: Site\n    a = State(initial=True)\n    go = a.to(a)\n"
        "class Site(System):\n    ones: Each[One]\nread(Site)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.split("\n")[-3:-1] == [
        "statewatt.engine.reading.errors.ModelError: the source of __main__ is not there",
        "Write the classes in a file; for bytecode alone, first make: python -m statewatt.engine.cache __main__:Site",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return other.holder is None", "return other.holder is not None"),
        ("end = busy.to(ended) | refused(idle)", "end = busy.to(ended) | ignored(idle) | idle.to(idle)"),
        ('"""A visit."""', '"""A visit.\n\n    Of some length."""'),
        ("class Session(Machine):", "class Session(Machine"),
    ],
    ids=["a guard", "a transition", "the lines", "the syntax"],
)
def test_a_file_edited_after_its_import(import_text: Import, old: str, new: str) -> None:
    module = import_text(model("guard", "return other.holder is None"))
    path = Path(str(module.__file__))
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        read(module.Site)
    assert caught.value.message == f"the source of {module.__name__} is not what was imported"
    assert caught.value.hint.startswith("It was edited since: start anew.")


def test_a_method_replaced_after_the_import(import_text: Import) -> None:
    module: Any = import_text(model("guard", "return other.holder is None"))
    module.Session.may_begin = lambda self, other, now: True
    with pytest.raises(ModelError, match="is not what was imported"):
        read(module.Site)


def test_a_system_is_read_from_a_zip_file(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "models.zip", "w") as archive:
        archive.writestr("zipped_site.py", model("guard", "return other.holder is None"))
    code = "import zipped_site; from statewatt.engine.reading import read; print(read(zipped_site.Site).name)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'models.zip')!r}); {code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("Site\n", "")


def test_names_that_only_type_checkers_import(tmp_path: Path) -> None:
    for name, text in {
        "split_one": HEAD.replace(
            "from dataclasses import dataclass\n",
            "from dataclasses import dataclass\nfrom typing import TYPE_CHECKING\n\n"
            "if TYPE_CHECKING:\n    from .site import Site as Owner\n    from .kinds import Kind\n",
        )
        + "class One(Machine):\n    site: Owner\n    kind: Kind\n    a = State(initial=True)\n    go = a.to(a)\n",
        "kinds": "from enum import Enum\n\nclass Kind(Enum):\n    A = 1\n",
        "site": HEAD + "from .split_one import One\n\nclass Site(System):\n    ones: Each[One]\n    config: Config\n",
        "__init__": "",
    }.items():
        (tmp_path / "splitted").mkdir(exist_ok=True)
        (tmp_path / "splitted" / f"{name}.py").write_text(text, encoding="utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom splitted.site import Site\n"
        "from statewatt.engine.reading import read\nprint(read(Site).machine('One').attribute('kind').type.python)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("splitted.kinds:Kind\n", "")


def test_the_bare_system_is_refused() -> None:
    with pytest.raises(ModelError, match="System has no machines"):
        read(System)
