"""家庭成员: what is kept of each, what must fit together, and how the school or its superior corrects it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from app.cases.commands import tick
from app.cases.models import Case, Decision
from app.database import db
from app.divisions.formats import ASK
from app.students.models import Change, Guardian, Student, masked
from app.students.rules.corrections import GENERAL_FIELDS
from app.students.rules.family import column_of, flat
from app.students.rules.particulars import WORDS
from app.students.rules.request import NothingChanges
from tests.house.sources import TOP
from tests.processes.corrections.test_closed_cohorts import profile
from tests.processes.lock_postponement.test_locks import at
from tests.processes.registration.test_late import AFTER
from tests.processes.registration.test_registration import GUARDIAN, Entry, a_row, entry
from tests.students.test_fields import carrying, registered
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter
from workflows.decision_tables import read_tables

__all__ = ["entry", "profile"]
FATHER, MOTHER = carrying("330106", "19850101"), carrying("330106", "19860202", "002")
AUNT = {"name": "王秀英", "relation": "9", "phone": "13900000000"}
SAID = {
    "guardian_ethnic_group": "22", "guardian_employer": "市第一医院", "guardian_post": "医生",
    "guardian_address": "文三路 4 号", "guardian_household_division": "330106", "guardian_document_type": "A",
    "guardian_document_number": "E12345678",
    "guardian2": AUNT, "guardian2_relation_note": "姑母", "guardian2_guardianship": "0", "guardian2_number": MOTHER,
}  # fmt: skip


def told(page: Client) -> dict[str, list[str]]:
    """What a student's page says of each member of the family: title and value in turn."""
    [section] = page.page.xpath("//section[@aria-labelledby='family']")
    names = section.xpath("./h3/text()")
    lists = section.xpath("./dl")
    return {
        name: [" ".join(each.text_content().split()) for each in facts.xpath(".//dt|.//dd")]
        for name, facts in zip(names, lists, strict=True)
    }


def test_what_is_said_of_the_family_is_kept_and_shown(entry: Entry) -> None:
    answer = entry.submit([a_row(**SAID)])
    assert answer.status == 201, answer.text

    child = registered(entry)

    assert [(each.name, each.relation) for each in child.guardians] == [("陈建国", "1"), ("王秀英", "9")]
    assert not [name for name, value in child.particulars.items() if value in ("E12345678", MOTHER)], "sealed"
    reader = Client(entry.client.app).sign_in(entry.people["school"].operator)
    reader.get(f"/students/{child.id}")
    assert told(reader)["陈建国"] == [
        "与学生关系", "父亲", "联系电话", "13800000000", "身份证件类型", "护照", "民族", "畲族",
        "工作单位", "市第一医院", "职务", "医生", "现住址", "文三路 4 号", "户口所在地区划", "浙江省杭州市西湖区",
        "身份证件号", "*****5678",
    ]  # fmt: skip
    assert told(reader)["王秀英"] == [
        "与学生关系", "其他（姑母）", "联系电话", "13900000000", "是否监护人", "否", "身份证件号", masked(MOTHER),
    ]  # fmt: skip
    card = reader.get(f"/students/{child.id}/card")
    assert "市第一医院" in card.text
    assert "其他（姑母）" in card.text
    assert reader.browser.get(f"/students/{child.id}/card.pdf").get_data().startswith(b"%PDF")


