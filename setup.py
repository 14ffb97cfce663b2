"""What pyproject.toml cannot say: the packages of the four folders, and the model that ships as data."""

import os
import subprocess
import sys

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

FOLDERS = ("engine", "models", "verify", "diagrams")
SYSTEM = "statewatt.models.station:ChargingStation"


class BuildWithModel(build_py):
    """Writes the shipped station's model beside its modules, so that it loads where there is no source text."""

    def run(self) -> None:
        """Build the modules, then the model."""
        super().run()
        if not self.editable_mode:
            # What an isolated build depends on is on the path as well.
            path = os.pathsep.join(filter(None, [self.build_lib, os.environ.get("PYTHONPATH")]))
            environment = {**os.environ, "PYTHONPATH": path}
            subprocess.run([sys.executable, "-m", "statewatt.engine.cache", SYSTEM], env=environment, check=True)


setup(
    packages=[f"statewatt.{name}" for folder in FOLDERS for name in find_packages(include=[folder, f"{folder}.*"])],
    cmdclass={"build_py": BuildWithModel},
)
