"""迁移在办办件: rehearsed case by case, started by another person, worked behind the pages, undone until a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit, clock
from app.cases.commands import work_on_migrations
from app.cases.models import Case, MigratedCase, Task
from app.cases.operations import decisions
from app.database import db
from app.definitions.models import Process
from tests.studio.conftest import Studio
from tests.support.client import apart
from tests.support.transfer_case import Story, a_story

Publish = Callable[..., None]
#: seven days for the receiving school, and other words on its button
OTHER_DAYS = (
    "<bpmn:documentation>核对监护人签名的转学申请、就读年级与学位，负责人审核。</bpmn:documentation>\n"
    '      <bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="duty" value="approver" />'
    '<spiffworkflow:property name="working_days" value="10" />',
    "<bpmn:documentation>核对监护人签名的转学申请、就读年级与学位，负责人审核。</bpmn:documentation>\n"
    '      <bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="duty" value="approver" />'
    '<spiffworkflow:property name="working_days" value="7" />',
)
#: a further step at the receiving school before its superior
LANE = (
    "<bpmn:flowNodeRef>receiving_school</bpmn:flowNodeRef>",
    "<bpmn:flowNodeRef>receiving_school</bpmn:flowNodeRef>\n        <bpmn:flowNodeRef>second_look</bpmn:flowNodeRef>",
)
STEP = (
    '<bpmn:exclusiveGateway id="resume" name="退回自何处？"',
    '<bpmn:userTask id="second_look" name="转入学校复核"><bpmn:extensionElements><spiffworkflow:properties>'
    '<spiffworkflow:property name="duty" value="operator" /><spiffworkflow:property name="working_days" value="5" />'
    '<spiffworkflow:property name="outcomes" value="acknowledge" />'
    '<spiffworkflow:property name="form" value="receiving_school" />'
    '<spiffworkflow:property name="route_order" value="1" />'
    '<spiffworkflow:property name="button.acknowledge" value="已复核" />'
    "</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
    '<bpmn:sequenceFlow id="f_looked" sourceRef="second_look" targetRef="resume" />'
    '<bpmn:exclusiveGateway id="resume" name="退回自何处？"',
)
FLOW = (
    'id="f_rs_agree" name="同意" sourceRef="receiving_school_outcome" targetRef="resume"',
    'id="f_rs_agree" name="同意" sourceRef="receiving_school_outcome" targetRef="second_look"',
)
FURTHER_STEP = (LANE, STEP, FLOW)


def current_number(key: str = "transfer") -> int:
    db.session.expire_all()
    current = db.session.get_one(Process, key).current
    assert current
    return current.number


def begin(studio: Studio, to: int, who: str = "analyst", **more: Any) -> Any:
    body = {"from": 1, "to": to, **more}
    return studio.program(who).post("/processes/transfer/migrations", body)


def proposed(studio: Studio, to: int, **more: Any) -> int:
    answer = begin(studio, to, reason="法规修订", **more)
    assert answer.status == 200, answer.text
    return int(answer.json["id"])


def decide(studio: Studio, migration: int, who: str = "publisher", outcome: str = "agree", opinion: str = "") -> Any:
    return studio.program(who).post(f"/migrations/{migration}/decision", {"outcome": outcome, "opinion": opinion})


def migrated(studio: Studio, to: int, **more: Any) -> int:
    migration = proposed(studio, to, **more)
    assert decide(studio, migration).status == 200
    work_on_migrations()
    return migration


def progress(studio: Studio, migration: int) -> dict[str, int]:
    answer = studio.program("analyst").get(f"/migrations/{migration}")
    return {name: count for name, count in answer.json["progress"].items() if count}


def whole(number: str) -> tuple[Any, ...]:
    """Everything of a case that a migration may touch."""
    db.session.rollback()
    case = db.session.scalars(sa.select(Case).where(Case.number == number)).one()
    tasks = [
        (
            each.run_task,
            each.key,
            each.name,
            each.office_id,
            each.duty,
            each.status,
            each.arrived_at,
            each.deadline,
            each.note,
        )
        for each in case.tasks
        if each.status == "open"
    ]
    route = [(each.position, each.key, each.office_id, each.reason, each.skipped) for each in case.route]
    return case.version_id, case.state, case.status, case.parties, tasks, route


def test_a_rehearsal_says_of_every_case_what_becomes_of_it(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    beyond = a_story(studio.client)
    assert beyond.submit().status == 201
    beyond.agree_until("releasing_school")
    publish_altered("transfer", OTHER_DAYS)
    before = whole(submitted.number)

    answer = begin(studio, current_number(), rehearse=True)

    assert answer.status == 200, answer.text
    said = answer.json["rehearsal"]
    assert said["verdicts"] == {"moves": 1, "changed": 1, "cannot": 0}
    assert {each["case"]: (each["verdict"], each["waits_at"], each["detail"]) for each in said["items"]} == {
        submitted.number: ("changed", "转入学校审核", "“转入学校审核”：时限由 10 个工作日改为 7 个工作日"),
        beyond.number: ("moves", "转出学校核办", ""),
    }
    assert (answer.json["id"], answer.json["status"]) == (None, "rehearsed")
    assert whole(submitted.number) == before


def test_a_case_goes_on_in_the_other_version_and_takes_its_new_step(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    publish_altered("transfer", *FURTHER_STEP)

    migration = migrated(studio, current_number())

    assert progress(studio, migration) == {"moved": 1}
    assert submitted.case()["version"] == current_number()
    assert [each["key"] for each in submitted.case()["route"]][:2] == ["receiving_school", "second_look"]
    assert submitted.decide("agree").status == 200
    assert submitted.waiting()["key"] == "second_look"
    program, task = submitted.program("receiving_school", "operator"), submitted.waiting()["id"]
    assert program.post(f"/tasks/{task}/decision", {"outcome": "acknowledge"}).status == 200
    submitted.agree_until("pull")
    assert submitted.decide().status == 200
    assert submitted.case()["outcome"] == "agreed"
    assert list(audit.verify()) == []


def test_a_migration_is_undone_until_the_next_decision(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    decided = a_story(studio.client)
    assert decided.submit().status == 201
    publish_altered("transfer", OTHER_DAYS, *FURTHER_STEP)
    before = whole(submitted.number)
    migration = migrated(studio, current_number())
    assert whole(submitted.number) != before
    assert decided.decide("agree").status == 200

    answer = studio.program("publisher").post(f"/migrations/{migration}/undo", {"reason": "新版本有误"})

    assert (answer.status, answer.json["status"]) == (200, "undoing"), answer.text
    work_on_migrations()
    assert whole(submitted.number) == before
    assert progress(studio, migration) == {"undone": 1, "kept": 1}
    [kept] = studio.program("analyst").get(f"/migrations/{migration}/cases?status=kept").json["items"]
    assert (kept["case"], kept["detail"]) == (decided.number, "迁移后已有办理或变动")
    submitted.agree_until("pull")
    assert submitted.decide().status == 200
    assert submitted.case()["version"] == 1
    assert list(audit.verify()) == []


def test_one_case_is_taken_back_by_itself(studio: Studio, submitted: Story, publish_altered: Publish) -> None:
    publish_altered("transfer", OTHER_DAYS)
    before = whole(submitted.number)
    migration = migrated(studio, current_number())
    path, body = f"/migrations/{migration}/undo", {"reason": "该件特殊", "case": submitted.number}

    assert studio.program("publisher").post(path, body).status == 200
    assert whole(submitted.number) == before
    again = studio.program("publisher").post(path, body)
    assert (again.status, again.code) == (422, "E-UNDO")
    assert studio.program("publisher").post(path, {**body, "case": "20260101-000001"}).status == 404
    assert studio.program("analyst").get(f"/migrations/{migration}").json["status"] == "done"


def test_what_was_decided_before_must_hold_under_the_policy_of_the_other_version(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    """The other version asks the receiving school's superior in another lane, which nobody has asked yet."""
    beyond = a_story(studio.client)
    assert beyond.submit().status == 201
    beyond.agree_until("releasing_bureau")
    publish_altered(
        "transfer",
        ('userTask id="receiving_school"', 'userTask id="school_of_arrival"'),
        *_renamed("receiving_school", "school_of_arrival"),
    )

    answer = begin(studio, current_number(), rehearse=True)

    found = {each["case"]: (each["verdict"], each["detail"]) for each in answer.json["rehearsal"]["items"]}
    assert found[submitted.number] == ("cannot", "办件停在“转入学校审核”，新版本中没有这个环节")
    assert found[beyond.number][0] == "cannot"
    assert "尚未" in found[beyond.number][1]
    assert begin(studio, current_number(), reason="试").code == "E-MIGRATION"


