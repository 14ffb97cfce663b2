"""Exploration: every state and every step of a system at a scope, through the compiled step itself.

``findings.explored(engine, scope.parsed(engine, "evses=2"))`` gives the report of a scope, and what was explored.
"""
