"""No file is read and no diagram verified while a transaction that writes is open: SQLite has one writer."""

from __future__ import annotations

from typing import Any

import pytest

import app.definitions.operations as definitions
from app.database import db
from app.studio.queries import findings
from app.studio.rules import files
from tests.studio.conftest import Studio
from tests.studio.test_publishing import FILE, decide, numbers, proposed


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was read or verified, and whether the session stood in a transaction that writes."""
    found: list[tuple[str, bool]] = []

    def watch(place: Any, name: str) -> None:
        true = getattr(place, name)

        def called(*args: Any) -> Any:
            raw: Any = db.session.connection().connection.dbapi_connection if db.session.in_transaction() else None
            writing = getattr(raw, "in_transaction", None)
            if raw is not None and writing is None:  # PostgreSQL: a transaction has a number once it writes or locks
                writing = db.session.connection().exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar()
            found.append((name, bool(writing)))
            return true(*args)

        monkeypatch.setattr(place, name, called)

    watch(findings, "reports_of")
    watch(definitions, "reports_of")
    watch(files, "read_bpmn")
    return found


def test_what_is_published_was_verified_before(studio: Studio, watched: list[tuple[str, bool]]) -> None:
    _draft, proposal = proposed(studio)
    assert decide(studio, proposal).status == 200

    assert numbers() == [1, 2]
    assert ("reports_of", False) in watched
    assert [name for name, writing in watched if writing] == []


def test_a_file_that_is_saved_by_page_was_read_before(studio: Studio, watched: list[tuple[str, bool]]) -> None:
    draft = studio.draft()
    text = studio.text(draft, FILE).replace('name="调班"', 'name="班级调整"')
    analyst = studio.client.sign_in(studio.people["analyst"])
    analyst.get(f"/studio/drafts/{draft}/files/{FILE}")
    etag = analyst.page.xpath("string(//input[@name='etag']/@value)")

    assert analyst.post(f"/studio/drafts/{draft}/files/{FILE}", text=text, etag=etag).status == 302

    assert studio.text(draft, FILE) == text
    assert watched == [("read_bpmn", False)]