def _renamed(old: str, new: str) -> list[tuple[str, str]]:
    return [
        (f"<bpmn:flowNodeRef>{old}</bpmn:flowNodeRef>", f"<bpmn:flowNodeRef>{new}</bpmn:flowNodeRef>"),
        (f'targetRef="{old}"', f'targetRef="{new}"'),
        (f'sourceRef="{old}"', f'sourceRef="{new}"'),
        (f'bpmnElement="{old}"', f'bpmnElement="{new}"'),
    ]


def renamed_school_step(publish_altered: Publish) -> None:
    publish_altered(
        "transfer",
        ('userTask id="receiving_school" name="转入学校审核"', 'userTask id="school_of_arrival" name="转入学校初审"'),
        *_renamed("receiving_school", "school_of_arrival"),
        (
            '<spiffworkflow:property name="route_order" value="1" />',
            '<spiffworkflow:property name="route_order" value="1" />'
            '<spiffworkflow:property name="form" value="receiving_school" />',
        ),
    )


def test_a_step_may_go_on_as_another_one(studio: Studio, submitted: Story, publish_altered: Publish) -> None:
    renamed_school_step(publish_altered)
    before, former = whole(submitted.number), submitted.waiting()["id"]

    migration = migrated(studio, current_number(), mapping={"receiving_school": "school_of_arrival"})

    assert progress(studio, migration) == {"moved": 1}
    assert submitted.waiting()["name"] == "转入学校初审"
    late = submitted.program("receiving_school").post(f"/tasks/{former}/decision", {"outcome": "agree"})
    assert (late.status, late.code) == (422, "E-MIGRATED")
    studio.program("publisher").post(f"/migrations/{migration}/undo", {"reason": "改回"})
    work_on_migrations()
    assert whole(submitted.number) == before


