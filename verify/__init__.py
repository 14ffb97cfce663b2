"""Proofs about a system read as data: for any number of things and all settings, or a counterexample to read.

``verify(read(System))`` gives a ``Report``; ``prove`` only asks the solver. It needs z3, the extra ``verify``.
"""

from .prove import Proof, prove
from .report import as_data
from .story import Story
from .verdict import Report, Verdict, verify

__all__ = ["Proof", "Report", "Story", "Verdict", "as_data", "prove", "verify"]
