"""The folder in which a test writes processes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.definitions import queries as definitions
from app.students.models.lawful_changes import LawfulChange


@pytest.fixture
def shelves(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """A folder of an analyst; what was published from it is forgotten after the test."""
    # a database begins anew, and gives the next version an id that was known before
    definitions._compiled_versions.clear()
    yield tmp_path
    db.session.rollback()
    definitions._compiled_versions.clear()
    keys = [folder.name for folder in (tmp_path / "bpmn").iterdir()] if (tmp_path / "bpmn").exists() else []
    db.session.execute(sa.delete(LawfulChange).where(LawfulChange.process.in_(keys)))
    db.session.commit()
