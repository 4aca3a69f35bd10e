"""Bad input gets a sentence with the field's name, the typed text is kept, nothing is stored; rare input comes back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.cases.models import Case
from app.database import db
from app.students.models import Student
from app.web.text import check_digit
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.transfer_case import Story


def raw(story: Story, body: bytes, path: str = "/cases", content_type: str = "application/json") -> Any:
    """Send bytes as they are."""
    program = story.program("receiving_school", "operator")
    answer = apart(
        program.http.post, f"/api/v1{path}", data=body, headers={**program.headers, "Content-Type": content_type}
    )
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "请求正文不是正确的 JSON"),
        (b"{", "第 1 行第 2 列"),
        (b"[]", "请求正文须为一个 JSON 对象。"),
        (b'"transfer"', "请求正文须为一个 JSON 对象。"),
        (b"\xff\xfe{}", "请求正文须为 UTF-8 编码。"),
        (b'{"process": NaN}', "请求正文中不能有 NaN。"),
        (b'{"process": "transfer", "process": "takeover"}', "请求正文中有重复的字段名。"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "请求正文嵌套过深。"),
        (b'{"a":' * 100_000, "请求正文嵌套过深。"),
        (b'{"process": "' + b"x" * 1_100_000 + b'"}', "请求正文过大"),
    ],
    ids=["empty", "open brace", "list", "text", "not utf-8", "NaN", "twice", "deep", "bottomless", "oversized"],
)
def test_malformed_json(story: Story, body: bytes, sentence: str) -> None:
    with nothing_changes(attempts=0):
        status, problem = raw(story, body)

    assert status == 422
    assert problem["code"] == "E-INPUT"
    assert sentence in problem["detail"]


def test_a_body_that_is_not_json_at_all(story: Story) -> None:
    status, problem = raw(story, b"process=transfer", content_type="application/x-www-form-urlencoded")

    assert (status, problem["code"]) == (422, "E-INPUT")


def changed(application: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *above, last = path.split(".")
    part = application
    for name in above:
        part = part[name]
    part[last] = value
    return application


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("main_number", "33010620170520001", "E-ID-01"),
        ("main_number", "330106201705200010123", "E-ID-01"),
        ("main_number", "330106201002300023", "E-ID-02"),
        ("main_number", "33010220040230001" + check_digit("33010220040230001"), "E-ID-03"),
        ("main_number", 330106201705200010, "E-INPUT"),
        ("main_number", "", "E-ID-01"),
        ("name", "陈😀", "E-INPUT"),
        ("name", "陈\u0000思", "E-INPUT"),
        ("name", "陈\u202e思", "E-INPUT"),
        ("name", "陈_思", "E-INPUT"),
        ("name", "-'’.", "E-INPUT"),
        ("name", "陈" * 37, "E-INPUT"),
        ("name", "<b>陈</b>", "E-INPUT"),
        ("grade", "19", "E-INPUT"),
        ("grade", "九年级", "E-INPUT"),
        ("signed_on", "2026-02-30", "E-INPUT"),
        ("signed_on", "2026-13-01", "E-INPUT"),
        ("signed_on", "2026111", "E-INPUT"),
        ("signed_on", "0001-01-01", "E-INPUT"),
        ("signed_on", "2026-11-24", "E-INPUT"),
        ("reason", "x" * 10_000, "E-INPUT"),
        ("reason", "迁居\u0007", "E-INPUT"),
        ("guardian.phone", "12345", "E-INPUT"),
        ("guardian.relation", "父亲", "E-INPUT"),
        ("guardian.name", "陈🎉", "E-INPUT"),
        ("guardian", "陈建国", "E-INPUT"),
        ("typename", "UUID", "E-INPUT"),
        ("guardian.typename", "x", "E-INPUT"),
        ("__class__", "x", "E-INPUT"),
    ],
)
def test_each_fault_names_its_field(story: Story, field: str, value: Any, code: str) -> None:
    application = changed(factories.an_application(story.child, story.receiving), field, value)

    with nothing_changes(attempts=0):
        answer = story.program("receiving_school", "operator").post(
            "/cases", {"process": "transfer", "application": application}
        )

    assert answer.status == 422, answer.text
    assert {each["code"] for each in answer.json["objections"]} == {code}
    assert all((each["field"] or "").endswith(field.rsplit(".", 1)[-1]) for each in answer.json["objections"])
    assert all(each["detail"].endswith("。") for each in answer.json["objections"])


def test_every_fault_is_named_at_once(story: Story) -> None:
    answer = story.submit(reason="", grade="99", signed_on="x", extra=1)

    assert {each["field"] for each in answer.json["objections"]} >= {"reason", "grade", "extra"}


@pytest.mark.parametrize(
    "decision",
    [
        {"outcome": "approve"},
        {"outcome": None},
        {"outcome": "agree", "typename": "UUID"},
        {"outcome": "agree", "form": {"typename": "UUID"}},
        {"outcome": "agree", "form": {"outcome": "refuse"}},
        {"outcome": "agree", "opinion": "好" * 10_000},
        {"outcome": "agree", "opinion": "好\u0000"},
        {"outcome": "agree", "opinion": "👍"},
        {"outcome": "refuse", "opinion": "不符合条件"},
        {"outcome": "refuse", "reason_code": "no_seat", "opinion": "  "},
        {"outcome": "refuse", "reason_code": "looks_wrong", "opinion": "不符合"},
        {"outcome": "acknowledge"},
    ],
)
def test_a_decision_that_is_none(submitted: Story, decision: dict[str, Any]) -> None:
    task = submitted.waiting()["id"]

    with nothing_changes(attempts=0):
        answer = submitted.program("receiving_school").post(f"/tasks/{task}/decision", decision)

    assert answer.status == 422, answer.text
    assert all(each["detail"].endswith("。") for each in answer.json["objections"])


def test_the_page_keeps_what_was_typed(client: Client, submitted: Story) -> None:
    client.sign_in(submitted.people["receiving_school"].approver)
    client.get(f"/cases/{submitted.number}")
    opinion = "须补充居住证明" * 400

    page = client.post(f"/tasks/{submitted.waiting()['id']}/decision", outcome="send_back", opinion=opinion)

    assert page.status == 422
    assert "请从列表中选择原因" in page.text
    assert "意见不能超过 2000 字（现有 2800 字）" in page.text
    assert client.page.xpath("string(//textarea[@name='opinion'])").strip() == opinion


def test_the_application_page_keeps_what_was_typed(client: Client, story: Story) -> None:
    client.sign_in(story.people["receiving_school"].operator)
    client.get("/cases/transfer/new")
    client.post("/cases/transfer/new", main_number=story.child.main_number, name=story.child.name)
    typed = {"guardian.name": "陈建国", "guardian.relation": "1", "guardian.phone": "139"}

    with nothing_changes(attempts=0):
        page = client.post(
            "/cases/transfer", main_number=story.child.main_number, name=story.child.name, reason="迁居",
            signed_on="2026-11-31", declared="yes", **typed,
        )  # fmt: skip

    assert page.status == 422
    assert "没有这一天" in page.text
    assert "须为 11 位手机号码" in page.text
    for name, value in {**typed, "reason": "迁居"}.items():
        kept = client.page.xpath(f"string(//input[@name='{name}']/@value|//textarea[@name='{name}'])")
        chosen = client.page.xpath(f"string(//select[@name='{name}']/option[@selected]/@value)")
        assert (kept or chosen).strip() == value


@pytest.mark.parametrize("name", ["㛃𬭎", "买买提·艾力", "Anna-Maria O’Neill", "尼格买提·热合曼", "䶮𬱖"])
def test_rare_characters_come_back_exactly(client: Client, story: Story, name: str) -> None:
    story.child = factories.a_student(story.releasing, name=name)
    answer = story.submit(guardian={"name": name, "relation": "1", "phone": "13800000000"})
    assert answer.status == 201, answer.text

    assert answer.json["student"]["name"] == name
    assert story.case()["application"]["guardian"]["name"] == name
    assert db.session.scalar(sa.select(Student.name).where(Student.id == story.child.id)) == name
    client.sign_in(story.people["releasing_school"].operator)
    assert client.get(f"/students?q={name}").text.count(name) >= 1
    assert client.page.xpath("//tbody/tr/td[1]")[0].text_content().strip() == name
    found = story.program("releasing_school", "operator").post("/students/search", {"name": name})
    assert [each["name"] for each in found.json["items"]] == [name]


def test_numbers_are_taken_with_a_small_x(story: Story) -> None:
    number = next(n for n in iter(factories.a_number, None) if n.endswith("X"))
    story.child = factories.a_student(story.releasing, number=number)

    assert story.submit(main_number=number.lower()).status == 201


def test_no_number_of_a_child_stands_in_what_is_kept(submitted: Story) -> None:
    number = submitted.child.main_number
    stored = db.session.execute(sa.select(Case.application, Case.state).where(Case.number == submitted.number)).one()

    assert number not in str(stored.application)
    assert number.encode() not in bytes(stored.state)
    column = db.session.execute(sa.text("SELECT main_number FROM student WHERE id = :id"), {"id": submitted.child.id})
    assert number.encode() not in bytes(column.scalar_one())


@pytest.mark.parametrize("path", ["/tasks?light=purple", "/tasks?box=mine", "/tasks?limit=0", "/tasks?limit=201",
                                  "/tasks?limit=x", "/tasks?cursor=abc", "/cases?box=lost", "/students?standing=here",
                                  "/students?cursor=WzFd4", "/quotas?year=now", "/directives?status=lost",
                                  "/directives?student=x", "/offices?kind=club"])  # fmt: skip
def test_a_query_that_means_nothing(story: Story, path: str) -> None:
    answer = story.program("receiving_bureau").get(path)

    assert (answer.status, answer.code) == (422, "E-INPUT"), answer.text


def test_a_signature_of_tomorrow_is_refused_by_the_houses_own_clock(story: Story) -> None:
    tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()

    assert story.submit(signed_on=tomorrow).json["objections"][0]["field"] == "signed_on"
