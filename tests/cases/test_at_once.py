"""Two equal posts at once by one person are one act; after a recall everybody reads that it was recalled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases import operations
from app.cases.models import Case, CaseStatus, Decision
from app.cases.models.submissions import Submission
from app.cases.operations import decisions
from app.cases.operations.idempotency import Submitted
from app.database import db
from app.schema import bring_to
from app.students.models import Directive
from tests.cases.test_races import at_once, count
from tests.support import factories, invariants
from tests.support.client import Answer, Client
from tests.support.databases import at_revision
from tests.support.transfer_case import Story

RECALLED = "本件已由申请单位撤回，不再办理。"
KEYS = pytest.mark.parametrize("key", [None, "pressed-twice"])


def held_until_both_have(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Callable[[], None]:
    """Let nobody act before both have called that: the worst order of all."""

    def arrange() -> None:
        gate, look, places = threading.Barrier(2, timeout=60), getattr(owner, name), iter(range(2))

        def held(*arguments: Any, **more: Any) -> Any:
            found = look(*arguments, **more)
            if next(places, None) is not None:  # the two that come first
                gate.wait()
            return found

        monkeypatch.setattr(owner, name, held)

    return arrange


@pytest.fixture
def both_have_asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Of applications: both have looked whether it was done already."""
    return held_until_both_have(monkeypatch, Submitted, "before")


