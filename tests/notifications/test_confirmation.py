"""An address gets nothing but the mail that asks to confirm it, until its owner has typed the code."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.identity.models import User
from app.notifications.commands import work_on_mail
from app.notifications.models import Delivery, NotificationPreference
from app.notifications.operations.confirmations import MAILS_PER_HOUR, WRONG_PER_HOUR
from tests.support.client import Client, Program
from tests.support.mail_servers import Mails
from tests.support.transfer_case import Story

ADDRESS = "head@school.example.cn"


def put(program: Program, **said: Any) -> Any:
    body = {"email": ADDRESS, "ways": {"urge": "mail"}, **said}
    return program.put("/me/notifications", orjson.dumps(body), Content_Type="application/json")


def confirm(program: Program, code: str) -> Any:
    return program.post("/me/notifications/confirmation", {"code": code})


def code_in(mails: Mails) -> str:
    return re.search(r"确认码：(\w+)", mails.taken[-1].get_content())[1]


@pytest.fixture
def holder(submitted: Story, urged: Callable[[], None]) -> User:
    """Whose task is about to be urged."""
    return submitted.people["releasing_school"].approver


def test_nothing_goes_to_an_address_before_its_code_was_typed(
    app: Flask, submitted: Story, holder: User, mails: Mails, urged: Callable[[], None]
) -> None:
    program = Client(app).api(holder)
    chosen = put(program, digest=True)
    assert (chosen.status, chosen.json["confirmed"]) == (200, False), chosen.text
    urged()

    assert work_on_mail() == 1
    assert mails.receivers == [[ADDRESS]]
    assert submitted.number not in mails.taken[0].get_content(), "the question alone"
    assert not db.session.scalars(sa.select(Delivery).where(Delivery.content.contains(code_in(mails)))).all()
    code = code_in(mails)
    assert confirm(program, "AAAAAAAA").codes == {"E-INPUT"}
    assert confirm(program, code.lower()).json["confirmed"] is True
    assert confirm(program, code).json["confirmed"] is True, "again is harmless"
    submitted.program("receiving_school", "operator")
    assert program.get("/me/notifications").json["email"] == ADDRESS


def test_another_address_is_asked_anew_and_the_old_code_is_worth_nothing(
    app: Flask, holder: User, mails: Mails
) -> None:
    program = Client(app).api(holder)
    put(program)
    work_on_mail()
    first = code_in(mails)
    assert confirm(program, first).status == 200
    assert put(program, ways={"urge": "digest"}, digest=True).json["confirmed"] is True, "the same address stays"

    assert put(program, email="other@example.cn").json["confirmed"] is False
    clock.set_to(clock.now() + dt.timedelta(seconds=5))
    assert confirm(program, first).codes == {"E-INPUT"}
    assert put(program, email="", ways={}).json["confirmed"] is False
    assert confirm(program, first).code == "E-EMAIL"
    assert program.post("/me/notifications/confirmation/again").code == "E-EMAIL"


def test_a_code_is_taken_for_a_day_and_sent_again_on_demand(app: Flask, holder: User, mails: Mails) -> None:
    program = Client(app).api(holder)
    put(program)
    work_on_mail()
    late = code_in(mails)
    clock.set_to(clock.now() + dt.timedelta(hours=25))
    program = Client(app).api(holder)
    assert confirm(program, late).code == "E-EMAIL"

    assert program.post("/me/notifications/confirmation/again").status == 204
    work_on_mail()
    assert code_in(mails) != late
    assert confirm(program, code_in(mails)).status == 200


def test_neither_codes_nor_other_peoples_boxes_are_tried_without_end(app: Flask, holder: User, mails: Mails) -> None:
    program = Client(app).api(holder)
    put(program)
    work_on_mail()
    wrong = [confirm(program, "AAAAAAAA").status for _ in range(WRONG_PER_HOUR + 1)]
    assert wrong == [422] * WRONG_PER_HOUR + [429]
    assert confirm(program, code_in(mails)).status == 200, "the right one is not a guess"
    sent = [put(program, email=f"someone{place}@example.cn").status for place in range(MAILS_PER_HOUR)]
    assert sent == [200] * (MAILS_PER_HOUR - 1) + [429]


def test_on_the_page(app: Flask, holder: User, mails: Mails) -> None:
    browser = Client(app).sign_in(holder)
    browser.get("/me/notifications")
    assert "确认邮箱" not in browser.get("/me/notifications").text
    assert browser.post("/me/notifications", email=ADDRESS, way_urge="mail").status == 302
    work_on_mail()
    assert "还没有确认" in browser.get("/me/notifications").text
    wrong = browser.post("/me/notifications/confirmation", code="AAAAAAAA")
    assert (wrong.status, "确认码不正确" in wrong.text) == (422, True)
    assert browser.post("/me/notifications/confirmation/again").status == 302
    assert browser.post("/me/notifications/confirmation", code=code_in(mails)).status == 302
    assert "还没有确认" not in browser.get("/me/notifications").text
    assert db.session.scalars(sa.select(NotificationPreference)).one().confirmed_at is not None
