"""What a registration asks of a new child (domain.md 6): by program, workbook and page, kept, and shown on the card."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.cases.models import Case
from app.database import db
from app.students.models import Guardian, Student
from app.students.rules.documents import fault_of_document, says
from app.students.rules.particulars import DEFAULTS, MEMBER_WORDS, MEMBERS, WORDS
from app.web.text import check_digit
from tests.house.sources import TOP
from tests.imports.children import a_child, filled, sender
from tests.processes.registration.test_registration import GUARDIAN, Entry, a_row, an_entry, entry
from tests.support.client import Client
from tests.support.transfer_case import Story

__all__ = ["entry"]
MOTHER = {"name": "林月如", "relation": "2", "phone": "13900000000"}
SAID = {
    "former_name": "陈小源", "nationality": "CHN", "hmt": "12", "born_in": "330108", "native_place": "绍兴",
    "political": "14", "health": "6", "disability": "2", "inclusive": "12", "source": "2", "floating": "1",
    "migrant": "1", "left_behind": "2", "orphan": "1", "martyr_family": "1", "only_child": "1", "preschool": "1",
    "school_bus": "1", "talents": "围棋", "household_kind": "3", "guardian2": MOTHER,
    "pinyin": "Chen Siyuan", "english_name": "Peter Chen", "document_validity": "2021-03-05至2026-03-05",
    "blood_type": "3", "household_address": "祖宅 1 号", "household_township": "翠苑街道",
    "home_address": "文二路 2 号",
    "mailing_address": "文一路 3 号",
    "postcode": "310012", "phone": "13700000000", "email": "a@example.com", "homepage": "https://example.com",
    "commute_distance": "1.5", "commute_way": "03", "aid": "1", "boarding_allowance": "1", "purchased_place": "1",
    "remarks": "住亲戚家",
}  # fmt: skip


def carrying(place: str, born: str = "20200305", serial: str = "001") -> str:
    """18 digits with the check character."""
    return f"{place}{born}{serial}" + check_digit(f"{place}{born}{serial}")


def other(kind: str, number: str | None, **more: Any) -> dict[str, Any]:
    """A boy without a resident's number."""
    row = a_row(main_number=carrying("330106"), document_type=kind, **more)
    del row["main_number"]
    return {**row, **({"document_number": number} if number else {})}


def forms() -> dict[str, dict[str, Any]]:
    names = ("registration_primary/row", "late_registration/row", "arrival/application")
    return {each: json.loads((TOP / "forms" / f"{each}.json").read_text("utf-8"))["properties"] for each in names}


def registered(entry: Entry) -> Student:
    entry.agree()
    db.session.rollback()
    return db.session.scalars(sa.select(Student)).one()


def test_the_words_of_the_record_are_those_of_the_forms() -> None:
    for asked in forms().values():
        for field, (title, codes) in WORDS.items():
            assert asked[field]["title"] == title
            assert {each["const"]: each["title"] for each in asked[field].get("oneOf", ())} == codes
            assert asked[field].get("default") == DEFAULTS.get(field)
        for member, field in product(MEMBERS, MEMBER_WORDS):
            part, (title, codes) = asked[f"{member}_{field}"], MEMBER_WORDS[field]
            assert part["title"].endswith(title)
            assert {each["const"]: each["title"] for each in part.get("oneOf", ())} == codes


def test_what_is_said_is_kept_and_stands_on_the_card(entry: Entry) -> None:
    assert entry.submit([a_row(**SAID)]).status == 201

    child = registered(entry)

    kept = {name: value for name, value in SAID.items() if name != "guardian2"}
    assert {name: child.particulars.get(name) for name in kept} == kept
    assert [(each.name, each.relation) for each in child.guardians] == [("陈建国", "1"), ("林月如", "2")]
    reader = Client(entry.client.app).sign_in(entry.people["school"].operator)
    reader.get(f"/students/{child.id}/card")
    cells = [" ".join(each.text_content().split()) for each in reader.page.xpath("//th|//td")]
    told = dict(itertools.pairwise(cells))
    assert told["国籍"] == "中国"
    assert told["港澳台侨外"] == "侨眷"
    assert told["出生地区划代码"] == "浙江省杭州市滨江区"
    assert told["户口所在地"] == "浙江省杭州市西湖区"
    assert (told["随迁子女"], told["留守儿童"], told["随班就读"]) == ("外省迁入", "双亲留守", "听力残疾随班就读")
    assert told["残疾类型"] == "听力残疾"
    assert told["林月如"] == "母亲"
    assert (told["血型"], told["上下学距离"], told["政府购买学位"]) == ("AB血型", "1.5 公里", "是")
    assert told["上下学方式"] == "公共交通（含城市公交、农村客运、地铁）"
    reader.get(f"/students/{child.id}")
    facts = {each.findtext("dt"): each.findtext("dd") for each in reader.page.xpath("//dl/div")}
    assert {title: facts[title] for title, _codes in WORDS.values()} == {
        title: told[title] for title, _codes in WORDS.values()
    }, "the page says what the card says"
    pdf = reader.browser.get(f"/students/{child.id}/card.pdf")
    assert pdf.get_data().startswith(b"%PDF")


