"""试运行 among others: it gives way, ends, serves processes that nobody has published, and its scenarios travel."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
import zipfile
from pathlib import Path

import sqlalchemy as sa

from app.database import db
from app.definitions.operations import content_of
from app.divisions.models import Office
from app.studio.commands import write_back
from app.studio.queries.catalogue import current_of
from tests.cases.test_joint_decisions import Jointly
from tests.studio.conftest import Studio
from tests.studio.test_rehearsal_pages import two_counties  # noqa: F401 – a fixture
from tests.studio.test_rehearsals import kept, rehearsed
from tests.support.databases import on_postgres, on_sqlite
from tests.support.single_school_case import Matter

PLACES = {
    "applicant": {"kind": "school", "stage": "primary", "superior": "county"},
    "child": {"at": "applicant", "grade": "13", "standing": "active"},
}


@on_postgres
def test_it_gives_way_to_an_act_that_has_what_it_needs(two_counties: Studio) -> None:  # noqa: F811
    draft = two_counties.draft("transfer")
    two_counties.program("analyst")
    with db.engine.connect() as other, other.begin():
        other.exec_driver_sql("SELECT * FROM process WHERE key = 'transfer' FOR UPDATE")
        since = time.monotonic()
        answer = two_counties.program("analyst").post(f"/drafts/{draft}/rehearse", {**PLACES, "application": {}})
        waited = time.monotonic() - since

    assert (answer.status, answer.code) == (503, "E-REHEARSAL-BUSY")
    assert waited < 3
    assert rehearsed(two_counties, draft, ["agree"])["played"]


@on_sqlite
def test_a_diagram_that_goes_round_for_ever_is_stopped_and_says_so(studio: Studio, matter: Matter) -> None:
    draft = studio.draft("class_change")
    agreed = 'name="同意" sourceRef="outcome" targetRef="effect"'
    assert studio.edit(draft, "class_change.bpmn", agreed, agreed.replace("effect", "outcome")).status == 200

    answer = studio.program("analyst").post(f"/drafts/{draft}/rehearse", {**PLACES, "application": {}})

    assert (answer.status, answer.code) == (422, "E-DRAFT-RUN")
    assert "会循环不止（是否同意？）" in answer.json["detail"]


@on_sqlite
def test_a_process_that_is_not_published_is_rehearsed_with_several_who_decide(studio: Studio, matter: Matter) -> None:
    drawn, analyst = Jointly("commendation", "表彰申请", "student"), studio.program("analyst")
    draft = analyst.post("/drafts", {"key": "commendation", "name": "表彰申请"}).json["id"]
    files = {f"{name}.json": json.dumps(form) for name, form in drawn.forms().items()}
    files |= {"commendation.bpmn": drawn.diagram(), "commendation.dmn": drawn.table()}
    for name, text in files.items():
        assert analyst.put(f"/drafts/{draft}/files/{name}", text.encode(), If_Match="*").status in (200, 412)
        analyst.put(f"/drafts/{draft}/files/{name}", text.encode(), If_None_Match="*")
    application = {"level": "county", "explanation": "参加省级比赛获奖"}
    body = {**PLACES, "application": application}

    found = analyst.post(f"/drafts/{draft}/rehearse", {**body, "outcomes": ["agree", "agree"]}).json
    assert found["outcome"] is None
    assert "已有 1 人提出意见" in found["waiting"][0]["joint"]
    found = analyst.post(f"/drafts/{draft}/rehearse", {**body, "outcomes": ["agree", "agree", "agree"]}).json
    assert found["outcome"] == "agreed", found["refused"]
    assert analyst.get("/processes/commendation/versions").status == 404


@on_sqlite
def test_the_publisher_is_refused_where_a_scenario_does_not_go_any_more(two_counties: Studio) -> None:  # noqa: F811
    draft, analyst = two_counties.draft("transfer"), two_counties.program("analyst")
    assert kept(two_counties, draft, "不同意", rehearsed(two_counties, draft, ["refuse"])["script"]).status == 201
    proposal = analyst.post(f"/drafts/{draft}/propose", {"note": "增加用例"}).json["id"]
    db.session.execute(sa.update(Office).where(Office.code == "330212").values(closed_on=dt.date(2026, 11, 1)))
    db.session.commit()
    publisher = two_counties.program("publisher")

    refused = publisher.post(f"/proposals/{proposal}/decision", {"outcome": "agree"})

    assert (refused.status, refused.codes) == (422, {"E-SCENARIO"})
    assert "本省没有符合的机构" in refused.json["objections"][0]["detail"]
    db.session.execute(sa.update(Office).where(Office.code == "330212").values(closed_on=None))
    db.session.commit()
    assert publisher.post(f"/proposals/{proposal}/decision", {"outcome": "agree"}).status == 200


@on_sqlite
def test_scenarios_travel_in_archives_and_are_written_back(two_counties: Studio, tmp_path: Path) -> None:  # noqa: F811
    draft, analyst = two_counties.draft("transfer"), two_counties.program("analyst")
    assert kept(two_counties, draft, "不同意", rehearsed(two_counties, draft, ["refuse"])["script"]).status == 201
    text = two_counties.text(draft, "scenario-1.scenario")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("bpmn/transfer/other.scenario", text.replace('"不同意"', '"另一个"'))
    assert analyst.upload(f"/drafts/{draft}/import", packed.getvalue()).status == 200
    names = [each["name"] for each in analyst.get(f"/drafts/{draft}/scenarios").json["items"]]
    assert names == ["另一个", "不同意"]
    proposal = analyst.post(f"/drafts/{draft}/propose", {"note": "增加用例"}).json["id"]
    assert two_counties.program("publisher").post(f"/proposals/{proposal}/decision", {"outcome": "agree"}).status == 200

    current = current_of("transfer")
    assert current is not None
    write_back(tmp_path, "transfer", content_of(current))
    assert (tmp_path / "bpmn/transfer/scenario-1.scenario").read_text("utf-8") == text
