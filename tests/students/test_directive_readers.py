"""A directive and a case are its parties': list, paper, record and case say the same to everybody who reads them."""

from __future__ import annotations

from typing import Any

import pytest

from app.database import db
from app.identity.models import User
from app.students.models import Student
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story, a_story, staff, story, submitted

__all__ = ["story", "submitted"]


def numbers(story: Story, user: User) -> set[str]:
    """The directives that the list gives, which the paper and the record must give too."""
    child, program = story.child.id, story.client.api(user)
    listed = {each["number"] for each in program.get(f"/directives?student={child}").json["items"]}
    browser = Client(story.client.app).sign_in(user)
    every = {each["number"] for each in program.get("/directives").json["items"]}
    assert every >= listed
    if browser.get(f"/students/{child}").status == 200:
        links = browser.page.xpath("//section[@aria-labelledby='directives']//a/@href")
        assert {link.split("/")[-2] for link in links} == listed
    return listed


def prints(story: Story, user: User, number: str) -> bool:
    return Client(story.client.app).sign_in(user).get(f"/directives/{number}/paper").status == 200


def shown_in_case(story: Story, user: User, number: str) -> bool:
    answer = story.client.api(user).get(f"/cases/{story.number}")
    return answer.status == 200 and (answer.json["directive"] or {}).get("number") == number


def _moved_on(first: Story) -> Story:
    """The child has come from the first school to the second, and a third wants it: 鄞州 → 西湖 → 滨江."""
    first.agree_until("pull")
    first.decide()
    third = factories.a_school("330108")
    db.session.expire_all()
    people = {
        "receiving_school": staff(third), "receiving_bureau": staff(third.office.superior),
        "releasing_school": first.people["receiving_school"], "releasing_bureau": first.people["receiving_bureau"],
    }  # fmt: skip
    second = Story(first.client, db.session.get_one(Student, first.child.id), third, first.receiving, people)
    answer = second.submit()
    assert answer.status == 201, answer.text
    return second


def test_parties_and_those_above_them_see_a_directive_everywhere(submitted: Story) -> None:
    submitted.agree_until("pull")
    number = submitted.case()["directive"]["number"]
    above = {code: factories.a_user(factories.a_bureau(code), "approver") for code in ("330100", "330200")}
    parties = {role: people.approver for role, people in submitted.people.items()}

    for who, user in (parties | above).items():
        assert numbers(submitted, user) == {number}, who
        assert prints(submitted, user, number), who
        assert who in above or shown_in_case(submitted, user, number), who


@pytest.mark.parametrize("code", ["330000", "330108", "330300"])
def test_nobody_else_sees_it_anywhere_nor_does_the_province(submitted: Story, code: str) -> None:
    submitted.agree_until("pull")
    number = submitted.case()["directive"]["number"]
    user = factories.a_user(factories.a_bureau(code), "approver")

    assert numbers(submitted, user) == set()
    assert not prints(submitted, user, number)
    assert not shown_in_case(submitted, user, number)
    assert submitted.client.api(user).post(f"/directives/{number}/revoke", {"reason": "误"}).status == 404


def test_the_province_sees_what_it_has_issued_for_a_school_of_its_own(client: Client) -> None:
    story = a_story(client, releasing="330000")
    assert story.submit().status == 201
    story.agree_until("pull")
    number, user = story.case()["directive"]["number"], story.people["releasing_bureau"].approver

    assert numbers(story, user) == {number}
    assert prints(story, user, number)
    assert shown_in_case(story, user, number)


def test_a_former_school_sees_nothing_of_what_came_after(submitted: Story) -> None:
    second = _moved_on(submitted)
    child = second.child.id
    former, present = submitted.people["releasing_school"].operator, submitted.people["receiving_school"].operator

    def shown(user: User) -> dict[str, Any]:
        return dict(second.client.api(user).get(f"/students/{child}").json)

    assert shown(present)["open_case"] == second.number
    assert shown(former)["open_case"] is None
    second.agree_until("pull")
    number = second.case()["directive"]["number"]

    assert number not in numbers(second, former)
    assert len(numbers(second, former)) == 1, "its own it keeps"
    assert len(numbers(second, present)) == 2
    assert not prints(second, former, number)
    assert second.client.api(former).get(f"/cases/{second.number}").status == 404
