"""Plain python-statemachine classes: no data, guards as texts. Reachability, ways out, order and answers to events.

``statewatt.verify.check(Door)`` gives the same ``Report`` as ``verify`` does for a system. Guards are unknown: every
combination of their values is taken into account, so what is found holds whatever the class does elsewhere. Actions are
not read. Importing this loads no solver.
"""
