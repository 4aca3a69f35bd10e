"""What is typed is never lost: kept by page and program, put back into its form, gone once it was sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import sqlalchemy as sa

from app import clock
from app.cases.commands import tick
from app.cases.models import FormDraft
from app.cases.rules.form_drafts import LONGEST, MOST_DRAFTS, TERM
from app.database import db
from app.identity.models import Duty, Post
from tests.support import factories
from tests.support.client import Client
from tests.support.many_cases import Desk, desk
from tests.support.transfer_case import Story

__all__ = ["desk"]
OPINION = "材料不全，缺户口簿；\n请补\U0001f600"  # also what an opinion must not hold: it is no opinion yet


def typed(**fields: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields.items()]


def body(place: dict[str, Any], *, revision: int = 0, **fields: str) -> dict[str, Any]:
    return {**place, "revision": revision, "fields": typed(**fields)}


def put(program: Any, content: dict[str, Any], **headers: str) -> Any:
    return program.put("/drafts/mine", orjson.dumps(content), Content_Type="application/json", **headers)


def browser_of(desk: Desk, who: str = "school", duty: str = "approver") -> Client:
    return Client(desk.client.app).sign_in(getattr(desk.people[who], duty))


def drafts() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(FormDraft)) or 0


def opinion_on(browser: Client) -> str:
    return str(browser.page.xpath("string(//textarea[@name='opinion'])")).lstrip("\n")


def test_a_decision_is_kept_and_put_back_until_it_is_sent(desk: Desk) -> None:
    (task,) = desk.correct(1)
    browser = browser_of(desk)
    page = f"/cases/{desk.numbers[0]}"
    browser.get(page)

    kept = browser.post(
        "/drafts/mine", draft_task=str(task), draft_revision="0", opinion=OPINION, reason_code="incomplete_papers"
    )

    assert (kept.status, kept.location) == (302, page)
    browser.get(page)
    assert opinion_on(browser) == OPINION
    assert browser.page.xpath("string(//select[@name='reason_code']/option[@selected]/@value)") == "incomplete_papers"
    assert browser.page.xpath("string(//input[@name='draft_revision']/@value)") == "1"
    assert "已填回 2026-11-23 10:00 保存的草稿" in browser.page.text_content()
    browser.get("/drafts/mine")
    assert desk.numbers[0] in browser.page.xpath("string(//main//table)")
    assert browser.page.xpath("//a[contains(@href, '/drafts/mine')]//span[contains(@class, 'count')]/text()")[0] == "1"

    sent = browser.post(f"/tasks/{task}/decision", outcome="agree", opinion="同意", draft_revision="1")

    assert sent.status == 302
    assert drafts() == 0


def test_a_refused_form_keeps_its_draft_and_says_which_it_is(desk: Desk) -> None:
    (task,) = desk.correct(1)
    browser = browser_of(desk)
    assert put(desk.program(), body({"task": task}, opinion="一")).status == 200
    browser.get(f"/cases/{desk.numbers[0]}")

    refused = browser.post(f"/tasks/{task}/decision", outcome="refuse", opinion="", draft_revision="1")

    assert refused.status == 422
    assert browser.page.xpath("string(//input[@name='draft_revision']/@value)") == "1"
    assert opinion_on(browser) == "", "what was sent now, not what was kept before"
    assert drafts() == 1


def test_an_application_is_kept_for_its_child_and_goes_with_its_opening(desk: Desk) -> None:
    child, other = (factories.a_student(desk.school, grade="13") for _ in range(2))
    db.session.commit()
    browser = browser_of(desk, duty="operator")
    page = f"/apply/correction?student={child.id}"
    browser.get(page)

    kept = browser.post(
        "/drafts/mine",
        draft_process="correction",
        draft_student=str(child.id),
        draft_revision="0",
        student=str(child.id),
        address="文三路 9 号",
        reason="搬",
    )

    assert (kept.status, kept.location) == (302, page)
    browser.get(page)
    assert browser.page.xpath("string(//input[@name='address']/@value)") == "文三路 9 号"
    browser.get(f"/apply/correction?student={other.id}")
    assert browser.page.xpath("string(//input[@name='address']/@value)") != "文三路 9 号"
    listed = browser.get("/drafts/mine").text
    assert child.name in listed
    key = "a key"
    sent = browser.post(
        "/apply/correction", key=key, student=str(child.id), address="文三路 9 号", reason="搬家", draft_revision="1"
    )
    assert sent.status == 302, sent.text
    assert drafts() == 0


def test_another_window_is_noticed_and_not_overwritten(desk: Desk) -> None:
    (task,) = desk.correct(1)
    program, place = desk.program(), {"task": task}
    assert put(program, body(place, opinion="甲")).json["revision"] == 1

    late = put(program, body(place, opinion="乙"))

    assert (late.status, late.code) == (409, "E-FORM-DRAFT")
    assert "另一窗口更新（10:00 保存）" in late.json["detail"]
    found = program.get(f"/drafts/mine?task={task}").json["items"]
    assert [each["revision"] for each in found] == [1]
    assert program.get(f"/drafts/mine/{found[0]['id']}").json["fields"] == typed(opinion="甲")
    assert put(program, body(place, revision=1, opinion="乙")).json["revision"] == 2
    assert program.delete(f"/drafts/mine/{found[0]['id']}").status == 204
    gone = put(program, body(place, revision=2, opinion="丙"))
    assert (gone.status, gone.code) == (409, "E-FORM-DRAFT")
    assert "提交或删除" in gone.json["detail"]


def test_without_script_both_texts_are_shown_and_either_is_kept(desk: Desk) -> None:
    (task,) = desk.correct(1)
    browser = browser_of(desk)
    browser.get(f"/cases/{desk.numbers[0]}")
    assert put(desk.program(), body({"task": task}, opinion="另一窗口的话")).status == 200

    late = browser.post("/drafts/mine", draft_task=str(task), draft_revision="0", opinion="本窗口的话")

    assert late.status == 409
    text = browser.page.text_content()
    assert "另一窗口的话" in text
    assert "本窗口的话" in text
    form = {each.get("name"): each.get("value") for each in browser.page.xpath("//main//form[1]//input")}
    assert browser.post("/drafts/mine", **form).status == 302
    browser.get(f"/cases/{desk.numbers[0]}")
    assert opinion_on(browser) == "本窗口的话"


def test_a_task_that_a_colleague_has_decided_leaves_the_text_to_copy(desk: Desk) -> None:
    (task,) = desk.correct(1)
    colleague = factories.a_user(desk.school.office, "approver")
    db.session.commit()
    browser = browser_of(desk)
    browser.get(f"/cases/{desk.numbers[0]}")
    assert desk.client.api(colleague).post(f"/tasks/{task}/decision", {"outcome": "agree"}).status == 200

    late = browser.post(f"/tasks/{task}/decision", outcome="refuse", opinion="不同意的理由", reason_code="x")

    assert late.status == 409
    assert "您填写的内容已存入“草稿”" in browser.page.text_content()
    listed = browser.get("/drafts/mine")
    assert "环节已办结或取消" in listed.text
    assert "继续填写" not in browser.page.xpath("string(//main//table)")
    browser.get(browser.page.xpath("string(//main//table//a/@href)"))
    assert browser.page.xpath("string(//textarea[@readonly])").strip() == "不同意的理由"
    assert put(desk.program(), body({"task": task}, revision=1, opinion="还在写")).json["over"] is True


def test_what_somebody_has_decided_themselves_is_no_draft_any_more(desk: Desk) -> None:
    (task,) = desk.correct(1)
    program = desk.program()
    assert put(program, body({"task": task}, opinion="话")).status == 200
    assert program.post(f"/tasks/{task}/decision", {"outcome": "agree"}).status == 200

    assert program.get("/drafts/mine").json["items"] == []
    assert put(program, body({"task": task}, revision=1, opinion="晚到的保存")).code == "E-STALE"


def test_nobody_else_sees_a_draft(desk: Desk) -> None:
    (task,) = desk.correct(1)
    kept = put(desk.program(), body({"task": task}, opinion="只有我看")).json
    colleague = desk.client.api(factories.a_user(desk.school.office, "approver"))
    neighbour = desk.client.api(factories.a_user(factories.a_school("330108").office, "approver"))
    db.session.commit()

    for other in (colleague, neighbour, desk.program("bureau"), desk.program(duty="operator")):
        assert other.get("/drafts/mine").json["items"] == []
        assert other.get(f"/drafts/mine/{kept['id']}").status == 404
        assert other.delete(f"/drafts/mine/{kept['id']}").status == 404
    page = Client(desk.client.app).sign_in(desk.people["bureau"].approver)
    assert page.get(f"/drafts/mine/{kept['id']}").status == 404
    assert page.post(f"/drafts/mine/{kept['id']}/delete").status == 404
    assert drafts() == 1


def test_a_draft_of_what_one_could_not_be_asked_is_refused(desk: Desk) -> None:
    (task,) = desk.correct(1)
    elsewhere = factories.a_student(factories.a_school("330108"), grade="13")
    db.session.commit()
    operator = desk.program(duty="operator")

    assert put(desk.program("bureau"), body({"task": task}, opinion="x")).status == 404, "seen from above, not decided"
    assert put(operator, body({"task": task}, opinion="x")).status == 404
    assert put(operator, body({"process": "nothing"}, reason="x")).status == 404
    assert put(operator, body({"process": "quota_setting"}, reason="x")).status == 403
    assert put(operator, body({"process": "correction", "student": elsewhere.id}, reason="x")).status == 404
    assert put(operator, body({}, reason="x")).status == 422
    assert put(operator, body({"process": "correction", "task": task}, reason="x")).status == 422
    assert put(operator, {"process": "correction", "revision": 0, "fields": [{"name": "x"}]}).status == 422
    assert put(operator, {"process": "correction", "revision": 0, "fields": "x"}).status == 422
    assert drafts() == 0


def test_drafts_are_bounded_in_size_and_number(desk: Desk) -> None:
    operator = desk.program(duty="operator")
    place = {"process": "correction"}

    long = put(operator, body(place, reason="长" * (LONGEST + 1)))
    assert (long.status, long.code) == (422, "E-FORM-DRAFT-LONG")
    for number in range(MOST_DRAFTS):
        assert put(operator, body({**place, "about": str(number)}, reason="x")).status == 200
    many = put(operator, body({**place, "about": "more"}, reason="x"))
    assert (many.status, many.code) == (422, "E-FORM-DRAFTS")
    assert put(operator, body({**place, "about": "1"}, revision=1, reason="y")).status == 200, "not one more"
    assert len(operator.get("/drafts/mine").json["items"]) == MOST_DRAFTS


def test_a_draft_lies_sealed_and_ends_with_its_term(desk: Desk) -> None:
    put(desk.program(duty="operator"), body({"process": "correction"}, reason="很少见的理由"))
    content = db.session.scalars(sa.select(FormDraft.content)).one()
    db.session.rollback()
    assert "很少见的理由".encode() not in content

    clock.set_to(clock.now() + TERM - dt.timedelta(hours=1))
    tick()
    assert drafts() == 1
    clock.set_to(clock.now() + dt.timedelta(hours=2))
    assert tick()["drafts"] == 1
    assert drafts() == 0


def test_a_draft_of_another_post_waits_there(desk: Desk) -> None:
    (task,) = desk.correct(1)
    person = desk.people["school"].approver
    elsewhere = factories.a_bureau("330108")
    db.session.add(
        Post(user_id=person.id, office_id=elsewhere.id, duty=Duty("approver"), starts_on=person.posts[0].starts_on)
    )
    db.session.commit()
    first, second = (each.id for each in person.posts)
    program = desk.client.api(person)
    assert put(program, body({"task": task}, opinion="学校的话"), X_Post=str(first)).status == 200
    assert program.get("/drafts/mine", **{"X-Post": str(second)}).json["items"] == []
    browser = Client(desk.client.app).sign_in(person)
    browser.get("/inbox")
    assert browser.post("/me/post", post=str(second)).status == 302

    text = browser.get("/drafts/mine").text

    assert "没有草稿" in text
    assert f"您以{desk.school.office.name}“审核”身份填写的草稿还有 1 份" in text
    browser.post("/me/post", post=str(first))
    browser.get(f"/cases/{desk.numbers[0]}")
    assert opinion_on(browser) == "学校的话"


def test_a_transfer_is_gone_on_with_from_its_draft(story: Story) -> None:
    browser = Client(story.client.app).sign_in(story.people["receiving_school"].operator)
    browser.get("/cases/transfer/new")
    browser.post("/cases/transfer/new", main_number=story.child.main_number, name=story.child.name)
    form = {each.get("name"): each.get("value") or "" for each in browser.page.xpath("//form[@data-draft]//input")}
    assert story.child.main_number not in (form["draft_about"] + browser.page.xpath("string(//form/@data-draft)"))
    form.pop("attachments", None)
    form = {name: value for name, value in form.items() if not name.startswith("attachments")}

    kept = browser.post("/drafts/mine", **{**form, "reason": "随父母工作调动"})

    assert kept.status == 302
    assert kept.location is not None
    assert kept.location.startswith("/cases/transfer/new?draft=")
    browser.get(kept.location)
    reason = browser.page.xpath("//form[@data-draft]//*[@name='reason']")[0]
    assert "随父母工作调动" in (reason.get("value") or reason.text or "")
    other = Client(story.client.app).sign_in(factories.a_user(story.receiving.office, "operator"))
    assert other.get(kept.location).status == 404
