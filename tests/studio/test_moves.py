"""环节调整: a case that stands at a wrong place waits at another one; nothing of a record is written by that."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit, clock
from app.cases.models import Notice, Task
from app.cases.operations import decisions
from app.database import db
from app.students.models import Change, Directive, Enrolment
from app.studio.operations import moves as operations
from tests.processes.registration.test_registration import a_row, an_entry
from tests.studio.conftest import Studio
from tests.support.client import apart
from tests.support.databases import on_postgres
from tests.support.transfer_case import Story
from workflows.migration.ahead import Ahead

REASON = "转出学校已撤并，须由转入学校重新核对"


@pytest.fixture
def beyond(submitted: Story) -> Story:
    """The case waits at the releasing school; the receiving side has agreed."""
    return submitted.agree_until("releasing_school")


def propose(
    studio: Studio, story: Any, to: str, task: str = "releasing_school", who: str = "analyst", reason: str = REASON
) -> Any:
    return studio.program(who).post(f"/cases/{story.number}/moves", {"task": task, "to": to, "reason": reason})


def proposed(studio: Studio, story: Any, to: str, task: str = "releasing_school") -> int:
    answer = propose(studio, story, to, task)
    assert answer.status == 200, answer.text
    return int(answer.json["id"])


def decide(studio: Studio, move: int, who: str = "publisher", outcome: str = "agree", opinion: str = "") -> Any:
    return studio.program(who).post(f"/moves/{move}/decision", {"outcome": outcome, "opinion": opinion})


def record(story: Story) -> Any:
    """Everything that a process may write of a child."""
    db.session.rollback()
    enrolments = db.session.execute(
        sa.select(Enrolment.school_id, Enrolment.standing, Enrolment.ends_on).where(
            Enrolment.student_id == story.child.id
        )
    ).all()
    changes, directives = (
        db.session.scalar(sa.select(sa.func.count()).select_from(each)) for each in (Change, Directive)
    )
    return enrolments, changes, directives


def test_the_case_waits_where_the_move_says_and_goes_on_from_there(studio: Studio, beyond: Story) -> None:
    former, before = beyond.waiting(), record(beyond)
    clock.set_to(clock.deadline_after(clock.now(), 2))
    move = proposed(studio, beyond, "receiving_school")
    assert beyond.waiting()["id"] == former["id"], "a proposal moves nothing"

    answer = decide(studio, move, opinion="同意")

    assert (answer.status, answer.json["status"], answer.json["opinion"]) == (200, "done", "同意"), answer.text
    task = beyond.waiting()
    assert (task["key"], task["name"]) == ("receiving_school", "转入学校审核")
    db.session.rollback()
    row = db.session.get_one(Task, task["id"])
    assert (row.office_id, row.duty) == (beyond.receiving.id, "approver")
    assert clock.now() - row.arrived_at < dt.timedelta(minutes=5)
    assert row.deadline == clock.deadline_after(row.arrived_at, 10)
    assert row.note["detail"] == f"本件由“转出学校核办”调整到本环节。原因：{REASON}"
    late = beyond.program("releasing_school").post(f"/tasks/{former['id']}/decision", {"outcome": "agree"})
    assert (late.status, late.code) == (422, "E-MOVED")
    assert late.json["detail"] == "本件已由省级调整到“转入学校审核”办理，不再由本环节办理。"
    assert record(beyond) == before
    told = set(db.session.scalars(sa.select(Notice.office_id).where(Notice.text.contains("的办理环节由"))))
    assert told == {beyond.receiving.id, beyond.releasing.id}
    beyond.agree_until("pull")
    assert beyond.decide().status == 200
    assert beyond.case()["outcome"] == "agreed"
    assert list(audit.verify()) == []


def test_a_step_that_the_route_left_out_is_on_it(studio: Studio, beyond: Story) -> None:
    def step() -> str:
        return next(str(each["state"]) for each in beyond.case()["route"] if each["key"] == "receiving_superior")

    assert step() == "skipped"

    assert decide(studio, proposed(studio, beyond, "receiving_superior")).status == 200

    assert step() == "waiting"
    assert beyond.waiting()["office"]["name"] == "330100市教育局"


def test_a_move_past_a_consent_is_refused_and_writes_nothing(studio: Studio, beyond: Story) -> None:
    before = record(beyond)

    for to in ("releasing_bureau", "pull"):
        refused = propose(studio, beyond, to)
        assert (refused.status, refused.code) == (422, "E-MOVE")
        assert refused.json["detail"].startswith("不能调整办理环节：按流程规定不能办理“")

    assert beyond.waiting()["key"] == "releasing_school"
    assert record(beyond) == before


def test_who_had_moved_it_past_a_consent_all_the_same_would_write_nothing(
    studio: Studio, beyond: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the proof ahead the verb itself still asks for what has been decided."""
    before = record(beyond)
    monkeypatch.setattr(Ahead, "objection", lambda *_args: "")
    assert decide(studio, proposed(studio, beyond, "releasing_bureau")).status == 200

    refused = beyond.decide("agree")

    assert (refused.status, refused.code) == (422, "E-POLICY")
    assert record(beyond) == before
    assert beyond.waiting()["key"] == "releasing_bureau"


