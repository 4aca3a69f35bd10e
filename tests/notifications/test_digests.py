"""每日汇总: one mail a working day; and the child's name beside a notice in the pages."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from app.cases.commands import tick
from app.notifications.commands import work_on_mail
from tests.cases.test_time import at
from tests.notifications.conftest import choose
from tests.support import factories
from tests.support.client import Client
from tests.support.mail_servers import Mails
from tests.support.transfer_case import Story

WANTED = {"email": "head@example.cn", "digest": "true", "way_urge": "digest"}


def test_one_mail_a_working_day_of_what_waits_and_what_was_told(
    app: Flask, submitted: Story, mails: Mails, urged: Callable[[], None]
) -> None:
    choose(app, submitted.people["releasing_school"].approver, **WANTED)
    urged()
    assert work_on_mail() == 0, "not at once"

    at("2026-11-24 08:29")
    assert tick()["digests"] == 0
    at("2026-11-24 08:31")
    assert tick()["digests"] == 1
    assert tick()["digests"] == 0
    assert work_on_mail() == 1

    [message] = mails.taken
    text = message.get_content()
    assert message["Subject"] == "【学籍】每日汇总 2026-11-24"
    assert f"{submitted.releasing.office.name} · 审核：1 件，其中超期 0、临期 0" in text
    assert f"催办　办件 {submitted.number}　省内转学 · 转出学校核办" in text
    assert submitted.child.name not in text
    at("2026-11-28 09:00")  # a Saturday
    assert tick()["digests"] == 0
    at("2026-11-30 09:00")
    assert tick()["digests"] == 1
    assert work_on_mail() == 1
    assert "催办" not in mails.taken[1].get_content(), "told once"


def test_who_has_nothing_to_hear_gets_no_mail(app: Flask, mails: Mails) -> None:
    choose(app, factories.a_user(factories.a_bureau("330106"), "approver"), **WANTED)
    at("2026-11-24 09:00")

    assert tick()["digests"] == 1
    assert work_on_mail() == 0


def test_notices_name_the_child_to_the_office_that_sees_the_case(
    app: Flask, submitted: Story, urged: Callable[[], None]
) -> None:
    urged()
    school = submitted.people["releasing_school"].approver

    assert submitted.child.name in Client(app).sign_in(school).get("/notices").text
    [first, *_] = submitted.client.api(school).get("/notices").json["items"]
    assert first["student"] == submitted.child.name
