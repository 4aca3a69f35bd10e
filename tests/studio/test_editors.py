"""What the editors of forms and tables ask while somebody edits: findings, the page, the table's answer; no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.studio.conftest import Studio
from tests.studio.test_pages import browser, error
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite

TOP = Path(__file__).parents[2]
FORMS = sorted((TOP / "forms").glob("*/*.json"))
TABLES = sorted((TOP / "bpmn").glob("*/*.dmn"))


def preview(studio: Studio, draft: int, name: str, said: Any, who: str = "analyst") -> Any:
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    return studio.program(who).upload(f"/drafts/{draft}/forms/{name}/preview", raw)


def form(studio: Studio, draft: int, name: str = "application.json") -> Any:
    return json.loads(studio.text(draft, name))


def try_it(studio: Studio, draft: int, text: str, table: str, **inputs: str) -> Any:
    typed = [{"name": name, "value": value} for name, value in inputs.items()]
    body = {"text": text, "table": table, "inputs": typed}
    return studio.program("analyst").post(f"/drafts/{draft}/tables/transfer.dmn/try", body)


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_preview_is_the_page_that_the_official_will_see(studio: Studio) -> None:
    draft = studio.draft("transfer")
    said = form(studio, draft)
    said["properties"]["reason"]["title"] = "为什么转学"

    answer = preview(studio, draft, "application.json", said)

    assert answer.status == 200
    assert answer.json["findings"] == []
    for words in ("省内转学：填写申请", "为什么转学", "（必填）", "小学一年级", "监护人姓名", "提交申请", "居住证明"):
        assert words in answer.json["html"], words
    assert "为什么转学" not in studio.text(draft, "application.json")


def test_the_preview_of_a_step_has_its_buttons_and_reasons(studio: Studio) -> None:
    draft = studio.draft("transfer")
    said = form(studio, draft, "releasing_bureau.json")

    html = preview(studio, draft, "releasing_bureau.json", said).json["html"]

    for words in ("同意并下达允许转学指令", "退回", "意见", "材料不全"):
        assert words in html, words
    reasons = preview(studio, draft, "reasons.json", [{"code": "other_reason", "text": "另有原因"}]).json
    assert "另有原因" in reasons["html"]
    papers = preview(studio, draft, "proofs.json", [{"kind": "paper", "title": "户口簿复印件", "required": True}]).json
    assert "户口簿复印件" in papers["html"]


def test_what_is_wrong_with_a_form_is_told_in_chinese_by_its_field(studio: Studio) -> None:
    draft = studio.draft("transfer")
    said = form(studio, draft)
    said["properties"]["reason"] |= {"minLength": 10, "maxLength": 5}
    said["properties"]["guardian"]["properties"]["phone"]["title"] = ""
    said["properties"]["to_school"]["format"] = "anything"

    answer = preview(studio, draft, "application.json", said).json

    assert answer["html"] is None
    told = {each["field"]: each["message"] for each in answer["findings"]}
    assert told["reason"] == "“转学事由”的“最少字数”大于“最多字数”。"
    assert told["to_school"] == "“转入学校”的“格式”不是系统认识的格式。"
    assert told["guardian.phone"] == "“guardian.phone”的“名称”须为 1 至 200 个字。"


def test_findings_of_lists_name_the_entry_and_the_application(studio: Studio) -> None:
    draft = studio.draft("transfer")

    reasons = preview(studio, draft, "reasons.json", [{"code": "a", "text": "甲"}, {"code": "A", "text": ""}]).json
    assert [each["field"] for each in reasons["findings"]] == ["1", "1"]
    papers = [{"kind": "paper", "title": "材料", "when": {"nothing": ["1"]}}]
    assert "申请表没有字段 nothing" in preview(studio, draft, "proofs.json", papers).json["findings"][0]["message"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'{\n  "title": }', "第 2 行第 12 列"),
        (b'{"a": 1, "a": 2}', "重复的名称"),
        (b"\xff", "UTF-8"),
        (b"[" * 5000, "嵌套过深"),
        (b'{"a": NaN}', "NaN"),
        (b'"\\ud800"', "代理字符"),
    ],
)
def test_what_is_no_json_is_told_precisely(studio: Studio, raw: bytes, says: str) -> None:
    answer = preview(studio, studio.draft(), "application.json", raw)

    assert answer.status == 422
    assert answer.code == "E-DRAFT-FILE"
    assert says in answer.json["detail"]


@pytest.mark.parametrize("said", [{}, [], "x", None, {"properties": 3}, {"properties": {"a": []}}, [3], [[]]])
@pytest.mark.parametrize("name", ["application.json", "reasons.json", "proofs.json"])
@on_sqlite
def test_hostile_forms_are_told_of_and_shown_by_nobody(studio: Studio, name: str, said: Any) -> None:
    answer = preview(studio, studio.draft(), name, said)

    assert answer.status == 200, answer.text
    assert bool(answer.json["findings"]) != (said == [] and name != "application.json")


@on_sqlite
def test_markup_in_a_form_stays_text(studio: Studio) -> None:
    draft = studio.draft("transfer")
    said = form(studio, draft)
    said["properties"]["reason"]["description"] = "<script>alert(1)</script><img src=x onerror=y>"

    html = preview(studio, draft, "application.json", said).json["html"]

    assert "<script>" not in html
    assert "<img" not in html


@on_sqlite
def test_every_shipped_form_can_be_shown(studio: Studio) -> None:
    draft, wrong = studio.draft("transfer"), {}
    for path in FORMS:
        if path.name == "proofs.json":  # speaks of the fields of its application
            application = path.with_name("application.json").read_bytes()
            studio.program("analyst").put(f"/drafts/{draft}/files/application.json", application, If_Match="*")
        answer = preview(studio, draft, path.name, path.read_bytes())
        if answer.status != 200 or answer.json["findings"] or not answer.json["html"]:
            wrong[f"{path.parent.name}/{path.name}"] = answer.text[:300]

    assert len(FORMS) > 200
    assert wrong == {}


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_shipped_tables_have_nothing_against_them(studio: Studio) -> None:
    found = {}
    for path in TABLES:
        draft = studio.draft(path.parent.name)
        answer = studio.program("analyst").upload(f"/drafts/{draft}/tables/{path.name}/check", path.read_bytes())
        assert answer.status == 200
        assert answer.json["fault"] is None
        found |= {
            each["id"]: [one["kind"] for one in each["findings"] if one["severity"] != "info"]
            for each in answer.json["tables"]
        }

    assert len(found) >= 13
    assert {key: each for key, each in found.items() if each} == {}


def test_findings_of_a_table_come_by_rule_and_speak_of_known_values_by_name(studio: Studio) -> None:
    draft = studio.draft("transfer")
    text = studio.text(draft, "transfer.dmn").replace('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"')

    answer = studio.program("analyst").upload(f"/drafts/{draft}/tables/transfer.dmn/check", text.encode()).json

    first = answer["tables"][0]["findings"][0]
    assert (first["kind"], first["severity"], first["rules"]) == ("overlap", "error", [2, 3])
    assert "现行规定" in first["message"]
    assert "高中" in first["message"]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("__import__('os').system('x')", "不能识别"),
        ('stage = "senior"', "不能识别"),
        ("1 + 1", "不能识别"),
        ("[1..", "不能识别"),
        ('"' + "x" * 300 + '"', "超过 200 个字符"),
    ],
)
def test_what_is_no_value_is_never_run(studio: Studio, cell: str, says: str) -> None:
    draft = studio.draft("transfer")
    escaped = cell.replace("&", "&amp;").replace("<", "&lt;")
    text = studio.text(draft, "transfer.dmn").replace('<text>"senior"</text>', f"<text>{escaped}</text>", 1)

    checked = studio.program("analyst").upload(f"/drafts/{draft}/tables/transfer.dmn/check", text.encode()).json
    assert says in checked["fault"]
    assert "第 2 条规则" in checked["fault"]
    tried = try_it(studio, draft, text, "transfer_rules", profile="zj-now")
    assert (tried.status, tried.code) == (422, "E-DRAFT-FILE")
    assert says in tried.json["detail"]


@pytest.mark.parametrize("raw", [b"", b"<a", b"<!DOCTYPE x><x/>", b"<definitions/>", b"\x00", b"\xff\xfe"])
def test_what_is_no_table_file_is_told(studio: Studio, raw: bytes) -> None:
    answer = studio.program("analyst").upload(f"/drafts/{studio.draft()}/tables/class_change.dmn/check", raw)

    assert answer.status == 200
    assert answer.json["tables"] == []
    assert answer.json["fault"] or raw == b"<definitions/>"


def test_a_table_is_tried_as_the_engine_asks_it(studio: Studio) -> None:
    draft = studio.draft("transfer")
    text = studio.text(draft, "transfer.dmn")

    senior = try_it(studio, draft, text, "transfer_rules", profile="zj-now", stage="senior").json
    assert senior["hits"] == [2, 3]
    assert senior["answers"][0]["city_review"] is True
    assert senior["answers"][0]["directive_days"] == 60
    nobody = try_it(studio, draft, text, "transfer_rules", profile="zj-1990").json
    assert (nobody["hits"], nobody["answers"], nobody["fault"]) == ([], [], None)
    unique = text.replace('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"')
    clash = try_it(studio, draft, unique, "transfer_rules", profile="zj-now", stage="senior").json
    assert (clash["hits"], clash["answers"]) == ([2, 3], [])
    assert "只允许一条" in clash["fault"]
    assert len(try_it(studio, draft, text, "transfer_windows", profile="zj-now").json["answers"]) == 2


def test_values_that_do_not_fit_are_told_by_their_input(studio: Studio) -> None:
    draft = studio.draft("transfer")
    text = studio.text(draft, "transfer.dmn")
    numeric = text.replace('typeRef="string"><text>stage', 'typeRef="number"><text>stage', 1)
    truth = text.replace('typeRef="string"><text>stage', 'typeRef="boolean"><text>stage', 1)

    assert (
        try_it(studio, draft, numeric, "transfer_rules", stage="三").json["objections"][0]["detail"] == "学段须为数字。"
    )
    assert try_it(studio, draft, truth, "transfer_rules", stage="三").json["objections"][0]["field"] == "stage"
    assert try_it(studio, draft, text, "transfer_rules", stage="x" * 300).status == 422
    assert "没有这张决策表" in try_it(studio, draft, text, "nothing").json["detail"]


# ── who, and what is not there ───────────────────────────────────────────────────────────────────────────────────────


def test_a_publisher_looks_and_saves_nothing(studio: Studio) -> None:
    draft = studio.draft("transfer")
    publisher = browser(studio, "publisher")

    assert "不能修改" not in publisher.get(f"/studio/drafts/{draft}/forms/application.json/edit").text
    settings = json.loads(publisher.page.xpath("string(//div[@id='editor']/@data-settings)"))
    assert settings["draws"] is False
    assert publisher.get(f"/studio/drafts/{draft}/tables/transfer.dmn/edit").status == 200
    assert preview(studio, draft, "application.json", form(studio, draft), "publisher").status == 200
    put = studio.program("publisher").put(f"/drafts/{draft}/files/application.json", b"{}", If_Match="*")
    assert put.status == 403
    assert publisher.post(f"/studio/drafts/{draft}/new-file", kind="form", name="more").status == 403


def test_for_others_there_are_no_editors(studio: Studio) -> None:
    draft = studio.draft("transfer")
    county = factories.a_bureau("330106")

    for duty, refused in (("analyst", 404), ("approver", 403)):  # a bureau's analyst has drafts of its own
        user = factories.a_user(county, duty)
        client = Client(studio.client.app).sign_in(user)
        program = client.api(user)
        for path in (
            f"/studio/drafts/{draft}/forms/application.json/edit",
            f"/studio/drafts/{draft}/tables/transfer.dmn/edit",
        ):
            assert client.get(path).status == refused, (duty, path)
        assert client.post(f"/studio/drafts/{draft}/new-file", kind="form", name="more").status == refused
        assert program.upload(f"/drafts/{draft}/forms/application.json/preview", b"{}").status == refused
        assert program.upload(f"/drafts/{draft}/tables/transfer.dmn/check", b"<a/>").status == refused
        body = {"text": "<a/>", "table": "x", "inputs": []}
        assert program.post(f"/drafts/{draft}/tables/transfer.dmn/try", body).status == refused


def test_there_is_no_editor_for_what_is_not_in_the_draft(studio: Studio) -> None:
    draft, analyst = studio.draft("transfer"), browser(studio)

    for path in (
        "forms/nothing.json/edit",
        "forms/transfer.dmn/edit",
        "tables/application.json/edit",
        "tables/x.dmn/edit",
    ):
        assert analyst.get(f"/studio/drafts/{draft}/{path}").status == 404, path
    assert analyst.get("/studio/drafts/999/forms/application.json/edit").status == 404


def test_a_new_form_and_a_new_table_open_in_their_editors(studio: Studio) -> None:
    draft, analyst = studio.draft(), browser(studio)
    url = f"/studio/drafts/{draft}"
    analyst.get(url)

    assert str(analyst.post(f"{url}/new-file", kind="form", name="notice").location).endswith("/forms/notice.json/edit")
    assert str(analyst.post(f"{url}/new-file", kind="table", name="extra").location).endswith("/tables/extra.dmn/edit")
    assert preview(studio, draft, "notice.json", form(studio, draft, "notice.json")).json["findings"] == []
    raw = studio.text(draft, "extra.dmn").encode()
    checked = studio.program("analyst").upload(f"/drafts/{draft}/tables/extra.dmn/check", raw).json
    assert checked["fault"] is None
    assert [each["findings"] for each in checked["tables"]] == [[]]
    analyst.get(url)
    assert analyst.post(f"{url}/new-file", kind="form", name="notice").status == 422
    assert "已经存在" in error(analyst)
    assert analyst.post(f"{url}/new-file", kind="form", name="甲").status == 422
    assert "小写字母" in error(analyst)
    assert analyst.post(f"{url}/new-file", kind="other", name="x").status == 422
