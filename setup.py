"""Builds the wheel. All else is said in pyproject.toml.

Diagrams and forms stand at the top of the checkout, where analysts look for them; the wheel carries them inside
`app`, where `app/settings.py` finds them once it is installed.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHELVES = ("bpmn", "forms")


class BuildWithShelves(build_py):
    """The stock step, and the folders of the analysts; an editable installation reads them where they stand."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for shelf in SHELVES:
                self.copy_tree(shelf, str(Path(self.build_lib, "app", shelf)))


setup(cmdclass={"build_py": BuildWithShelves})