@pytest.mark.parametrize(
    ("task", "to", "said"),
    [
        ("releasing_school", "nothing", "流程图中没有环节 nothing"),
        ("nothing", "receiving_school", "办件没有停在所选的环节，请重新查看"),
        ("pull", "receiving_school", "办件没有停在所选的环节，请重新查看"),
        ("releasing_school", "releasing_school", "流程图中没有别的环节“转出学校核办”"),
        ("releasing_school", "repair", "“申请人补正”须由办理机构退回，不能直接调整到这一环节"),
    ],
)
def test_what_cannot_be_moved_hears_why(studio: Studio, beyond: Story, task: str, to: str, said: str) -> None:
    refused = propose(studio, beyond, to, task)

    assert (refused.status, refused.code) == (422, "E-MOVE")
    assert refused.json["detail"] == f"不能调整办理环节：{said}。"


def test_a_reason_is_asked_for(studio: Studio, beyond: Story) -> None:
    for reason in ("", "  ", "长" * 201):
        assert propose(studio, beyond, "receiving_school", reason=reason).code == "E-INPUT"


def test_a_directive_that_is_out_is_revoked_first(studio: Studio, submitted: Story) -> None:
    submitted.agree_until("pull")

    refused = propose(studio, submitted, "releasing_bureau", "pull")

    assert refused.code == "E-MOVE"
    assert "已下达、尚未使用，请先由下达机构撤销指令" in refused.json["detail"]


def test_a_closed_case_and_a_task_that_has_gone_meanwhile(studio: Studio, beyond: Story) -> None:
    move = proposed(studio, beyond, "receiving_school")
    assert beyond.decide("agree").status == 200

    gone = decide(studio, move)

    assert (gone.status, gone.code) == (422, "E-MOVE")
    assert "“转出学校核办”已经办理或改办" in gone.json["detail"]
    assert studio.program("analyst").get(f"/moves/{move}").json["status"] == "proposed"
    beyond.agree_until("pull")
    assert beyond.decide().status == 200
    assert decide(studio, move).json["detail"] == "不能调整办理环节：办件已办结。"
    assert studio.program("analyst").post(f"/moves/{move}/withdraw").status == 200
    assert propose(studio, beyond, "receiving_school", "pull").json["detail"] == "不能调整办理环节：办件已办结。"


def test_a_list_that_is_being_worked_stays_where_it_is(studio: Studio) -> None:
    entry = an_entry(studio.client)
    entry.submit([a_row()])
    tasks = []
    while waiting := entry.case()["waiting"]:
        tasks.append(waiting[0]["key"])
        assert entry.decide("agree").status == 200

    refused = propose(studio, entry, tasks[0], tasks[-1])

    assert (refused.status, refused.code) == (422, "E-MOVE")


# ── at the same time ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_decides_while_it_is_moved_hears_of_it(
    studio: Studio, beyond: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is moved between an official's reading and writing."""
    move, read = proposed(studio, beyond, "receiving_school"), decisions._task_to_decide
    publisher = studio.program("publisher")

    def read_then_moved(*asked: Any) -> Any:
        found = read(*asked)
        monkeypatch.setattr(decisions, "_task_to_decide", read)
        apart(publisher.post, f"/moves/{move}/decision", {"outcome": "agree"})
        return found

    monkeypatch.setattr(decisions, "_task_to_decide", read_then_moved)
    decided = len(beyond.case()["decisions"])

    answer = beyond.decide("agree")

    assert (answer.status, answer.code) in ((409, "E-STALE"), (422, "E-MOVED"))
    assert answer.json["detail"]
    assert len(beyond.case()["decisions"]) == decided
    assert beyond.waiting()["key"] == "receiving_school"


@on_postgres
def test_whoever_moves_it_while_it_is_decided_hears_of_it(
    studio: Studio, beyond: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, plan = proposed(studio, beyond, "receiving_school"), operations.cases.move_case
    seen: list[Any] = []

    def decided_then(found: Any, **more: Any) -> None:
        monkeypatch.setattr(operations.cases, "move_case", plan)
        seen.append(apart(beyond.decide, "agree"))
        plan(found, **more)

    monkeypatch.setattr(operations.cases, "move_case", decided_then)

    answer = decide(studio, move)

    assert (answer.status, answer.code) in ((409, "E-STALE"), (422, "E-MOVE"))
    assert seen[0].status == 200
    assert beyond.waiting()["key"] == "releasing_bureau"
    assert studio.program("analyst").get(f"/moves/{move}").json["status"] == "proposed"
