"""From a system as data to functions: one readable Python module, generated and run."""

from .accepted import Accepted, Keys
from .agenda import LIMIT
from .module import Compiled, Fault, Offer, World, compile_system
from .names import Objects, bare

__all__ = ["LIMIT", "Accepted", "Compiled", "Fault", "Keys", "Objects", "Offer", "World", "bare", "compile_system"]
