"""Revisions: rows that are there come along, on either database."""

from __future__ import annotations

import re

from app.database import Model
from tests.house.sources import TOP
from tests.house.test_models import MODELS

BATCH = re.compile(r'batch_alter_table\(\s*"(\w+)"')


def test_no_revision_copies_a_table_that_others_refer_to() -> None:
    """SQLite would change it by copying it, and cannot drop the old one while rows refer to it."""
    assert MODELS, "every table is known"
    referred = {
        key.column.table.name
        for name, table in Model.metadata.tables.items()
        for key in table.foreign_keys
        if key.column.table.name != name
    }
    found = {
        (file.name, table)
        for file in (TOP / "app" / "schema" / "versions").glob("*.py")
        for table in BATCH.findall(file.read_text("utf-8"))
    }

    assert "task" in referred
    assert found
    assert {each for each in found if each[1] in referred} == set()
