"""Whoever may not, is refused with a code; nothing changes; the attempt stands in the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.audit import AuditEvent
from app.backup.triggers import unguarded
from app.cases.commands import tick
from app.cases.models import Case, Decision, Task
from app.database import db
from app.schools.models import Quota
from app.students.models import Archive, Change, Directive, Enrolment, Standing, Student
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.transfer_case import Story, staff

RECORD = (Case, Task, Decision, Directive, Enrolment, Archive, Change, Quota)


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables that a decision may touch; who looked at a task is no decision."""
    db.session.rollback()
    asked = {each.__tablename__: [column for column in each.__table__.c if column.key != "seen_at"] for each in RECORD}
    selects = {name: sa.select(*some).order_by("id") for name, some in asked.items()}
    return {name: [tuple(row) for row in db.session.execute(select)] for name, select in selects.items()}


@contextmanager
def nothing_changes(attempts: int = 1) -> Iterator[None]:
    """The block leaves the record as it was, and that many refused attempts on record."""
    before, audited = contents(), refused_attempts()
    yield
    assert contents() == before
    assert refused_attempts() == audited + attempts


def refused_attempts() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.verb.like("refused/%"))) or 0


def agree(program: Program, task: int, **more: Any) -> Any:
    return program.post(f"/tasks/{task}/decision", {"outcome": "agree", **more})


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_receiving_school_may_apply(story: Story) -> None:
    elsewhere = staff(factories.a_school("330106"))
    application = factories.an_application(story.child, story.receiving)

    with nothing_changes():
        answer = story.client.api(elsewhere.operator).post(
            "/cases", {"process": "transfer", "application": application}
        )

    assert (answer.status, answer.code) == (403, "E-OFFICE")


def test_a_bureau_may_not_apply_for_a_school(story: Story) -> None:
    application = factories.an_application(story.child, story.receiving)

    with nothing_changes():
        answer = story.program("receiving_bureau", "operator").post(
            "/cases", {"process": "transfer", "application": application}
        )

    assert answer.status == 403


@pytest.mark.parametrize("stranger", ["330108", "330203", "330700"])
def test_for_a_neighbouring_bureau_the_task_does_not_exist(submitted: Story, stranger: str) -> None:
    submitted.agree_until("receiving_bureau")
    program = submitted.client.api(factories.a_user(factories.a_bureau(stranger), "approver"))
    task = submitted.waiting()["id"]

    with nothing_changes():
        answers = [agree(program, task), program.get(f"/tasks/{task}"), program.get(f"/cases/{submitted.number}")]

    assert [(answer.status, answer.code) for answer in answers] == [(404, "E-MISSING")] * 3


