"""An opinion, a reason, an explanation: the same words on a page and from a program, by the same rules."""

from __future__ import annotations

import ast
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app.audit import AuditEvent
from app.database import db
from app.students.models.contests import Contest
from tests.house.sources import name_of, python_files
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter, matter

__all__ = ["matter"]
PASTED = "\u200b家长改变主意\u202c\ufeff"  # as it comes out of a chat
#: what a page reads beside texts: choices and marks, files that are typed, and who signs in, which is taken exactly
NO_TEXTS = {
    "act", "again", "caption", "case", "count", "csrf_token", "declared", "draft_about", "draft_process",
    "draft_revision", "draft_student", "draft_task", "etag", "kept", "key", "kind", "last",
    "new_password", "next", "of_office", "office_code", "of_user", "old_password", "on", "outcome", "password", "post",
    "reason_code", "recommendation", "rule", "shared", "show", "size", "student", "text", "to", "to_user",
    "typed_as", "typed_by", "username", "with_warnings", "x-act", "x-desk", "x-file", "x-last", "x-names", "x-script",
}  # fmt: skip


def on_the_page(matter: Matter, who: Any, page: str, address: str, **form: str) -> Answer:
    browser = Client(matter.client.app).sign_in(who)
    browser.get(page)
    return browser.post(address, **form)


def test_a_reason_pasted_with_marks_that_nobody_sees_is_taken_by_page_and_program(matter: Matter) -> None:
    assert matter.submit("withdrawal").status == 201
    case, program = f"/cases/{matter.number}", matter.program("school")

    assert on_the_page(matter, matter.people["school"].operator, case, f"{case}/recall", reason=PASTED).status == 302
    assert matter.submit("withdrawal").status == 201
    assert program.post(f"/cases/{matter.number}/recall", {"reason": PASTED}).status == 200

    written = sa.select(AuditEvent.content).where(AuditEvent.verb == "cases/recall")
    said = [orjson.loads(each)["after"]["reason"] for each in db.session.scalars(written)]
    assert said == ["家长改变主意"] * 2


@pytest.mark.parametrize("explanation", ["长" * 501, "表情\U0001f600", "控制\x07符"])
def test_an_explanation_is_refused_on_the_page_as_for_a_program_and_never_cut(matter: Matter, explanation: str) -> None:
    typed = {"kind": "wrong_number", "explanation": explanation}
    page = f"/students/{matter.child.id}"

    by_program = matter.program("school").post(f"{page}/contest", typed)
    by_page = on_the_page(matter, matter.people["school"].operator, page, f"{page}/contest", **typed)

    assert (by_program.status, by_page.status) == (422, 422)
    assert "情况说明" in by_page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contest)) == 0


def test_a_view_reads_no_text_in_a_way_of_its_own() -> None:
    """By `typed_text` or by the schema of its form."""
    raw = [
        f"{name_of(path)} {node.args[0].value}"
        for path in python_files("app")
        if "views" in name_of(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "request.form.get"
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value not in NO_TEXTS
    ]

    assert not raw
