"""The ``statewatt`` command.

It needs Typer and Rich, the extra ``cli``; importing this package does not.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command line and end the process; status 0: all well, 1: a finding, 2: wrong usage or bad input."""
    missing = [name for name in ("typer", "rich") if find_spec(name) is None]
    if missing:
        print(f"statewatt: the command needs {' and '.join(missing)}: pip install 'statewatt[cli]'", file=sys.stderr)
        sys.exit(2)
    from .application import run

    sys.exit(run(sys.argv[1:]))
