"""Tables: each speaks Chinese first, and the revisions lead from nothing to exactly the models."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import Model, db
from tests.house.sources import TOP
from tests.support.databases import Postgres, Sqlite

for file in sorted((TOP / "app").rglob("*.py")):
    if "(Model):" in file.read_text("utf-8"):
        importlib.import_module(".".join(file.relative_to(TOP).with_suffix("").parts))
MODELS = sorted((mapper.class_ for mapper in Model.registry.mappers), key=lambda model: model.__name__)
TERM = re.compile(r"([\u4e00-\u9fff]+) – \S")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_model_opens_with_its_chinese_term(model: type[Model]) -> None:
    assert TERM.match(model.__doc__ or ""), f"{model.__name__}: “学生 – the person, one row for life.”"


def test_no_term_means_two_things() -> None:
    terms = Counter(match[1] for model in MODELS if (match := TERM.match(model.__doc__ or "")))

    assert [term for term, count in terms.items() if count > 1] == []


@pytest.fixture
def from_models(app: Flask, tmp_path: Path) -> Iterator[sa.Engine]:
    """A second database of the same kind, made from the models alone."""
    database = Sqlite(tmp_path) if db.engine.dialect.name == "sqlite" else Postgres()
    engine = sa.create_engine(database.url)
    Model.metadata.create_all(engine)
    yield engine
    database.close(engine)


def test_the_revisions_lead_from_nothing_to_the_models(app: Flask, from_models: sa.Engine) -> None:
    by_revisions, by_models = shape(db.engine), shape(from_models)
    differences = sorted(by_revisions.items() ^ by_models.items())

    assert not differences, f"in the revisions or the models only: {differences}"


def shape(engine: sa.Engine) -> dict[tuple[str, str], str]:
    """Every part of every table: columns, keys, constraints and indexes, by table and name.

    Defaults are left out: a column added later has one in the database alone, for the rows that were there.
    """
    inspector = sa.inspect(engine)
    return {
        (table, name): repr(part)
        for table in inspector.get_table_names()
        if table != "alembic_version"
        for name, part in parts_of(inspector, table)
    }


def parts_of(inspector: sa.Inspector, table: str) -> Iterator[tuple[str, Any]]:
    for column in inspector.get_columns(table):
        yield f"column {column['name']}", (str(column["type"]), column["nullable"])
    yield "primary key", inspector.get_pk_constraint(table)["constrained_columns"]
    for key in inspector.get_foreign_keys(table):
        yield f"foreign key {key['constrained_columns']}", (key["referred_table"], key["referred_columns"])
    for unique in inspector.get_unique_constraints(table):
        yield f"unique {unique['name']}", unique["column_names"]
    for check in inspector.get_check_constraints(table):
        yield f"check {check['name']}", re.sub(r"\s+", " ", check["sqltext"])
    for index in inspector.get_indexes(table):
        condition = {name: str(value) for name, value in index["dialect_options"].items() if name.endswith("where")}
        yield f"index {index['name']}", (index["column_names"], bool(index["unique"]), condition)
