"""Mails: written once for whom a notice concerns, handed to a real server, tried again, and nothing of the child."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.models import Case, Notice
from app.database import db, transaction
from app.notifications import operations
from app.notifications.adapters import NotDelivered, mail
from app.notifications.commands import mail_command, work_on_mail
from app.notifications.models import Delivery, Way
from app.notifications.rules import WAITS
from tests.notifications.conftest import choose
from tests.support import factories
from tests.support.mail_servers import Mails, mail_server
from tests.support.transfer_case import Story


def deliveries() -> list[Delivery]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def later(**span: float) -> None:
    clock.set_to(clock.now() + dt.timedelta(**span))


def test_whoever_does_the_task_and_asked_for_it_gets_one_mail(
    app: Flask, submitted: Story, mails: Mails, urged: Callable[[], None]
) -> None:
    school = submitted.people["releasing_school"]
    assert choose(app, school.approver, email="head@school.example.cn", way_urge="mail").status == 302
    assert choose(app, school.operator, email="clerk@school.example.cn", way_urge="mail").status == 302
    work_on_mail()  # what was told before anybody chose
    urged()

    assert work_on_mail() == 1
    assert work_on_mail() == 0, "once, however often the worker looks"

    [message] = mails.taken
    assert mails.receivers == [["head@school.example.cn"]], "the task is the approver's"
    assert message["Subject"] == f"【学籍】催办：办件 {submitted.number}"
    text = message.get_content()
    for said in (submitted.number, "转学", "转出学校核办"):
        assert said in text
    [sent] = [each for each in deliveries() if each.sent_at]
    assert message["Message-ID"] == f"<{sent.key}@example.cn>"


def test_no_mail_says_anything_of_the_child_or_what_somebody_typed(
    app: Flask, submitted: Story, mails: Mails, urged: Callable[[], None]
) -> None:
    choose(app, submitted.people["releasing_school"].approver, email="a@example.cn", way_urge="mail")
    urged()
    db.session.execute(sa.update(Notice).values(passed_on_at=None))
    db.session.commit()
    work_on_mail()

    guardian = submitted.case()["application"]["guardian"]["name"]
    assert mails.taken
    for message in mails.taken:
        whole = str(message["Subject"]) + message.get_content()
        for secret in (submitted.child.name, submitted.child.main_number[-6:], guardian):
            assert secret not in whole


def test_nothing_is_written_where_nobody_asked_or_no_server_takes_mail(
    app: Flask, submitted: Story, urged: Callable[[], None]
) -> None:
    choose(app, submitted.people["releasing_school"].approver, email="a@example.cn", way_urge="mail")
    urged()

    assert work_on_mail() == 0
    assert deliveries() == []
    assert db.session.scalars(sa.select(Notice.id).where(Notice.passed_on_at.is_(None))).all() == []


def test_quiet_hours_hold_a_mail_back_until_they_end(
    app: Flask, submitted: Story, mails: Mails, urged: Callable[[], None]
) -> None:
    quiet = {"quiet_from": "9", "quiet_until": "14"}  # it is ten
    choose(app, submitted.people["releasing_school"].approver, email="a@example.cn", way_urge="mail", **quiet)
    urged()

    assert work_on_mail() == 0
    later(hours=4, minutes=1)
    assert work_on_mail() == 1


def test_a_server_that_is_away_is_tried_again_later_each_time_and_then_no_more(
    app: Flask, submitted: Story, mails: Mails, urged: Callable[[], None]
) -> None:
    choose(app, submitted.people["releasing_school"].approver, email="a@example.cn", way_urge="mail")
    urged()
    mails.says["mail"] = "451 come back later"

    for wait in (*WAITS, None):
        assert work_on_mail() == 0
        [delivery] = deliveries()
        assert "451" in delivery.fault
        if wait is not None:
            assert delivery.due_at == clock.now().replace(microsecond=delivery.due_at.microsecond) + wait or (
                abs(delivery.due_at - clock.now() - wait) < dt.timedelta(seconds=30)
            )
            later(seconds=wait.total_seconds() + 1)
    assert delivery.failed_at is not None
    mails.says["mail"] = ""
    later(days=2)
    assert work_on_mail() == 0
    assert mails.taken == []


def test_a_receiver_that_there_is_not_is_given_up_at_once(
    app: Flask, submitted: Story, mails: Mails, urged: Callable[[], None]
) -> None:
    choose(app, submitted.people["releasing_school"].approver, email="gone@example.cn", way_urge="mail")
    urged()
    mails.says["receiver"] = "550 no such user"

    assert work_on_mail() == 0

    [delivery] = deliveries()
    assert delivery.failed_at is not None
    assert "550" in delivery.fault
    assert "gone@" not in delivery.fault


def test_a_killed_workers_mail_is_sent_by_another_under_the_same_id(
    app: Flask, submitted: Story, mails: Mails, urged: Callable[[], None]
) -> None:
    choose(app, submitted.people["releasing_school"].approver, email="a@example.cn", way_urge="mail")
    urged()
    with transaction():
        operations.pass_on(mails=True)
    with transaction():
        taken = operations.claim(Way.MAIL, clock.now())  # and the worker is gone
    assert taken is not None
    assert work_on_mail() == 0, "held by its lease"

    later(minutes=3)
    assert work_on_mail() == 1
    assert mails.taken[0]["Message-ID"] == f"<{taken.key}@example.cn>"


def test_mail_goes_out_by_starttls_and_login_and_by_no_other_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"subject": "通知", "text": "内容"}
    with mail_server(tmp_path) as (taken, settings):
        message = mail.message_of("k", "a@example.cn", content, settings.sender, clock.now())
        with pytest.raises(NotDelivered, match="证书"):
            mail.send(settings, message)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        mail.send(settings, message)

    assert (taken.encrypted, taken.signed_in) == ([True], [True])
    with mail_server(tmp_path, password="another") as (taken, settings):
        with pytest.raises(NotDelivered, match="用户名或密码"):
            mail.send(settings, message)
        assert taken.taken == []


def test_a_notice_that_is_rolled_back_is_told_to_nobody(
    app: Flask, submitted: Story, mails: Mails, urged: Callable[[], None]
) -> None:
    choose(app, submitted.people["releasing_school"].approver, email="a@example.cn", way_urge="mail")
    work_on_mail()
    before = len(deliveries())
    case_id = db.session.scalar(sa.select(Case.id).where(Case.number == submitted.number))

    def rolled_back() -> None:
        with transaction():
            db.session.add(Notice(case_id=case_id, office_id=1, kind="urge", text="催办", at=clock.now()))
            db.session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        rolled_back()

    work_on_mail()
    assert len(deliveries()) == before


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"email": "not an address", "way_urge": "mail"}, "电子邮箱的格式不对"),
        ({"email": "a@example.cn\nBcc: b@example.cn", "way_urge": "mail"}, "电子邮箱"),
        ({"way_urge": "mail"}, "要收邮件，请填写电子邮箱"),
        ({"email": "a@example.cn", "way_urge": "digest"}, "请同时选择接收每日汇总"),
        ({"email": "a@example.cn", "quiet_from": "9"}, "起止时间须同时选择"),
        ({"email": "a@example.cn", "quiet_from": "24", "quiet_until": "3"}, "不在可选范围内"),
        ({"email": "a@example.cn", "way_urge": "pigeon"}, "不在可选范围内"),
    ],
)
def test_what_cannot_be_chosen_is_said_and_nothing_is_kept(app: Flask, chosen: dict[str, str], says: str) -> None:
    user = factories.a_user(factories.a_bureau("330106"), "approver")

    answer = choose(app, user, **chosen)

    assert answer.status == 422
    assert says in answer.text
    assert "没有设置邮件服务器" in answer.text


def test_the_settings_are_tried_from_the_command_line(app: Flask, mails: Mails) -> None:
    runner = app.test_cli_runner()

    assert "已交给邮件服务器" in runner.invoke(mail_command, ["me@example.cn"]).output
    assert mails.receivers == [["me@example.cn"]]
    app.config["MAIL"] = None
    assert runner.invoke(mail_command, ["me@example.cn"]).exit_code == 1
