"""暂停, 恢复, 终止 by the office that has a case: nobody decides meanwhile, its clock stands, the end is final."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.commands import tick
from app.cases.models import Case, CaseOutcome, Halt, Notice, NoticeKind, Task, TaskStatus, Termination
from app.cases.rules import standstill as rules
from app.cases.rules.permissions import CaseFacts, Effects, TaskFacts
from app.database import db
from tests.cases.test_hand_over import at_approval
from tests.cases.test_send_back_to import at_review
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.databases import on_sqlite
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves
from tests.support.transfer_case import Story

__all__ = ["shaped", "shelves"]


def do(case: Shape, who: str, what: str, reason: str | None = "核查材料") -> Answer:
    return case.program(who).post(f"/cases/{case.number}/{what}", {} if reason is None else {"reason": reason})


def open_tasks() -> list[Task]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Task).where(Task.status == TaskStatus.OPEN).order_by(Task.id)))


def told(case: Shape, who: str) -> list[str]:
    return [each["text"] for each in case.program(who).get("/notices").json["items"]]


# --- pause and resume


@pytest.mark.parametrize("shape", SHAPES)
def test_a_paused_case_waits_and_then_has_the_days_it_had(shaped: Callable[..., Shape], shape: str) -> None:
    at("2026-11-23 09:00")
    case = at_review(shaped, shape)
    before = {each.id: each.deadline for each in open_tasks()}

    paused = do(case, "bureau_approver", "pause")

    assert (paused.status, paused.json["status"]) == (200, "paused"), paused.text
    assert paused.json["paused"]["reason"] == "核查材料"
    assert {each["light"] for each in paused.json["waiting"]} == {"paused"}
    refused = case.decide("bureau_approver", "review")
    assert (refused.status, refused.code) == (422, "E-HALTED")
    assert refused.json["detail"] == "本件已暂停办理（核查材料），恢复之前不能办理。"
    [sentence] = [each for each in told(case, "school_operator") if "暂停" in each]
    assert sentence.endswith("已暂停办理办件 " + case.number + "：核查材料。办理时限暂停计算。")

    at("2026-11-27 16:00")  # four working days later
    resumed = do(case, "bureau_approver", "resume", None)

    assert (resumed.status, resumed.json["status"], resumed.json["paused"]) == (200, "open", None)
    moved = {each.id: each.deadline for each in open_tasks()}
    assert moved == {
        task: clock.end_of(clock.add_working_days(clock.local(deadline).date(), 4)) for task, deadline in before.items()
    }
    assert case.decide("bureau_approver", "review").status == 200
    assert list(audit.verify()) == []


def test_neither_reminded_nor_overdue_nor_supervised_while_it_stands_still(shaped: Callable[..., Shape]) -> None:
    at("2026-11-23 09:00")
    case = at_review(shaped, "sequential")
    assert do(case, "bureau_approver", "pause").status == 200
    at("2027-01-20 09:00")

    tick()

    kinds = set(db.session.scalars(sa.select(Notice.kind)))
    assert kinds == {NoticeKind.RESULT}
    assert do(case, "bureau_approver", "resume").status == 200
    tick()
    assert set(db.session.scalars(sa.select(Notice.kind))) == {NoticeKind.RESULT}, "it had its days left"


def test_who_pauses_and_who_lets_it_go_on(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    city = case.matter.client.api(factories.a_user(factories.a_bureau("330100"), "approver"))

    assert do(case, "school_operator", "pause").code == "E-ALLOW"
    assert do(case, "school_approver", "pause").code == "E-ALLOW"
    assert do(case, "bureau_operator", "pause").code == "E-ALLOW", "of the office, not of the duty"
    assert city.post(f"/cases/{case.number}/pause", {"reason": "查"}).code == "E-ALLOW"
    assert do(case, "bureau_approver", "resume").code == "E-PAUSE", "nothing stands still"
    assert do(case, "bureau_approver", "pause", " ").code == "E-INPUT"
    assert do(case, "bureau_approver", "pause", "长" * 151).code == "E-INPUT"
    assert do(case, "bureau_approver", "pause").status == 200
    assert do(case, "bureau_approver2", "pause", "又").code == "E-PAUSE"
    assert do(case, "school_operator", "resume").code == "E-ALLOW"
    assert city.post(f"/cases/{case.number}/resume", {}).code == "E-ALLOW", "a superior urges, it does nothing instead"
    assert do(case, "bureau_operator", "resume").status == 200, "of the same office"


def test_what_is_being_repaired_has_its_clock_stopped_already(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped, "sequential")
    assert case.decide("bureau_approver", "approval", "send_back").status == 200

    assert do(case, "school_operator", "pause").code == "E-ALLOW"
    assert do(case, "bureau_approver", "pause").code == "E-STALE"


def test_the_applicant_neither_stops_the_clock_of_its_application_nor_ends_it(submitted: Story) -> None:
    submitted.agree_until("pull")
    school = submitted.program("receiving_school")

    answer = school.post(f"/cases/{submitted.number}/pause", {"reason": "核查"})

    assert answer.code == "E-ALLOW", "its own application"
    ended = school.post(f"/cases/{submitted.number}/terminate", {"reason": "不转了"})
    assert ended.code == "E-ALLOW", "its own application, which is taken back and not ended"


def test_the_applicant_takes_a_paused_case_back(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    do(case, "bureau_approver", "pause")

    assert do(case, "school_operator", "recall", "不办了").status == 200

    assert db.session.scalars(sa.select(Halt.ended_at)).one() is not None
    assert do(case, "bureau_approver", "resume").code == "E-STALE"


def test_a_publisher_sees_nothing_of_it_and_halts_beside_it(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    do(case, "bureau_approver", "pause")
    publisher = case.matter.client.api(factories.a_user(factories.a_bureau("330000"), "publisher"))

    assert publisher.get("/halts").json["items"] == []
    assert publisher.post(f"/cases/{case.number}/halt", {"reason": "流程图有误"}).status == 200
    assert do(case, "bureau_approver", "resume").json["status"] == "open"
    refused = case.decide("bureau_approver", "review")
    assert (refused.code, "流程图有误" in refused.json["detail"]) == ("E-HALTED", True)


def test_on_the_page(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
    address = f"/cases/{case.number}"
    browser.get(address)
    assert browser.post(f"{address}/pause", reason="").status == 422
    assert browser.post(f"{address}/pause", reason="核查材料").status == 302

    page = browser.get(address)
    assert "恢复之前不能办理" in page.text
    assert "核查材料" in page.text
    assert "暂停计时" in page.text
    assert f'action="{address}/resume"' in page.text
    assert f'action="{address}/pause"' not in page.text
    applicant = Client(case.matter.client.app).sign_in(case.person("school_operator"))
    assert "核查材料" in applicant.get(address).text
    assert "暂停计时" in browser.get("/inbox").text
    assert browser.post(f"{address}/resume", reason="").status == 302
    assert "恢复办理" in browser.get(address).text, "in its course"


# --- terminate


@pytest.mark.parametrize("shape", [each for each in SHAPES if each != "jointly"])
def test_an_ended_case_is_over_for_everybody(shaped: Callable[..., Shape], shape: str) -> None:
    case = at_review(shaped, shape)
    task = case.task("review")

    answer = do(case, "bureau_approver", "terminate", "申请材料系伪造。")

    assert (answer.status, answer.json["status"], answer.json["outcome"]) == (200, "closed", "terminated"), answer.text
    assert answer.json["waiting"] == []
    assert open_tasks() == []
    late = case.program("bureau_approver2").post(f"/tasks/{task}/decision", {"outcome": "agree"})
    assert late.code == "E-ENDED"
    assert do(case, "bureau_approver", "terminate", "再次").code == "E-STALE"
    assert do(case, "bureau_approver", "pause").code == "E-STALE"
    assert [each for each in told(case, "school_operator") if "终止，申请材料系伪造。" in each]
    said = db.session.scalars(sa.select(Termination)).one()
    assert (said.reason, said.user_id) == ("申请材料系伪造", case.person("bureau_approver").id)
    assert list(audit.verify()) == []


def test_who_ends_a_case(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    city = case.matter.client.api(factories.a_user(factories.a_bureau("330100"), "approver"))

    assert do(case, "bureau_operator", "terminate").status == 403
    assert do(case, "school_approver", "terminate").code == "E-ALLOW"
    assert city.post(f"/cases/{case.number}/terminate", {"reason": "查"}).code == "E-ALLOW"
    assert do(case, "bureau_approver", "terminate", "  ").code == "E-INPUT"
    assert do(case, "bureau_approver", "pause").status == 200
    assert do(case, "bureau_approver", "terminate").code == "E-HALTED"


def test_nobody_ends_alone_what_several_decide(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "jointly")

    answer = do(case, "bureau_approver", "terminate")

    assert (answer.code, answer.json["detail"]) == ("E-TERMINATE", "不能终止：会签环节由多人分别办理。")


def test_the_province_reads_that_it_was_ended_and_not_why(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    do(case, "bureau_approver", "terminate", "内部原因")
    province = Client(case.matter.client.app).sign_in(factories.a_user(factories.a_bureau("330000"), "approver"))

    page = province.get(f"/cases/{case.number}").text

    assert "已终止" in page
    assert "内部原因" not in page
    assert (
        "内部原因"
        in Client(case.matter.client.app).sign_in(case.person("school_operator")).get(f"/cases/{case.number}").text
    )


@on_sqlite
def test_the_child_is_free_again(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    do(case, "bureau_approver", "terminate")

    ended = db.session.scalars(sa.select(Case).where(Case.number == case.number)).one()

    assert ended.outcome is CaseOutcome.TERMINATED
    assert case.matter.program("school").apply(ended.process_key, {**ended.application}).status == 201


# --- what has come of a case already

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
BUREAU = Actor(2, "李", 2, "approver", 20, "330106", "局", "county", "1.20.")


@pytest.mark.parametrize(
    ("effects", "why"),
    [
        (Effects(directive=True, released=False, written=True), "指令已下达，须先由下达机关撤销指令"),
        (Effects(directive=False, released=True, written=False), "名单已核准办理"),
        (Effects(directive=False, released=False, written=True), "学籍已按本件变动"),
    ],
)
def test_what_has_come_of_it_is_undone_otherwise(effects: Effects, why: str) -> None:
    task, case = TaskFacts(20, "approver", "open", NOW), CaseFacts(10, 1, "open", None)

    paused = rules.why_not_pause(task, case, effects, BUREAU)
    how = {"drafted": False, "elsewhere": False, "joint": False}
    ended = rules.why_not_terminate(task, case, effects, BUREAU, **how)

    assert (paused and paused.detail, ended and ended.detail) == (f"不能暂停：{why}。", f"不能终止：{why}。")


def test_separation_of_duties_holds_for_an_end_as_for_a_decision() -> None:
    task, case = TaskFacts(20, "approver", "open", NOW), CaseFacts(10, 1, "open", None)
    nothing, how = Effects(False, False, False), {"joint": False}

    drafted = rules.why_not_terminate(task, case, nothing, BUREAU, drafted=True, elsewhere=False, **how)
    elsewhere = rules.why_not_terminate(task, case, nothing, BUREAU, drafted=False, elsewhere=True, **how)
    asked = dataclasses.replace(task, asked=True)
    waits = rules.why_not_terminate(asked, case, nothing, BUREAU, drafted=False, elsewhere=False, **how)
    repairing = rules.why_not_pause(task, dataclasses.replace(case, status="repairing"), nothing, BUREAU)

    codes = [each and each.code for each in (drafted, elsewhere, waits, repairing)]
    assert codes == ["E-SOD-01", "E-SOD-02", "E-ADVICE", "E-PAUSE"]
