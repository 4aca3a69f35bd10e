"""A refusal's code is a promise to programs: one code, one class; other sentences of it are its subclasses."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections import defaultdict

import app
from tests.house.sources import name_of, python_files
from workflows import Refusal

RUN_WHEN_IMPORTED = ("app.__main__", "app.schema.env")


def _refusals() -> set[type[Refusal]]:
    """Every class of refusal of the program, whichever module it stands in."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name not in RUN_WHEN_IMPORTED:
            importlib.import_module(module.name)
    found: set[type[Refusal]] = set()
    waiting = [Refusal]
    while waiting:
        cls = waiting.pop()
        if cls.__module__.startswith(("app.", "workflows.")):
            found.add(cls)
        waiting += [each for each in cls.__subclasses__() if each not in found]
    return found


def test_one_code_belongs_to_one_class_and_its_subclasses() -> None:
    by_code = defaultdict(set)
    for cls in _refusals():
        by_code[cls.code].add(cls)

    shared = {}
    for code, classes in by_code.items():
        roots = [cls for cls in classes if all(issubclass(other, cls) for other in classes)]
        if not roots:
            shared[code] = sorted(f"{cls.__module__}.{cls.__name__}" for cls in classes)

    assert len(by_code["E-OFFICE"]) > 5
    assert not shared


def test_a_class_says_its_code_itself() -> None:
    """Nobody writes another code into a refusal that he has made."""
    written = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("app", "workflows")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == "code"
        if not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]

    assert not written
