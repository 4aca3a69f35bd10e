"""One canonical form of what people type, the same at the page, the programming interface and in a list."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as some

from app import schema
from app.cases.models import Case
from app.database import db
from app.imports.rules.columns import plain
from app.processes.recruitment.views.rosters import rows_in
from app.web import canonical, objections
from app.web.text import described, fault_of_name, fault_of_text, visible
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import Postgres, Sqlite
from tests.support.single_school_case import a_matter
from tests.support.transfer_case import Story

NAMES = {
    "试 辛": "试辛", "试　辛": "试辛", "试\u00a0辛": "试辛", "试\u2009辛": "试辛",
    "\u202d试辛\u202c": "试辛", "试辛\r\n": "试辛",
    "试验•艾力": "试验·艾力", "试验・艾力": "试验·艾力", "试验‧艾力": "试验·艾力", "试验∙艾力": "试验·艾力",
    "试验.艾力": "试验·艾力", "试验．艾力": "试验·艾力", "试验 · 艾力": "试验·艾力",
    "'张三": "张三", "Ａｎｎａ　Ｌｉ": "Anna Li", "J. Smith": "J. Smith", "O'Neill": "O’Neill", "Anna 李": "Anna 李",
    "⼀二": "一二", "葛\U000e0101城": "葛城", "Zoe\u0308": "Zoë", "䶮 𬱖": "䶮𬱖",
}  # fmt: skip


@pytest.mark.parametrize("typed", ["a" + "\u0315\u0300" * 100_000, "’" * 400_000, "’ " * 200_000, "\u00b7 " * 200_000])
def test_no_text_costs_more_than_its_length(typed: str) -> None:
    """Composing 200,000 marks took minutes, in which nobody was answered."""
    began = time.thread_time()

    for of_a_field in (canonical.text, canonical.name, canonical.code, canonical.day, plain):
        of_a_field(typed)

    assert time.thread_time() - began < 20


def test_marks_are_composed_unless_they_are_a_tower() -> None:
    assert canonical.composed("e\u0301" * 1000) == "é" * 1000
    assert canonical.composed("e\u0301" + "\u0300" * 29) == "é" + "\u0300" * 29
    tower = "e" + "\u0301" * 31
    assert canonical.text(tower) == tower


@pytest.mark.parametrize(("typed", "kept"), NAMES.items())
def test_a_name_has_one_form(typed: str, kept: str) -> None:
    assert canonical.name(typed) == kept
    assert fault_of_name(kept) is None
    assert canonical.same_name(typed, kept)


@pytest.mark.parametrize("kind", sorted(canonical.KINDS))
@settings(max_examples=150, deadline=None)
@given(typed=some.text(max_size=20) | some.text("张三·. '’•a1\u200b\u202e　-", max_size=8))
def test_what_is_canonical_stays_so(kind: str, typed: str) -> None:
    once = canonical.KINDS[kind](typed)

    assert canonical.KINDS[kind](once) == once


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202d330106201705200017\u202c", "330106201705200017"), ("'330106201705200017", "330106201705200017"),
        ("３３０１０６２０１７０５２０００１７", "330106201705200017"), ("330106 20170520 0017", "330106201705200017"),
        ("330106-20170520-0017", "330106201705200017"), ("33010620100910002×", "33010620100910002X"),
        ("33010620100910002x\t", "33010620100910002X"), ("²", "²"), ("１8\u00008", "18\u00008"),
    ],
)  # fmt: skip
def test_an_identity_number_is_digits_alone(typed: str, kept: str) -> None:
    assert canonical.identity_number(typed) == kept


@pytest.mark.parametrize("typed", ["+86 138-0000-0000", "8613800000000", "138 0000 0000", "\u202a13800000000\u202c"])
def test_a_mobile_number_is_eleven_digits(typed: str) -> None:
    assert canonical.mobile(typed) == "13800000000"


@pytest.mark.parametrize(
    "typed",
    ["2020年5月20号", "2020年 5 月 20 日", "2020.5.20", "2020/5/20", "20200520",
     "2020-05-20 08:30:00", "2020-05-20T08:30",
     "2020-05-19T16:00:00.000Z", "２０２０－０５－２０", "'2020-05-20", "2020/5/20 上午8:30", "\u202d2020-05-20"],
)  # fmt: skip
def test_a_day_is_one_however_it_is_written(typed: str) -> None:
    assert canonical.day(typed) == "2020-05-20"


def test_midnight_of_a_summer_with_daylight_saving_is_its_own_day() -> None:
    assert canonical.day("1990-05-31T15:00:00Z") == "1990-06-01"


@pytest.mark.parametrize("typed", ["去年", "20-05-20", "2020 5 20", "43605", "2020-05"])
def test_what_is_no_day_stays_as_it_is(typed: str) -> None:
    assert canonical.day(typed) == typed


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("陈\u202e思", "含有不可见或不能识别的字符 U+202E（方向控制符）"),
        ("陈\u200b思", "含有不可见或不能识别的字符 U+200B（零宽空格）"),
        ("陈\ue123", "含有不可见或不能识别的字符 U+E123（自造字，其他机构不能显示）"),
        ("陈\ufffd", "含有不可见或不能识别的字符 U+FFFD（乱码替代符）"),
        ("陈_", "姓名中不能有 U+005F“_”"), ("陈1", "姓名中不能有 U+0031“1”"),
        ("-’.", "姓名中没有文字"), ("\u0301", "姓名中没有文字"), ("·艾力", "姓名的首尾不能是间隔号或连字符"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_name_is_told_by_code_and_cause(name: str, sentence: str) -> None:
    assert fault_of_name(name) == sentence
    assert fault_of_text(sentence) is None, "the sentence itself shows nothing invisible"


def test_an_invisible_character_is_never_quoted_invisibly() -> None:
    assert visible("新\u200b生\u00a0") == "新〔U+200B〕生〔U+00A0〕"
    assert described("\ud800") == "U+D800（不完整的字符）"
    [fault] = objections({"properties": {}}, {"\u202d户口": "x"})
    assert "〔U+202D〕户口" in fault.detail


def test_a_password_is_taken_exactly() -> None:
    asked = {"properties": {"password": {"type": "string", "format": "password"}, "note": {"type": "string"}}}

    assert canonical.values(asked, {"password": " a\u200b ", "note": " a "}) == {"password": " a\u200b ", "note": "a"}


@pytest.mark.parametrize("typed", ["试　辛", "试\u00a0辛", "试 辛", "'试辛"])
def test_a_child_is_found_by_number_and_name_however_they_are_typed(client: Client, story: Story, typed: str) -> None:
    story.child = factories.a_student(story.releasing, name="试辛")
    digits = "\u202d" + "".join(chr(ord(each) + 0xFEE0) for each in story.child.main_number) + "\u202c"

    answer = story.submit(
        name=typed, main_number=digits, guardian={"name": "试 父", "relation": "1", "phone": "+86 13800000000"}
    )

    assert answer.status == 201, answer.text
    assert story.case()["application"]["guardian"] == {"name": "试父", "relation": "1", "phone": "13800000000"}
    found = story.program("releasing_school", "operator").post("/students/search", {"name": typed})
    assert [each["name"] for each in found.json["items"]] == ["试辛"]
    client.sign_in(story.people["receiving_school"].operator)
    client.get("/cases/transfer/new")
    assert "试辛" in client.post("/cases/transfer/new", main_number=digits, name=typed).text


def test_a_list_typed_line_by_line_is_in_canonical_form() -> None:
    lines = "\u202d330106201705200017\u202c\t试　辛\t2\n试•艾力，３３０１０６２０１７０５２０００２５"

    assert rows_in(lines) == [
        {"main_number": "330106201705200017", "name": "试辛", "class_number": 2},
        {"main_number": "330106201705200025", "name": "试·艾力"},
    ]


def test_a_record_older_than_the_canonical_form_is_found_too(story: Story) -> None:
    child = factories.a_student(story.releasing, name="试 辛")
    answer = story.program("receiving_school", "operator").post(
        "/students/search", {"name": "试辛", "main_number": child.main_number}
    )

    assert answer.json["items"][0]["name"] == "试 辛"


def test_days_and_codes_of_an_application_are_kept_in_canonical_form(app: Flask, client: Client) -> None:
    matter = a_matter(client)

    answer = matter.submit("key_correction", born_on="2017年5月21号", signed_on="20261120")

    codes: Any = answer.codes
    assert codes <= {"E-ID-05"}, answer.text
    assert "E-INPUT" not in codes
    typed = matter.submit("locked_correction", household_division="杭州市滨江区", proof=" 户口簿 首页\u200b")
    assert typed.status == 201, typed.text
    kept = db.session.scalars(sa.select(Case.application).where(Case.number == typed.json["number"])).one()
    assert (kept["household_division"], kept["proof"]) == ("330108", "户口簿 首页")


def test_names_that_were_there_before_are_written_alike_by_the_revision(app: Flask, tmp_path: Path) -> None:
    """The guards of the basic record stand aside for it, and stand again afterwards."""
    database = Sqlite(tmp_path) if db.engine.dialect.name == "sqlite" else Postgres()
    engine = sa.create_engine(database.url)
    before = ScriptDirectory(str(Path(schema.__file__).parent)).get_revision("i01").down_revision
    with engine.begin() as connection:
        schema.bring_to(connection, str(before))
        guards = _guards(connection)
        for name in ("试 辛", "试验•艾力", "试验 . 艾力", "Anna Li", "张三", "Zoe\u0308"):
            _insert(connection, "student", name=name, main_number_hash=name, sex="1", document_type="1")

    with engine.begin() as connection:
        schema.bring_to(connection, "i01")
        names = connection.execute(sa.text("SELECT name FROM student ORDER BY id")).scalars().all()
        assert list(names) == ["试辛", "试验·艾力", "试验·艾力", "Anna Li", "张三", "Zoë"]
        assert _guards(connection) == guards
    with pytest.raises(sa.exc.DBAPIError, match="basic data"), engine.begin() as connection:
        connection.execute(sa.text("UPDATE student SET name = 'x'"))
    database.close(engine)


def _guards(connection: sa.Connection) -> list[Any]:
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'student' ORDER BY name"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'student'::regclass ORDER BY tgname"
    )
    return [tuple(row) for row in connection.execute(sa.text(query)) if not str(row[0]).startswith("RI_")]


def _insert(connection: sa.Connection, into: str, **values: Any) -> None:
    """A row of a table as it was then; what must be there and is not said is empty."""
    table = sa.Table(into, sa.MetaData(), autoload_with=connection)
    empty = {str: "", int: 0, bool: False, bytes: b"", dt.date: dt.date(2017, 5, 20)}
    needed = {
        each.name: empty[each.type.python_type]
        for each in table.c
        if not each.nullable and not each.primary_key and each.server_default is None
    }
    connection.execute(sa.insert(table), [{**needed, **values}])
