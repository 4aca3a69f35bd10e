"""What is imported is declared, what is declared is locked."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tests.house.sources import TOP, name_of

OUR_OWN = {"app", "workflows", "tests"}


@cache
def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _same_name(name: str) -> str:
    """As package indexes compare names: case and the kind of dash do not count."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(*extras: str) -> dict[str, Requirement]:
    lines = [*_project()["dependencies"]]
    for extra in extras:
        lines += _project()["optional-dependencies"][extra]
    requirements = [Requirement(line) for line in lines]
    return {_same_name(each.name): each for each in requirements}


def _imports_of(path: Path) -> set[str]:
    """The first part of the name of every absolute import, also of those inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names - OUR_OWN - set(sys.stdlib_module_names)


def test_every_import_of_a_library_is_declared() -> None:
    declared, known = set(_declared()), packages_distributions()
    imported = {
        name_of(path): _imports_of(path) for folder in ("app", "workflows") for path in (TOP / folder).rglob("*.py")
    }

    undeclared = {
        f"{path}: {module}"
        for path, modules in imported.items()
        for module in modules
        if not declared & {_same_name(each) for each in known.get(module, [module])}
    }

    assert {"flask", "click", "SpiffWorkflow"} <= set().union(*imported.values())
    assert not undeclared


def _locked(name: str) -> dict[str, str]:
    lines = (TOP / name).read_text("utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {_same_name(package): version for package, version in pairs}


def test_both_locks_hold_a_version_that_is_allowed_of_everything_declared() -> None:
    for file, extras in {"requirements.lock": ["production"], "requirements-test.lock": ["production", "test"]}.items():
        locked = _locked(file)
        wrong = {
            f"{file}: {name} {locked.get(name)} is not {each.specifier}: make lock"
            for name, each in _declared(*extras).items()
            if name not in locked or not each.specifier.contains(locked[name])
        }
        assert not wrong


def test_tests_run_with_the_versions_that_serve() -> None:
    served, tested = _locked("requirements.lock"), _locked("requirements-test.lock")

    assert served.items() <= tested.items()
