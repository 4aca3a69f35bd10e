"""axe finds nothing wrong with any page: empty, full, wrong, forbidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.database import db
from app.identity.models import Duty, Post
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def faults_of(desk: Desk, paths: tuple[str, ...]) -> dict[str, str]:
    """What is wrong, by page; pages without a fault are left out."""
    return {path: wrong for path in paths if (wrong := desk.open(path).violations())}


def test_the_sign_in_page_is_accessible_also_after_a_wrong_password(seat: Seat, submitted: Story) -> None:
    desk = seat()

    assert faults_of(desk, ("/sign-in", "/nowhere", "/api/v1/")) == {}
    desk.sign_in(submitted.people["receiving_school"].approver, password="not the password")
    assert desk.says("用户名或密码不正确")
    assert desk.violations() == ""


def test_empty_pages_are_accessible(seat: Seat, story: Story) -> None:
    desk = seat(story.people["receiving_school"].operator)

    pages = ("/inbox", "/inbox/done", "/notices", "/cases/running", "/cases/closed", "/cases/applied", "/students")
    assert faults_of(desk, pages) == {}


def test_full_pages_are_accessible(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("pull")
    desk = seat(submitted.people["receiving_school"].approver)

    pages = ("/inbox", "/inbox?light=red", "/inbox/done", "/cases", "/cases/running", "/me", "/me/password")
    assert faults_of(desk, pages) == {}
    desk.open(f"/cases/{submitted.number}")
    desk.page.locator(".diagram").scroll_into_view_if_needed()
    desk.page.locator(".diagram svg").first.wait_for()
    assert desk.violations() == ""
    desk.page.get_by_role("button", name="快捷键").click()
    assert desk.violations() == "", "the help of the keys"


def test_the_record_is_accessible_for_its_keeper(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("pull")
    submitted.decide()
    desk = seat(submitted.people["receiving_school"].operator)

    assert faults_of(desk, (f"/students/{submitted.child.id}", "/students", "/cases/closed")) == {}
    desk.open(f"/students/{submitted.child.id}")
    desk.press("查看完整号码")
    assert desk.says(submitted.child.main_number)
    assert desk.violations() == ""


def test_forms_are_accessible_before_and_after_a_mistake(seat: Seat, story: Story) -> None:
    desk = seat(story.people["receiving_school"].operator)

    assert faults_of(desk, ("/cases/transfer/new",)) == {}
    desk.press("查找")
    assert desk.says("请填写学生姓名")
    assert desk.violations() == ""
    desk.find_child(story.child.main_number, story.child.name)
    assert desk.violations() == ""
    desk.press("提交申请")
    assert desk.says("请更正以下问题")
    assert desk.violations() == ""
    desk.open("/me/password")
    desk.press("修改密码")
    assert desk.says("请更正以下问题")
    assert desk.violations() == ""


def test_pages_for_those_who_may_not_are_accessible(seat: Seat, submitted: Story) -> None:
    neighbour = seat(factories.a_user(factories.a_bureau("330108"), "approver"))

    assert faults_of(neighbour, (f"/cases/{submitted.number}", "/cases/transfer/new")) == {}
    auditor = seat(factories.a_user(factories.a_bureau("330000"), "auditor"))
    assert faults_of(auditor, ("/me", "/inbox/done", "/audit", "/audit/verify?now=1")) == {}
    sysadmin = seat(factories.a_user(factories.a_bureau("330000"), "sysadmin"))
    assert faults_of(sysadmin, ("/calendar",)) == {}
    releasing = seat(submitted.people["releasing_bureau"].approver)
    assert faults_of(releasing, (f"/cases/{submitted.number}",)) == {}, "the outline only"


def test_a_person_of_two_posts_changes_between_them_on_any_page(seat: Seat, story: Story) -> None:
    person = factories.a_user(factories.a_bureau("330106"), "approver")
    db.session.add(
        Post(
            user_id=person.id, office_id=story.receiving.id, duty=Duty("operator"), starts_on=person.posts[0].starts_on
        )
    )
    db.session.commit()
    desk = seat(person).open("/")
    assert desk.violations() == ""

    desk.page.get_by_label("当前岗位").select_option(label=f"{story.receiving.office.name} · 经办")
    desk.page.get_by_role("button", name="切换岗位").click()

    assert desk.says("发起转学")
    assert "经办" in desk.page.get_by_label("当前岗位").locator("option:checked").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_larger_letters_stay_on_this_computer(seat: Seat, story: Story, scripts: bool) -> None:
    desk = seat(story.people["receiving_school"].operator, java_script_enabled=scripts).open("/")
    before = desk.page.locator("h1").bounding_box()

    with desk.page.expect_response("**/display/font-size"):
        desk.page.get_by_role("button", name="字号 大").click()
    desk.open("/students")

    after = desk.page.locator("h1").bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > before["height"]
    assert desk.page.get_by_role("button", name="字号 大").get_attribute("aria-pressed") == "true"


def test_at_twice_the_size_nothing_lies_beside_the_screen(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].approver, viewport={"width": 683, "height": 384})

    for path in (f"/cases/{submitted.number}", "/inbox", "/cases/running", "/me", "/me/password"):
        desk.open(path)
        beside = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beside <= 0, (path, beside)
