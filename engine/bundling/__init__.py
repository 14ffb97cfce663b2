"""A system as one module that needs nothing but Python: no library, no engine, no model."""

from .module import compiled_module, is_compiled

__all__ = ["compiled_module", "is_compiled"]
