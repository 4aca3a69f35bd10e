"""A draft goes with what it was kept for, whichever way that was sent, and costs nothing where there is none."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.cases.models import FormDraft
from app.database import db
from tests.cases.test_statements import counted
from tests.inbox.test_form_drafts import body, browser_of, drafts, put
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]


@pytest.mark.parametrize("kept", [False, True])
def test_deleting_a_draft_costs_a_statement_only_where_there_is_one(desk: Desk, kept: bool) -> None:
    first, second = desk.correct(2)
    program = desk.program()
    assert program.post(f"/tasks/{first}/decision", {"outcome": "agree"}).status == 200
    if kept:
        assert put(program, body({"task": second}, opinion="话")).status == 200
    with counted() as seen:
        assert program.post(f"/tasks/{second}/decision", {"outcome": "agree"}).status == 200

    assert len([each for each in seen if "form_draft" in each and each.startswith("DELETE")]) == kept


@pytest.mark.parametrize("way", ["page", "program", "bulk"])
def test_whichever_way_a_task_is_decided_its_draft_goes_in_the_same_transaction(desk: Desk, way: str) -> None:
    task, other = desk.correct(2)
    program = desk.program()
    assert put(program, body({"task": task}, opinion="话")).status == 200
    assert put(program, body({"task": other}, opinion="另一件")).status == 200

    if way == "page":
        browser = browser_of(desk)
        browser.get("/inbox")
        assert browser.post(f"/tasks/{task}/decision", outcome="agree").status == 302
    elif way == "program":
        assert program.post(f"/tasks/{task}/decision", {"outcome": "agree"}).status == 200
    else:
        answer = program.post("/tasks/bulk", {"tasks": [task], "outcome": "agree", "opinion": ""})
        assert answer.json["results"][0]["ok"], answer.text

    assert db.session.scalars(sa.select(FormDraft.task_id)).all() == [other]
    assert program.post(f"/tasks/{other}/decision", {"outcome": "refuse"}).status == 422
    assert drafts() == 1, "what was refused is not sent"