# ── at the same time ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_decides_meanwhile_wins_or_hears_of_it(
    studio: Studio, submitted: Story, publish_altered: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker migrates between an official's reading and writing: the official is asked to look again."""
    publish_altered("transfer", OTHER_DAYS)
    migration = proposed(studio, current_number())
    assert decide(studio, migration).status == 200
    read = decisions._task_to_decide

    def read_then_migrated(*asked: Any) -> Any:
        found = read(*asked)
        monkeypatch.setattr(decisions, "_task_to_decide", read)

        def other() -> None:
            with studio.client.app.app_context():
                work_on_migrations()

        apart(other)
        return found

    monkeypatch.setattr(decisions, "_task_to_decide", read_then_migrated)
    answer = submitted.decide("agree")
    if db.engine.dialect.name == "postgresql":
        assert (answer.status, answer.code) == (409, "E-STALE")
    assert submitted.case()["version"] == current_number()
    assert progress(studio, migration) == {"moved": 1}
    assert [each["task"] for each in submitted.case()["decisions"]] == []
    submitted.agree_until("pull")


def test_deadlines_follow_and_nobody_is_late_by_a_migration_alone(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    first = db.session.scalars(sa.select(Task)).one()
    arrived, deadline = first.arrived_at, first.deadline
    publish_altered("transfer", OTHER_DAYS)
    clock.set_to(clock.deadline_after(arrived, 8))
    db.session.rollback()

    migrated(studio, current_number())

    db.session.expire_all()
    task = db.session.scalars(sa.select(Task)).one()
    assert task.deadline == clock.deadline_after(clock.now(), 1)
    assert task.deadline < deadline
    assert task.arrived_at == arrived


def test_the_rows_of_a_migration_are_as_many_as_the_cases(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    publish_altered("transfer", OTHER_DAYS)
    migration = proposed(studio, current_number())
    assert (
        submitted.program("receiving_school", "operator")
        .post(f"/cases/{submitted.number}/recall", {"reason": "不转了"})
        .status
        == 200
    )
    other, process = a_story(studio.client), db.session.get_one(Process, "transfer")
    former = db.session.scalars(sa.select(Case.version_id).where(Case.number == submitted.number)).one()
    process.current_id, newer = former, process.current_id
    db.session.commit()
    assert other.submit().status == 201
    process.current_id = newer
    db.session.commit()

    assert decide(studio, migration).status == 200
    rows = db.session.execute(sa.select(MigratedCase.status, Case.number).join(Case)).all()
    assert [(str(row.status.value), row.number) for row in rows] == [("waiting", other.number)]
    work_on_migrations()
    assert progress(studio, migration) == {"moved": 1}
