"""留言 beside a case: for one's own office or its parties, by page and program, never altered."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import audit
from app.cases.models.comments import CaseComment
from app.database import db
from app.identity.models import User
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.transfer_case import Story


def texts(program: Program, story: Story) -> list[str]:
    answer = program.get(f"/cases/{story.number}/comments")
    return [each["text"] for each in answer.json["items"]] if answer.status == 200 else [str(answer.status)]


def write(program: Program, story: Story, text: str, scope: str) -> int:
    return program.post(f"/cases/{story.number}/comments", {"text": text, "scope": scope}).status


def test_each_reads_what_is_for_them(submitted: Story, neighbour: User) -> None:
    submitted.agree_until("releasing_school")
    clerk = submitted.program("receiving_school", "operator")
    bureau = submitted.program("receiving_bureau")
    province = submitted.client.api(factories.a_user(factories.a_bureau("330000"), "approver"))

    assert write(clerk, submitted, "家长电话已换", "office") == 201
    assert write(clerk, submitted, "请尽快核办", "parties") == 201
    assert write(bureau, submitted, "材料已核对", "office") == 201

    assert texts(clerk, submitted) == ["请尽快核办", "家长电话已换"]
    assert texts(submitted.program("receiving_school"), submitted) == ["请尽快核办", "家长电话已换"]
    assert texts(bureau, submitted) == ["材料已核对", "请尽快核办"]
    assert texts(submitted.program("releasing_school"), submitted) == ["请尽快核办"]
    assert texts(submitted.program("releasing_bureau"), submitted) in (["404"], ["请尽快核办"]), (
        "once its turn has come"
    )
    assert texts(province, submitted) == ["404"]
    assert texts(submitted.client.api(neighbour), submitted) == ["404"]
    for stranger in (province, submitted.client.api(neighbour)):
        assert write(stranger, submitted, "话", "parties") == 404
    assert db.session.query(CaseComment).count() == 3
    assert "cases/comment" in set(db.session.scalars(sa.select(audit.AuditEvent.verb)))
    assert list(audit.verify()) == []


def test_on_the_page(submitted: Story) -> None:
    browser = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].approver)
    path = f"/cases/{submitted.number}/comments"
    assert path in browser.get(f"/cases/{submitted.number}").text
    browser.get(path)
    wrong = browser.post(path, text="  ", scope="office")
    assert (wrong.status, "请填写留言" in wrong.text) == (422, True)
    assert browser.post(path, text="等家长补件", scope="everybody").status == 422
    assert browser.post(path, text="等家长补件", scope="office").status == 302
    assert "等家长补件" in browser.get(path).text


@pytest.mark.parametrize("change", ["UPDATE case_comment SET text = '改'", "DELETE FROM case_comment"])
def test_nobody_changes_what_was_written(submitted: Story, change: str) -> None:
    assert write(submitted.program("receiving_school"), submitted, "话", "office") == 201
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.text(change))
    db.session.rollback()
