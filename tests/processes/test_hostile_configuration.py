"""A process written to do harm is not published; and one that was takes no page away from the others."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from app import start
from app.definitions import operations
from app.definitions.queries import current_version
from app.start import publish
from app.web import objections
from tests.processes.configured import OWN, Configured, a_process, application, submit
from tests.processes.test_published import refusal_of
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter

TEXT = {"type": "string", "title": "说明"}
DAY = {"type": "string", "title": "发生日期", "format": "date"}
NUMBER = {"type": "string", "title": "家长证件号", "format": "cn-id"}


def rewritten(shelves: Path, written: Configured, form: str, said: Any) -> Path:
    """The process with one of its files saying something else; without it for None."""
    written.write(shelves)
    path = shelves / "forms" / written.key / f"{form}.json"
    path.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    return shelves


def asking(written: Configured, form: str, fields: dict[str, Any]) -> dict[str, Any]:
    """One of its forms with further fields."""
    asked: dict[str, Any] = written.forms()[form]
    return {**asked, "properties": {**asked["properties"], **fields}}


# ── what is not published ────────────────────────────────────────────────────────────────────────────────────────────


@on_sqlite
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"happened_on": {**TEXT, "x-report-within": 10}}, "x-report-within 只能用于表单最上层的日期"),
        ({"happened_on": {**DAY, "x-report-within": "ten"}}, "x-report-within 须为 1 至 365 的整数"),
        ({"thing": {**TEXT, "$ref": "http://127.0.0.1:9/a.json"}}, "不能有 $ref"),
        ({"thing": {**TEXT, "pattern": "^(a+)+$"}}, "可能使系统停顿"),
        ({"thing": {**TEXT, "pattern": "(("}}, "不是正确的正则表达式"),
        ({"thing": {"type": "object", "title": "甲"}}, "须有 properties"),
        ({"thing": {"type": "array", "title": "甲"}}, "须写明 x-widget 和 items"),
        ({"thing": {"type": "integer", "title": "甲", "x-unit": 3}}, "x-unit 须为 1 至 10 个字"),
        ({"thing": {**TEXT, "enum": [{"a": 1}]}}, "enum 须为"),
        ({"thing": {"title": "甲"}}, "type 须为"),
        ({"thing": {**TEXT, "type": ["string", "null"]}}, "type 须为"),
        ({"thing": True}, "须为一个 JSON 对象"),
        ({"thing": {"type": "integer", "title": "甲", "minimum": "abc"}}, "minimum 须为整数"),
        ({"national_number_sealed": TEXT}, "系统自用"),
        ({"main_number_sealed": TEXT}, "系统自用"),
        ({"document_number_sealed": TEXT}, "系统自用"),
        ({"school": {"type": "integer", "title": "学校"}}, "type 须为 string"),
        ({"parents": {"type": "array", "title": "家长", "x-widget": "lines", "items": NUMBER}}, "只能是表单最上层"),
        (
            {"parent": {"type": "object", "title": "家长", "properties": {"number": NUMBER}, "required": []}},
            "只能是表单最上层的字段",
        ),
    ],
)
@pytest.mark.parametrize("form", ["application", "repair", "approval"])
def test_a_field_that_would_do_harm_is_refused_in_every_form(
    shelves: Path, form: str, fields: dict[str, Any], said: str
) -> None:
    written = a_process("student")

    assert said in refusal_of(rewritten(shelves, written, form, asking(written, form, fields)))


@on_sqlite
@pytest.mark.parametrize(
    ("form", "contents", "said"),
    [
        ("application", [], "application.json：须为一个 JSON 对象"),
        ("application", {"type": "object", "title": "申请"}, "须有 properties"),
        ("application", "text", "须为一个 JSON 对象"),
        ("approval", {"$ref": "#"}, "不能有 $ref"),
        ("reasons", [{"code": "other"}], "reasons.json 第 1 项须有 text"),
        ("reasons", {"code": "other"}, "reasons.json 须为"),
        ("proofs", {"kind": "paper"}, "proofs.json 须为"),
        ("proofs", [3], "proofs.json 第 1 项须为一个 JSON 对象"),
    ],
)
def test_a_file_of_another_shape_is_refused(shelves: Path, form: str, contents: Any, said: str) -> None:
    assert said in refusal_of(rewritten(shelves, a_process("student"), form, contents))


@on_sqlite
def test_a_file_that_is_no_json_is_refused(shelves: Path) -> None:
    a_process("student").write(shelves)
    (shelves / "forms/commendation/approval.json").write_text("{", "utf-8")

    assert "approval.json 不是正确的 JSON（第 1 行第 2 列）" in refusal_of(shelves)


@on_sqlite
@pytest.mark.parametrize(
    ("subject", "fields", "said"),
    [
        ("student", {"explanation": {"type": "integer", "title": "情况说明"}}, "type 和 format 须与申请表的相同"),
        ("student", {"level": {**DAY, "title": "级别"}}, "type 和 format 须与申请表的相同"),
        ("student", {"student": {"type": "integer", "title": "学生"}}, "补正时不能改变"),
        ("office", {"level": OWN["level"]}, "决定办理路径（决策表 commendation_rules 问到它），补正时不能改变"),
        ("office", {"school": TEXT}, "补正时不能改变"),
        ("person", {"name": {**TEXT, "format": "person-name"}}, "补正时不能改变"),
        ("person", {"main_number": NUMBER}, "补正时不能改变"),
        ("person", {"main_number": {"type": "integer", "title": "证件号"}}, "type 须为 string"),
        ("student", {"mother_number": NUMBER}, "申请表没有这个字段，不能加密保存"),
    ],
)
def test_a_repair_stays_with_its_application(shelves: Path, subject: str, fields: dict[str, Any], said: str) -> None:
    written = a_process(subject)

    assert said in refusal_of(rewritten(shelves, written, "repair", asking(written, "repair", fields)))


@on_sqlite
@pytest.mark.parametrize("name", ["mother_number", "guardian_number", "main_number"])
def test_a_desk_takes_no_number_of_a_person(shelves: Path, name: str) -> None:
    written = a_process("student")
    contents = asking(written, "approval", {name: NUMBER})

    assert "只能在申请表和补正表中填写" in refusal_of(rewritten(shelves, written, "approval", contents))


@on_sqlite
@pytest.mark.parametrize("policy", ["COLLECT", "UNIQUE", "ANY"])
def test_a_table_gives_one_answer(shelves: Path, policy: str) -> None:
    a_process("student").write(shelves)
    table = shelves / "bpmn/commendation/commendation.dmn"
    table.write_text(table.read_text("utf-8").replace('"FIRST"', f'"{policy}"'), "utf-8")

    assert "命中策略须为 FIRST" in refusal_of(shelves)


@on_sqlite
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("[" + " " * 3000 + ".." + " " * 3000 + "x", "有超过 200 个字符的单元格"),  # its reading took minutes
        ("count(level)", "不能识别：count(level)"),
    ],
    ids=["long", "call"],
)
def test_a_table_that_cannot_be_read_is_refused_in_a_sentence(shelves: Path, cell: str, said: str) -> None:
    a_process("student").write(shelves)
    table = shelves / "bpmn/commendation/commendation.dmn"
    table.write_text(table.read_text("utf-8").replace('"county"', cell), "utf-8")

    assert said in refusal_of(shelves)


@on_sqlite
@pytest.mark.parametrize("files", [["commendation.bpmn"], ["commendation.bpmn", "commendation.dmn"]])
def test_a_diagram_or_table_that_is_not_utf_8_is_refused_by_name_and_line(shelves: Path, files: list[str]) -> None:
    a_process("student").write(shelves)
    for each in files:
        path = shelves / "bpmn/commendation" / each
        path.write_bytes(path.read_text("utf-8").replace("?>", "?>\n<!-- 表彰 -->", 1).encode("gb18030"))

    said = refusal_of(shelves)

    assert [f"{each} 须为 UTF-8 编码（第 2 行不是）" in said for each in files] == [True] * len(files), said


@on_sqlite
@pytest.mark.parametrize("name", ["name", "main_number"])
def test_a_person_is_asked_for_as_the_precheck_reads(shelves: Path, name: str) -> None:
    written = a_process("person")
    contents = asking(written, "application", {name: TEXT})

    assert f"{name} " in refusal_of(rewritten(shelves, written, "application", contents))


# ── what is ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_that_a_form_may_ask_is_asked_checked_and_shown(matter: Matter, shelves: Path) -> None:
    award = {"type": "string", "title": "奖项", "minLength": 1, "maxLength": 40}
    fields = {
        "happened_on": {**DAY, "x-report-within": 10},
        "number": {**TEXT, "title": "证书编号", "pattern": "^[A-Z]{2}-[0-9]{1,6}(/[0-9]+)*$"},
        "self": TEXT,  # names that Python has a use for
        "table": TEXT,
        "items": TEXT,
        "places": {"type": "integer", "title": "名次", "minimum": 1, "maximum": 9, "x-zero": "无", "x-unit": "名"},
        "agreed": {"type": "boolean", "title": "家长已同意"},
        "teachers": {"type": "array", "title": "教师", "x-widget": "lines", "maxItems": 3, "items": {"type": "string"}},
        "awards": {
            "type": "array", "title": "奖项", "x-widget": "rows",
            "items": {"type": "object", "properties": {"award": award}, "required": ["award"]},
        },
        "match": {"type": "object", "title": "比赛", "properties": {"host": {**TEXT, "title": "主办"}}, "required": []},
    }  # fmt: skip
    publish(a_process("student", fields=fields).write(shelves))
    school = matter.program("school")
    asked = application(matter, "student") | {
        "happened_on": "2020-09-01", "number": "ZJ-1/2", "self": "甲", "table": "乙", "items": "丙", "places": 1,
        "agreed": True, "teachers": ["张老师"], "awards": [{"award": "一等奖"}], "match": {"host": "省体育局"},
    }  # fmt: skip

    faulty = submit(school, {**asked, "number": "zj", "places": 10, "awards": [{}], "match": {"guest": ""}})
    assert {each["field"] for each in faulty.json["objections"]} == {
        "number", "places", "awards.0.award", "match.guest",
    }  # fmt: skip
    answer = submit(school, asked)

    assert answer.status == 201, answer.text
    assert "逾期" in answer.json["reported_late"]
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    page = clerk.get(f"/cases/{answer.json['number']}").text
    assert all(said in page for said in ("ZJ-1/2", "张老师", "一等奖", "省体育局"))
    assert "比赛" in clerk.get(f"/apply/commendation?student={matter.child.id}").text


# ── what slipped through ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publication as it was before forms were checked."""
    monkeypatch.setattr(operations, "faults_of_folder", lambda *_: [])
    monkeypatch.setattr(start, "faults_of_published", lambda _version: [])


