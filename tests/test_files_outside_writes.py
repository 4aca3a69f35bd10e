"""No file is sealed, laid down or read while a transaction that writes is open: SQLite has one writer."""

from __future__ import annotations

import io
import os
import uuid
from typing import Any

import pytest

from app import file_store
from app.database import db
from tests.support import papers
from tests.support.client import apart
from tests.support.transfer_case import Story


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was done with files, and whether the session stood in a transaction."""
    found: list[tuple[str, bool]] = []

    def watch(place: Any, name: str) -> None:
        true = getattr(place, name)

        def called(*args: Any) -> Any:
            raw: Any = db.session.connection().connection.dbapi_connection if db.session.in_transaction() else None
            writing = getattr(raw, "in_transaction", None)
            if raw is not None and writing is None:  # PostgreSQL: an open transaction has no number before it writes
                writing = db.session.connection().exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar()
            found.append((name, bool(writing)))
            return true(*args)

        monkeypatch.setattr(place, name, called)

    watch(file_store, "seal_bytes")
    watch(file_store, "unseal_bytes")
    watch(os, "fsync")
    return found


def a_file() -> dict[str, Any]:
    """Content of its own: what is kept already is not laid down again."""
    content = papers.a_pdf().replace(b"%%EOF", b"% " + uuid.uuid4().hex.encode() + b"\n%%EOF")
    return {"attachments": [(io.BytesIO(content), "申请.pdf")]}


def attach(story: Story, user: Any, address: str, **form: Any) -> Any:
    browser = story.client.sign_in(user)
    browser.get("/me")
    token = browser.page.xpath("string(//input[@name='csrf_token']/@value)")
    return apart(browser.browser.post, address, data={"csrf_token": token, **form, **a_file()})


def test_papers_of_a_case(submitted: Story, watched: list[tuple[str, bool]]) -> None:
    answer = attach(submitted, submitted.people["receiving_school"].approver, f"/cases/{submitted.number}/attachments")
    assert answer.status_code == 302
    page = submitted.client.get(f"/cases/{submitted.number}")
    link = submitted.client.page.xpath("string(//a[contains(@href, '/attachments/')]/@href)")
    assert link, page.text

    assert apart(submitted.client.browser.get, link).status_code == 200

    assert {name for name, _ in watched} == {"seal_bytes", "fsync", "unseal_bytes"}
    assert [name for name, writing in watched if writing] == []


def test_papers_by_program(submitted: Story, watched: list[tuple[str, bool]]) -> None:
    program = submitted.program("receiving_school", "approver")
    path = f"/api/v1/cases/{submitted.number}/attachments"

    answer = apart(program.http.post, path, data=a_file(), headers=program.headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    kept = answer.get_json()["attachments"][0]["id"]
    program.get(f"/cases/{submitted.number}/attachments/{kept}")

    assert {name for name, _ in watched} == {"seal_bytes", "fsync", "unseal_bytes"}
    assert [name for name, writing in watched if writing] == []


def test_a_stranger_leaves_no_file(submitted: Story, watched: list[tuple[str, bool]], neighbour: Any) -> None:
    answer = attach(submitted, neighbour, f"/cases/{submitted.number}/attachments")

    assert answer.status_code == 404
    assert watched == []


def test_papers_of_an_application(story: Story, watched: list[tuple[str, bool]]) -> None:
    """Whatever becomes of it: this one is refused by a rule inside the transaction."""
    answer = attach(
        story,
        story.people["receiving_school"].operator,
        "/cases/transfer",
        main_number=story.child.main_number,
        name="没有此人",
        declared="yes",
        reason="随父母迁居",
        signed_on="2026-11-20",
        **{"guardian.name": "陈父", "guardian.relation": "1", "guardian.phone": "13800000000"},
    )

    assert answer.status_code == 422
    assert {name for name, _ in watched} == {"seal_bytes", "fsync"}
    assert [name for name, writing in watched if writing] == []
