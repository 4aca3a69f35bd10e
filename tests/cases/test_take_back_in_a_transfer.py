"""收回 where records are at stake: never after a directive, and what was taken back satisfies no policy."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.cases.models import Case, Decision, StepBack, StepBackKind, Task, TaskStatus
from app.database import db, transaction
from app.students.models import Directive
from tests.support.client import Client
from tests.support.transfer_case import Story


def done(story: Story, key: str) -> Task:
    db.session.rollback()
    wanted = Case.number == story.number, Task.key == key, Task.status == TaskStatus.DONE
    return db.session.scalars(sa.select(Task).join(Case).where(*wanted)).one()


def test_once_a_directive_exists_it_is_revoked_instead(submitted: Story) -> None:
    submitted.agree_until("pull")
    task = done(submitted, "releasing_bureau").id

    refused = submitted.program("releasing_bureau").post(f"/tasks/{task}/take-back")

    assert (refused.status, refused.code) == (422, "E-BACK")
    assert refused.json["detail"] == "不能收回或退回：指令已下达，只能由下达机关撤销指令。"
    page = Client(submitted.client.app).sign_in(submitted.people["releasing_bureau"].approver)
    assert f"/tasks/{task}/take-back" not in page.get(f"/cases/{submitted.number}").text


def test_before_it_the_bureau_takes_its_consent_back_and_the_transfer_goes_on(submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    task = done(submitted, "receiving_bureau").id

    assert submitted.program("receiving_bureau").post(f"/tasks/{task}/take-back").status == 200

    assert submitted.waiting()["key"] == "receiving_bureau"
    route = {each["key"]: each["state"] for each in submitted.case()["route"]}
    assert (route["receiving_school"], route["receiving_bureau"], route["releasing_school"]) == (
        "done",
        "waiting",
        "to come",
    )
    submitted.agree_until("pull")
    assert submitted.decide().status == 200
    assert submitted.case()["outcome"] == "agreed"


def test_a_consent_that_counts_no_more_issues_no_directive(submitted: Story) -> None:
    """The run was moved by hand past what was taken back: the verb still asks for what stands on record."""
    submitted.agree_until("releasing_bureau")
    task = done(submitted, "receiving_bureau")
    with transaction():
        back = StepBack(
            case_id=task.case_id, kind=StepBackKind.TAKEN_BACK, task_id=task.id, office_id=task.office_id,
            user_id=submitted.people["receiving_bureau"].approver.id, at=clock.now(),
        )  # fmt: skip
        db.session.add(back)
        db.session.flush()
        db.session.execute(sa.update(Decision).where(Decision.task_id == task.id).values(undone_id=back.id))

    refused = submitted.decide()

    assert (refused.status, refused.code) == (422, "E-POLICY")
    assert "转入学校上级教育行政部门" in refused.json["detail"]
    db.session.rollback()
    assert db.session.scalars(sa.select(Directive)).all() == []
