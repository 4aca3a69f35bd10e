"""The decision tables that Python reads: whatever an analyst does to a column, it is refused with a sentence, no fault.

Each column of each shipped table is taken away, renamed and given another kind: publication says what to mend, and of a
version published before anybody looked the case is refused with a code, at its opening and at its decisions.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from lxml import etree

from app import clock
from app.cases.queries.publication import faults_of_published
from app.database import db
from app.definitions import queries as definitions
from app.definitions.operations import faults_of_version
from app.definitions.queries import CompiledVersion, compiled_content, current_version
from app.definitions.rules.asked_tables import AskedTable, Column, asked_tables
from app.definitions.rules.content import Content
from app.settings import SOURCES
from tests.house.asked_tables import FILE, written
from tests.processes.registration.test_registration import a_row
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import Story
from workflows.asked_tables import as_json, from_json
from workflows.decision_tables import literal, read_tables

DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
GONE, RENAMED = "gone", "renamed"
WRONG = ("7", '"02-30"', "true", "-1", "null", '"later on"', "12345678", "1.5")
SHIPPED = {
    path.parent.name: path.read_text("utf-8") for path in sorted(SOURCES.glob("bpmn/*/*.dmn"))
}  # one file a process
COLUMNS = [
    (key, table.id, column)
    for key, text in SHIPPED.items()
    for table in read_tables(text.encode()).values()
    for column in table.outputs
]
NOVEMBER, SEPTEMBER = (dt.datetime(2026, month, 23, 2, 0, tzinfo=dt.UTC) for month in (11, 9))


def altered(key: str, table_id: str, column: str, how: str) -> str:
    """The table file of a process with that column gone, renamed, or with another conclusion in every rule."""
    root = etree.fromstring(SHIPPED[key].encode())
    [table] = root.iterfind(f"{DMN}decision[@id='{table_id}']/{DMN}decisionTable")
    outputs = table.findall(f"{DMN}output")
    place = [each.get("name") for each in outputs].index(column)
    cells = [rule.findall(f"{DMN}outputEntry")[place] for rule in table.iterfind(f"{DMN}rule")]
    if how == RENAMED:
        outputs[place].set("name", f"{column}_anew")
    elif how == GONE and len(outputs) == 1:  # a table has at least one: it goes whole
        root.remove(table.getparent())
    elif how == GONE:
        for each in (outputs[place], *cells):
            each.getparent().remove(each)
    else:
        for cell in cells:
            cell.find(f"{DMN}text").text = how
    return etree.tostring(root, encoding="unicode")


def table_of(table_id: str) -> AskedTable:
    [found] = [each for each in asked_tables() if each.id == table_id]
    return found


def column_of(table_id: str, name: str) -> Column:
    [found] = [each for each in table_of(table_id).columns if each.name == name]
    return found


def version_with(key: str, text: str) -> CompiledVersion:
    """The shipped version of a process with that table file in place of its own, published by nobody."""
    current = current_version(key)
    content = Content({**current.files, f"{key}.dmn": text}, current.forms)
    return replace(compiled_content(key, content), version_id=current.version_id, number=current.number)


def ways(table_id: str, column: str) -> list[str]:
    """Taken away, renamed, and every conclusion that is not of the kind that is read."""
    asked = column_of(table_id, column)
    wrong = [each for each in WRONG if each == "null" or not asked.kind.admits(literal(each))]
    return [GONE, RENAMED, *wrong]


@on_sqlite
def test_every_shipped_table_is_declared_with_its_columns(app: Flask) -> None:
    shipped = {(table, column) for _key, table, column in COLUMNS}
    assert shipped == {(table.id, each.name) for table in asked_tables() for each in table.columns}


@on_sqlite
def test_what_is_declared_is_written_down_for_the_command_line(app: Flask) -> None:
    assert FILE.read_text("utf-8") == written(), "run python -m tests.house.asked_tables"
    assert {from_json(as_json(each)) for each in asked_tables()} == set(asked_tables())


@on_sqlite
@pytest.mark.parametrize(("key", "table", "column"), COLUMNS, ids=[f"{table}-{column}" for _, table, column in COLUMNS])
def test_a_column_that_cannot_be_read_is_not_published(app: Flask, key: str, table: str, column: str) -> None:
    asked = column_of(table, column)
    assert faults_of_version(version_with(key, SHIPPED[key]), faults_of_published) == []

    for how in ways(table, column):
        said = "；".join(faults_of_version(version_with(key, altered(key, table, column, how)), faults_of_published))

        if how == "null" and asked.empty:
            assert said == ""  # it means something
        elif how == GONE and len(table_of(table).columns) == 1:
            assert f"没有决策表“{table_of(table).title}”（编号 {table}）：请在草稿中恢复" in said
        else:
            named = f"“{asked.title}”（列名 {column}）" if how in (GONE, RENAMED) else f"“{asked.title}”"
            assert named in said, how
            assert re.search(f"须为 ?{re.escape(str(asked.kind))}", said)
            assert f"（{key}.dmn）" in said
            assert "请在编辑表格中" in said


@on_sqlite
def test_a_missing_value_is_refused_in_the_words_of_its_column(app: Flask) -> None:
    days, truth = (
        "；".join(
            faults_of_version(
                version_with("transfer", altered("transfer", "transfer_rules", column, how)), faults_of_published
            )
        )
        for column, how in (("directive_days", "null"), ("city_review", "7"))
    )

    assert "第 1 条规则的结论“指令有效天数”没有值（null），须为 1 至 366 的整数（天）" in days
    assert "第 1 条规则的结论“设区市审批”是 7，须为是或否" in truth
    assert [each.name for table in asked_tables() for each in table.columns if each.empty] == ["late_until"]


@on_sqlite
def test_without_a_window_the_refusal_names_none(story: Story, app: Flask) -> None:
    text = SHIPPED["transfer"].replace('"zj-now"', '"zj-2010"').replace("<text>false</text>", "<text>true</text>")
    before, decision, windows = text.partition('<decision id="transfer_windows"')
    windows = windows[: windows.index("<rule")] + windows[windows.index("</decisionTable>") :]
    with slipped_through(version_with("transfer", before + decision + windows)):
        answer = story.submit()
    assert "E-WIN" in answer.codes
    assert "当前不在转学受理时段。" in [each["detail"] for each in answer.json["objections"]]


@on_sqlite
def test_what_nobody_supplies_and_what_gives_a_list_is_not_published(app: Flask) -> None:
    text = SHIPPED["repeat"]
    asked = text.replace("<text>stage</text>", "<text>stages</text>")
    listed = text.replace('hitPolicy="FIRST"', 'hitPolicy="COLLECT"')
    across = SHIPPED["graduation"].replace('"07-15"', '"02-15"')

    said = [
        "；".join(faults_of_version(version_with(key, each), faults_of_published))
        for key, each in (("repeat", asked), ("repeat", listed), ("graduation", across))
    ]

    assert "没有人提供，可问的是规则版本（profile）、学段（stage）" in said[0]
    assert "的命中策略 COLLECT 会给出一列结论" in said[1]
    assert "第 1 条规则的“至（月-日）”早于“自（月-日）”：跨年的时段请分为两条规则" in said[2]


# ── what was published before anybody looked ─────────────────────────────────────────────────────────────────────────


@dataclass
class Reader:
    """How a case of a process is opened, and decided, and at what time of the year."""

    grade: str = "13"
    standing: str = "active"
    at: dt.datetime = NOVEMBER
    application: Any = None


READERS = {
    "suspension": Reader(),
    "resumption": Reader(standing="suspended"),
    "withdrawal": Reader(grade="32"),
    "abroad": Reader(),
    "reinstatement": Reader(standing="abroad"),
    "repeat": Reader(),
    "correction": Reader(),
    "registration_primary": Reader(at=SEPTEMBER, application={"entry_year": 2026}),
    "registration_stage": Reader("21", at=SEPTEMBER, application={"entry_year": 2026, "stage": "junior"}),
    "late_registration": Reader(application={"entry_year": 2026, "stage": "primary", "reason": "随父母回原籍"}),
    "promotion": Reader(application={}),
    "graduation": Reader("16", application={"grade": "16", "graduates_on": "2026-06-20"}),
}


def opened(matter: Matter, key: str, reader: Reader) -> Answer:
    """The start page, what is asked of the child, and the application."""
    school = matter.program("school")
    assert school.get(f"/processes/{key}").status == 200
    if reader.application is None:
        return school.apply(key, matter.application(key))
    body = {"process": key, "application": reader.application}
    if "registration" in key:
        body["rows"] = [a_row() if "primary" in key else {"name": "陈思源", "main_number": factories.a_number()}]
    return school.post("/cases", body)


def is_refused_in_words(answer: Answer) -> bool:
    """No fault, and no raw name of Python's."""
    return answer.status in (200, 201, 422) and "Error" not in answer.text


