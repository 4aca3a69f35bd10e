"""Processes: each with Python of its own belongs to one folder of `app/processes`; the engine knows none by name."""

from __future__ import annotations

import ast
from collections import Counter

from app.processes import FAMILIES
from tests.house.sources import TOP, name_of, python_files

KEYS = sorted(folder.name for folder in (TOP / "bpmn").iterdir() if folder.is_dir())
#: by configuration alone: the diagram says its subject, and opens with the standard precheck
CONFIGURED = [
    key
    for key in KEYS
    if any('name="subject"' in path.read_text("utf-8") for path in (TOP / "bpmn" / key).glob("*.bpmn"))
]


def test_every_process_with_python_of_its_own_belongs_to_one_family() -> None:
    held = Counter(key for family in FAMILIES for key in family.KEYS)

    assert sorted([*held.elements(), *CONFIGURED]) == KEYS, "`KEYS` of a family names each process once"


def test_every_folder_of_processes_is_a_family() -> None:
    folders = {path.parent.name for path in (TOP / "app/processes").glob("*/__init__.py")}

    assert folders == {family.__name__.rpartition(".")[2] for family in FAMILIES}


def test_the_engine_knows_no_process_by_name() -> None:
    known = {
        f"{name_of(path)}:{node.lineno} {node.value}"
        for path in python_files("app/cases")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value in KEYS or any(f"'{key}'" in node.value for key in KEYS)
    }

    assert not known, f"a hook of app/cases/hooks.py, registered by the process: {known}"


def test_the_engine_knows_nothing_of_lists_under_a_plan() -> None:
    told = [name_of(path) for path in python_files("app/cases") if "roster" in path.read_text("utf-8").lower()]
    told += [name_of(path) for path in (TOP / "app/cases").rglob("*.html") if "roster" in path.read_text("utf-8")]

    assert not told


def test_the_readme_says_which_family_holds_which_process() -> None:
    readme = (TOP / "README.md").read_text("utf-8")
    lines = [line.split("|") for line in readme.splitlines() if line.startswith("| `")]
    told = {cells[1].split("`")[1]: cells[2].replace(" ", "").split(",") for cells in lines}

    for family in FAMILIES:
        name = family.__name__.rpartition(".")[2]
        assert sorted(told.get(name, [])) == sorted(family.KEYS), name
