"""How much a specification says: systems with one small defect each, and whether a property notices."""

from .making import Mutant, mutants
from .report import as_data
from .survey import Strength, Tried, strength

__all__ = ["Mutant", "Strength", "Tried", "as_data", "mutants", "strength"]
