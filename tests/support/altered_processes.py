"""Processes whose diagram has been altered behind publication's back: versions that slipped through."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.definitions import queries as definitions
from app.definitions.models import Process, ProcessVersion


def publish_at_once(key: str, *changes: tuple[str, str]) -> int | None:
    """Make a version current with pieces of the diagram replaced; the id of the version that was current before."""
    process = db.session.get_one(Process, key)
    version = process.current
    assert version
    [(name, text)] = [(name, text) for name, text in version.files.items() if name.endswith(".bpmn")]
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    altered = ProcessVersion(
        process_key=key,
        number=900 + db.session.scalars(sa.select(sa.func.count()).select_from(ProcessVersion)).one(),
        checksum=f"{time.monotonic_ns():064d}",
        files={**version.files, name: text},
        forms=version.forms,
        published_at=clock.now(),
        published_by="analyst",
    )
    db.session.add(altered)
    db.session.flush()
    former, process.current_id = process.current_id, altered.id
    db.session.commit()
    # a version never changes, so it is compiled once; here every test begins with the same ids
    definitions._compiled_versions.pop((str(db.engine.url), altered.id), None)
    return former


@pytest.fixture
def publish_altered(app: Flask) -> Iterator[Callable[..., None]]:
    """A function `(key, *(before, after))` that makes an altered version current; what was current comes back."""
    current: dict[str, int | None] = {}

    def altered(key: str, *changes: tuple[str, str]) -> None:
        former = publish_at_once(key, *changes)
        current.setdefault(key, former)

    yield altered
    db.session.rollback()
    for key, version_id in current.items():
        db.session.get_one(Process, key).current_id = version_id
    db.session.commit()
