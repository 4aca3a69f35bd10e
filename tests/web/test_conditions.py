"""Fields that a form asks only where others say so: shown, required and taken there, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.definitions.rules.forms import faults_of_form
from app.web import form_values, objections
from app.web.conditions import words_of
from tests.processes.configured import a_process, application, decide, submit
from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.studio.test_pages import browser, upload
from tests.support.client import Client
from tests.support.single_school_case import Matter, matter  # noqa: F401 – a fixture

KIND = {"type": "string", "title": "事由", "oneOf": [{"const": "a", "title": "奖励"}, {"const": "b", "title": "其他"}]}
AWAY = {"type": "boolean", "title": "在外地"}
DAYS = {"type": "integer", "title": "天数", "minimum": 1, "maximum": 9}
NOTE = {"type": "string", "title": "具体事由", "maxLength": 20}
INNER = {**NOTE, "x-when": {"kind": ["a"]}}


def form(when: Any, required: list[str] | None = None, **fields: Any) -> dict[str, Any]:
    properties = {"kind": KIND, "away": AWAY, "days": DAYS, "note": {**NOTE, "x-when": when}, **fields}
    return {"type": "object", "title": "申请", "properties": properties, "required": required or []}


def told(schema: dict[str, Any], value: Any) -> list[tuple[str | None, str]]:
    return [(each.field, each.detail) for each in objections(schema, value)]


def test_a_field_is_required_only_where_it_is_asked() -> None:
    schema = form({"kind": ["b"]}, ["kind", "note"])

    assert told(schema, {"kind": "a"}) == []
    assert told(schema, {"kind": "b", "note": "家中有事"}) == []
    assert told(schema, {"kind": "b"}) == [("note", "请填写具体事由。")]
    assert told(schema, {"kind": "a", "note": "家中有事"}) == [("note", "具体事由只在“事由”为“其他”时填写。")]
    assert told(schema, {"note": "x"})[0] == ("kind", "请选择事由。")
    assert told(schema, {"kind": "b", "note": "长" * 21})[0][0] == "note"
    assert told({**schema, "properties": {"note": schema["properties"]["note"]}, "required": []}, 3) != []


def test_all_conditions_must_hold_and_values_are_compared_with_their_types() -> None:
    schema = form({"kind": ["a", "b"], "away": [True], "days": [1, 2]}, ["note"])

    assert told(schema, {"kind": "a", "away": True, "days": 2}) == [("note", "请填写具体事由。")]
    for value in ({"kind": "a", "away": False, "days": 1}, {"kind": "a", "away": True, "days": 3}, {"away": True}, {}):
        assert told(schema, value) == [], value
    assert words_of(schema, {"kind": ["a", "b"], "away": [True]}) == "“事由”为“奖励”或“其他”，且“在外地”为“是”"


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        (form({}), "x-when 须写明取决于哪些字段"),
        (form([]), "x-when 须写明取决于哪些字段"),
        (form({"kind": "a"}), "x-when 须写明取决于哪些字段"),
        (form({"kind": []}), "x-when 须写明取决于哪些字段"),
        (form({"kind": [None]}), "x-when 须写明取决于哪些字段"),
        (form({"nothing": ["a"]}), "取决于 nothing，表单最上层没有"),
        (form({"note": ["a"]}), "取决于 note，表单最上层没有"),
        (form({"kind": ["c"]}), "kind 没有这样的取值：c"),
        (form({"away": ["true"]}), "away 没有这样的取值"),
        (form({"days": [True]}), "days 没有这样的取值"),
        (
            form({"number": ["x"]}, number={"type": "string", "title": "证件号码", "format": "cn-id"}),
            "不能取决于证件号码 number",
        ),
        (form({"kind": ["a"]}, more={**NOTE, "x-when": {"note": ["x"]}}), "取决于 note，而它自己也有条件"),
        (form({"kind": ["a"]}, name={**NOTE, "x-when": {"kind": ["a"]}}), "是办理对象，总要填写"),
        (
            form({"kind": ["a"]}, group={"type": "object", "title": "组", "properties": {"in": INNER}}),
            "只能用于表单最上层的字段",
        ),
    ],
)  # fmt: skip
def test_a_condition_that_means_nothing_is_refused(schema: dict[str, Any], says: str) -> None:
    assert any(says in fault for fault in faults_of_form(schema)), faults_of_form(schema)


def test_a_condition_that_means_something_is_taken() -> None:
    assert faults_of_form(form({"kind": ["a"], "away": [True], "days": [3]})) == []


def test_what_was_typed_before_a_field_went_is_left_out(app: Any) -> None:
    schema = form({"kind": ["b"]}, ["note"])
    for kind, expected in (("a", False), ("b", True)):
        with app.test_request_context(method="POST", data={"kind": kind, "note": "家中有事"}):
            assert ("note" in form_values(schema)) is expected


def test_a_process_with_a_conditional_field_is_published_and_started(studio: Studio, matter: Matter) -> None:  # noqa: F811
    drawn = a_process("student", fields={"place": {**NOTE, "title": "比赛地点", "x-when": {"level": ["county"]}}})
    analyst, publisher = browser(studio), browser(studio, "publisher")
    analyst.get("/studio/drafts/new")
    draft = str(analyst.post("/studio/drafts", key="commendation", name="表彰申请").location)
    analyst.get(draft)
    files = {f"{name}.json": json.dumps(said).encode() for name, said in drawn.forms().items()}
    files |= {"commendation.bpmn": drawn.diagram().encode(), "commendation.dmn": drawn.table().encode()}
    assert upload(analyst, f"{draft}/files", *files.items()).status == 302
    proposal = str(analyst.post(f"{draft}/propose", note="新流程").location)
    publisher.get(proposal)
    assert publisher.post(f"{proposal}/decision", outcome="agree").status == 302

    program = matter.program("school")
    said = application(matter, "student", level="county")
    assert submit(program, said).json["objections"][0]["detail"] == "请填写比赛地点。"
    assert submit(program, {**said, "level": "school", "place": "杭州"}).json["objections"][0]["field"] == "place"
    clerk = Client(studio.client.app).sign_in(matter.people["school"].operator)
    page = clerk.get(f"/apply/commendation?student={matter.child.id}").text
    assert "只在“级别”为“县级”时填写" in page
    key = clerk.page.xpath("string(//input[@name='key']/@value)")
    typed = {"student": matter.child.id, "key": key, "explanation": "获奖", "place": "忘了删", "level": "school"}
    answer = clerk.post("/apply/commendation", **typed)
    assert answer.status == 302, answer.text


def test_a_repair_takes_away_what_is_no_longer_asked(studio: Studio, matter: Matter) -> None:  # noqa: F811
    level = {**a_process("student").forms()["application"]["properties"]["level"], "title": "赛事级别"}
    place = {**NOTE, "title": "比赛地点", "x-when": {"contest": ["county"]}}
    drawn = a_process("student", fields={"contest": level, "place": place})  # the table does not ask of these
    forms = drawn.forms()
    analyst, publisher = browser(studio), browser(studio, "publisher")
    analyst.get("/studio/drafts/new")
    draft = str(analyst.post("/studio/drafts", key="commendation", name="表彰申请").location)
    analyst.get(draft)
    files = {f"{name}.json": json.dumps(said).encode() for name, said in forms.items()}
    half = {**forms["repair"], "properties": {"contest": level}}
    files |= {"commendation.bpmn": drawn.diagram().encode(), "commendation.dmn": drawn.table().encode()}
    assert (
        upload(analyst, f"{draft}/files", *(files | {"repair.json": json.dumps(half).encode()}).items()).status == 302
    )
    assert "可以改变字段 place 的填写条件，须也有字段 place" in analyst.get(f"{draft}/check").text
    whole = {**forms["repair"], "properties": {"contest": level, "place": place}}
    assert upload(analyst, f"{draft}/files", ("repair.json", json.dumps(whole).encode())).status == 302
    proposal = str(analyst.post(f"{draft}/propose", note="新流程").location)
    publisher.get(proposal)
    assert publisher.post(f"{proposal}/decision", outcome="agree").status == 302

    said = {**application(matter, "student", level="county"), "contest": "county", "place": "杭州"}
    matter.number = submit(matter.program("school"), said).json["number"]
    sent_back = decide(matter, "school", "send_back", reason_code="other")
    assert sent_back.status == 200, sent_back.text
    done = decide(matter, "school", duty="operator", form={"contest": "school"})
    assert done.status == 200, done.text
    kept = done.json["application"]
    assert (kept["contest"], "place" in kept) == ("school", False)
