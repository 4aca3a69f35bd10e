"""One search for a child: part of the name, first letters, any complete number, within the jurisdiction."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.students.models import Archive, NumberKind, Standing, StudentNumber
from app.students.models.names import NamePart, initials, parts_of
from app.students.rules.sealed_numbers import clear_number, sealed_number
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story


def found(person: object, client: Client, **asked: str) -> set[str]:
    """The names that the interface finds for this person; the page must find the same."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = client.api(person).get(f"/students?limit=100&{query}")
    assert answer.status == 200, answer.text
    names = {each["name"] for each in answer.json["items"]}
    browser = Client(client.app).sign_in(person)
    browser.get(f"/students?{query}")
    assert {each.strip() for each in browser.page.xpath("//td[@class='name']/text()")} == names
    return names


@pytest.mark.parametrize("typed", ["陈思远", "陈", "思", "思远", "远", " 思 远 ", "csy", "CS", "c"])
def test_any_part_of_a_name_and_its_first_letters_find_the_child(matter: Matter, typed: str) -> None:
    factories.a_student(matter.school, name="李一诺")

    assert found(matter.people["school"].operator, matter.client, q=typed) == {"陈思远"}


@pytest.mark.parametrize("typed", ["陈远", "sy", "思远陈", "%", "_", "x"])
def test_what_no_name_reads_finds_nobody(matter: Matter, typed: str) -> None:
    assert found(matter.people["school"].operator, matter.client, q=typed.replace("%", "%25")) == set()


def test_names_of_other_peoples_are_found_by_any_of_their_words(matter: Matter) -> None:
    factories.a_student(matter.school, name="阿依古丽·买买提")
    factories.a_student(matter.school, name="Anna-Maria Smith")
    person = matter.people["school"].operator

    for typed in ("买买提", "古丽", "阿依", "aygl"):
        assert found(person, matter.client, q=typed) == {"阿依古丽·买买提"}, typed
    for typed in ("smith", "Maria", "ANNA", "ams"):
        assert found(person, matter.client, q=typed) == {"Anna-Maria Smith"}, typed


def test_surnames_are_read_as_surnames() -> None:
    assert [initials(each) for each in ("曾小明", "单雄信", "仇英", "解缙", "万俟春", "吕布", "查良镛")] == [
        "zxm", "sxx", "qy", "xj", "mqc", "lb", "zly",
    ]  # fmt: skip
    assert parts_of("陈思远") == {"陈思远", "思远", "远", "csy"}


def test_every_number_of_a_child_finds_it_when_it_is_complete(matter: Matter) -> None:
    child = matter.child
    values = {NumberKind.STAGE: "126010203040", NumberKind.NATIONAL: "L33010620170520001X"}
    for kind, value in values.items():
        db.session.add(
            StudentNumber(
                student_id=child.id, kind=kind, valid_from=clock.today(),
                **(sealed_number(value) if kind is NumberKind.NATIONAL else clear_number(value)),
                case_id=db.session.scalars(sa.select(Archive.case_id)).first() or 0,
            )
        )  # fmt: skip
    db.session.commit()
    person, number = matter.people["school"].operator, child.main_number

    for typed in (number, number.lower(), f"{number[:6]} {number[6:14]} {number[14:]}", f"G{number}", *values.values()):
        assert found(person, matter.client, q=typed) == {"陈思远"}, typed
    for typed in (number[:10], number[-6:], factories.a_number()):
        assert found(person, matter.client, q=typed) == set(), typed


def test_a_number_that_was_corrected_finds_the_child_still(matter: Matter) -> None:
    former = matter.child.main_number
    matter.walk("key_correction", main_number=factories.a_number(), name="陈远帆")
    person = matter.people["school"].operator

    assert found(person, matter.client, q=former) == {"陈远帆"}
    assert found(person, matter.client, q="cyf") == found(person, matter.client, q="远帆") == {"陈远帆"}
    assert found(person, matter.client, q="思远") == set(), "a corrected name is found by what it reads now"


def test_graduates_stay_findable_for_who_keeps_their_archive(matter: Matter, client: Client) -> None:
    factories.a_student(matter.school, grade="16", name="周小满", graduated=True)
    school, bureau = matter.people["school"].operator, matter.people["bureau"].approver
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")
    other_school = factories.a_user(factories.a_school("330106"), "operator")

    for person in (school, bureau):
        assert found(person, client) == {"陈思远", "周小满"}
        assert found(person, client, q="小满") == found(person, client, standing="graduated") == {"周小满"}
        assert found(person, client, standing="active") == {"陈思远"}
    for person in (neighbour, other_school):
        assert found(person, client) == found(person, client, q="小满") == set()
        assert found(person, client, standing="graduated") == set()