@pytest.fixture
def both_have_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Of decisions: both have read the case as it was."""
    return held_until_both_have(monkeypatch, decisions, "_task_to_decide")


def sent(key: str | None) -> dict[str, str]:
    return {"Idempotency_Key": key} if key else {}


@KEYS
def test_an_application_sent_twice_at_once(story: Story, key: str | None, both_have_asked: Callable[[], None]) -> None:
    program = story.program("receiving_school", "operator")
    body = {"process": "transfer", "application": factories.an_application(story.child, story.receiving)}

    def press() -> Answer:
        return program.post("/cases", body, **sent(key))

    both_have_asked()
    answers = at_once(press, press)

    assert [answer.status for answer in answers] == [201, 201], [answer.text for answer in answers]
    assert answers[0].json["number"] == answers[1].json["number"]
    assert count(Case, Case.status != CaseStatus.CLOSED) == 1
    assert count(Submission) == 1
    assert invariants.broken() == []


@pytest.mark.parametrize("key", [None, "one"])
def test_each_of_two_posts_of_one_person_submits_for_itself(app: Flask, client: Client, key: str | None) -> None:
    first, second = (factories.a_school(code) for code in ("330106", "330108"))
    person = factories.a_post(factories.a_user(first, "operator"), second, "operator")
    asked = {"stage": "primary", "year": 2026, "total": 60, "reason": "新建校舍", "basis": "西教〔2026〕1号"}
    program = client.api(person)

    def press(post: int) -> Answer:
        return program.post("/cases", {"process": "quota_change", "application": asked}, X_Post=str(post), **sent(key))

    answers = [press(post.id) for post in person.posts]

    assert [answer.status for answer in answers] == [201, 201], [answer.text for answer in answers]
    offices = db.session.scalars(
        sa.select(Case.applicant_office_id).order_by(Case.id).where(Case.process_key != "takeover")
    )
    assert offices.all() == [first.id, second.id]
    if key:
        assert [press(post.id).json["number"] for post in person.posts] == [each.json["number"] for each in answers]


def test_what_was_submitted_before_goes_to_the_post_that_opened_the_case(app: Flask, tmp_path: Path) -> None:
    with at_revision(db.engine.dialect.name, tmp_path, "u01") as engine:
        old = sa.MetaData()
        old.reflect(engine)
        with engine.begin() as connection:
            for name, rows in _as_it_was().items():
                connection.execute(sa.insert(old.tables[name]), rows)
            bring_to(connection, "u02")
            kept = connection.execute(sa.text("SELECT post_id, key, case_id FROM submission ORDER BY key")).all()

    assert [tuple(row) for row in kept] == [(2, "k1", 1), (1, "k2", 2)]


def _as_it_was() -> dict[str, list[dict[str, Any]]]:
    now, day = clock.now(), clock.today()
    office = {"division_code": "330106", "acts_as_city": False}
    case = {
        "process_key": "transfer", "application": "{}", "profile": "zj-2010", "parties": "{}", "clocks": "{}",
        "revision": 0, "holds_student": False, "ended_because": "", "status": "open", "opened_at": now,
    }  # fmt: skip
    return {
        "division": [{"code": "330106", "name": "西湖区", "superior_code": None, "number": "01"}],
        "office": [
            {**office, "id": key, "code": f"33000{key}", "name": "x", "short_name": "x", "path": f"{key}.",
             "kind": "school" if key < 9 else "province", "superior_id": 9 if key < 9 else None}
            for key in (9, 1, 2, 3)
        ],
        "app_user": [{"id": 1, "username": "a", "name": "甲", "password_hash": "", "enabled": True, "is_demo": False,
                      "password_changed_at": now}],
        "post": [
            {"id": key, "user_id": 1, "office_id": key, "duty": "operator", "starts_on": day} for key in (1, 2)
        ],
        "cases": [{**case, "id": 1, "number": "C1", "applicant_office_id": 2},
                  {**case, "id": 2, "number": "C2", "applicant_office_id": 3}],
        "submission": [
            {"user_id": 1, "key": f"k{key}", "digest": "x", "case_id": key, "at": now} for key in (1, 2)
        ],
    }  # fmt: skip


def test_the_same_application_later_is_judged_by_the_rules(story: Story) -> None:
    assert story.submit().status == 201
    again = story.submit()
    assert (again.status, again.codes) == (422, {"E-CASE-01"})


def test_the_same_application_after_a_recall_is_another_case(story: Story) -> None:
    first = story.submit().json["number"]
    program = story.program("receiving_school", "operator")
    assert program.post(f"/cases/{first}/recall", {"reason": "材料有误"}).status == 200
    second = story.submit()
    assert second.status == 201
    assert second.json["number"] != first


@KEYS
def test_a_decision_sent_twice_at_once(submitted: Story, key: str | None, both_have_read: Callable[[], None]) -> None:
    task, program = submitted.waiting()["id"], submitted.program("receiving_school")

    def press() -> Answer:
        return program.post(f"/tasks/{task}/decision", {"outcome": "agree"}, **sent(key))

    both_have_read()
    answers = at_once(press, press)

    assert [answer.status for answer in answers] == [200, 200], [answer.text for answer in answers]
    assert answers[0].json == answers[1].json
    assert count(Decision, Decision.task_id == task) == 1


def test_a_button_pressed_twice_at_once_on_a_page(submitted: Story, both_have_read: Callable[[], None]) -> None:
    task, approver = submitted.waiting()["id"], submitted.people["receiving_school"].approver
    browsers = [Client(submitted.client.app).sign_in(approver) for _ in range(2)]
    for each in browsers:
        each.get(f"/cases/{submitted.number}")

    both_have_read()
    answers = at_once(
        *(lambda each=each: each.post(f"/tasks/{task}/decision", outcome="agree", key="one-form") for each in browsers)
    )

    assert [answer.status for answer in answers] == [302, 302]
    assert count(Decision, Decision.task_id == task) == 1


def test_different_decisions_at_once_are_two_acts(submitted: Story, both_have_read: Callable[[], None]) -> None:
    task, program = submitted.waiting()["id"], submitted.program("receiving_school")
    no = {"outcome": "refuse", "reason_code": "incomplete_papers", "opinion": "材料不全"}

    both_have_read()
    answers = at_once(
        lambda: program.post(f"/tasks/{task}/decision", {"outcome": "agree"}),
        lambda: program.post(f"/tasks/{task}/decision", no),
    )

    assert sorted(answer.status for answer in answers) == [200, 409]


def test_one_key_for_two_contents_at_once(submitted: Story, both_have_read: Callable[[], None]) -> None:
    task, program = submitted.waiting()["id"], submitted.program("receiving_school")
    no = {"outcome": "refuse", "reason_code": "incomplete_papers", "opinion": "材料不全"}

    both_have_read()
    answers = at_once(
        lambda: program.post(f"/tasks/{task}/decision", {"outcome": "agree"}, Idempotency_Key="one"),
        lambda: program.post(f"/tasks/{task}/decision", no, Idempotency_Key="one"),
    )

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"E-KEY"}


def test_a_recall_and_a_revocation_sent_twice_at_once(submitted: Story, both_have_asked: Callable[[], None]) -> None:
    submitted.agree_until("pull")
    number, bureau = submitted.case()["directive"]["number"], submitted.program("releasing_bureau")
    school = submitted.program("receiving_school", "operator")

    both_have_asked()
    twice: list[Callable[[], Answer]] = [lambda: bureau.post(f"/directives/{number}/revoke", {"reason": "有误"})] * 2
    answers = at_once(*twice)
    assert [(each.status, each.json["status"]) for each in answers] == [(200, "revoked")] * 2
    assert count(Directive) == 1

    both_have_asked()
    twice = [lambda: school.post(f"/cases/{submitted.number}/recall", {"reason": "家长改变主意"})] * 2
    answers = at_once(*twice)
    assert [(each.status, each.json["outcome"]) for each in answers] == [(200, "recalled")] * 2
    again = school.post(f"/cases/{submitted.number}/recall", {"reason": "家长改变主意"})
    assert (again.status, again.code, again.json["detail"]) == (422, "E-RECALL", "本件已撤回，不能再撤回。")


def test_nothing_of_another_persons_equal_act_is_answered(story: Story, both_have_asked: Callable[[], None]) -> None:
    """Two people of two schools send the same words: one act is not the other's."""
    other = factories.a_user(story.receiving, "operator")
    body = {"process": "transfer", "application": factories.an_application(story.child, story.receiving)}
    programs = [story.program("receiving_school", "operator"), story.client.api(other)]

    both_have_asked()
    answers = at_once(*(lambda each=each: each.post("/cases", body) for each in programs))

    assert sorted(answer.status for answer in answers) == [201, 422]


