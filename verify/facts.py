"""What evaluation knows on its way, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..engine import model
from .terms import TRUE, Term, Value


@dataclass(frozen=True, slots=True)
class Obligation:
    """What has to hold whenever its premises do; unbound variables stand for anything."""

    kind: str
    reason: str
    where: model.Where
    premises: tuple[Term, ...]
    claim: Term


@dataclass
class Facts:
    """What evaluation leaves behind: obligations, and axioms (contracts, and what ``next`` finds)."""

    obligations: list[Obligation] = field(default_factory=list[Obligation])
    axioms: list[Term] = field(default_factory=list[Any])

    def oblige(self, kind: str, reason: str, where: model.Where, premises: tuple[Term, ...], claim: Term) -> None:
        """Note an obligation, unless it holds by itself."""
        if claim is not TRUE:
            self.obligations.append(Obligation(kind, reason, where, premises, claim))


@dataclass(frozen=True, slots=True)
class Frame:
    """What names mean, what is established, and which variables are bound around."""

    names: Mapping[str, Value]
    premises: tuple[Term, ...] = ()
    variables: tuple[Term, ...] = ()

    def having(self, name: str, value: Value) -> Frame:
        """The frame with one more name."""
        return Frame({**self.names, name: value}, self.premises, self.variables)

    def given(self, premise: Term) -> Frame:
        """The frame in which that is established."""
        return self if premise is TRUE else Frame(self.names, (*self.premises, premise), self.variables)

    def over(self, name: str, variable: Term) -> Frame:
        """The frame inside a quantifier."""
        return Frame({**self.names, name: variable}, self.premises, (*self.variables, variable))
