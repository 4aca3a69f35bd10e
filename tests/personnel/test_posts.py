"""Posts: proposed by the leader, granted by another, ended on a day; never by one alone, nor past the neighbour."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.database import db
from app.identity.models import Duty, Post, User
from app.personnel.models import PostProposal
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Answer, Client

NEW = {"name": "王小明", "username": "wang.xm", "duty": "operator", "starts_on": "2026-11-23", "reason": "新任经办"}


@pytest.fixture
def leader(app: Flask) -> User:
    return factories.a_user(factories.a_bureau("330106"), "approver")


@pytest.fixture
def admin(app: Flask) -> User:
    return factories.a_user(factories.a_bureau("330106"), "secadmin")


def propose(app: Flask, who: User, office: str = "330106", **said: str) -> Answer:
    browser = Client(app).sign_in(who)
    browser.get("/people")
    return browser.post("/people/proposals", office_code=office, **{**NEW, **said})


def last() -> PostProposal:
    db.session.rollback()
    return db.session.scalars(sa.select(PostProposal).order_by(PostProposal.id.desc())).first()


def decide(app: Flask, who: User, outcome: str = "agree", opinion: str = "") -> Answer:
    browser = Client(app).sign_in(who)
    browser.get("/people/proposals")
    answer = browser.post(f"/people/proposals/{last().id}/decision", outcome=outcome, opinion=opinion)
    return browser.get(answer.location) if answer.status == 302 else answer


def first_password(page: Answer) -> str:
    return re.search(r"<dt>初始密码</dt><dd><strong[^>]*>([^<]+)<", page.text)[1]


def test_a_first_password_stands_on_its_page_and_in_no_cookie(app: Flask, leader: User, admin: User) -> None:
    propose(app, leader)
    browser = Client(app).sign_in(admin)
    browser.get("/people/proposals")

    answer = browser.post(f"/people/proposals/{last().id}/decision", outcome="agree", opinion="")

    assert (answer.status, answer.location) == (200, None)
    cookie = browser.browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
    kept = app.session_interface.get_signing_serializer(app).loads(cookie.value)
    assert "_flashes" not in kept, "nothing for the next page"
    assert first_password(answer) not in str(kept)
    assert "初始密码" not in browser.post(f"/people/proposals/{last().id}/decision", outcome="agree").text, "sent again"
    assert first_password(answer) not in browser.get("/people/proposals").text


def test_a_new_person_gets_post_and_account_and_chooses_a_password_before_anything(
    app: Flask, leader: User, admin: User
) -> None:
    assert propose(app, leader, ends_on="2027-07-31").status == 302

    page = decide(app, admin)

    first = first_password(page)
    assert first not in Client(app).sign_in(admin).get("/people/proposals").text, "once"
    person = Client(app)
    person.get("/sign-in")
    assert person.post("/sign-in", username="wang.xm", password=first).status == 302
    assert person.get("/inbox").location == "/me/password"
    person.get("/me/password")
    new = "A-password-0f-mine"
    assert person.post("/me/password", old_password=first, new_password=new, again=new).status == 302
    assert person.get("/inbox").status == 200
    post = db.session.scalars(sa.select(Post).join(User).where(User.username == "wang.xm")).one()
    assert (post.duty, str(post.starts_on), str(post.ends_on)) == (Duty.OPERATOR, "2026-11-23", "2027-07-31")
    verbs = db.session.scalars(sa.select(audit.AuditEvent.verb)).all()
    assert {"personnel/propose", "personnel/grant", "identity/add_user", "identity/give_post"} <= set(verbs)


def test_a_program_with_a_first_password_does_nothing_either(app: Flask, leader: User, admin: User) -> None:
    propose(app, leader)
    first = first_password(decide(app, admin))
    program = app.test_client()
    token = program.post("/api/v1/session", json={"username": "wang.xm", "password": first}).get_json()["token"]

    answer = program.get("/api/v1/tasks", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "E-PASSWORD-02")


def test_a_post_ends_after_its_last_day(app: Flask, leader: User, admin: User) -> None:
    person = factories.a_user(factories.a_bureau("330106"), "operator")
    post = person.posts[0]
    browser = Client(app).sign_in(leader)
    browser.get(f"/people/posts/{post.id}")
    assert browser.post(f"/people/posts/{post.id}/end", ends_on="2026-11-24", reason="调离").status == 302
    assert "待审批" in browser.get("/people").text
    decide(app, admin)

    at("2026-11-24 10:00")
    assert Client(app).sign_in(person).get("/inbox").status == 200
    at("2026-11-25 10:00")
    gone = Client(app)
    gone.get("/sign-in")
    assert gone.post("/sign-in", username=person.username, password="Xueji-test-2026").status == 422


def test_nobody_grants_what_they_have_proposed_or_what_is_about_them(app: Flask, leader: User) -> None:
    bureau = factories.a_bureau("330106")
    db.session.add(Post(user=leader, office=bureau, duty=Duty.SECADMIN, starts_on=clock.today()))
    db.session.commit()
    propose(app, leader)
    browser = Client(app).sign_in(leader)
    browser.get("/me")
    browser.post("/me/post", post=str(leader.posts[1].id))

    answer = browser.post(f"/people/proposals/{last().id}/decision", outcome="agree")

    assert answer.status == 403
    assert "提出人和本人都不能审批" in answer.text
    superior = factories.a_user(factories.a_bureau("330100"), "secadmin")
    decide(app, superior)
    assert last().status == "granted", "the superior's, as the office's own one has proposed it"


def test_the_offices_own_administrator_grants_and_without_one_the_nearest_superiors(app: Flask, leader: User) -> None:
    province = factories.a_user(factories.a_bureau("330000"), "secadmin")
    propose(app, leader)
    city = factories.a_user(factories.a_bureau("330100"), "secadmin")
    own = factories.a_user(factories.a_bureau("330106"), "secadmin")

    assert decide(app, province).status == 403
    assert "330106区教育局的安全管理员" in decide(app, city).text
    assert "已建立账号" in decide(app, own).text
    assert decide(app, own).status == 422, "once"


def test_the_database_refuses_one_alone(app: Flask, leader: User) -> None:
    propose(app, leader)
    proposal = last()
    alone = {"status": "granted", "decided_by_id": proposal.proposed_by_id, "decided_at": clock.now()}

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(PostProposal).where(PostProposal.id == proposal.id).values(**alone))
    db.session.rollback()


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"username": "x"}, "用户名须为"),
        ({"username": "wang xm"}, "用户名须为"),
        ({"duty": "king"}, "岗位不在可选范围内"),
        ({"starts_on": "2026-11-22"}, "不能早于今天"),
        ({"starts_on": "2028-01-01"}, "不能晚于一年以后"),
        ({"ends_on": "2026-11-01"}, "任职止日不能早于起日"),
        ({"reason": ""}, "请填写事由"),
    ],
)
def test_what_cannot_be_proposed_is_said(app: Flask, leader: User, said: dict[str, str], says: str) -> None:
    answer = propose(app, leader, **said)

    assert answer.status == 422
    assert says in answer.text
    assert db.session.scalars(sa.select(PostProposal)).all() == []


def test_a_sign_in_name_of_somebody_else_is_not_given_away(app: Flask, leader: User) -> None:
    factories.a_user(factories.a_bureau("330108"), "operator", username="li.hua")

    answer = propose(app, leader, username="li.hua", name="王小明")

    assert answer.status == 422
    assert "已有人使用，而姓名与此不符" in answer.text


def test_three_administrators_are_three_people(app: Flask, leader: User) -> None:
    clerk = factories.a_user(factories.a_bureau("330106"), "operator")
    auditor = factories.a_user(factories.a_bureau("330106"), "auditor")

    for person, duty in ((clerk, "secadmin"), (auditor, "sysadmin"), (auditor, "operator")):
        answer = propose(app, leader, username=person.username, name=person.name, duty=duty)
        assert answer.status == 422, duty
        assert "E-APPOINT" in answer.text


def test_a_post_that_is_held_or_proposed_is_not_proposed_again(app: Flask, leader: User) -> None:
    clerk = factories.a_user(factories.a_bureau("330106"), "operator")

    assert "已任该岗位" in propose(app, leader, username=clerk.username, name=clerk.name).text
    assert propose(app, leader).status == 302
    assert "正在等待审批" in propose(app, leader).text


def test_the_neighbour_sees_and_does_nothing(app: Flask, leader: User, admin: User) -> None:
    propose(app, leader)
    post, proposal = leader.posts[0].id, last().id
    chief = Client(app).sign_in(factories.a_user(factories.a_bureau("330108"), "approver"))
    chief.get("/people")
    assert chief.get("/people?office=330106").status == 404
    assert chief.post("/people/proposals", office_code="330106", **NEW).status == 404
    assert chief.get(f"/people/posts/{post}").status == 404
    for path in ("end", "hand-on"):
        assert chief.post(f"/people/posts/{post}/{path}", ends_on="2026-12-01", reason="x").status == 404
    assert chief.post(f"/people/proposals/{proposal}/withdraw").status == 404
    other = Client(app).sign_in(factories.a_user(factories.a_bureau("330108"), "secadmin"))
    assert "王小明" not in other.get("/people/proposals").text
    assert other.post(f"/people/proposals/{proposal}/decision", outcome="agree").status == 404


def test_a_refusal_has_a_reason_and_a_proposal_is_withdrawn_once(app: Flask, leader: User, admin: User) -> None:
    propose(app, leader)
    assert decide(app, admin, outcome="refuse").status == 422
    decide(app, admin, outcome="refuse", opinion="名额已满")
    browser = Client(app).sign_in(leader)
    assert "名额已满" in browser.get("/people").text
    propose(app, leader)
    assert browser.post(f"/people/proposals/{last().id}/withdraw").status == 302
    assert browser.post(f"/people/proposals/{last().id}/withdraw").status == 422


def test_the_superior_proposes_for_a_school_whose_posts_are_two(app: Flask, leader: User) -> None:
    school = factories.a_school("330106")

    assert propose(app, leader, office=school.office.code).status == 302
    answer = propose(app, leader, office=school.office.code, username="another", duty="auditor")
    assert "不在可选范围内" in answer.text