def test_the_city_above_sees_the_task_and_cannot_decide_it(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    city = submitted.client.api(factories.a_user(factories.a_bureau("330100"), "approver"))
    task = submitted.waiting()["id"]

    with nothing_changes():
        answer = agree(city, task)

    assert (answer.status, answer.code) == (403, "E-ALLOW")
    assert city.get(f"/tasks/{task}").status == 200


def test_the_other_offices_of_the_route_cannot_decide_before_their_turn(submitted: Story) -> None:
    task = submitted.waiting()["id"]

    with nothing_changes(attempts=3):
        answers = [
            agree(submitted.program(role), task)
            for role in ("receiving_bureau", "releasing_school", "releasing_bureau")
        ]

    assert {answer.status for answer in answers} <= {403, 404}


def test_an_operator_cannot_decide_what_an_approver_must(submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")

    with nothing_changes():
        answer = submitted.decide(duty="operator")

    assert (answer.status, answer.code) == (403, "E-ALLOW")


def test_scenario_23_nobody_decides_what_they_drafted(story: Story) -> None:
    school = story.people["receiving_school"]
    factories.a_post(school.operator, story.receiving, "approver")
    story.submit()
    program = story.program("receiving_school", "operator")
    approver_post = next(post["id"] for post in program.get("/me").json["posts"] if post["duty"] == "approver")
    program.headers["X-Post"] = str(approver_post)

    with nothing_changes():
        answer = agree(program, story.waiting()["id"])

    assert (answer.status, answer.code) == (403, "E-SOD-01")


def test_who_repaired_or_pre_reviewed_does_not_approve_either(submitted: Story) -> None:
    clerk = submitted.people["receiving_bureau"].operator
    factories.a_post(clerk, submitted.receiving.office.superior, "approver")
    submitted.agree_until("receiving_bureau")
    task = submitted.waiting()["id"]
    browser = Client(submitted.client.app).sign_in(clerk)
    browser.get(f"/cases/{submitted.number}")
    assert browser.post(f"/tasks/{task}/pre-review", recommendation="agree", opinion="可行").status == 302
    program = submitted.client.api(clerk)
    program.headers["X-Post"] = str(next(p["id"] for p in program.get("/me").json["posts"] if p["duty"] == "approver"))

    with nothing_changes():
        answer = agree(program, task)

    assert answer.code == "E-SOD-01"


@pytest.mark.parametrize("duty", ["sysadmin", "secadmin", "auditor", "analyst", "publisher"])
def test_scenario_24_who_runs_the_system_sees_no_children_and_decides_nothing(submitted: Story, duty: str) -> None:
    program = submitted.client.api(factories.a_user(factories.a_bureau("330000"), duty))
    task = submitted.waiting()["id"]

    for path in (
        "/students", f"/students/{submitted.child.id}", "/cases", f"/cases/{submitted.number}", "/tasks",
        f"/tasks/{task}", "/directives", "/quotas",
    ):  # fmt: skip
        assert program.get(path).status == 403, path
    with nothing_changes():
        assert agree(program, task).status == 403


def test_the_province_sees_that_a_case_runs_and_none_of_its_content(submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    province = submitted.client.api(factories.a_user(factories.a_bureau("330000"), "approver"))

    shown = province.get(f"/cases/{submitted.number}").json

    assert (shown["application"], shown["decisions"], shown["directive"]) == (None, [], None)
    assert len(shown["route"]) >= 5
    assert "*" in province.get(f"/students/{submitted.child.id}").json["main_number"]
    assert province.get(f"/tasks/{submitted.waiting()['id']}").status == 404


def test_an_office_of_the_route_sees_the_content_when_its_turn_has_come(submitted: Story) -> None:
    early = submitted.program("releasing_bureau").get(f"/cases/{submitted.number}").json
    submitted.agree_until("releasing_bureau")
    later = submitted.program("releasing_bureau").get(f"/cases/{submitted.number}").json

    assert (early["application"], early["decisions"]) == (None, [])
    assert early["route"]
    assert later["application"]["reason"] == "家庭住址变动"
    assert len(later["decisions"]) == 3


# ── directives ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def at_pull(submitted: Story) -> Story:
    return submitted.agree_until("pull")


def another_case(story: Story, *, to_school: Any = None) -> Story:
    """A second child of the same releasing school, on its way to the same or another receiving school."""
    school = to_school or story.receiving
    people = dict(story.people)
    if to_school:
        people["receiving_school"] = staff(to_school)
    other = Story(story.client, factories.a_student(story.releasing, name="周予安"), school, story.releasing, people)
    assert other.submit().status == 201
    return other.agree_until("pull")


def pull_with(story: Story, number: str) -> Any:
    return story.decide(form={"directive": number})


def test_without_a_directive_of_that_number_there_is_no_pull(at_pull: Story) -> None:
    with nothing_changes():
        answer = pull_with(at_pull, "T2026-330212-999999")

    assert (answer.status, answer.code) == (422, "E-DIR-01")


def test_scenario_02_a_directive_for_one_school_is_no_use_to_another(at_pull: Story) -> None:
    other = another_case(at_pull, to_school=factories.a_school("330106"))
    number = at_pull.case()["directive"]["number"]

    with nothing_changes():
        answer = pull_with(other, number)

    assert (answer.status, answer.code) == (422, "E-DIR-04")


def test_a_directive_for_another_child_of_the_same_school_is_refused(at_pull: Story) -> None:
    other = another_case(at_pull)

    with nothing_changes():
        answer = pull_with(other, at_pull.case()["directive"]["number"])

    assert (answer.status, answer.code) == (422, "E-DIR-01")


def test_a_used_directive_is_refused(at_pull: Story) -> None:
    other = another_case(at_pull)
    number = at_pull.case()["directive"]["number"]
    assert pull_with(at_pull, number).status == 200

    with nothing_changes():
        answer = pull_with(other, number)

    assert (answer.status, answer.code) == (422, "E-DIR-02")


def test_the_pull_cannot_be_decided_twice(at_pull: Story) -> None:
    task, number = at_pull.waiting()["id"], at_pull.case()["directive"]["number"]
    program = at_pull.program("receiving_school")
    assert agree(program, task, form={"directive": number}).status == 200

    with nothing_changes():
        answer = agree(program, task, form={"directive": number})

    assert (answer.status, answer.code) == (409, "E-STALE")


def revoke(story: Story, reason: str = "学生信息有误", role: str = "releasing_bureau") -> Any:
    number = story.case()["directive"]["number"]
    return story.program(role).post(f"/directives/{number}/revoke", {"reason": reason})


def test_scenario_18_a_revoked_directive_sends_the_case_back_to_the_bureau(at_pull: Story) -> None:
    task, number = at_pull.waiting()["id"], at_pull.case()["directive"]["number"]
    assert revoke(at_pull).json["status"] == "revoked"

    with nothing_changes():
        answer = agree(at_pull.program("receiving_school"), task, form={"directive": number})

    assert (answer.status, answer.code) == (422, "E-DIR-03")
    assert at_pull.waiting()["key"] == "releasing_bureau"
    assert at_pull.decide().status == 200
    assert at_pull.case()["directive"]["number"] != number
    with nothing_changes():
        assert pull_with(at_pull, number).code == "E-DIR-03"
    assert at_pull.decide().json["outcome"] == "agreed"


def test_an_expired_directive_is_refused_even_before_the_clock_has_swept_it(at_pull: Story) -> None:
    number = at_pull.case()["directive"]["number"]
    clock.set_to(clock.now() + dt.timedelta(days=61))

    with nothing_changes():
        answer = pull_with(at_pull, number)

    assert (answer.status, answer.code) == (422, "E-DIR-03")
    assert tick()["expired"] == 1
    assert at_pull.waiting()["key"] == "releasing_bureau"
    assert at_pull.case()["directive"]["status"] == "expired"


def test_only_the_issuing_bureau_revokes(at_pull: Story) -> None:
    stranger = factories.a_user(factories.a_bureau("330203"), "approver")
    number = at_pull.case()["directive"]["number"]

    with nothing_changes(attempts=4):
        answers = [
            revoke(at_pull, role="receiving_school"),
            revoke(at_pull, role="receiving_bureau"),
            at_pull.client.api(stranger).post(f"/directives/{number}/revoke", {"reason": "误"}),
            at_pull.program("releasing_bureau", "operator").post(f"/directives/{number}/revoke", {"reason": "误"}),
        ]

    assert [answer.status for answer in answers] == [403, 403, 404, 403]


def test_a_used_directive_cannot_be_revoked(at_pull: Story) -> None:
    at_pull.decide()

    with nothing_changes():
        answer = revoke(at_pull)

    assert answer.code == "E-DIR-02"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: sa.update(Archive).values(version=Archive.version + 1), "E-DIR-05"),
        (lambda: sa.update(Directive).values(expires_at=clock.now() + dt.timedelta(days=400)), "E-DIR-01"),
    ],
    ids=["the archive changed meanwhile", "the directive is forged"],
)
def test_a_directive_that_does_not_fit_is_none(at_pull: Story, change: Callable[[], Any], code: str) -> None:
    with unguarded(db.session.connection(), [Directive.__table__]):  # as the owner of the database
        db.session.execute(change())
    db.session.commit()

    with nothing_changes():
        answer = at_pull.decide()

    assert answer.code == code