@contextlib.contextmanager
def slipped_through(version: CompiledVersion) -> Iterator[None]:
    """Within the block that is the version which its row once was compiled to."""
    place = (str(db.engine.url), version.version_id)
    before = definitions._compiled_versions[place]
    definitions._compiled_versions[place] = version
    yield
    definitions._compiled_versions[place] = before


@on_sqlite
@pytest.mark.parametrize("key", READERS)
def test_of_an_old_version_the_opening_is_refused_with_a_code(client: Client, key: str) -> None:
    reader = READERS[key]
    clock.set_to(reader.at)
    matter = a_matter(client, grade=reader.grade, standing=reader.standing)
    codes = set()
    for table, column in [(table, column) for owner, table, column in COLUMNS if owner == key][:4]:
        asked = column_of(table, column)
        for how in ways(table, column):
            with slipped_through(version_with(key, altered(key, table, column, how))):
                answer = opened(matter, key, reader)
            assert is_refused_in_words(answer), (table, column, how, answer.text)
            codes.add(answer.code)
            lacks = how in (GONE, RENAMED, "null")
            table_gone = how == GONE and len(table_of(table).columns) == 1
            if table_gone or (lacks and asked.has_default):
                assert answer.code != "E-TABLE", (column, how)
            else:
                assert answer.code == "E-TABLE", (column, how, answer.text)
                assert asked.title in answer.json["detail"]
            if answer.status == 201:
                recalled = matter.program("school").post(f"/cases/{answer.json['number']}/recall", {"reason": "试"})
                assert recalled.status == 200, recalled.text
    assert "E-TABLE" in codes


