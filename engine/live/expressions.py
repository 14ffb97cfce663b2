"""Expressions over objects: things are objects, references are references."""

from __future__ import annotations

from .. import model
from ..compiling.expressions import ATOM, OR, SUM, Expressions, Scope
from ..compiling.names import bare
from ..compiling.plan import Domain, by
from ..compiling.source import local

OF_A_THING = Scope({}, "self._system")
OF_THE_SYSTEM = Scope({}, "self")


class ObjectExpressions(Expressions):
    """Writes expressions of one system over objects. ``scope.world`` is what leads to the station."""

    plain = OF_A_THING

    def record(self, thing: model.Expression, scope: Scope) -> str:
        """The thing itself."""
        return self.text(thing, scope, ATOM)

    def given(self, thing: model.Expression, scope: Scope) -> str:
        """The thing itself; what is asked of ``None`` fails."""
        return self.text(thing, scope, ATOM)

    def own(self, scope: Scope) -> str:
        """What holds the fields of the system: the station."""
        return scope.world

    def all(self, machine: str, scope: Scope) -> str:
        """All things of a machine."""
        return f"{scope.world}._{machine}.values()"

    def belonging(self, expression: model.Belonging, scope: Scope) -> str:
        """The things that refer to one: a list of its own."""
        return f"{self.given(expression.of, scope)}._{by((expression.machine, expression.via))}"

    def asked(self, ask: model.Ask, arguments: list[str], scope: Scope) -> str:
        """A call of a method."""
        of = scope.world if isinstance(ask.of.type, model.Station) else self.text(ask.of, scope, ATOM)
        return f"{of}.{ask.predicate}({', '.join(arguments)})"

    def trusted(self, trust: model.Trust, arguments: list[str], scope: Scope) -> str:
        """A call of a method of the station."""
        return f"{scope.world}.{trust.function}({', '.join(arguments)})"

    def is_singleton(self, side: model.Expression) -> bool:
        """Things, too, are the same if they are one."""
        return super().is_singleton(side) or isinstance(bare(side.type), model.Ref)

    def found(self, domain: Domain, scope: Scope) -> str:
        """The things of a domain: by reference from the thing referred to, by value from the station."""
        if domain.bucket:
            return f"{scope.world}._{domain.bucket}"
        *further, (machine, field) = domain.hops
        if isinstance(bare(domain.key.type), model.Ref):
            found = f"{self.text(domain.key, scope, ATOM)}._{by((machine, field))}"
        else:
            found = f"{scope.world}._{by((machine, field))}.get({self.text(domain.key, scope)}, ())"
        for hop in reversed(further):
            found = f"[one for other in {found} for one in other._{by(hop)}]"
        return found

    def things(self, binding: model.Binding, scope: Scope, ordered: bool) -> str:
        """What a binding runs over; in order of creation if that matters."""
        domain, collection = self.plan.domain(binding), binding.collection
        if domain:
            return self.found(domain, scope)
        if isinstance(collection, model.Things):
            return self.all(collection.machine, scope)
        text = self.text(collection, scope)
        return f"sorted({text}, key=by_key)" if ordered and not isinstance(collection, model.Belonging) else text

    def loop(self, binding: model.Binding, scope: Scope, ordered: bool) -> tuple[str, list[str], Scope]:
        """``for … in …``, and the conditions."""
        conditions: list[str] = []
        name = local(binding.variable)
        if self.plan.domain(binding) and not isinstance(binding.collection, model.Things):
            conditions.append(f"{name} in {self.text(binding.collection, scope, SUM)}")
        conditions += [self.text(condition, scope, OR) for condition in binding.conditions]
        return f"for {name} in {self.things(binding, scope, ordered)}", conditions, scope

    def outside(self, value: model.Expression, scope: Scope) -> str:
        """A value as commands have it: things are keys."""
        text = self.text(value, scope)
        inner = bare(value.type)
        if isinstance(inner, model.SetOf):
            return f"keys_of({text})"
        if isinstance(inner, model.Ref):
            if isinstance(value.type, model.Maybe):
                return f"key_of({text})"
            return f"{self.text(value, scope, ATOM)}.key"
        return text