# ── precheck ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def suspended(story: Story) -> None:
    story.child = factories.a_student(story.releasing, name="王子涵", standing=Standing.SUSPENDED)


def contested(story: Story) -> None:
    db.session.execute(sa.update(Student).values(contested=True))
    db.session.commit()


def full(story: Story) -> None:
    db.session.execute(sa.update(Quota).where(Quota.school_id == story.receiving.id).values(total=0))
    db.session.commit()


def held(story: Story) -> None:
    assert story.submit().status == 201


@pytest.mark.parametrize(
    ("arrange", "code"),
    [(suspended, "E-SUS"), (contested, "E-PROB-01"), (full, "E-QUOTA-01"), (held, "E-CASE-01")],
)
def test_the_precheck_refuses_with_its_code(story: Story, arrange: Callable[[Story], None], code: str) -> None:
    arrange(story)

    with nothing_changes():
        answer = story.submit()

    assert answer.status == 422
    assert answer.codes == {code}


def test_every_objection_comes_at_once(story: Story) -> None:
    contested(story)
    full(story)

    answer = story.submit(grade="14")

    assert answer.codes == {"E-PROB-01", "E-QUOTA-01", "E-GRADE"}
    assert all(each["detail"].endswith("。") for each in answer.json["objections"])


def test_an_unknown_number_and_a_wrong_name_get_the_same_answer(story: Story) -> None:
    wrong_name = story.submit(name="陈思源")
    unknown = story.submit(main_number=factories.a_number())

    assert (wrong_name.status, wrong_name.json["detail"]) == (unknown.status, unknown.json["detail"])
    assert (wrong_name.code, wrong_name.codes) == (unknown.code, {"E-CHILD"})


def test_scenario_17_recall_until_the_directive_is_issued(submitted: Story) -> None:
    submitted.agree_until("pull")

    with nothing_changes():
        answer = submitted.program("receiving_school", "operator").post(
            f"/cases/{submitted.number}/recall", {"reason": "家长改变主意"}
        )

    assert (answer.status, answer.code) == (422, "E-RECALL")


def test_a_recalled_case_frees_the_child_for_another_application(submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    recalled = submitted.program("receiving_school", "operator").post(
        f"/cases/{submitted.number}/recall", {"reason": "家长改变主意"}
    )

    assert (recalled.json["status"], recalled.json["outcome"]) == ("closed", "recalled")
    assert recalled.json["waiting"] == []
    assert submitted.submit().status == 201
