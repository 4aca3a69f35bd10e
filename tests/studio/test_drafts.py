"""Drafts: begun, edited and checked; another's edit is noticed before it is overwritten."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.database import db
from app.studio.models import DraftFile, ProcessDraft
from app.studio.rules.files import MOST_FILES
from tests.studio.conftest import Studio
from tests.support import factories
from tests.support.databases import on_sqlite

FILE = "class_change.bpmn"


def test_a_draft_begins_with_the_files_of_the_current_version(studio: Studio) -> None:
    answer = studio.program("analyst").post("/drafts", {"process": "class_change"})

    assert answer.status == 201
    assert (answer.json["process"], answer.json["base"], answer.json["source"]) == ("class_change", 1, 1)
    assert {each["name"] for each in answer.json["files"]} >= {FILE, "application.json", "reasons.json"}
    published = studio.program("analyst").get(f"/drafts/{answer.json['id']}/files/{FILE}")
    assert "school_approval" in published.text
    assert published.etag == f'"{next(each["etag"] for each in answer.json["files"] if each["name"] == FILE)}"'


def test_a_new_process_begins_with_a_diagram_that_can_be_drawn_on(studio: Studio) -> None:
    program = studio.program("analyst")
    draft = program.post("/drafts", {"key": "deferral", "name": "缓学<“一”>"}).json

    assert draft["base"] is None
    assert [each["name"] for each in draft["files"]] == ["application.json", "deferral.bpmn", "reasons.json"]
    found = program.post(f"/drafts/{draft['id']}/check").json
    (missing,) = (each for each in found["findings"] if each["severity"] == "error")
    assert (missing["rule"], missing["element"]) == ("policy", "done"), "nobody has approved what it agrees to"
    assert found["publishable"] is False
    assert program.get("/drafts").json["items"][0]["name"] == "缓学<“一”>"


def test_the_key_of_a_process_that_exists_is_not_given_again(studio: Studio) -> None:
    answer = studio.program("analyst").post("/drafts", {"key": "transfer", "name": "转学"})

    assert (answer.status, answer.code) == (422, "E-PROCESS")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"process": "transfer", "key": "x"},
        {"key": "x"},
        {"key": "X y", "name": "甲"},
        {"key": "x", "name": " "},
        {"name": "甲"},
        {"process": "transfer", "version": 0},
        {"process": 5},
    ],
)
@on_sqlite
def test_what_does_not_say_which_process_begins_no_draft(studio: Studio, body: dict[str, object]) -> None:
    assert studio.program("analyst").post("/drafts", body).code == "E-INPUT"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProcessDraft)) == 0


@on_sqlite
def test_a_process_or_version_that_is_not_there_begins_no_draft(studio: Studio) -> None:
    program = studio.program("analyst")

    assert program.post("/drafts", {"process": "nothing"}).status == 404
    assert program.post("/drafts", {"process": "transfer", "version": 99}).status == 404


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_anothers_edit_is_noticed_before_it_is_overwritten(studio: Studio) -> None:
    draft = studio.draft()
    path = f"/drafts/{draft}/files/{FILE}"
    read = studio.program("analyst").get(path)
    assert studio.edit(draft, FILE, 'name="调班"', 'name="换班"', who="colleague").status == 200

    mine = studio.program("analyst").put(path, read.text.encode(), If_Match=read.etag)

    name = studio.people["colleague"].name
    assert (mine.status, mine.code) == (412, "E-CHANGED")
    assert mine.json["detail"] == (
        f"文件 {FILE} 已由{name}于 2026-11-23 10:00 修改，您的修改没有保存。请先查看新的内容，再决定保留哪一份。"
    )
    assert "换班" in studio.text(draft, FILE)
    again = studio.program("analyst").get(path)
    assert studio.program("analyst").put(path, read.text.encode(), If_Match=again.etag).status == 200


def test_who_does_not_say_what_was_read_overwrites_nothing_and_deletes_nothing(studio: Studio) -> None:
    draft = studio.draft()
    path, text = f"/drafts/{draft}/files/{FILE}", studio.text(draft, FILE)
    assert studio.edit(draft, FILE, 'name="调班"', 'name="换班"').status == 200

    for who in ("analyst", "colleague"):  # in another window one is another, too
        for refused in (studio.program(who).put(path, text.encode()), studio.program(who).delete(path)):
            assert (refused.status, refused.code) == (428, "E-PRECONDITION")
            assert "请先读取它，再带上 If-Match" in refused.json["detail"]
    assert "换班" in studio.text(draft, FILE)
    assert studio.program("colleague").put(path, text.encode(), If_Match="*").status == 200


def test_a_file_that_is_to_be_new_is_not_one_that_is_there(studio: Studio) -> None:
    draft = studio.draft()
    path = f"/drafts/{draft}/files/approval.json"
    form = b'{"type": "object", "properties": {}}'

    assert studio.program("analyst").put(path, form, If_None_Match="*").status == 200
    assert studio.program("analyst").put(path, form, If_None_Match="*").status == 412


def test_a_file_that_was_deleted_meanwhile_does_not_come_back_unseen(studio: Studio) -> None:
    draft = studio.draft()
    path = f"/drafts/{draft}/files/reasons.json"
    read = studio.program("analyst").get(path)

    assert studio.program("colleague").delete(path, If_Match=read.etag).status == 204
    assert studio.program("analyst").put(path, read.text.encode(), If_Match=read.etag).status == 412
    assert studio.program("analyst").delete(path).status == 404


def test_the_last_diagram_stays(studio: Studio) -> None:
    draft = studio.draft()

    answer = studio.program("analyst").delete(f"/drafts/{draft}/files/{FILE}", If_Match="*")

    assert (answer.status, answer.code) == (422, "E-DRAFT-LAST")


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><definitions/>'
BAD_FILES = {
    "no XML": ("a.bpmn", b"<definitions", "不是正确的 XML"),
    "a DOCTYPE": ("a.bpmn", DOCTYPE, "DOCTYPE"),
    "a DOCTYPE in a table": ("a.dmn", DOCTYPE, "决策表中不能有 DOCTYPE"),
    "nested without end": ("a.bpmn", b"<a>" * 3000 + b"</a>" * 3000, "嵌套过深"),
    "a table nested without end": ("a.dmn", b"<a>" * 3000 + b"</a>" * 3000, "嵌套过深"),
    "another encoding": ("a.bpmn", "<a>学籍</a>".encode("gbk"), "UTF-8"),
    "a file without content": ("a.bpmn", b"", "空文件"),
    "no diagram": ("a.bpmn", b"<html/>", "不是 BPMN"),
    "no table": ("a.dmn", b"<html/>", "不是 DMN"),
    "too much": ("a.bpmn", b"<a>" + b" " * 1_000_001 + b"</a>", "过大"),
    "no JSON": ("a.json", b"{", "不是正确的 JSON"),
    "a name twice": ("a.json", b'{"a": 1, "a": 2}', "重复"),
    "a NUL": ("a.json", b'{"a": "\\u0000"}', "控制符"),
    "a NUL in a policy": ("a.policy", b"archive/pull\x00", "控制符"),
    "another ending": ("a.exe", b"x", "结尾"),
    "a name that no folder takes": ("甲.bpmn", b"x", "英文字母"),
    "a name for a form that is none": ("A-b.json", b"{}", "小写字母"),
    "a name without end": ("a" * 70 + ".bpmn", b"x", "60"),
}


@pytest.mark.parametrize("case", BAD_FILES)
@on_sqlite
def test_a_hostile_file_is_refused_in_a_sentence(studio: Studio, case: str) -> None:
    name, content, said = BAD_FILES[case]
    draft = studio.draft()

    answer = studio.program("analyst").put(f"/drafts/{draft}/files/{name}", content)

    assert (answer.status, answer.code) == (422, "E-DRAFT-FILE"), answer.text
    assert said in answer.json["detail"]


@on_sqlite
def test_a_draft_is_not_filled_without_end(studio: Studio) -> None:
    draft, program = studio.draft(), studio.program("analyst")

    answers = [
        program.put(f"/drafts/{draft}/files/f{number}.json", b'{"type": "object", "properties": {}}')
        for number in range(MOST_FILES)
    ]

    assert answers[0].status == 200
    assert answers[-1].code == "E-DRAFT-FULL"


def test_a_draft_ends_with_its_files(studio: Studio) -> None:
    draft = studio.draft()

    assert studio.program("analyst").delete(f"/drafts/{draft}").status == 204

    assert studio.program("analyst").get(f"/drafts/{draft}").status == 404
    assert studio.program("analyst").delete(f"/drafts/{draft}").status == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DraftFile)) == 0


# ── the check ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_check_says_what_verification_and_publication_find(studio: Studio) -> None:
    draft = studio.draft()
    flow = 'id="f4" sourceRef="effect" targetRef='
    studio.edit(draft, FILE, f'{flow}"done"', f'{flow}"outcome"')
    studio.program("analyst").delete(f"/drafts/{draft}/files/repair.json", If_Match="*")

    found = studio.program("publisher").post(f"/drafts/{draft}/check").json

    assert found["publishable"] is False
    severities = [each["severity"] for each in found["findings"]]
    assert severities == sorted(severities, key=["error", "warning", "info"].index), "the worst first"
    assert {"publication"} < {each["rule"] for each in found["findings"]}
    assert "环节“申请人补正”没有表单 repair.json" in [each["message"] for each in found["findings"]]
    assert [each["file"] for each in found["files"]] == [FILE]
    assert "unreachable" in {each["rule"] for each in found["files"][0]["findings"]}


@pytest.mark.parametrize("key", ["transfer", "promotion", "graduation"])
def test_a_table_without_a_rule_is_not_published(studio: Studio, key: str) -> None:
    draft = studio.draft(key)
    _before, found, windows = studio.text(draft, f"{key}.dmn").partition(f'<decision id="{key}_windows"')
    assert found
    rules = windows[windows.index("<rule") : windows.index("</decisionTable>")]
    studio.edit(draft, f"{key}.dmn", rules, "")

    said = studio.program("analyst").post(f"/drafts/{draft}/check").json

    assert not said["publishable"]
    (error,) = [each for each in said["findings"] if each["severity"] == "error"]
    assert (error["file"], error["rule"]) == (f"{key}.dmn", "table-no-rules")
    assert "没有任何规则" in error["message"]
    assert "至少写一条规则" in error["advice"]


def test_a_cell_that_cannot_be_read_is_told_alone(studio: Studio) -> None:
    draft = studio.draft("transfer")
    text = studio.text(draft, "transfer.dmn")
    studio.edit(draft, "transfer.dmn", text, text.replace("<text>60</text>", "<text>2*30</text>", 1))

    said = studio.program("analyst").post(f"/drafts/{draft}/check").json

    assert not said["publishable"]
    (found,) = [each for each in said["findings"] if each["severity"] != "info"]
    assert (found["file"], found["rule"]) == ("transfer.dmn", "table-unread")
    assert "第 1 条规则“指令有效天数”列不能识别：2*30" in found["message"]
    assert "不能写算式" in found["advice"]


def test_what_publication_refuses_leads_to_the_step_that_it_names(studio: Studio) -> None:
    draft = studio.draft()
    studio.program("analyst").delete(f"/drafts/{draft}/files/school_approval.json", If_Match="*")
    findings = studio.program("analyst").post(f"/drafts/{draft}/check").json["findings"]

    (found,) = [each for each in findings if "没有表单" in each["message"]]
    assert (found["file"], found["element"]) == (FILE, "school_approval")


def test_every_shipped_process_is_publishable_as_a_draft(studio: Studio) -> None:
    program = studio.program("analyst")
    for key in ("transfer", "recruitment_roster", "correction"):
        found = program.post(f"/drafts/{studio.draft(key)}/check").json
        assert found["publishable"] is True, (key, found["findings"])


@on_sqlite
def test_a_draft_without_a_process_to_run_is_told_so(studio: Studio) -> None:
    draft = studio.draft()
    studio.edit(draft, FILE, '<bpmn:process id="class_change"', '<bpmn:process id="another"')

    found = studio.program("analyst").post(f"/drafts/{draft}/check").json

    assert found["publishable"] is False


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_else_has_a_studio(studio: Studio) -> None:
    draft = studio.draft()
    county, school = factories.a_bureau("330106"), factories.a_school()
    strangers = [factories.a_user(county, duty) for duty in ("operator", "approver")]
    strangers += [factories.a_user(school, duty) for duty in ("analyst", "publisher")]
    strangers += [factories.a_user(school, "operator"), factories.a_user(factories.a_bureau("330000"), "approver")]

    for stranger in strangers:
        program = studio.client.api(stranger)
        for path in ("/drafts", f"/drafts/{draft}", f"/drafts/{draft}/files/{FILE}"):
            assert program.get(path).status == 403, (stranger.username, path)
        assert program.post("/drafts", {"process": "transfer"}).status == 403
        assert program.put(f"/drafts/{draft}/files/{FILE}", b"x").status in (403, 422)
        assert program.post(f"/drafts/{draft}/check").status == 403
        assert program.delete(f"/drafts/{draft}").status == 403
    assert studio.program("analyst").get(f"/drafts/{draft}").status == 200


def test_a_publisher_reads_drafts_and_changes_none(studio: Studio) -> None:
    draft, program = studio.draft(), studio.program("publisher")

    assert program.get(f"/drafts/{draft}/files/{FILE}").status == 200
    assert program.put(f"/drafts/{draft}/files/{FILE}", b"x").status == 403
    assert program.delete(f"/drafts/{draft}").status == 403
    assert program.post("/drafts", {"process": "transfer"}).status == 403
