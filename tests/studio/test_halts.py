"""挂起 and 办理异常: nobody decides while something is halted; what failed is listed with its cause and tried again."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app import audit
from app.audit import AuditEvent
from app.auditing.labels import VERBS
from app.cases import operations
from app.cases.commands import tick
from app.cases.models import Batch
from app.cases.operations import batches, decisions
from app.cases.rules import PolicyNotHeld
from app.database import db
from app.errors import Stale
from tests.processes.registration.test_registration import a_row, an_entry
from tests.studio.conftest import Studio
from tests.studio.test_migrations import OTHER_DAYS, Publish, current_number, migrated, progress, whole
from tests.studio.test_pages import browser, error
from tests.support import factories
from tests.support.client import apart
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story, a_story

REASON = {"reason": "省厅通知，暂缓办理"}


def test_nobody_decides_while_a_process_is_halted(studio: Studio, submitted: Story) -> None:
    publisher, other = studio.program("publisher"), an_entry(studio.client)
    assert publisher.post("/processes/transfer/halt", REASON).status == 200

    refused = submitted.decide("agree")

    assert (refused.status, refused.code) == (422, "E-HALTED")
    assert refused.json["detail"] == "办理已挂起（省厅通知，暂缓办理），恢复之前不能作出决定。"
    assert submitted.case()["decisions"] == []
    other.submit([a_row()])
    assert other.decide("agree").status == 200, "another process goes on"
    again = publisher.post("/processes/transfer/halt", REASON)
    assert (again.status, again.code) == (422, "E-HALT")
    assert publisher.post("/processes/transfer/resume").json["items"] == []
    assert submitted.decide("agree").status == 200
    assert publisher.post("/processes/transfer/resume").code == "E-HALT"
    assert list(audit.verify()) == []


def test_one_case_stands_still_and_the_others_go_on(studio: Studio, submitted: Story) -> None:
    other, publisher = a_story(studio.client), studio.program("publisher")
    assert other.submit().status == 201
    [halted] = publisher.post(f"/cases/{submitted.number}/halt", REASON).json["items"]
    assert (halted["case"], halted["process"]) == (submitted.number, None)

    assert submitted.decide("agree").code == "E-HALTED"
    assert other.decide("agree").status == 200
    recalled = submitted.program("receiving_school", "operator").post(
        f"/cases/{submitted.number}/recall", {"reason": "不转了"}
    )
    assert recalled.status == 200, "the applicant may still take it back"
    assert publisher.post(f"/cases/{submitted.number}/release").json["items"] == []
    assert publisher.post(f"/cases/{submitted.number}/halt", REASON).code == "E-HALT"


def test_who_was_about_to_decide_hears_that_somebody_was_faster(
    studio: Studio, submitted: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is halted between an official's reading and writing."""
    publisher, read = studio.program("publisher"), decisions._task_to_decide

    def read_then_halted(*asked: Any) -> Any:
        found = read(*asked)
        monkeypatch.setattr(decisions, "_task_to_decide", read)
        apart(publisher.post, f"/cases/{submitted.number}/halt", REASON)
        return found

    monkeypatch.setattr(decisions, "_task_to_decide", read_then_halted)

    answer = submitted.decide("agree")

    assert (answer.status, answer.code) in ((409, "E-STALE"), (422, "E-HALTED"))
    assert submitted.case()["decisions"] == []
    assert submitted.decide("agree").code == "E-HALTED"


