"""试运行: a draft played by the real verbs, and nothing of it stays."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import Model, db
from app.students.models import LockSnapshot
from tests.studio.conftest import Studio
from tests.studio.test_replays import SECOND_LOOK
from tests.support import factories
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

APPLICATION = {
    "main_number": "=child.main_number",
    "name": "=child.name",
    "to_school": "=applicant",
    "reason": "家庭住址变动",
    "guardian": {"name": "陈建国", "relation": "1", "phone": "13800000000"},
    "signed_on": "=day-1",
}
LISTED = (  # what a drawing says of the flows at its tasks
    ("<bpmn:incoming>f_ls_agree</bpmn:incoming>", "<bpmn:incoming>f_looked</bpmn:incoming>"),
    (
        '</bpmn:userTask><bpmn:userTask id="releasing_bureau"',
        "<bpmn:incoming>f_ls_agree</bpmn:incoming><bpmn:outgoing>f_looked</bpmn:outgoing>"
        '</bpmn:userTask><bpmn:userTask id="releasing_bureau"',
    ),
)
CAST = {
    "applicant": {"kind": "school", "stage": "primary", "superior": "county"},
    "other": {"kind": "school", "stage": "primary", "superior": "county", "apart": "province"},
    "child": {"at": "other", "grade": "13", "standing": "active"},
}


@pytest.fixture
def two_counties(studio: Studio) -> Studio:
    """A province in which a child can go from one county to another."""
    for code in ("330106", "330212"):
        factories.a_bureau(code)
    db.session.commit()
    return studio


def rehearsed(studio: Studio, draft: int, outcomes: list[Any], who: str = "analyst", **more: Any) -> dict[str, Any]:
    body = {**CAST, "application": APPLICATION, "outcomes": outcomes, **more}
    answer = studio.program(who).post(f"/drafts/{draft}/rehearse", body)
    assert answer.status == 200, answer.text
    return answer.json


def everything(app: Flask) -> dict[str, str]:
    """A digest of every table, and of every file that the application keeps."""
    db.session.rollback()
    found = {}
    for table in Model.metadata.sorted_tables:
        rows = db.session.execute(sa.select(table)).all()
        found[table.name] = hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()
    db.session.rollback()
    folder = Path(app.config["ATTACHMENTS"])
    found["files"] = repr(sorted(str(each) for each in folder.rglob("*")))
    return found


def test_invented_schools_and_an_invented_child_go_the_whole_way(two_counties: Studio) -> None:
    draft = two_counties.draft("transfer")

    found = rehearsed(two_counties, draft, ["agree"] * 5)

    assert (found["outcome"], found["refused"]) == ("agreed", [])
    assert [each["name"] for each in found["played"]][-1] == "转入学校凭指令调档"
    assert found["played"][3]["operations"] == ["directive/issue"]
    moved = {each["title"]: (each["before"], each["after"]) for each in found["record"]}
    assert moved["就读学校"] == ("乙校（演练）", "甲校（演练）")
    assert moved["档案保管"] == ("乙校（演练）", "甲校（演练）")
    assert found["changes"] == ["演练生：转出，自 2026-11-23 起", "演练生：转入，自 2026-11-23 起"]
    assert len(found["directives"]) == 1
    assert found["working_days"] == 50
    assert "330212区教育局（审核）" in found["involved"]
    assert found["course"][-1] == {"end": "agreed"}


def test_nothing_of_it_stays_and_the_next_case_gets_the_number_that_was_free(
    app: Flask, two_counties: Studio, story: Story
) -> None:
    draft = two_counties.draft("transfer")
    two_counties.program("publisher")
    before = everything(app)

    real = {"applicant": {"office": story.receiving.office.code}}
    real["other"] = {"office": story.releasing.office.code}
    for outcomes in (["agree"] * 5, ["agree", "refuse"], ["agree", "send_back"]):
        for who in ("analyst", "publisher"):
            assert rehearsed(two_counties, draft, outcomes, who)["played"]
            assert rehearsed(two_counties, draft, outcomes, who, **real)["played"]

    after = everything(app)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"sign_in"}  # a program's token has been seen
    assert story.submit().status == 201
    assert story.number == "20261123-000001"


def kept(studio: Studio, draft: int, name: str, script: dict[str, Any]) -> Any:
    said = ("on", "profile", "applicant", "other", "child", "application", "steps")
    parts = {part: script[part] for part in said if part in script}
    return studio.program("analyst").post(f"/drafts/{draft}/scenarios", {"name": name, **parts})


def test_what_a_rule_refuses_is_said_as_an_official_would_read_it(two_counties: Studio) -> None:
    draft = two_counties.draft("transfer")

    unopened = rehearsed(two_counties, draft, [], application={**APPLICATION, "reason": ""})
    assert (unopened["refused"][0]["field"], unopened["played"]) == ("reason", [])
    late = rehearsed(two_counties, draft, ["agree", {"task": "pull", "outcome": "agree"}])
    assert [each["code"] for each in late["refused"]] == ["E-REHEARSAL-TASK"]
    silent = rehearsed(two_counties, draft, [{"task": "receiving_school", "outcome": "refuse"}])
    assert {each["field"] for each in silent["refused"]} == {"reason_code", "opinion"}
    assert silent["waiting"][0]["outcomes"][0] == {"outcome": "agree", "button": "同意"}


def test_a_draft_that_skips_a_consent_is_stopped_by_its_policy(two_counties: Studio) -> None:
    draft = two_counties.draft("transfer")
    before = 'name="上级不同" sourceRef="same_superior_check" targetRef="receiving_bureau"'
    assert two_counties.edit(draft, "transfer.bpmn", before, before.replace("receiving_bureau", "city_review_check"))

    found = rehearsed(two_counties, draft, ["agree"] * 3)

    assert [each["code"] for each in found["refused"]] == ["E-POLICY"]
    assert len(found["played"]) == 2


@on_sqlite
def test_a_scenario_that_goes_another_way_keeps_a_draft_from_being_proposed(two_counties: Studio) -> None:
    draft = two_counties.draft("transfer")
    script = rehearsed(two_counties, draft, ["agree"] * 5)["script"]
    steps = ("receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau")
    script["steps"] = [{"task": each, "outcome": "agree"} for each in steps]
    script["steps"].append({"task": "pull", "outcome": "agree", "form": {"directive": "=directive"}})
    answer = kept(two_counties, draft, "同意到底", script)
    assert (answer.status, answer.json["file"]) == (201, "scenario-1.scenario")
    assert kept(two_counties, draft, "同意到底", script).code == "E-INPUT"
    assert kept(two_counties, draft, "没有办完", {**script, "steps": script["steps"][:2]}).code == "E-REHEARSAL-OPEN"
    analyst = two_counties.program("analyst")
    assert [each["passed"] for each in analyst.post(f"/drafts/{draft}/scenarios/run").json["items"]] == [True]

    for before, after in (*SECOND_LOOK, *LISTED):
        assert two_counties.edit(draft, "transfer.bpmn", before, after).status == 200
    assert analyst.post(f"/drafts/{draft}/scenarios/run").code == "E-DRAFT-RUN"  # the new task has no form yet
    form = two_counties.text(draft, "releasing_school.json").encode()
    assert analyst.put(f"/drafts/{draft}/files/second_look.json", form, If_None_Match="*").status == 200
    failed = analyst.post(f"/drafts/{draft}/scenarios/run").json["items"][0]
    assert failed["where"].startswith(
        "第 4 步：原为“转出学校上级核办并下达指令”由转出学校上级教育行政部门审核办理：同意，现为"
    )
    assert "“再核”" in failed["where"]
    refused = analyst.post(f"/drafts/{draft}/propose", {"note": "增加再核"})
    assert (refused.status, refused.codes) == (422, {"E-SCENARIO"}), refused.text

    assert analyst.delete(f"/drafts/{draft}/scenarios/scenario-1.scenario").status == 204
    assert analyst.post(f"/drafts/{draft}/propose", {"note": "增加再核"}).status == 201


@on_sqlite
def test_scenarios_are_published_with_their_process_and_asked_again_by_the_publisher(two_counties: Studio) -> None:
    draft, analyst, publisher = two_counties.draft("transfer"), two_counties.program("analyst"), None
    script = rehearsed(two_counties, draft, ["agree", "refuse"])["script"]
    assert kept(two_counties, draft, "转入方上级不同意", script).status == 201
    assert two_counties.edit(draft, "transfer.bpmn", "转出学校核办", "转出学校核对").status == 200
    publisher = two_counties.program("publisher")
    proposal = analyst.post(f"/drafts/{draft}/propose", {"note": "改名"}).json
    assert "演练用例" in {each["what"] for each in proposal["differences"]}

    assert publisher.post(f"/proposals/{proposal['id']}/decision", {"outcome": "agree"}).status == 200
    again = two_counties.draft("transfer")
    assert [each["name"] for each in analyst.get(f"/drafts/{again}/scenarios").json["items"]] == ["转入方上级不同意"]
    names = analyst.get("/processes/transfer/versions/2").json["files"]
    assert "scenario-1.scenario" in names


@on_sqlite
def test_real_schools_are_kept_by_their_kinds(studio: Studio, story: Story) -> None:
    draft = studio.draft("transfer")
    cast = {
        "applicant": {"office": story.receiving.office.code},
        "other": {"office": story.releasing.office.code},
    }
    script = rehearsed(studio, draft, ["agree", "refuse"], **cast)["script"]

    assert kept(studio, draft, "不同意", script).status == 201

    text = studio.text(draft, "scenario-1.scenario")
    assert story.receiving.office.code not in text
    assert '"apart": "province"' in text
    assert '"grade": "13"' in text


@on_sqlite
def test_only_the_studio_rehearses_and_only_its_own_province(two_counties: Studio, story: Story) -> None:
    draft = two_counties.draft("transfer")
    body = {**CAST, "application": APPLICATION, "outcomes": []}
    assert story.program("receiving_school").post(f"/drafts/{draft}/rehearse", body).status == 403
    elsewhere = two_counties.client.api(factories.a_user(factories.a_bureau("330106"), "analyst"))
    assert elsewhere.post(f"/drafts/{draft}/rehearse", body).status == 404
    assert two_counties.program("publisher").post(f"/drafts/{draft}/scenarios", {}).status == 403
    assert two_counties.program("analyst").post("/drafts/999999/rehearse", body).status == 404


@on_sqlite
def test_no_real_child_is_rehearsed_with_and_so_none_is_read(two_counties: Studio, story: Story) -> None:
    """No duty of the studio reads the records of children."""
    draft = two_counties.draft("transfer")
    body = {**CAST, "application": APPLICATION, "outcomes": []}
    named = {**body, "child": {"id": story.child.id, "at": "other"}}
    applied = {**body, "application": {**APPLICATION, "student": story.child.id}}

    for each in (named, applied):
        answer = two_counties.program("analyst").post(f"/drafts/{draft}/rehearse", each)
        assert (answer.status, story.child.name in answer.text) == (422, False), answer.text


@on_sqlite
def test_an_invented_child_of_a_locked_cohort_is_rehearsed_with(two_counties: Studio) -> None:
    for year in range(2019, 2027):
        db.session.add(LockSnapshot(entry_year=year, digest="0" * 64, children=0, taken_at=clock.now()))
    db.session.commit()

    assert rehearsed(two_counties, two_counties.draft("transfer"), ["agree"] * 5)["played"]


@on_sqlite
@pytest.mark.parametrize("said", ["[]", '{"type": "object", "properties": {"a": 5}}', '"x"'])
def test_a_draft_whose_forms_are_none_is_not_rehearsed(two_counties: Studio, said: str) -> None:
    draft = two_counties.draft("transfer")
    two_counties.program("analyst").put(f"/drafts/{draft}/files/application.json", said.encode(), If_Match="*")

    answer = two_counties.program("analyst").post(f"/drafts/{draft}/rehearse", {**CAST, "application": APPLICATION})

    assert (answer.status, answer.code) == (422, "E-DRAFT-RUN"), answer.text


@on_sqlite
def test_a_pattern_that_takes_for_ever_is_not_rehearsed_with(two_counties: Studio) -> None:
    draft = two_counties.draft("transfer")
    assert two_counties.edit(draft, "application.json", '"reason": {', '"reason": {"pattern": "^(a+)+$", ')
    hostile = {**CAST, "application": {**APPLICATION, "reason": "a" * 40 + "!"}}

    answer = two_counties.program("analyst").post(f"/drafts/{draft}/rehearse", hostile)

    assert (answer.status, answer.code) == (422, "E-DRAFT-RUN"), answer.text


WRONG = (
    "{",
    "[]",
    "{}",
    '{"name": "x", "applicant": {"kind": "castle"}, "application": {}, "steps": [], "expected": []}',
    '{"name": "x", "applicant": {}, "application": {}, "steps": [{"outcome": "drop table"}], "expected": []}',
    '{"name": "x", "on": "13-40", "applicant": {}, "application": {}, "steps": [], "expected": []}',
    '{"name": "x", "applicant": {}, "application": ' + '{"a": ' * 40 + "1" + "}" * 41 + "}",
)


@on_sqlite
def test_what_is_no_scenario_is_refused_with_a_sentence(two_counties: Studio) -> None:
    draft = two_counties.draft("transfer")
    for text in WRONG:
        path = f"/drafts/{draft}/files/a.scenario"
        answer = two_counties.program("analyst").put(path, text.encode(), If_None_Match="*")
        assert (answer.status, answer.code) == (422, "E-DRAFT-FILE"), text
        assert "请求正文" not in answer.text


@on_sqlite
def test_a_scenario_that_comes_to_no_end_says_who_is_waited_for(two_counties: Studio) -> None:
    draft, analyst = two_counties.draft("transfer"), two_counties.program("analyst")
    assert kept(two_counties, draft, "不同意", rehearsed(two_counties, draft, ["refuse"])["script"]).status == 201
    said = json.loads(two_counties.text(draft, "scenario-1.scenario"))
    shorter = json.dumps({**said, "steps": []}).encode()
    assert analyst.put(f"/drafts/{draft}/files/scenario-1.scenario", shorter, If_Match="*").status == 200

    result = analyst.post(f"/drafts/{draft}/scenarios/run").json["items"][0]

    assert not result["passed"]
    assert result["where"].endswith("现为等待办理“转入学校审核”（转入学校）。")


def test_the_rules_are_chosen_and_kept_in_the_scenario(two_counties: Studio) -> None:
    draft = two_counties.draft("transfer")

    refused = rehearsed(two_counties, draft, ["agree"] * 5, on="11-23", profile="zj-now")["refused"]
    assert "E-WIN" in [each["code"] for each in refused]  # only the rules in force know seasons
    found = rehearsed(two_counties, draft, ["agree"] * 5, on="02-20", profile="zj-now")
    assert (found["outcome"], found["refused"]) == ("agreed", [])
    assert rehearsed(two_counties, draft, ["agree"] * 5, on="11-23")["outcome"] == "agreed"

    file = kept(two_counties, draft, "现行规定", found["script"]).json["file"]
    assert json.loads(two_counties.text(draft, file))["profile"] == "zj-now"
    ran = two_counties.program("analyst").post(f"/drafts/{draft}/scenarios/run").json["items"]
    assert [each["passed"] for each in ran] == [True]
    body = {**CAST, "application": APPLICATION, "outcomes": [], "profile": "zj-1990"}
    assert two_counties.program("analyst").post(f"/drafts/{draft}/rehearse", body).status == 422
