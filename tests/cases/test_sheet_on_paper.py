"""审批表 on paper: A4, its seals and codes where they belong, and a code that leads whoever may read the case back."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask

from app.identity.models import User
from tests.support.client import Client, apart
from tests.support.printed import A4, pages_of, text_of
from tests.support.transfer_case import Story

LONG = "经核对户籍、居住证明与监护人身份，材料齐全，" * 30


def sheet_of(story: Story) -> bytes:
    clerk = Client(story.client.app).sign_in(story.people["receiving_school"].operator)
    pdf: bytes = apart(clerk.browser.get, f"/cases/{story.number}/sheet.pdf").get_data()
    return pdf


def test_the_codes_of_the_sheet_lead_to_the_case_and_to_its_check(
    submitted: Story, app: Flask, neighbour: User
) -> None:
    page = pages_of(sheet_of(submitted))[0]
    case, check = (urlsplit(each).path for each in page.codes())

    assert case == f"/cases/{submitted.number}"
    assert check.startswith("/check/")
    stranger = Client(app)
    asked = stranger.get(case)
    assert asked.status == 302, "to sign in first"
    assert f"next=/cases/{submitted.number}" in str(asked.location).replace("%2F", "/")
    assert submitted.child.name not in stranger.get(str(asked.location)).text
    assert Client(app).sign_in(neighbour).get(case).status == 404
    reader = Client(app).sign_in(submitted.people["receiving_school"].approver)
    assert submitted.child.name in reader.get(case).text


def test_four_offices_have_sealed_and_nothing_lies_beside_the_paper(submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    submitted.decide(opinion=LONG)
    pdf = sheet_of(submitted)
    pages = pages_of(pdf)

    assert {each.size for each in pages} == {A4}
    for page in pages:
        left, top, right, bottom = page.margins()
        assert min(left, right) >= 17, (left, right)
        assert min(top, bottom) >= 7, (top, bottom)
    seals = [box for page in pages for box in page.red_boxes()]
    assert len(seals) == 4, seals
    for box in seals:
        assert 30 <= box[2] - box[0] <= 110, "around the name of an office"
        assert 10 <= box[3] - box[1] <= 18, "two lines"
        assert 188 <= box[2] <= 193, "at the right of its field"
    text = text_of(pdf)
    assert submitted.case()["directive"]["number"].split("-")[1] in text
    assert "盖章处" in text, "the last step is still to come"