def test_after_a_recall_every_desk_reads_that_it_was_recalled(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    task, bureau = submitted.waiting()["id"], submitted.people["receiving_bureau"]
    school = submitted.program("receiving_school", "operator")
    assert school.post(f"/cases/{submitted.number}/recall", {"reason": "家长改变主意"}).status == 200

    decided = submitted.client.api(bureau.approver).post(f"/tasks/{task}/decision", {"outcome": "agree"})
    page = Client(submitted.client.app).sign_in(bureau.operator)
    page.get("/tasks")
    reviewed = page.post(f"/tasks/{task}/pre-review", recommendation="agree", opinion="材料齐全")
    applicant = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    applicant.get("/tasks")
    urged = applicant.post(f"/tasks/{task}/urge")

    assert (decided.status, decided.code, decided.json["detail"]) == (409, "E-STALE", RECALLED)
    for answer in (reviewed, urged):
        assert answer.status == 409
        assert RECALLED in answer.text


def test_a_decision_overtaken_by_a_recall_reads_so(
    submitted: Story, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk has read the open task; the recall commits before its claim."""
    task = submitted.waiting()["id"]
    school = submitted.program("receiving_school", "operator")
    program = submitted.program("receiving_school")
    decide: Any = operations.decisions.workflows.complete

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.undo()
        db.session.rollback()
        assert school.post(f"/cases/{submitted.number}/recall", {"reason": "家长改变主意"}).status == 200
        return decide(*args, **kwargs)

    monkeypatch.setattr(operations.decisions.workflows, "complete", overtaken)
    answer = program.post(f"/tasks/{task}/decision", {"outcome": "agree"})

    assert (answer.status, answer.json["detail"]) == (409, RECALLED)
    assert db.session.scalars(sa.select(Decision)).all() == []
