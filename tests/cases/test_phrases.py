"""意见常用语: sentences of one's own and of the office, with one click; whoever uses one holds nobody up."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from app.cases.models import Phrase
from app.database import db
from tests.cases.test_hand_over import at_approval
from tests.cases.test_statements import counted
from tests.support.client import Client
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]


def test_phrases_of_ones_own_and_of_the_office_last_used_first(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    approver, colleague = case.program("bureau_approver"), case.program("bureau_operator")
    for text, of_office in (("情况属实", False), ("请按规定办理", True)):
        assert approver.post("/phrases", {"text": text, "of_office": of_office}).status == 200
    assert [each["text"] for each in colleague.get("/phrases").json["phrases"]] == ["请按规定办理"]
    assert case.program("school_approver").get("/phrases").json["phrases"] == []

    browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
    page = browser.get(f"/cases/{case.number}")
    offered = {str(each.get("data-phrase")): each.get("data-id") for each in browser.page.xpath("//button[@data-id]")}
    assert [*offered] == ["请按规定办理", "情况属实"], page.text
    used = [offered["情况属实"], "0", "²", "9" * 30]
    decision = f"/tasks/{case.task('approval')}/decision"
    assert browser.post(decision, outcome="agree", opinion="情况属实", phrase=used).status == 302

    assert [each["text"] for each in approver.get("/phrases").json["phrases"]] == ["情况属实", "请按规定办理"]


def test_a_decision_writes_no_phrase_unless_one_was_chosen(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    case.program("bureau_approver").post("/phrases", {"text": "情况属实"})
    browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
    browser.get(f"/cases/{case.number}")

    with counted() as seen:
        answer = browser.post(f"/tasks/{case.task('approval')}/decision", outcome="agree", opinion="情况属实")

    assert answer.status == 302
    assert [each for each in seen if "phrase" in each] == []


def test_nobody_waits_for_a_colleague_who_uses_the_same_phrase(shaped: Callable[..., Shape]) -> None:
    """The decision stands before the use is noted; on PostgreSQL a row that a colleague holds is passed over."""
    case = at_approval(shaped)
    ours = case.program("bureau_approver").post("/phrases", {"text": "请按规定办理", "of_office": True}).json["id"]
    foreign = case.program("school_approver").post("/phrases", {"text": "学校常用"}).json["id"]
    asked = sa.select(Phrase.id, Phrase.used_at).order_by(Phrase.id)
    before = db.session.execute(asked).all()
    browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
    browser.get(f"/cases/{case.number}")
    decision, said = f"/tasks/{case.task('approval')}/decision", {"opinion": "请按规定办理", "phrase": [ours, foreign]}
    db.session.rollback()

    with db.engine.connect() as colleague:
        if db.engine.dialect.name == "postgresql":
            colleague.execute(sa.update(Phrase).where(Phrase.id == ours).values(text="请依规定办理"))
        assert browser.post(decision, outcome="agree", **said).status == 302
        colleague.rollback()

    assert case.case()["outcome"] == "agreed"
    changed = [new.id for old, new in zip(before, db.session.execute(asked).all(), strict=True) if old != new]
    assert changed == ([] if db.engine.dialect.name == "postgresql" else [ours]), "of another office never"


def test_who_may_keep_and_delete_phrases(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential")
    operator, approver = case.program("bureau_operator"), case.program("bureau_approver")

    assert operator.post("/phrases", {"text": "全局使用", "of_office": True}).status == 403
    assert operator.post("/phrases", {"text": "  "}).code == "E-INPUT"
    mine = operator.post("/phrases", {"text": "已核对"}).json
    assert operator.post("/phrases", {"text": "已核对"}).json["id"] == mine["id"], "kept once"
    ours = approver.post("/phrases", {"text": "同意上报", "of_office": True}).json
    assert operator.post(f"/phrases/{ours['id']}/delete").status == 403
    assert approver.post(f"/phrases/{mine['id']}/delete").status == 404
    assert case.program("school_approver").post(f"/phrases/{ours['id']}/delete").status == 404
    browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
    assert "同意上报" in browser.get("/phrases").text
    assert browser.post("/phrases", text="请补充材料", of_office="1").status == 302
    assert browser.post(f"/phrases/{ours['id']}/delete").status == 302
    assert operator.post(f"/phrases/{mine['id']}/delete").status == 200
    assert db.session.scalars(sa.select(Phrase.text)).all() == ["请补充材料"]
