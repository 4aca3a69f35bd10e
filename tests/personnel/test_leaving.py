"""Whoever leaves leaves no task behind; an account that nobody uses is sealed, and reopened by who may."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.cases.commands import tick
from app.cases.models import HandOver, Task, TaskClaim
from app.database import db, transaction
from app.identity.models import Post, User
from app.identity.operations import nobody
from app.personnel.operations import hand_on
from app.personnel.queries import accounts_to_ask
from tests.cases.test_time import at, waiting_task
from tests.support import factories
from tests.support.client import PASSWORD, Client
from tests.support.transfer_case import Story


def handed_to_the_second(story: Story) -> Task:
    """The releasing bureau's task, which only its second approver decides."""
    story.agree_until("releasing_bureau")
    task, people = waiting_task(story), story.people["releasing_bureau"]
    body = {"to": people.approver2.id, "reason": "分工"}
    answer = story.program("releasing_bureau").post(f"/tasks/{task.id}/hand-over", body)
    assert answer.status == 200, answer.text
    return task


def end_of(post: Post, app: Flask, leader: User, admin: User, to_user: int | None) -> None:
    browser = Client(app).sign_in(leader)
    browser.get(f"/people/posts/{post.id}")
    said = {"ends_on": "2026-11-23", "reason": "退休", "to_user": str(to_user or "")}
    assert browser.post(f"/people/posts/{post.id}/end", **said).status == 302
    granting = Client(app).sign_in(admin)
    page = granting.get("/people/proposals")
    number = granting.page.xpath("//form[contains(@action,'/decision')]/@action")[0]
    assert granting.post(number, outcome="agree").status == 302, page.text


def test_open_tasks_go_to_the_colleague_whom_the_proposal_names(app: Flask, submitted: Story) -> None:
    task, people = handed_to_the_second(submitted), submitted.people["releasing_bureau"]
    admin = factories.a_user(factories.a_bureau("330212"), "secadmin")
    end_of(people.approver2.posts[0], app, people.approver, admin, people.approver.id)
    assert tick()["handed_on"] == 0, "not before the day is over"

    at("2026-11-24 09:00")
    assert tick()["handed_on"] == 1
    assert tick()["handed_on"] == 0

    db.session.expire_all()
    assert db.session.get_one(Task, task.id).assignee_id == people.approver.id
    assert db.session.scalars(sa.select(HandOver).order_by(HandOver.id.desc())).first().to_user_id == people.approver.id
    assert submitted.decide().status == 200


def test_without_a_colleague_they_go_back_to_the_office(app: Flask, submitted: Story) -> None:
    task, people = handed_to_the_second(submitted), submitted.people["releasing_bureau"]
    admin = factories.a_user(factories.a_bureau("330212"), "secadmin")
    end_of(people.approver2.posts[0], app, people.approver, admin, None)

    at("2026-11-24 09:00")
    assert tick()["handed_on"] == 1

    db.session.expire_all()
    assert db.session.get_one(Task, task.id).assignee_id is None
    assert submitted.decide().status == 200


def test_the_leader_hands_all_of_them_over_now_also_what_was_only_taken_to_read(app: Flask, submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    task, people = waiting_task(submitted), submitted.people["releasing_bureau"]
    assert submitted.program("releasing_bureau", "approver2").post(f"/tasks/{task.id}/claim").status == 200
    browser, post = Client(app).sign_in(people.approver), people.approver2.posts[0].id
    assert "1 件" in browser.get(f"/people/posts/{post}").text
    assert browser.post(f"/people/posts/{post}/hand-on", to="", why="").status == 422
    to = str(people.approver.id)

    assert browser.post(f"/people/posts/{post}/hand-on", to=to, why="请假").status == 302

    assert "已移交 1 件" in browser.get("/people").text
    db.session.expire_all()
    assert db.session.get_one(Task, task.id).assignee_id == people.approver.id
    assert db.session.scalars(sa.select(TaskClaim)).all() == []


def test_an_account_that_nobody_has_used_for_90_days_is_sealed_and_reopened(app: Flask) -> None:
    bureau = factories.a_bureau("330106")
    idle, busy = factories.a_user(bureau, "operator"), factories.a_user(bureau, "approver")
    admin = factories.a_user(bureau, "secadmin")
    old = clock.now() - dt.timedelta(days=200)
    db.session.execute(sa.update(User).values(password_changed_at=old, reopened_at=None))
    db.session.commit()
    for user in (busy, admin):
        Client(app).sign_in(user)

    assert tick()["sealed"] == 1

    db.session.expire_all()
    assert (db.session.get_one(User, idle.id).enabled, db.session.get_one(User, busy.id).enabled) == (False, True)
    assert "personnel/seal_unused" in db.session.scalars(sa.select(audit.AuditEvent.verb)).all()
    browser = Client(app).sign_in(admin)
    assert "已封存" in browser.get("/accounts/").text
    assert browser.post(f"/accounts/{idle.id}/reopen", next="/accounts/").status == 302
    assert tick()["sealed"] == 0, "who was reopened has 90 days again"
    owner = Client(app)
    owner.get("/sign-in")
    assert owner.post("/sign-in", username=idle.username, password=PASSWORD).status == 302


def test_the_clock_asks_each_account_once_in_90_days_and_not_all_of_them_every_minute(app: Flask) -> None:
    used, idle = (factories.a_user(factories.a_bureau("330106"), "operator") for _ in range(2))
    db.session.execute(sa.update(User).values(reopened_at=None))
    db.session.commit()
    at("2027-01-20 09:00")
    Client(app).sign_in(used)
    tick()
    db.session.rollback()
    assert accounts_to_ask(clock.now()) == [], "nobody again before their 90 days are over"

    at("2027-02-22 09:00")
    assert [user.id for user, _used_at in accounts_to_ask(clock.now())] == [idle.id]
    assert tick()["sealed"] == 1
    at("2027-04-21 09:00")
    assert tick()["sealed"] == 1
    db.session.expire_all()
    assert not db.session.get_one(User, used.id).enabled


def test_an_administrator_seals_others_of_the_jurisdiction_and_not_themselves(app: Flask) -> None:
    person = factories.a_user(factories.a_bureau("330106"), "operator")
    admin = factories.a_user(factories.a_bureau("330106"), "secadmin")
    neighbour = Client(app).api(factories.a_user(factories.a_bureau("330108"), "secadmin"))

    assert neighbour.post(f"/accounts/{person.id}/seal").status == 404
    assert neighbour.post(f"/accounts/{person.id}/reopen").status == 404
    mine = Client(app).api(admin)
    own = mine.post(f"/accounts/{admin.id}/seal")
    assert (own.status, own.code) == (403, "E-ACCOUNT")
    assert mine.post(f"/accounts/{person.id}/seal").status == 204
    db.session.expire_all()
    assert not db.session.get_one(User, person.id).enabled


def test_what_was_handed_to_somebody_else_meanwhile_stays_theirs(app: Flask, submitted: Story) -> None:
    task, people = handed_to_the_second(submitted), submitted.people["releasing_bureau"]
    third = factories.a_user(factories.a_bureau("330212"), "approver")
    body = {"to": third.id, "reason": "分工"}
    assert submitted.program("releasing_bureau", "approver2").post(f"/tasks/{task.id}/hand-over", body).status == 200

    with transaction():
        taken = hand_on(task.id, people.approver2.id, people.approver.id, "离任", actor=nobody())

    assert not taken
    db.session.expire_all()
    assert db.session.get_one(Task, task.id).assignee_id == third.id
