"""What a task means stands in its diagram: the generic room of cases knows no task and no process by its key."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.definitions.rules import earlier_versions
from tests.house.sources import TOP, name_of, python_files
from tests.house.test_diagram_folders import PROCESSES, diagrams_of
from workflows import vocabulary

KEYS = {*PROCESSES, *(task for process in PROCESSES for task in diagrams_of(process).tasks)}
# what is left: roles of a lane that are called like a task
LEFT: dict[str, set[str]] = {
    "app/cases/operations/opening.py": {"releasing_school"},
    "app/cases/rules/routing.py": {
        "receiving_bureau",
        "receiving_school",
        "receiving_superior",
        "releasing_bureau",
        "releasing_school",
    },
}


def literals() -> Iterator[tuple[str, str]]:
    """Every file of the room with each of its literals that equals a key."""
    for path in python_files("app/cases"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and node.value in KEYS:
                yield name_of(path), str(node.value)


def test_the_room_of_cases_knows_no_task_and_no_process_by_its_key() -> None:
    found = set(literals())
    left = {(file, key) for file, keys in LEFT.items() for key in keys}

    assert not found - left, f"let the diagram say it by a property: {sorted(found - left)}"
    assert not left - found, f"gone, take out of LEFT: {sorted(left - found)}"


def test_every_shipped_diagram_states_what_its_tasks_mean() -> None:
    """Else it would be taken for one that was published before they could."""
    silent = {
        process
        for process in PROCESSES
        if not any(task.kind or task.buttons or task.records for task in diagrams_of(process).tasks.values())
    }

    assert not silent


def test_the_meaning_by_key_is_of_known_sides_and_outcomes() -> None:
    assert set(earlier_versions.SIDES.values()) <= vocabulary.SIDES
    assert {outcome for _key, outcome in earlier_versions.WORDS} <= vocabulary.OUTCOMES.keys()


def test_the_how_to_names_every_property_of_a_task() -> None:
    told = (TOP / "README.md").read_text("utf-8")

    unsaid = {name for name in vocabulary.TASK | set(vocabulary.Kind) if f"`{name}" not in told}
    assert not unsaid, f"README's how-to for analysts lacks {sorted(unsaid)}"
