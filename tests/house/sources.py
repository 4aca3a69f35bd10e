"""The sources of the house, as text and as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parents[2]
FROZEN = TOP / "app/schema/versions"  # a revision that has run anywhere is never edited again


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file under those folders of the project that may still be edited."""
    for folder in folders:
        yield from (path for path in sorted((TOP / folder).rglob("*.py")) if FROZEN not in path.parents)


def name_of(path: Path) -> str:
    """`app/cases/views.py`"""
    return path.relative_to(TOP).as_posix()


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """The last name of everything called in that file (`commit` in `db.session.commit()`), with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id, node.lineno
