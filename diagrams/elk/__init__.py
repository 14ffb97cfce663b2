"""The Eclipse Layout Kernel, run inside this process.

ELK comes as one file of JavaScript (``elk-worker.min.js``, see ``NOTICE.md``) and runs in QuickJS, an interpreter that
is a small wheel for every platform: no Node, no browser, no program of the system.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

# What the file expects of a web worker: a global `self` that is told of messages and posts answers. It sets timers only
# to answer later; here they run at once.
WORKER = """
var self = globalThis, answer = null;
var setTimeout = function (then) { then(); }, clearTimeout = function () {};
self.postMessage = function (message) { answer = message; };
"""
CALL = """
self.onmessage({data: {id: 0, cmd: "register", algorithms: ["layered"]}});
function layout(text) {
    self.onmessage({data: {id: 1, cmd: "layout", graph: JSON.parse(text), layoutOptions: {}, options: {}}});
    return JSON.stringify(answer);
}
"""


class LayoutError(Exception):
    """No layout could be made: the engine is not installed, or ELK refused the graph."""


def lay_out(graph: Mapping[str, Any]) -> dict[str, Any]:
    """Return an ELK graph (its JSON form) with coordinates. They depend on the graph alone.

    Raises ``LayoutError`` where the interpreter is not installed, or with what ELK says about a graph that it cannot
    take.
    """
    # To start an interpreter takes longer than to lay out a small graph, so each thread keeps its own; after a failure
    # it is not trusted any more.
    engine: Engine | None = vars(kept).pop("engine", None)
    engine = engine or Engine()
    done = engine.lay_out(graph)
    kept.engine = engine
    return done


kept = threading.local()
"""The interpreter of this thread."""


class Engine:
    """ELK in an interpreter of its own. Raises ``LayoutError`` where that is not installed."""

    def __init__(self) -> None:
        try:
            import quickjs
        except ImportError:
            raise LayoutError(
                'a layout needs the package quickjs-ng; install it with: pip install "statewatt[diagrams]"'
            ) from None
        self.failure = quickjs.JSException
        self.context = quickjs.Context()
        for script in (WORKER, _elk(), CALL):
            self.context.eval(script)

    def lay_out(self, graph: Mapping[str, Any]) -> dict[str, Any]:
        """Return an ELK graph with coordinates; ``LayoutError`` for one that ELK cannot take."""
        try:
            answer = json.loads(self.context.get("layout")(json.dumps(graph)))
        except self.failure as error:
            raise LayoutError(f"ELK made no layout: {error}") from error
        if "error" in answer:
            raise LayoutError(f"ELK made no layout: {answer['error'].get('message', answer['error'])}")
        result: dict[str, Any] = answer["data"]
        return result


@cache
def _elk() -> str:
    return files(__name__).joinpath("elk-worker.min.js").read_text(encoding="utf-8")
