"""Editions: published versions, compiled once per process and kept, since a version never changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.database import db
from app.errors import Missing
from app.processes.models import Process, ProcessVersion
from workflows import Diagrams, compile_diagrams
from workflows.tables import Table, read_tables

APPLICATION = "application"
ROW = "row"  # the form of one child, where a process is about many


@dataclass(frozen=True)
class Edition:
    """A published version, ready to run: diagrams, forms and tables."""

    version_id: int
    key: str
    name: str
    number: int
    diagrams: Diagrams
    forms: Mapping[str, Any]
    tables: Mapping[str, Table]
    files: Mapping[str, str]

    def form(self, key: str) -> dict[str, Any]:
        """The JSON Schema of a task's form (`application` is the opening one)."""
        schema: dict[str, Any] = self.forms[key]
        return schema

    @property
    def reasons(self) -> Sequence[Mapping[str, str]]:
        """Reasons for refusing or sending back, as `{"code", "text"}`."""
        reasons: Sequence[Mapping[str, str]] = self.forms.get("reasons", ())
        return reasons

    def decide(self, table: str, **inputs: Any) -> Any:
        """Ask a decision table that stands beside the diagram; {} when there is no such table."""
        return self.tables[table].decide(**inputs) if table in self.tables else {}


_editions: dict[tuple[str, int], Edition] = {}
_lock = threading.Lock()


def edition(version_id: int) -> Edition:
    """The edition of that id. Raises Missing."""
    place = (str(db.engine.url), version_id)
    if place not in _editions:
        version = db.session.get(ProcessVersion, version_id)
        if version is None:
            raise Missing()
        with _lock:
            _editions[place] = compiled(version)
    return _editions[place]


def compiled(version: ProcessVersion) -> Edition:
    """Compile a version's diagrams and tables. Raises DiagramRefused."""
    diagrams = compile_diagrams(
        {name: text.encode() for name, text in version.files.items() if name.endswith(".bpmn")}, version.process_key
    )
    tables: dict[str, Table] = {}
    for name, text in version.files.items():
        if name.endswith(".dmn"):
            tables.update(read_tables(text.encode()))
    return Edition(
        version.id, version.process_key, diagrams.name, version.number, diagrams, version.forms, tables, version.files
    )


def current_edition(key: str) -> Edition:
    """The edition in which a new case of that process opens. Raises Missing."""
    version_id = db.session.scalar(sa.select(Process.current_id).where(Process.key == key))
    if version_id is None:
        raise Missing()
    return edition(version_id)


def processes() -> Sequence[Process]:
    """Every process that has a published version."""
    return db.session.scalars(sa.select(Process).where(Process.current_id.is_not(None)).order_by(Process.key)).all()
