"""A Sphinx directive that draws a machine, or a whole system, as it is when the pages are built.

In ``conf.py``: ``extensions = ["statewatt.diagrams.sphinx"]``. On a page::

    .. statewatt:: Authorization
       :system: statewatt.models.station:ChargingStation
       :format: svg

The name is a machine's or the system's; without ``:system:`` the system is the one that ``statewatt_system`` in
``conf.py`` names. ``svg`` (the default) is shown by HTML builders, the others show its description instead; ``mermaid``
and ``dot`` are drawn by the directives ``mermaid`` and ``graphviz`` where an extension brings these, and are shown as
text otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from ..engine import InputError
from ..engine.command.loading import STATION
from ..engine.reading import ModelError
from .dot import render_dot
from .elk import LayoutError
from .graph import Graph
from .mermaid import render_mermaid
from .subject import Subject, subject
from .svg import render_svg

DRAWN_BY = {"mermaid": (render_mermaid, "mermaid"), "dot": (render_dot, "graphviz")}
"""For the formats that are text: what makes them, and the directive that draws them."""


class Picture(nodes.General, nodes.Element):
    """A picture in the text: ``svg`` is all of it, ``description`` stands for it where there is no SVG."""


def _format(argument: str) -> str:
    return directives.choice(argument, ("svg", *DRAWN_BY))


class Draw(SphinxDirective):
    """``.. statewatt:: NAME``."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]] | None] = {"system": directives.unchanged, "format": _format}

    def run(self) -> list[nodes.Node]:
        """Draw, and note that the page depends on the model's files."""
        reference = self.options.get("system") or self.config.statewatt_system
        try:
            found = subject(reference)
            for file in found.files:
                self.env.note_dependency(str(Path(file).resolve()))
            return self._drawn(self._graph(found, reference))
        except (InputError, ModelError, LayoutError) as error:
            raise self.error(str(error)) from error

    def _graph(self, found: Subject, reference: str) -> Graph:
        graphs = {graph.name: graph for graph in found.graphs}
        name = self.arguments[0]
        if name not in graphs:
            raise InputError(f"{reference} has no {name} to draw; there are {', '.join(graphs)}")
        return graphs[name]

    def _drawn(self, graph: Graph) -> list[nodes.Node]:
        format_ = self.options.get("format", "svg")
        if format_ == "svg":
            return [Picture(svg=render_svg(graph), description=f"{graph.name}: {graph.description}")]
        render, directive = DRAWN_BY[format_]
        text = render(graph)
        if directives.directive(directive, self.state.memo.language, self.state.document)[0] is None:
            return [nodes.literal_block(text, text, language="text")]
        return self.parse_text_to_nodes(f".. {directive}::\n\n" + "".join(f"   {line}\n" for line in text.splitlines()))


def _visit_html(writer: Any, node: Picture) -> None:
    writer.body.append(f'<div class="statewatt">\n{node["svg"]}</div>\n')
    raise nodes.SkipNode


def _visit_other(writer: Any, node: Picture) -> None:
    paragraph = nodes.paragraph("", "", nodes.Text(f"[{node['description']}]"))
    paragraph.walkabout(writer)
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive and its setting."""
    app.add_config_value("statewatt_system", STATION, "env", types=str)
    other = (_visit_other, None)
    app.add_node(Picture, html=(_visit_html, None), latex=other, text=other, man=other, texinfo=other)
    app.add_directive("statewatt", Draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
