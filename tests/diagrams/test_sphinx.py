"""The directive, in real builds of small projects."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

HOUSE = "tests.diagrams.examples.door:House"


class Project:
    """A project with one page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warnings = ""

    def build(self, page: str, builder: str = "html", **settings: Any) -> str:
        """The built page."""
        (self.folder / "index.rst").write_text(f"Doors\n=====\n\n{page}\n", encoding="utf-8")
        said = io.StringIO()
        confoverrides = {"extensions": ["statewatt.diagrams.sphinx"], "html_theme": "basic", **settings}
        with docutils_namespace():
            out = self.folder / "out" / builder
            app = Sphinx(
                self.folder, None, out, self.folder / "trees", builder, confoverrides, status=None, warning=said
            )
            app.build()
            self.dependencies = app.env.dependencies.get("index", set())
        self.warnings = said.getvalue()
        return (out / ("index.html" if builder == "html" else "index.txt")).read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_machine_is_drawn_into_the_page(project: Project) -> None:
    html = project.build(f".. statewatt:: Door\n   :system: {HOUSE}")
    assert project.warnings == ""
    assert '<div class="statewatt">\n<svg' in html
    assert 'id="Door.asked"' in html
    assert any(str(path).endswith("door.py") for path in project.dependencies)


def test_the_system_may_stand_in_the_settings(project: Project) -> None:
    html = project.build(".. statewatt:: House\n   :format: mermaid", statewatt_system=HOUSE)
    assert "flowchart LR" in html
    assert project.warnings == ""


def test_dot_is_drawn_by_the_extension_that_can(project: Project) -> None:
    page = f".. statewatt:: Door\n   :system: {HOUSE}\n   :format: dot"
    extensions = ["statewatt.diagrams.sphinx", "sphinx.ext.graphviz"]
    assert "digraph" not in project.build(page, "text", extensions=extensions)
    assert "digraph Door {" in Project(project.folder).build(page, "text")


def test_other_builders_show_the_description(project: Project) -> None:
    text = project.build(f".. statewatt:: Door\n   :system: {HOUSE}", "text")
    assert "[Door: A door with a bell]" in text
    assert project.warnings == ""


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (f".. statewatt:: Gate\n   :system: {HOUSE}", f"{HOUSE} has no Gate to draw; there are House, Door"),
        (".. statewatt:: Door\n   :system: nowhere:House", "the system: there is no module 'nowhere'"),
        (f".. statewatt:: Door\n   :system: {HOUSE}\n   :format: png", '"png" unknown'),
    ],
)
def test_what_cannot_be_drawn_is_said_with_its_place(page: str, says: str, project: Project) -> None:
    project.build(page)
    assert "index.rst:4: ERROR: " in project.warnings
    assert says in project.warnings
