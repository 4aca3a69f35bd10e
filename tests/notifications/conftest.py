"""A transfer whose holder was urged, and what its people have chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.notifications.models import Delivery, NotificationPreference
from app.settings import MailServer
from tests.cases.test_time import waiting_task
from tests.support.client import Client
from tests.support.mail_servers import Mails, Pushes, mail_server, pushed_to
from tests.support.transfer_case import Story


@pytest.fixture
def urged(submitted: Story) -> Callable[[], None]:
    """What urges the releasing school, which holds the case."""
    submitted.agree_until("releasing_school")

    def urge() -> None:
        answer = submitted.program("receiving_school", "operator").post(f"/tasks/{waiting_task(submitted).id}/urge")
        assert answer.status == 200, answer.text

    return urge


@pytest.fixture
def mails(app: Flask) -> Iterator[Mails]:
    """A mail server that the settings name."""
    with mail_server() as (taken, settings):
        app.config["MAIL"] = settings
        yield taken
        app.config["MAIL"] = None


@pytest.fixture
def pushes(app: Flask) -> Iterator[tuple[Pushes, str]]:
    """An office's system in a network that the settings name."""
    with pushed_to() as (taken, url):
        app.config["WEBHOOK_NETWORKS"] = ("127.0.0.0/8",)
        yield taken, url
        app.config["WEBHOOK_NETWORKS"] = ()


def choose(app: Flask, user, **chosen: str):  # type: ignore[no-untyped-def]
    """Let that person choose on the page, and have confirmed the address; what is not said is not wanted."""
    browser = Client(app).sign_in(user)
    browser.get("/me/notifications")
    kinds = ("reminder", "urge", "supervision", "escalation", "result")
    answer = browser.post("/me/notifications", **{**{f"way_{kind}": "none" for kind in kinds}, **chosen})
    db.session.execute(sa.update(NotificationPreference).values(confirmed_at=clock.now()))
    db.session.execute(sa.delete(Delivery).where(Delivery.key.like("confirm-%")))
    db.session.commit()
    return answer


__all__ = ["MailServer", "choose"]