@on_sqlite
def test_of_an_old_version_a_transfer_is_refused_with_a_code(story: Story) -> None:
    for table, column in [(table, column) for owner, table, column in COLUMNS if owner == "transfer"]:
        asked = column_of(table, column)
        for how in ways(table, column):
            text = altered("transfer", table, column, how).replace('"zj-now"', '"zj-2010"')
            with slipped_through(version_with("transfer", text)):
                answer = story.submit()
                looked = story.program("receiving_school", "operator").get("/processes/transfer")
            assert (answer.status, answer.code) == (422, "E-TABLE") or asked.has_default, (column, how, answer.text)
            assert looked.status == 200
            assert is_refused_in_words(answer)
            if answer.status == 201:
                program = story.program("receiving_school", "operator")
                assert program.post(f"/cases/{story.number}/recall", {"reason": "试"}).status == 200


@on_sqlite
@pytest.mark.parametrize("how", [GONE, RENAMED, '"thirty"', "12345678"])
def test_a_decision_on_an_old_version_is_refused_with_a_code(client: Client, how: str) -> None:
    matter = a_matter(client, grade="32")
    assert matter.submit("withdrawal").status == 201
    with slipped_through(version_with("withdrawal", altered("withdrawal", "withdrawal_rules", "ahead", how))):
        answer = matter.decide()
        while answer.status == 200 and matter.case()["status"] == "open":
            answer = matter.decide()
    assert is_refused_in_words(answer), answer.text
    assert (answer.code == "E-TABLE") == (how not in (GONE, RENAMED)), answer.text


# ── a stage's own row ────────────────────────────────────────────────────────────────────────────────────────────────


@on_sqlite
def test_the_verb_reads_the_row_of_the_stage_that_the_opening_has_read(client: Client) -> None:
    """Senior school may be left sixty days ahead, the others not at all: what was opened can be agreed to."""
    text = (
        SHIPPED["withdrawal"]
        .replace("<text>30</text>", "<text>60</text>", 1)
        .replace("<text>30</text>", "<text>0</text>")
    )
    matter = a_matter(client, grade="32")
    current = current_version("withdrawal")
    text = text.replace('"zj-now"', "-")
    day = (clock.today() + dt.timedelta(days=50)).isoformat()
    with slipped_through(replace(version_with("withdrawal", text), version_id=current.version_id)):
        answer = matter.submit("withdrawal", leaves_on=day)
        assert answer.status == 201, answer.text
        while matter.case()["waiting"]:
            assert matter.decide().status == 200