@pytest.mark.parametrize(
    "part",
    [
        {**TEXT, "x-report-within": 10},
        {**DAY, "x-report-within": "ten"},
        {**DAY, "x-report-within": 10**9},
        {"type": "string", "format": "date", "x-report-within": 10},
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_a_term_that_is_none_takes_no_list_away(matter: Matter, shelves: Path, part: dict[str, Any]) -> None:
    publish(a_process("student", fields={"happened_on": part}).write(shelves))
    school, day = matter.program("school"), "2020-09-01" if part.get("format") else "去年"
    opened = submit(school, {**application(matter, "student"), "happened_on": day})

    assert opened.status == 201, opened.text
    assert school.get("/cases").status == 200
    assert matter.program("school", "approver").get("/tasks").status == 200
    assert school.get(f"/cases/{opened.json['number']}").status == 200
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    for address in ("/inbox", "/cases", f"/cases/{opened.json['number']}", f"/cases/{opened.json['number']}/sheet"):
        assert clerk.get(address).status == 200


@pytest.mark.usefixtures("unchecked")
def test_a_form_without_fields_takes_no_page_of_a_child_away(matter: Matter, shelves: Path) -> None:
    publish(rewritten(shelves, a_process("office"), "application", {"type": "object", "title": "申请"}))
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)

    assert current_version("commendation").form("application") == {"type": "object", "title": "申请"}
    for address in ("/apply/", f"/apply/?student={matter.child.id}", f"/students/{matter.child.id}"):
        assert clerk.get(address).status == 200


@pytest.mark.parametrize("reference", ["http://127.0.0.1:9/form.json", "file:///etc/passwd", "#/nowhere", "other"])
def test_no_form_is_fetched_from_anywhere(monkeypatch: pytest.MonkeyPatch, reference: str) -> None:
    def opened(*_args: object, **_more: object) -> None:
        raise AssertionError("a form was fetched")

    monkeypatch.setattr("urllib.request.urlopen", opened)
    monkeypatch.setattr(socket, "create_connection", opened)
    schema = {"type": "object", "properties": {"thing": {**OWN["explanation"], "$ref": reference}}, "required": []}

    (fault,) = objections(schema, {"thing": "一"})

    assert "引用了系统以外的内容" in fault.detail
