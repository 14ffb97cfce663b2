"""Pictures of a system read as data: a format-neutral graph, and what draws it.

``graph`` is the picture as data; ``charts`` and ``overview`` make one from a machine or a system. Importing this
package loads nothing.
"""