def test_what_is_not_said_stands_for_a_chinese_child_and_no(entry: Entry) -> None:
    entry.submit([a_row()])

    child = registered(entry)

    assert {name: child.particulars[name] for name in DEFAULTS} == DEFAULTS
    assert (child.particulars["nationality"], child.particulars["migrant"]) == ("CHN", "0")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Guardian)) == 1


ASKED: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "a resident of another country": (a_row(nationality="JPN"), {("nationality", "E-INPUT")}),
    "a passport without its country": (other("A", "E12345678"), {("nationality", "E-INPUT")}),
    "a permanent resident from nowhere": (other("9", carrying("933001")), {("nationality", "E-INPUT")}),
    "a child of Hong Kong who is not": (other("C", carrying("810000")), {("hmt", "E-INPUT")}),
    "a disability of no kind": (a_row(health="6"), {("disability", "E-INPUT")}),
    "no document and one guardian": (
        other("Z", None),
        {("guardian_number", "E-INPUT"), ("guardian2.name", "E-INPUT")},
    ),
    "no document and one guardian's number": (
        other("Z", None, guardian_number=carrying("330106", "19850101"), guardian2=MOTHER),
        {("guardian2_number", "E-INPUT")},
    ),
    "no household": (a_row(household_division=""), {("household_division", "E-INPUT")}),
    "an unknown country": (other("A", "E12345678", nationality="亚特兰蒂斯"), {("nationality", "E-INPUT")}),
    "half a second guardian": (a_row(guardian2={"name": "林月如"}),
                               {("guardian2.relation", "E-INPUT"), ("guardian2.phone", "E-INPUT")}),
    "a residence number that does not hold": (
        other("C", carrying("810000")[:-1] + "0", hmt="01"), {("document_number", "E-ID-02")}),
    "a residence number of somebody else": (
        other("C", carrying("810000", "20200306", "002"), hmt="01"), {("born_on", "E-ID-05"), ("sex", "E-ID-04")}),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED)
def test_a_field_is_asked_where_the_rule_demands_it(entry: Entry, case: str) -> None:
    row, expected = ASKED[case]

    answer = entry.submit([row])

    assert answer.status == 422, answer.text
    found = {(each["field"].removeprefix("rows.0."), each["code"]) for each in answer.json["objections"]}
    assert found == expected
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


@pytest.mark.parametrize(
    "row",
    [
        other("C", carrying("830000"), hmt="05", ethnic_group="97"),
        other("6", carrying("810000"), hmt="01", ethnic_group="97"),
        other("9", carrying("933001", serial="002"), nationality="日本", hmt="51", ethnic_group="97"),
        other("9", "JPN330020030512", nationality="JPN", hmt="51", ethnic_group="97"),
        other("A", "TK1234567", nationality="韩国", hmt="51", ethnic_group="97"),
        other("B", "户0012", household_kind="0"),
    ],
)
def test_whoever_has_no_household_on_the_mainland_is_not_asked_for_one(entry: Entry, row: dict[str, Any]) -> None:
    row = {name: value for name, value in row.items() if name != "household_division"}
    nowhere = entry.submit([{**row, "household_division": "999999"}])
    assert nowhere.codes == {"E-DIVISION"}

    assert entry.submit([row]).status == 201

    child = registered(entry)
    assert child.household_division == ""
    assert child.main_number.startswith("J")
    assert len(child.particulars["nationality"]) == 3


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("C", carrying("810000"), None),
        ("C", carrying("820000"), None),
        ("C", carrying("840000"), "E-ID-01"),
        ("C", "H12345678", "E-ID-01"),
        ("C", carrying("830000")[:-1] + "A", "E-ID-01"),
        ("C", "81000020201305001" + check_digit("81000020201305001"), "E-ID-03"),
        ("6", "H12345678", None), ("6", "H1234567801", None), ("6", "A123456(7)", None), ("6", "K12345678", None),
        ("6", "M12345678", "E-ID-01"),
        ("7", "M12345678", None), ("7", "1234567(8)", None), ("7", "H12345678", "E-ID-01"),
        ("8", "12345678", None), ("8", "1234567890A", None), ("8", "1234567", "E-ID-01"),
        ("9", carrying("933001"), None), ("9", "JPN330020030512", None), ("9", carrying("330106"), "E-ID-01"),
        ("9", carrying("933001")[:-1] + ("1" if carrying("933001")[-1] != "1" else "2"), "E-ID-02"),
        ("A", "E12345678", None), ("A", "E1", "E-ID-01"),
        ("B", "任意", None), ("Z", "任意", None),
    ],
)  # fmt: skip
def test_the_number_of_each_document(kind: str, number: str, code: str | None) -> None:
    fault = fault_of_document(kind, number)

    assert (fault[0] if fault else None) == code


