"""DOT as ``dot.render_dot`` writes it, and as a person may have edited it: what has an ``id`` and a kind counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..meaning import Arrow, Box, Meaning, one_line
from .errors import UnreadableError

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/)|(?P<quoted>"(?:\\.|[^"\\])*")|(?P<arrow>->|--)
    |(?P<sign>[{}\[\]=;,:])|(?P<word>[^\s{}\[\]=;,:"]+)""",
    re.VERBOSE | re.DOTALL,
)
KINDS = re.compile(r"(node|edge) (\w+)")


def read_dot(text: str) -> Meaning:
    """The meaning of a digraph's source.

    Raises:
        UnreadableError: it is none.
    """
    return _Source(list(_tokens(text))).meaning()


def _tokens(text: str) -> Iterator[str]:
    """Words, signs and quoted texts (these with their first quotation mark, so that they differ from signs)."""
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise UnreadableError(f"line {text.count(chr(10), 0, place) + 1} is no DOT")
        place = match.end()
        if match.lastgroup == "quoted":
            yield '"' + match.group()[1:-1].replace('\\"', '"')
        elif match.lastgroup != "space":
            yield match.group()


class _Source:
    """The statements of one digraph."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.place = 0
        self.boxes: dict[str, Box] = {}
        self.arrows: dict[str, tuple[Arrow, str, str]] = {}
        self.ids: dict[str, str] = {}

    def meaning(self) -> Meaning:
        if self._next() != "digraph":
            raise UnreadableError("it does not begin with digraph")
        name = _value(self._next())
        self._expect("{")
        self._body("")
        arrows = {
            id: Arrow(a.kind, a.label, self.ids.get(source, source), self.ids.get(target, target))
            for id, (a, source, target) in self.arrows.items()
        }
        return Meaning(name, self.boxes, arrows)

    def _next(self) -> str:
        if self.place >= len(self.tokens):
            raise UnreadableError("it ends too early")
        self.place += 1
        return self.tokens[self.place - 1]

    def _peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _expect(self, token: str) -> None:
        if (found := self._next()) != token:
            raise UnreadableError(f"there is {found!r} where {token!r} should be")

    def _body(self, parent: str) -> None:
        """The statements up to the closing brace; ``parent`` is the id of the box."""
        while (token := self._next()) != "}":
            if token == "subgraph":
                self._next()
                self._expect("{")
                self._body(parent)
            elif token == "graph":
                parent = self._box(self._attributes(), parent, "") or parent
            elif token != ";":
                self._statement(token, parent)

    def _statement(self, token: str, parent: str) -> None:
        """A node, an edge, defaults, or an attribute by itself."""
        if self._peek() == "->":
            self._next()
            target = self._next()
            self._arrow(self._attributes(), _value(token), _value(target))
        elif self._peek() == "=":
            self.place += 2
        else:
            attributes = self._attributes()
            if token not in ("node", "edge"):
                self._box(attributes, parent, _value(token))

    def _attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while self._peek() == "[":
            self._next()
            while (name := self._next()) != "]":
                if name not in (",", ";"):
                    self._expect("=")
                    found[_value(name)] = _value(self._next())
        return found

    def _box(self, attributes: dict[str, str], parent: str, name: str) -> str:
        """Note a node, or the box that a subgraph draws; its id, or nothing where it has none of ours."""
        kind = KINDS.fullmatch(attributes.get("class", ""))
        id = attributes.get("id", name)
        self.ids[name] = id
        if not kind and not name:
            return ""
        self.boxes[id] = Box(kind[2] if kind else "state", _label(attributes.get("label", name)), parent)
        return id

    def _arrow(self, attributes: dict[str, str], source: str, target: str) -> None:
        kind = KINDS.fullmatch(attributes.get("class", ""))
        label = _label(attributes.get("label", ""))
        id = attributes.get("id", f"{source}→{target}")
        self.arrows[id] = (Arrow(kind[2] if kind else "transition", label, "", ""), source, target)


def _value(token: str) -> str:
    return token[1:] if token.startswith('"') else token


def _label(text: str) -> str:
    """A label's escapes resolved, as one line."""
    return one_line(re.sub(r"\\(.)", lambda escape: " " if escape[1] in "nlr" else escape[1], text))