def test_the_school_left_finds_its_graduate_only_among_graduates_once_the_archive_has_gone_on(
    matter: Matter, client: Client
) -> None:
    child = factories.a_student(matter.school, grade="16", name="周小满", graduated=True)
    junior = factories.a_school("330106", stages="junior")
    case = factories.a_takeover(running=True)
    archive = db.session.scalars(sa.select(Archive).where(Archive.student_id == child.id)).one()
    archive.custodian_id, archive.case_id = junior.id, case.id
    db.session.commit()

    assert found(matter.people["school"].operator, client, q="小满") == set()
    assert found(matter.people["school"].operator, client, standing="graduated") == {"周小满"}
    assert found(factories.a_user(junior, "operator"), client, q="小满") == {"周小满"}


def test_who_has_moved_away_is_found_at_the_new_school_alone(submitted: Story) -> None:
    submitted.agree_until("pull")
    submitted.decide()
    here, there = submitted.people["receiving_school"].operator, submitted.people["releasing_school"].operator

    assert found(here, submitted.client, q="csy") == {"陈思远"}
    assert found(there, submitted.client, q="csy") == set()
    assert found(there, submitted.client, q=submitted.child.main_number) == set()


def test_a_bureau_narrows_by_the_schools_name_grade_and_standing(client: Client, app: Flask) -> None:
    one, two = (factories.a_school("330106", name=name) for name in ("西湖第一小学", "文三街小学"))
    factories.a_student(one, name="张一")
    factories.a_student(two, name="张二")
    factories.a_student(two, name="张三", grade="14", standing=Standing.SUSPENDED)
    beyond = factories.a_school("330108", name="滨江文三小学")
    factories.a_student(beyond, name="张四")
    bureau = factories.a_user(factories.a_bureau("330106"), "operator")

    def on_page(query: str) -> set[str]:
        browser = Client(app).sign_in(bureau)
        browser.get(f"/students?{query}")
        return {each.strip() for each in browser.page.xpath("//td[@class='name']/text()")}

    assert on_page("q=张") == {"张一", "张二", "张三"}
    assert on_page("school=文三") == on_page(f"school={two.office.code}&q=z") == {"张二", "张三"}
    assert on_page("school=文三&grade=14") == on_page("standing=suspended") == {"张三"}
    assert on_page(f"school={beyond.office.code}") == set(), "by its code no more than by its name"


def test_pages_follow_one_another_without_a_gap_through_both_kinds_of_children(matter: Matter, client: Client) -> None:
    for number in range(5):
        factories.a_student(matter.school, name=f"周{'一二三四五'[number]}", grade="16", graduated=number % 2 == 0)
    program, names, cursor = matter.program("school"), [], ""

    while cursor is not None:
        answer = program.get(f"/students?q=z&limit=2&cursor={cursor}" if cursor else "/students?q=z&limit=2").json
        names += [each["name"] for each in answer["items"]]
        cursor = answer["next"]

    assert names == ["周一", "周二", "周三", "周四", "周五"]


def test_cases_and_the_inbox_are_found_by_the_child_too(submitted: Story) -> None:
    browser = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].approver)

    for typed in ("思远", "csy", submitted.child.main_number, submitted.number):
        for page in ("/cases", "/inbox"):
            assert submitted.number in browser.get(f"{page}?q={typed}").text, (page, typed)
    for typed in ("李", "csx", factories.a_number(), "20200101-000001"):
        assert f"/cases/{submitted.number}" not in browser.get(f"/cases?q={typed}").text, typed


def test_the_search_reads_an_index_however_many_children_there_are(matter: Matter) -> None:
    dialect = db.session.connection().dialect.name
    explain = "EXPLAIN QUERY PLAN " if dialect == "sqlite" else "EXPLAIN "
    if dialect == "postgresql":
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    query = sa.select(NamePart.student_id).where(NamePart.part >= "思", NamePart.part < "思\U0010ffff")
    text = str(query.compile(dialect=db.session.connection().dialect, compile_kwargs={"literal_binds": True}))

    plan = "\n".join(str(row) for row in db.session.execute(sa.text(explain + text)))

    assert "ix_name_part_part" in plan, plan
    assert "Filter" not in plan, "the range bounds the index, it does not sift it"