def test_whom_a_number_tells_of() -> None:
    assert says("C", carrying("810000", serial="002")) == ("20200305", "2")
    assert says("9", carrying("933001")) == ("20200305", None)
    assert says("9", "JPN330020030512") == (None, None)


def test_a_workbook_says_it_in_words_and_a_column_left_out_says_nothing(client: Client) -> None:
    place = an_entry(client)
    clock.set_to(dt.datetime(2026, 9, 7, 2, 0, tzinfo=dt.UTC))
    words = {
        "nationality": "中国", "hmt": "否", "migrant": "外省迁入", "left_behind": "非留守", "disability": "无残疾",
        "inclusive": "否", "only_child": "是", "guardian2.name": "林月如", "guardian2.relation": "母亲",
        "guardian2.phone": "13900000000",
    }  # fmt: skip
    clerk = sender(client, place.school)

    clerk.send(filled([a_child(**words), a_child(name="李一诺")]))

    assert [(each["state"], each["faults"]) for each in clerk.rows()] == [("ok", []), ("ok", [])]


def test_the_page_takes_one_child_with_an_empty_second_guardian(entry: Entry) -> None:
    clerk = Client(entry.client.app).sign_in(entry.people["school"].operator)
    clerk.get("/apply/registration_primary")
    said = "".join(clerk.page.text_content().split())  # as it is read out: a label may stand in two parts
    for title in ("国籍", "港澳台侨外", "随迁子女", "留守儿童", "随班就读", "家庭成员二姓名", "港澳台居民居住证"):
        assert title in said
    row = a_row(migrant="2")
    guardian = {f"guardian.{name}": value for name, value in row.pop("guardian").items()}
    empty = {f"guardian2.{name}": "" for name in GUARDIAN}

    sent = clerk.post("/apply/registration_primary", entry_year="2026", **row, **guardian, **empty)

    assert sent.status == 302, sent.text
    entry.number = (sent.location or "").rsplit("/", 1)[1]
    assert registered(entry).particulars["migrant"] == "2"


# ── the class of a child that comes by a transfer ────────────────────────────────────────────────────────────────────


def test_a_class_may_be_given_at_the_pull(submitted: Story) -> None:
    submitted.agree_until("pull")
    number = submitted.case()["directive"]["number"]

    answer = submitted.decide(form={"directive": number, "school_class": 3})

    assert answer.status == 200, answer.text
    db.session.rollback()
    db.session.expire_all()
    enrolment = db.session.get_one(Student, submitted.child.id).open_enrolment
    assert enrolment is not None
    assert enrolment.class_name.endswith("（3）班")
    reader = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    assert "尚未编班" not in reader.get("/roll/").text


def test_a_class_not_given_is_owed_and_the_roll_leads_to_giving_it(submitted: Story) -> None:
    submitted.agree_until("pull")
    assert submitted.decide().status == 200
    child, path = submitted.child, f"/apply/class_change?student={submitted.child.id}"
    clerk = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)

    owed = clerk.get("/roll/")

    assert "尚未编班的学生（1 名）" in owed.text
    assert clerk.page.xpath("//a[contains(., '编班')]/@href") == [path]
    assert clerk.get(path).status == 200
    approver = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].approver)
    assert child.name in approver.get("/roll/").text
    assert path not in approver.get("/roll/").text, "only the operator applies"
    there = Client(submitted.client.app).sign_in(submitted.people["releasing_school"].operator)
    assert child.name not in there.get("/roll/").text


def test_the_page_asks_under_headings_and_for_the_present_year_first(entry: Entry) -> None:
    clerk = Client(entry.client.app).sign_in(entry.people["school"].operator)
    for process in ("registration_primary", "late_registration", "arrival"):
        clerk.get(f"/apply/{process}")
        legends = [" ".join(each.text_content().split()) for each in clerk.page.xpath("//main//form//fieldset/legend")]
        assert [each for each in legends if each != "转入"] == [
            "学生", "证件与户籍", "联系与住址", "就读", "健康与资助", "家庭成员一", "家庭成员二",
        ]  # fmt: skip
        names = clerk.page.xpath("//main//form//*[self::input or self::select or self::textarea]/@name")
        assert names.index("document_type") < names.index("main_number")
        second = [place for place, each in enumerate(names) if each.startswith("guardian2")]
        assert second == list(range(second[0], second[0] + 13)), "all of one member together"
        if process != "arrival":
            assert names.index("entry_year") < names.index("name")
            assert clerk.page.xpath("//input[@name='entry_year']/@value") == ["2026"]


def test_a_refused_form_brings_a_place_back_as_it_was_written(entry: Entry) -> None:
    clerk = Client(entry.client.app).sign_in(entry.people["school"].operator)

    clerk.get("/apply/registration_primary")
    refused = clerk.post("/apply/registration_primary", entry_year="2026", name="李", household_division="杭州市西湖区")

    assert refused.status == 422
    assert clerk.page.xpath("//input[@name='household_division']/@value") == ["杭州市西湖区"]
