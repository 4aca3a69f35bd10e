"""Statements: rows that are copied in bulk come in a stated order, so that their keys tell it too."""

from __future__ import annotations

import ast

from tests.house.sources import name_of, python_files

#: one row of values, selected from nothing or only if another was written
SINGLE = {"app/schools/operations/reserved_seats.py", "app/writes.py"}


def _calls(node: ast.AST, method: str) -> bool:
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == method
        for each in ast.walk(node)
    )


def test_an_insert_from_a_select_orders_its_rows() -> None:
    """Without it PostgreSQL gives the keys in the order of its pages: the history of a school then reads at random."""
    found = []
    for path in python_files("app"):
        if name_of(path) in SINGLE or "versions" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and _calls(node, "from_select") and not _calls(node, "order_by"):
                found.append(f"{name_of(path)}: {node.name} inserts from a select without an order")

    assert not found, "\n".join(found)
