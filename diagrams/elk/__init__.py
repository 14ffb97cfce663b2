"""The Eclipse Layout Kernel, run inside this process.

ELK comes as one file of JavaScript (``elk-worker.min.js``, see ``NOTICE.md``) and runs in QuickJS, an interpreter that
is a small wheel for every platform: no Node, no browser, no program of the system. Each call gets an interpreter of its
own, so that a layout depends on nothing but its graph.
"""

from __future__ import annotations

import json
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
    """Return an ELK graph (its JSON form) with coordinates.

    Raises ``LayoutError`` with what ELK says about a graph that it cannot take, and where the interpreter is missing.
    """
    try:
        import quickjs
    except ImportError:
        raise LayoutError(
            'a layout needs the package quickjs-ng; install it with: pip install "statewatt[diagrams]"'
        ) from None
    context = quickjs.Context()
    for script in (WORKER, _elk(), CALL):
        context.eval(script)
    try:
        answer = json.loads(context.get("layout")(json.dumps(graph)))
    except quickjs.JSException as error:
        raise LayoutError(f"ELK made no layout: {error}") from error
    if "error" in answer:
        raise LayoutError(f"ELK made no layout: {answer['error'].get('message', answer['error'])}")
    result: dict[str, Any] = answer["data"]
    return result


@cache
def _elk() -> str:
    return files(__name__).joinpath("elk-worker.min.js").read_text(encoding="utf-8")
