"""What pyproject.toml cannot say: the packages of the folders, and the model that ships as data."""

import os
import subprocess
import sys

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

FOLDERS = {"engine": "engine", "models": "models", "verify": "verify", "diagrams": "diagrams", "bench": "tests/bench"}
SYSTEM = "statewatt.models.station:ChargingStation"


# Scripts that measure with the help of the tests, in a checkout.
LEFT_OUT = {("statewatt.bench", name) for name in ("exploring", "layout", "proving")}


class BuildWithModel(build_py):
    """Writes the shipped station's model beside its modules, so that it loads where there is no source text."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """The modules of a package, but for those that are of use in a checkout only."""
        found = super().find_package_modules(package, package_dir)
        return [each for each in found if each[:2] not in LEFT_OUT]

    def run(self) -> None:
        """Build the modules, then the model."""
        super().run()
        if not self.editable_mode:
            # What an isolated build depends on is on the path as well.
            path = os.pathsep.join(filter(None, [self.build_lib, os.environ.get("PYTHONPATH")]))
            environment = {**os.environ, "PYTHONPATH": path}
            subprocess.run([sys.executable, "-m", "statewatt.engine.cache", SYSTEM], env=environment, check=True)


setup(
    packages=[
        f"statewatt.{name}"
        for package, folder in FOLDERS.items()
        for name in [package, *(f"{package}.{inner}" for inner in find_packages(folder))]
    ],
    cmdclass={"build_py": BuildWithModel},
)