WRONG: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "details of nobody": ({"guardian2_employer": "西湖小学"}, {
        ("guardian2.name", "请填写家庭成员二姓名。"), ("guardian2.relation", "请填写家庭成员二与学生关系。"),
        ("guardian2.phone", "请填写家庭成员二联系电话。"),
    }),
    "an unexplained relation": ({"guardian": {**GUARDIAN, "relation": "9"}}, {
        ("guardian_relation_note", "家庭成员一与学生关系为其他的，须填写关系说明。")}),
    "nobody answers for the child": ({"guardian_guardianship": "0"}, {
        ("guardian_guardianship", "家庭成员中至少有一名监护人。")}),
    "another document of no kind": ({"guardian_document_number": "E12345678"}, {
        ("guardian_document_type", "家庭成员一持其他证件的，须选择其身份证件类型。")}),
    "a resident without number": ({"guardian_document_type": "1"}, {("guardian_number", "请填写家庭成员一身份证号。")}),
    "a passport without number": ({"guardian_document_type": "A"}, {
        ("guardian_document_number", "请填写家庭成员一其他证件号码。")}),
    "a passport that is none": ({"guardian_document_type": "A", "guardian_document_number": "E1"}, {
        ("guardian_document_number",
         "家庭成员一其他证件号码：不是护照号（5 至 20 位字母和数字）的样子，请核对是否录错。")}),
    "a county that is none": ({"guardian_household_division": "999999"}, {
        ("guardian_household_division",
         f"家庭成员一户口所在地区划代码：没有代码为 999999 的县（市、区），{ASK}。")}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_named(entry: Entry, case: str) -> None:
    more, expected = WRONG[case]

    answer = entry.submit([a_row(**more)])

    assert answer.status == 422, answer.text
    found = {(each["field"].removeprefix("rows.0."), each["detail"]) for each in answer.json["objections"]}
    assert found == expected


def test_a_child_without_a_number_has_parents_with_any_document(entry: Entry) -> None:
    row = a_row(
        document_type="Z", guardian_document_type="A", guardian_document_number="E12345678", guardian2=AUNT,
        guardian2_relation_note="姑母", guardian2_number=MOTHER,
    )  # fmt: skip
    del row["main_number"]

    assert entry.submit([row]).status == 201


# ── corrected ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_corrections_ask_every_field_and_the_table_answers_for_each() -> None:
    [table] = read_tables((TOP / "bpmn/correction/correction.dmn").read_bytes()).values()
    assert set(table.outputs) == {column_of(each) for each in GENERAL_FIELDS}
    for form in ("correction/application", "correction/repair", "locked_correction/application"):
        asked = json.loads((TOP / "forms" / f"{form}.json").read_text("utf-8"))["properties"]
        assert flat({name: part.get("properties", part) for name, part in asked.items()}).keys() >= {*GENERAL_FIELDS}
        for name, (title, codes) in WORDS.items():
            assert asked[name]["title"] == title
            assert {each["const"]: each["title"] for each in asked[name].get("oneOf", ())} == codes


def with_father(matter: Matter) -> Matter:
    with db.engine.begin() as connection:
        connection.execute(sa.insert(Guardian).values(student_id=matter.child.id, **GUARDIAN))
    return matter


def family(matter: Matter) -> list[tuple[str, str, str]]:
    db.session.rollback()
    db.session.expire_all()
    child = db.session.get_one(Student, matter.child.id)
    return [(each.name, each.relation, each.phone) for each in child.guardians]


@pytest.fixture
def matter(client: Client) -> Matter:
    """A new pupil with a father, before the lock."""
    at("2026-09-01T10:00:00")
    return with_father(a_matter(client, grade="11"))


def test_the_family_is_corrected_with_before_and_after(matter: Matter, client: Client) -> None:
    case = matter.walk(
        "correction", guardian={"phone": "13811112222"}, guardian_employer="市第一医院", guardian_number=FATHER,
        guardian2=AUNT, guardian2_relation_note="姑母",
    )  # fmt: skip

    assert case["outcome"] == "agreed"
    assert family(matter) == [("陈建国", "1", "13811112222"), ("王秀英", "9", "13900000000")]
    entry = db.session.scalars(sa.select(Change)).one()
    assert (entry.code, entry.before["guardian.phone"], entry.after["guardian.phone"]) == (
        "ZK", "13800000000", "13811112222",
    )  # fmt: skip
    assert (entry.before["guardian2.name"], entry.after["guardian2.name"]) == (None, "王秀英")
    assert (entry.before["guardian_number"], entry.after["guardian_number"]) == (None, masked(FATHER))
    child = db.session.get_one(Student, matter.child.id)
    stored = [*db.session.scalars(sa.select(Case.application)), *db.session.scalars(sa.select(Decision.form))]
    assert FATHER not in str([stored, entry.before, entry.after, child.particulars])
    reader = client.sign_in(matter.people["school"].operator)
    reader.get(f"/students/{matter.child.id}")
    assert told(reader)["陈建国"][-1] == masked(FATHER)


def test_a_correction_of_the_family_must_fit_what_is_known(matter: Matter) -> None:
    def fields(**more: Any) -> set[tuple[str, str]]:
        answer = matter.submit("correction", {"student": matter.child.id, "reason": "录入错误", **more})
        return {(each["code"], each["field"]) for each in answer.json["objections"]}

    assert fields(guardian={"name": "陈建国"}) == {(NothingChanges.code, None)}
    assert fields(guardian2={"name": "林月如"}) == {("E-INPUT", "guardian2.relation"), ("E-INPUT", "guardian2.phone")}
    assert fields(guardian={"relation": "9"}) == {("E-INPUT", "guardian_relation_note")}
    assert fields(guardian_document_type="A") == {("E-INPUT", "guardian_document_number")}
    assert fields(guardian={"phone": "1"}) == {("E-INPUT", "guardian.phone")}
    assert fields(guardian_guardianship="0") == {("E-INPUT", "guardian_guardianship")}
    matter.walk("correction", guardian2=AUNT, guardian2_relation_note="姑母", guardian_guardianship="0")
    assert fields(guardian2_guardianship="0") == {("E-INPUT", "guardian_guardianship")}


@pytest.mark.parametrize("rules", ["zj-2010", "zj-now"])
def test_after_the_lock_names_and_documents_wait_for_the_superior(matter: Matter, profile: Any, rules: str) -> None:
    profile(rules)
    at(AFTER)
    tick()
    base = {"student": matter.child.id, "reason": "录入错误"}
    whole = {"guardian": {"name": "陈建军", "relation": "7", "phone": "13811112222"}, "guardian_number": FATHER}

    refused = matter.submit("correction", {**base, **whole, "guardian_employer": "市第一医院"})

    closed = {"guardian.name", "guardian.relation", "guardian_number"}
    if rules == "zj-2010":
        closed |= {"guardian.phone", "guardian_employer"}
    assert ({each["field"] for each in refused.json["objections"]}, refused.codes) == (closed, {"E-LOCK-01"})
    if rules == "zj-now":
        assert matter.submit("correction", {**base, "guardian": {"phone": "13811112222"}}).status == 201
        assert matter.decide().status == 200
        assert family(matter) == [("陈建国", "1", "13811112222")]
    assert (
        matter.walk("locked_correction", **whole, guardian2=AUNT, guardian2_relation_note="姑母")["outcome"] == "agreed"
    )
    assert family(matter) == [("陈建军", "7", "13811112222"), ("王秀英", "9", "13900000000")]


def test_the_older_cohort_is_reached_by_the_school_again(matter: Matter) -> None:
    """2010: what waits for the superior in the newest cohort is the school's once the next one has closed."""
    at("2027-10-01T00:00:00")
    tick()

    assert matter.walk("correction", guardian={"phone": "13811112222"})["outcome"] == "agreed"
    assert family(matter) == [("陈建国", "1", "13811112222")]


def test_a_repair_keeps_the_number_that_was_sealed(matter: Matter) -> None:
    asked = {"student": matter.child.id, "reason": "录入错误", "guardian_number": FATHER, "guardian2": AUNT}
    assert matter.submit("correction", {**asked, "guardian2_relation_note": "姑母"}).status == 201
    matter.decide("send_back")
    task = matter.waiting()
    shown = matter.program("school").get(f"/tasks/{task['id']}").text
    assert FATHER not in shown
    assert "sealed" not in shown

    assert matter.decide(form={"guardian2": {**AUNT, "name": "王秀兰"}}).status == 200
    assert matter.decide().json["outcome"] == "agreed"

    assert family(matter)[1][0] == "王秀兰"
    child = db.session.get_one(Student, matter.child.id)
    assert "guardian_number_sealed" in child.particulars


def test_a_correction_of_the_family_can_be_taken_back_unless_it_names_a_number(matter: Matter) -> None:
    def take_back() -> Any:
        entry = db.session.scalars(sa.select(Change.id).order_by(Change.id.desc())).first()
        asked = {"student": matter.child.id, "change": entry, "explanation": "录入错误", "basis": "户口簿"}
        return matter.submit("reversal", asked)

    matter.walk("correction", guardian={"phone": "13811112222"}, guardian2=AUNT, guardian2_relation_note="姑母")
    assert take_back().status == 201
    matter.finish()
    assert family(matter) == [("陈建国", "1", "13800000000")]

    matter.walk("correction", guardian_number=FATHER)
    refused = take_back()
    assert (refused.codes, refused.json["objections"][0]["field"]) == ({"E-REV-01"}, "change")


def test_the_neighbour_sees_nothing_of_a_family(matter: Matter, client: Client) -> None:
    matter.walk("correction", guardian_employer="市第一医院")

    for place in (factories.a_school(), factories.a_bureau("330108")):
        assert (
            Client(client.app).sign_in(factories.a_user(place, "operator")).get(f"/students/{matter.child.id}").status
            == 404
        )
    province = Client(client.app).sign_in(factories.a_user(factories.a_bureau("330000"), "operator"))
    assert "市第一医院" not in province.get(f"/students/{matter.child.id}").text
