"""学期学籍核对: every class confirmed once a term, the superior's spot check, discrepancies open until settled."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.students.models import Standing
from app.students.models.cohorts import ClassCheck, Discrepancy
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter

SPOT_CHECK = {"form": {"sampled": 20, "finding": "抽查相符"}}


@pytest.fixture
def school(app: Flask, matter: Matter) -> Matter:
    """Two classes: 陈思远 in no class of grade three; 李一诺 and 王小明 in class 2 of grade one."""
    third_grader = matter.child
    for name in ("李一诺", "王小明"):
        matter.child = factories.a_student(matter.school, grade="11", name=name)
        matter.walk("class_change", school_class=2)
    matter.child = third_grader
    factories.a_student(matter.school, grade="11", name="休学生", standing=Standing.SUSPENDED)
    return matter


def classes(matter: Matter, **more: Any) -> list[dict[str, Any]]:
    """Every class as its teacher confirms it; `more` goes to the class of grade one."""
    draft = matter.program("school").get("/processes/roll_verification/draft").json["application"]["classes"]
    return [{**each, "teacher": "李老师", **(more if each["grade"] == "11" else {})} for each in draft]


def submit(matter: Matter, **more: Any) -> Answer:
    return matter.submit("roll_verification", {"classes": classes(matter, **more)})


def decide(matter: Matter, outcome: str | None = None) -> Answer:
    """Whoever is next; the superior with its spot check."""
    spot = SPOT_CHECK if matter.waiting()["key"] == "bureau_check" and outcome is None else {}
    return matter.decide(outcome, **spot)


def walk(matter: Matter, **more: Any) -> dict[str, Any]:
    answer = submit(matter, **more)
    assert answer.status == 201, answer.text
    while matter.case()["status"] != "closed":
        answer = decide(matter)
        assert answer.status == 200, answer.text
    return matter.case()


def checks() -> list[ClassCheck]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(ClassCheck).order_by(ClassCheck.grade)))


def test_every_class_is_confirmed_checked_and_kept(school: Matter) -> None:
    case = walk(school)

    assert [each["task"] for each in case["decisions"]] == ["school_approval", "bureau_check"]
    kept = [(each.grade, each.class_number, each.listed, each.present, each.unlisted) for each in checks()]
    assert kept == [("11", 2, 2, 2, 0), ("13", 0, 1, 1, 0)]
    assert {(each.year, each.term, each.teacher, len(each.digest)) for each in checks()} == {(2026, 1, "李老师", 64)}
    assert db.session.scalars(sa.select(Discrepancy)).all() == []


def test_who_is_missing_and_who_has_no_record_is_open_for_follow_up(school: Matter) -> None:
    walk(school, missing=["王小明"], unlisted=["插班生", "随读生"])

    assert [(each.present, each.unlisted) for each in checks()] == [(1, 2), (1, 0)]
    program = school.program("school")
    items = program.get("/discrepancies").json["items"]
    assert [(each["name"], each["kind"], each["student"] is None) for each in items] == [
        ("王小明", "record_only", False), ("插班生", "person_only", True), ("随读生", "person_only", True),
    ]  # fmt: skip
    settled = program.post(f"/discrepancies/{items[0]['id']}/settle", {"how": "已随父母返乡，办理转学"})
    assert (settled.status, settled.json["settled_how"]) == (200, "已随父母返乡，办理转学")
    assert len(program.get("/discrepancies").json["items"]) == 2
    assert len(program.get("/discrepancies?show=all").json["items"]) == 3
    assert program.post(f"/discrepancies/{items[0]['id']}/settle", {"how": "再次"}).code == "E-STALE"
    assert program.post(f"/discrepancies/{items[1]['id']}/settle", {"how": ""}).codes == {"E-INPUT"}


def test_a_discrepancy_is_seen_by_the_superior_and_settled_by_the_school_alone(client: Client, school: Matter) -> None:
    walk(school, unlisted=["插班生"])
    found = school.program("bureau").get("/discrepancies").json["items"][0]["id"]
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "operator"))
    province = client.api(factories.a_user(factories.a_bureau("330000"), "operator"))

    assert neighbour.get("/discrepancies").json["items"] == []
    assert province.get("/discrepancies").status == 403
    with nothing_changes(attempts=2):
        assert school.program("bureau").post(f"/discrepancies/{found}/settle", {"how": "查"}).status == 403
        assert neighbour.post(f"/discrepancies/{found}/settle", {"how": "查"}).status == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda given: given[1:], "E-ROLL-01"),
        (lambda given: [*given, given[0]], "E-INPUT"),
        (lambda given: [*given, {**given[0], "class_number": 9}], "E-INPUT"),
        (lambda given: [{**given[0], "listed": 5}, given[1]], "E-ROLL-03"),
        (lambda given: [{**given[0], "missing": ["陈思远"]}, given[1]], "E-INPUT"),
        (lambda given: [{**given[0], "unlisted": ["王😀"]}, given[1]], "E-INPUT"),
        (lambda given: [{**given[0], "teacher": ""}, given[1]], "E-INPUT"),
    ],
)
def test_a_roll_that_is_not_confirmed_as_it_stands(school: Matter, change: Any, code: str) -> None:
    answer = school.submit("roll_verification", {"classes": change(classes(school))})

    assert (answer.status, answer.codes or {answer.code}) == (422, {code}), answer.text


@pytest.mark.parametrize("desk", ["school_approval", "bureau_check"])
def test_refused_or_sent_back_at_any_desk_nothing_is_kept(school: Matter, desk: str) -> None:
    def at_desk() -> None:
        assert submit(school).status == 201
        while school.waiting()["key"] != desk:
            decide(school)

    at_desk()
    assert decide(school, "refuse").json["outcome"] == "refused"
    at_desk()
    assert decide(school, "send_back").json["status"] == "repairing"
    assert checks() == []
    wrong = school.decide(form={"classes": classes(school, missing=["没有这人"])})
    assert (wrong.status, wrong.codes) == (422, {"E-INPUT"})
    assert school.decide(form={"classes": classes(school, missing=["李一诺"])}).status == 200

    while school.case()["status"] != "closed":
        assert decide(school).status == 200

    assert [each.present for each in checks()] == [1, 1]


def test_the_superior_writes_down_its_spot_check(school: Matter) -> None:
    submit(school)
    school.decide()

    assert school.decide().codes == {"E-INPUT"}
    assert decide(school).json["outcome"] == "agreed"


def test_once_a_term(school: Matter) -> None:
    submit(school)
    assert submit(school).codes == {"E-CASE-02"}
    while school.case()["status"] != "closed":
        decide(school)
    assert submit(school).codes == {"E-ROLL-02"}

    clock.set_to(dt.datetime(2027, 3, 1, 2, 0, tzinfo=dt.UTC))
    walk(school)

    assert {(each.year, each.term) for each in checks()} == {(2026, 1), (2026, 2)}


def test_only_the_schools_own_superior_checks(client: Client, school: Matter) -> None:
    with nothing_changes():
        bureau = school.program("bureau")
        assert bureau.post("/cases", {"process": "roll_verification", "application": {}}).status == 403
    assert bureau.get("/processes/roll_verification/draft").status == 403
    submit(school)
    school.decide()
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    task = school.waiting()["id"]
    with nothing_changes():
        assert neighbour.post(f"/tasks/{task}/decision", {"outcome": "agree", **SPOT_CHECK}).status == 404


def test_the_page_lists_every_class_and_takes_what_was_found(client: Client, school: Matter) -> None:
    client.sign_in(school.people["school"].operator)
    page = client.get("/apply/roll_verification")
    assert page.status == 200
    fields = {
        each.get("name"): each.get("value") or "" for each in client.page.xpath("//table//input|//table//textarea")
    }
    assert (fields["classes.0.grade"], fields["classes.0.listed"]) == ("11", "2")

    refused = client.post("/apply/roll_verification", **{**fields, "classes.0.missing": "没有这人"})
    assert (refused.status, "没有这人" in refused.text) == (422, True)
    fields |= {"classes.0.teacher": "李老师", "classes.1.teacher": "赵老师", "classes.0.missing": "王小明"}
    sent = client.post("/apply/roll_verification", **fields)
    assert sent.status == 302, sent.text
    shown = client.get(sent.location).text
    assert "各班核对结果" in shown
    assert "王小明 " in shown

    school.number = sent.location.rsplit("/", 1)[-1]
    while school.case()["status"] != "closed":
        decide(school)
    assert "王小明" in client.get("/discrepancies").text
    found = db.session.scalars(sa.select(Discrepancy.id)).one()
    assert client.post(f"/discrepancies/{found}/settle", how="已返校").status == 302
    assert "没有未处理的人籍不符" in client.get("/discrepancies").text