def test_halting_a_case_is_no_decision_that_would_keep_its_migration(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    before = whole(submitted.number)
    publish_altered("transfer", OTHER_DAYS)
    migration = migrated(studio, current_number())
    studio.program("publisher").post(f"/cases/{submitted.number}/halt", REASON)

    body = {"reason": "新版本有误", "case": submitted.number}
    assert studio.program("publisher").post(f"/migrations/{migration}/undo", body).status == 200

    assert whole(submitted.number) == before
    assert progress(studio, migration) == {"undone": 1}


def test_halting_is_no_matter_of_others(studio: Studio, submitted: Story) -> None:
    city = factories.a_user(factories.a_bureau("330100"), "publisher")

    for program in (submitted.program("receiving_bureau"), studio.client.api(city), studio.program("analyst")):
        for path in ("/processes/transfer/halt", f"/cases/{submitted.number}/halt"):
            assert program.post(path, REASON).status == 403, path
        assert program.post("/incidents/20260101-000001/retry").status == 403
    assert studio.client.api(city).get("/halts").status == 403
    assert studio.client.api(city).get("/incidents").status == 403
    assert submitted.decide("agree").status == 200
    publisher = studio.program("publisher")
    assert publisher.post("/cases/20260101-000001/halt", REASON).status == 404
    assert publisher.post("/processes/nothing/halt", REASON).status == 404
    assert publisher.post("/processes/transfer/halt", {"reason": " "}).code == "E-INPUT"


# ── what has failed ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def failing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> str:
    """The number of a case whose list a verb refuses; another list behind it is worked all the same."""
    first, second = an_entry(studio.client), an_entry(studio.client, superior="330108")
    work = operations.work_chunk

    def left(_case_id: int) -> bool:
        raise Stale()

    monkeypatch.setattr(operations, "work_chunk", left)
    for entry in (first, second):
        entry.submit([a_row()])
        while entry.case()["waiting"]:
            assert entry.decide("agree").status == 200
    monkeypatch.setattr(operations, "work_chunk", work)
    register, seen = batches.ROW_VERBS["rows/register_new"], []

    def refusing(context: Any, rows: Any) -> Any:
        if context.number == first.number and not seen:
            raise PolicyNotHeld(what="注册", missing="没有审批")
        return register(context, rows)

    monkeypatch.setitem(batches.ROW_VERBS, "rows/register_new", refusing)
    tick()
    assert second.case()["outcome"] == "agreed", "one list that fails holds up no other"
    assert first.case()["status"] == "open"
    seen.append(True)
    return first.number


def test_what_failed_is_listed_with_its_cause_and_tried_again(studio: Studio, failing: str) -> None:
    publisher = studio.program("publisher")
    [incident] = publisher.get("/incidents").json["items"]
    assert (incident["case"], incident["code"], incident["what"]) == (failing, "E-POLICY", "办理名单")
    assert "没有审批" in incident["detail"]

    answer = publisher.post(f"/incidents/{failing}/retry")

    assert (answer.status, answer.json["items"]) == (200, [])
    db.session.rollback()
    assert db.session.scalars(sa.select(Batch.finished_at).where(Batch.fault.is_not(None))).all() == []
    gone = publisher.post(f"/incidents/{failing}/retry")
    assert (gone.status, gone.code) == (422, "E-HALT")
    verbs = set(db.session.scalars(sa.select(AuditEvent.verb).where(AuditEvent.verb.startswith("studio/"))))
    assert "studio/retry" in verbs
    assert {"studio/halt", "studio/resume", "studio/retry"} <= VERBS.keys()


@on_sqlite
def test_the_page_halts_resumes_and_tries_again(studio: Studio, failing: str) -> None:
    publisher, analyst = browser(studio, "publisher"), browser(studio)
    assert "没有审批" in analyst.get("/studio/running").text
    assert "挂起原因" not in analyst.get("/studio/running").text

    publisher.get("/studio/running")
    wrong = publisher.post("/studio/running/halt-process", process="transfer", reason="")
    assert (wrong.status, "请填写挂起的原因" in error(publisher)) == (422, True)
    assert publisher.post("/studio/running/halt", case="20260101-000001", reason="查无").status == 422
    asked = publisher.get("/studio/running/halt-process?process=")
    assert (asked.status, "请选择要挂起的流程" in asked.text) == (200, True)
    assert publisher.post("/studio/running/halt-process", process="transfer", reason="暂缓").status == 302
    assert "暂缓" in publisher.get("/studio/running").text
    assert publisher.post("/studio/running/resume", process="transfer").status == 302
    assert publisher.post("/studio/running/retry", case=failing).status == 302
    assert "没有办理异常" in publisher.get("/studio/running").text


@on_sqlite
def test_an_empty_number_halts_no_process_and_a_process_is_named_before_it_is(studio: Studio, submitted: Story) -> None:
    publisher = browser(studio, "publisher")
    publisher.get("/studio/running")

    empty = publisher.post("/studio/running/halt", case="", process="transfer", reason="暂缓")
    assert (empty.status, "请填写办件编号" in error(publisher)) == (422, True)
    asked = publisher.get("/studio/running/halt-process?process=transfer").text
    assert "流程“省内转学”现有在办办件 1 件，将全部挂起" in asked
    assert studio.program("publisher").get("/halts").json["items"] == []
    assert submitted.decide("agree").status == 200

    assert publisher.post("/studio/running/halt-process", process="transfer", reason="暂缓").status == 302
    assert [each["process"] for each in studio.program("publisher").get("/halts").json["items"]] == ["transfer"]
    assert publisher.get("/studio/running/halt-process?process=nothing").status == 404
    assert browser(studio).get("/studio/running/halt-process?process=transfer").status == 403
