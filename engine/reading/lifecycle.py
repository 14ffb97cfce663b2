"""Reading the statements of a machine's body that make states, transitions and events."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..language import Machine
from ..model import State, Where
from .errors import ModelError, nearest
from .signatures import CALLBACK_PREFIXES, bodies, check_name
from .tables import Draft, EventTable, MachineTable, Tables

NOT_MODELLED = {
    "unless": 'Write cond="not …".',
    "validators": "A guard says whether, not by raising: use cond=.",
    "before": "Everything a transition does is named in on=.",
    "after": "Everything a transition does is named in on=; what follows an action is an event of another machine.",
    "internal": "Write ignored(state) for an event that changes nothing, state.to(state, on=…) for one in place.",
    "event": "Name the event by assigning the transition: event = a.to(b).",
    "invoke": "What runs elsewhere is a command; its answer comes back as an event.",
    "donedata": "A machine that ends tells others by an event, sent from an action.",
    "delay": "Keep a field of type Deadline, and guard an urgent event by it.",
    "enter": "Name the action in on= of the transitions that lead there.",
    "exit": "Name the action in on= of the transitions that leave.",
    "value": "A state is known by its name.",
    "parallel": "Write class region(State.Parallel): with one State.Compound for each part.",
    "states": "Write class region(State.Compound): with the states in it.",
    "history": "Keep what is to be remembered in a field.",
}
FORMS = 'a.to(b, cond="…", on="…"), ignored(a), refused(a), joined by |, or urgent(…) of them'


class Lifecycle:
    """One machine's states, transitions and events."""

    def __init__(self, table: MachineTable, tables: Tables) -> None:
        self.table = table
        self.tables = tables
        self.source = tables.sources.of(table.cls)
        self.declared: dict[str, Where] = {}

    def read(self) -> None:
        """Fill the tables with states, transitions and events."""
        for source, body, _ in bodies(self.table.cls, Machine, self.tables.sources):
            before = bool(self.table.states)
            self.source = source
            self.declared = {}
            for node in body.body:
                if before and isinstance(node, ast.Assign | ast.ClassDef):
                    hint = "A subclass overrides guards and actions; states and transitions stay as they are."
                    raise ModelError("a subclass has the lifecycle of its base", source.where(node), hint)
                self._statement(node)
        if not self.table.states:
            hint = "Write name = State(initial=True)."
            raise ModelError(f"{self.table.name} has no states", self.table.where, hint)
        self._check_regions()
        self._mark_choices()

    # --- statements --------------------------------------------------------------------------------------------------

    def _statement(self, node: ast.stmt) -> None:
        where = self.source.where(node)
        if isinstance(node, ast.AnnAssign | ast.FunctionDef):
            name = node.name if isinstance(node, ast.FunctionDef) else getattr(node.target, "id", "")
            self._declare(name, where)
        elif isinstance(node, ast.ClassDef):
            self._declare(node.name, where)
            self._parallel(node)
        elif isinstance(node, ast.Assign):
            self._assignment(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            pass
        elif isinstance(node, ast.Expr):
            self._eventless(node.value)
        elif not isinstance(node, ast.Pass):
            hint = "A machine has fields, states, transitions, events and methods."
            raise ModelError("this statement is not modelled in a machine", where, hint)

    def _declare(self, name: str, where: Where) -> None:
        if name in self.declared:
            hint = "Give one of them another name; transitions of one event are joined by |, in order."
            raise ModelError(f'"{name}" is declared twice', where, hint)
        self.declared[name] = where

    def _assignment(self, node: ast.Assign) -> None:
        where = self.source.where(node)
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            raise ModelError("one statement declares one name", where, "Write one assignment for each.")
        name = node.targets[0].id
        check_name(name, Machine, where)
        self._declare(name, where)
        called = _called(node.value)
        if called == "State":
            assert isinstance(node.value, ast.Call)
            self._state(name, node.value, (), 0, where)
        elif called in ("HistoryState", "Event", "State.from_enum", "States"):
            hint = NOT_MODELLED["history"] if called == "HistoryState" else f"Write {FORMS}."
            raise ModelError(f"{called} is not modelled", where, hint)
        else:
            self._event(name, node.value, where)

    # --- states ------------------------------------------------------------------------------------------------------

    def _state(self, name: str, call: ast.Call, inside: tuple[str, ...], region: int, where: Where) -> None:
        label = name.replace("_", " ")
        if len(call.args) > 1:
            raise ModelError("a state has one label", self.source.where(call.args[1]), 'Write State("Label").')
        named = [("name", each) for each in call.args] + [(k.arg or "**", k.value) for k in call.keywords]
        marks = {"initial": False, "final": False}
        for key, value in named:
            if not isinstance(value, ast.Constant) or (key != "name" and key not in marks):
                hint = NOT_MODELLED.get(key, 'Write State("Label", initial=True, final=True), each of them if needed.')
                raise ModelError(f"{key}= of a state is not modelled", self.source.where(value), hint)
            if key == "name":
                label = str(value.value)
            else:
                marks[key] = bool(value.value)
        if name in self.table.states:
            raise ModelError(f'two states are named "{name}"', where, "Give one of them another name.")
        check_name(name, Machine, where)
        if name == "is_active" or name in inside:
            raise ModelError(f'a state cannot be named "{name}"', where, "Give it another name.")
        state = State(name, (*inside, name), region, marks["initial"], marks["final"], False, label, where)
        self.table.states[name] = state
        self.table.state_paths[state.path] = name

    def _parallel(self, node: ast.ClassDef) -> None:
        where = self.source.where(node)
        check_name(node.name, Machine, where)
        if _base(node) != "State.Parallel":
            hint = "Regions are written class facts(State.Parallel): with class usage(State.Compound): in it."
            raise ModelError("this class is not modelled in a machine", where, hint)
        if self.table.states:
            hint = "A machine is flat, or one State.Parallel holds all its states."
            raise ModelError("states beside parallel regions are not modelled", where, hint)
        regions: list[str] = []
        for part in node.body:
            if isinstance(part, ast.ClassDef) and _base(part) == "State.Compound":
                self._region(part, node.name, len(regions))
                regions.append(part.name)
            elif not _is_text(part):
                hint = "It holds one class …(State.Compound): for each region; events stand in the machine's body."
                raise ModelError("this is not modelled in State.Parallel", self.source.where(part), hint)
        self.table.regions = tuple(regions)

    def _region(self, node: ast.ClassDef, outer: str, region: int) -> None:
        for part in node.body:
            where = self.source.where(part)
            if isinstance(part, ast.Assign) and isinstance(part.value, ast.Call) and _called(part.value) == "State":
                self._state(ast.unparse(part.targets[0]), part.value, (outer, node.name), region, where)
            elif not _is_text(part):
                hint = "It holds states; events stand in the machine's body, where type checkers know them."
                raise ModelError("this is not modelled in State.Compound", where, hint)

    def _check_regions(self) -> None:
        for index, region in enumerate(self.table.regions):
            initial = [s for s in self.table.states.values() if s.region == index and s.initial]
            if len(initial) != 1:
                of = f"the region {region}" if region else self.table.name
                raise ModelError(
                    f"{of} has {len(initial) or 'no'} initial state{'s' * (len(initial) > 1)}",
                    initial[1].where if initial else self.table.where,
                    "One state of each region is State(initial=True).",
                )

    # --- transitions -------------------------------------------------------------------------------------------------

    def _event(self, name: str, node: ast.expr, where: Where) -> None:
        if name.startswith(CALLBACK_PREFIXES):
            raise ModelError(f'"{name}" is a magic name', where, "python-statemachine calls it by its name.")
        urgent, pick = False, ""
        if _called(node) == "urgent":
            assert isinstance(node, ast.Call)
            urgent, pick = True, self._pick(node)
            node = node.args[0]
        drafts = [draft for part in _alternatives(node) for draft in self._part(name, part)]
        region = self.table.states[drafts[0].source].region
        label = name.replace("_", " ")
        self.table.events[name] = EventTable(name, region, urgent, pick, label, where, drafts)
        self.table.drafts.extend(drafts)
        for draft in drafts:
            for end in (draft.source, draft.target or draft.source):
                if self.table.states[end].region != region:
                    hint = "Declare one event for each region; one event of another machine may send both."
                    raise ModelError(f'the event "{name}" belongs to two regions', draft.where, hint)

    def _pick(self, node: ast.Call) -> str:
        keywords = {k.arg: k.value for k in node.keywords}
        pick = keywords.pop("pick", node.args[1] if len(node.args) == 2 else ast.Constant(""))
        texts = isinstance(pick, ast.Constant) and isinstance(pick.value, str)
        if keywords or len(node.args) not in (1, 2) or not texts:
            raise ModelError("this urgent(…) is not modelled", self.source.where(node), 'urgent(…, pick="policy").')
        assert isinstance(pick, ast.Constant)
        name = str(pick.value)
        method = self.tables.system.methods.get(name)
        if name and (method is None or method.role != "policy"):
            policies = [m.name for m in self.tables.system.methods.values() if m.role == "policy"]
            message = f'{self.tables.system.name} has no policy "{name}"'
            raise ModelError(message, self.source.where(pick), nearest(name, policies) or "Declare it with @policy.")
        return name

    def _eventless(self, node: ast.expr) -> None:
        for part in _alternatives(node):
            if _called(part) in ("ignored", "refused"):
                where = self.source.where(part)
                raise ModelError("an exit without event cannot be ignored or refused", where, "Assign it to an event.")
            self.table.drafts.extend(self._part(None, part))

    def _part(self, event: str | None, node: ast.expr) -> list[Draft]:
        where = self.source.where(node)
        called = _called(node)
        if isinstance(node, ast.Call) and called in ("ignored", "refused"):
            if node.keywords or not node.args:
                raise ModelError(f"{called}(…) names states", where, f"Write {called}(a, b).")
            in_place = called == "ignored"
            return [
                Draft(
                    event, self._named(each), None, (), (), not in_place, in_place, self.source.where(each), self.source
                )
                for each in node.args
            ]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "to":
                return [self._to(event, node, node.func.value)]
            if node.func.attr == "itself" and isinstance(node.func.value, ast.Attribute):
                return [self._to(event, node, node.func.value.value)]
        hint = f"There are {FORMS}."
        if called.endswith((".from_", ".any")):
            hint = "Write a.to(b) for each source a."
        raise ModelError("this is no transition that is modelled", where, hint)

    def _to(self, event: str | None, node: ast.Call, origin: ast.expr) -> Draft:
        assert isinstance(node.func, ast.Attribute)
        source = self._named(origin)
        itself = node.func.attr == "itself"
        if len(node.args) != (0 if itself else 1) or isinstance(node.args[0:1], ast.Starred):
            hint = "Write a.to(b) | a.to(c): the first whose guards hold is taken."
            raise ModelError("a transition has one target", self.source.where(node), hint)
        target = source if itself else self._named(node.args[0])
        conditions: tuple[ast.expr, ...] = ()
        actions: tuple[tuple[str, Where], ...] = ()
        for keyword in node.keywords:
            where = self.source.where(keyword)
            if keyword.arg == "cond":
                conditions = tuple(_items(keyword.value))
            elif keyword.arg == "on":
                actions = tuple(self._action(each) for each in _items(keyword.value))
            else:
                hint = NOT_MODELLED.get(keyword.arg or "", "A transition has cond= and on=.")
                raise ModelError(f"{keyword.arg or '**'}= of a transition is not modelled", where, hint)
        return Draft(event, source, target, conditions, actions, False, False, self.source.where(node), self.source)

    def _action(self, node: ast.expr) -> tuple[str, Where]:
        where = self.source.where(node)
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            raise ModelError("on= names actions", where, 'Write on="action" or on=["one", "other"].')
        method = self.table.methods.get(node.value)
        if method is None:
            actions = [m.name for m in self.table.methods.values() if m.result is None]
            hint = nearest(node.value, actions) or f"Write def {node.value}(self) -> None."
            raise ModelError(f'{self.table.name} has no action "{node.value}"', where, hint)
        if method.result is not None:
            raise ModelError(f'"{node.value}" is no action: it returns a value', where, "An action is -> None.")
        return node.value, where

    def _named(self, node: ast.expr) -> str:
        """The state that a name or path means."""
        path: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            path.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            path.insert(0, inner.id)
            if tuple(path) in self.table.state_paths:
                return self.table.state_paths[tuple(path)]
            spelled = ".".join(path)
            hint = nearest(spelled, [".".join(each) for each in self.table.state_paths])
            raise ModelError(f'{self.table.name} has no state "{spelled}"', self.source.where(node), hint)
        raise ModelError("this is no state", self.source.where(node), f"There are {FORMS}.")

    # --- choices -----------------------------------------------------------------------------------------------------

    def _mark_choices(self) -> None:
        for state in self.table.states.values():
            exits = [d for d in self.table.drafts if d.source == state.name]
            eventless = [d for d in exits if d.event is None]
            if eventless:
                self._check_choice(state, exits, eventless)
                self.table.states[state.name] = replace(state, choice=True)

    def _check_choice(self, state: State, exits: list[Draft], eventless: list[Draft]) -> None:
        spoken = [d for d in exits if d.event is not None]
        if spoken:
            hint = f'"{state.name}" is a choice, nobody rests there: give all its exits events, or none.'
            raise ModelError(f'"{spoken[0].event}" leaves a choice', spoken[0].where, hint)
        if eventless[-1].conditions:
            hint = f'Add a last exit without cond=: nobody rests in the choice "{state.name}".'
            raise ModelError("the last exit of a choice is guarded", eventless[-1].where, hint)
        for draft in eventless:
            if self.table.states[draft.target or state.name].region != state.region:
                raise ModelError("a transition leaves its region", draft.where, "Regions change by their own events.")


def _called(node: ast.expr) -> str:
    """The name that is called, with dots; empty if it is no call of a name."""
    if not isinstance(node, ast.Call):
        return ""
    return ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""


def _base(node: ast.ClassDef) -> str:
    return ast.unparse(node.bases[0]) if len(node.bases) == 1 else ""


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _alternatives(node: ast.expr) -> list[ast.expr]:
    """The parts of ``a | b | c``, in order."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _items(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.List | ast.Tuple) else [node]
