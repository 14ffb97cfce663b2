"""How long `statewatt verify` takes: cold, in one process and in two, from the cache, for a refuted law, and for all
mutants (once).

Run as `python tests/bench/proving.py`. Each figure is the whole command, the start of Python included: the median of
several runs, as seconds on the clock and as seconds of processor time (of all its processes). The clock depends on what
else the machine does, processor time much less. A refuted law is one of a broken twin in `tests/broken/`, and the run
ends with its trace from a system without things.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 3
ROOT = Path(__file__).parent.parent.parent
TWIN = ["tests.broken.told_twice:ChargingStation", "--property", "nothing_is_concluded_twice"]
CASES = {
    "cold, one process": ["--no-cache", "--jobs", "1"],
    "cold, two processes": ["--no-cache", "--jobs", "2"],
    "nothing changed, cached": [],
    "a refuted law": [*TWIN, "--no-cache"],
    "all mutants, two processes": ["--mutants", "--jobs", "2"],
}


def once(arguments: list[str], folder: str) -> tuple[float, float, str]:
    """Seconds on the clock, seconds of processor time, and the last line that it says."""
    command = [sys.executable, "-c", "from statewatt.engine.command import main; main()", "verify", *arguments]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return end - begin, used, done.stdout.splitlines()[-1]


def main() -> None:
    """Print a line for each case."""
    print(f"{'':28}{'clock':>9}{'processor':>12}")
    with tempfile.TemporaryDirectory() as folder:
        once([], folder)
        for name, arguments in CASES.items():
            runs = [once(arguments, folder) for _ in range(1 if "--mutants" in arguments else REPEATS)]
            clock, used = statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)
            print(f"{name:28}{clock:7.2f} s{used:10.2f} s  {runs[-1][2]}")


if __name__ == "__main__":
    main()
