"""初审: an office makes it mandatory for its own desks, the province for every bureau."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.database import db
from app.identity.models import Post
from tests.office_settings.test_windows import head, said
from tests.support.client import Client
from tests.support.transfer_case import Story

REQUIRED = "须先初审"


def change(client: Client, user: Any, lines: list[str], on: str = "2026-11-23"):
    body = {"lines": lines, "starts_on": on, "note": "局务会决定"}
    return client.api(user).post("/office-settings/pre_review/transfer", body)


def test_a_bureau_decides_only_after_its_operator_has_looked_and_no_other_bureau_is_held(submitted: Story) -> None:
    client, bureau = submitted.client, submitted.people["receiving_bureau"]
    assert "只能填" in said(change(client, bureau.approver, ["也许"]))
    assert change(client, bureau.approver, [REQUIRED]).status == 201
    submitted.agree_until("receiving_bureau")
    refused = submitted.decide()
    assert (refused.status, refused.code) == (403, "E-REVIEW")
    desk = Client(client.app).sign_in(bureau.operator)
    desk.get(f"/cases/{submitted.number}")
    number = submitted.waiting()["id"]
    assert desk.post(f"/tasks/{number}/pre-review", recommendation="agree", opinion="材料齐全").status == 302

    assert submitted.decide().status == 200
    submitted.agree_until("pull")


def test_the_city_does_not_bind_its_counties_the_province_does(submitted: Story) -> None:
    client, bureau = submitted.client, submitted.people["receiving_bureau"]
    assert change(client, head("330100"), [REQUIRED]).status == 201
    submitted.agree_until("releasing_school")
    assert client.api(bureau.approver).get("/office-settings/pre_review/transfer").json["lines"] == []
    province = head("330000")
    assert change(client, province, [REQUIRED]).status == 201
    submitted.agree_until("releasing_bureau")
    assert submitted.decide().code == "E-REVIEW"

    operator = submitted.people["releasing_bureau"].operator
    for post in db.session.scalars(sa.select(Post).where(Post.user_id == operator.id)):
        post.ends_on = post.starts_on
    db.session.commit()
    assert submitted.decide().status == 200, "an office without an operator decides at once"


def test_the_page_offers_the_choice(submitted: Story) -> None:
    browser = Client(submitted.client.app).sign_in(submitted.people["receiving_bureau"].approver)
    browser.get("/settings/pre_review/transfer")
    done = browser.post("/settings/pre_review/transfer", lines=REQUIRED, starts_on="2026-11-23", note="通知")
    assert done.status == 302
    page = browser.get("/settings/pre_review/transfer")
    assert browser.page.xpath("//select[@name='lines']/option[@selected]/@value") == [REQUIRED]
    assert "由330106区教育局" in page.text
