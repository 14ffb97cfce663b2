"""Exploration: every state and every step of a system at a scope, through the compiled step itself.

``explored(engine, parsed(engine, "evses=2"))`` gives the report of a scope, and what was explored.
"""

from .findings import ScopedReport, explored
from .scope import Scope, parsed
from .search import Explored, explore
from .tours import Tour, tours, write_tours

__all__ = ["Explored", "Scope", "ScopedReport", "Tour", "explore", "explored", "parsed", "tours", "write_tours"]
