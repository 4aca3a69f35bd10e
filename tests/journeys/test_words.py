"""Whatever goes wrong, a person reads a Chinese sentence, and nothing a programmer left behind."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.support import factories
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]
CODE = re.compile(r"E-[A-Z]+(-[A-Z0-9]+)*")
FOREIGN = re.compile(r"[A-Za-z]{3,}")


def refusal(desk: Desk) -> str:
    """What the main part of the page says, which must be Chinese except for a code."""
    said = desk.page.get_by_role("main").inner_text()
    foreign = FOREIGN.findall(CODE.sub("", said))
    assert not foreign, (foreign, said)
    assert re.search(r"[\u4e00-\u9fff]{4,}.*[。]", said), said
    return said


def test_pages_that_do_not_exist_or_may_not_be_seen_say_so(seat: Seat, submitted: Story) -> None:
    neighbour = seat(factories.a_user(factories.a_bureau("330108"), "approver"))

    for path in (f"/cases/{submitted.number}", "/cases/nothing", f"/students/{submitted.child.id}", "/no/such/page"):
        assert "没有找到" in refusal(neighbour.open(path)), path
    assert "您现在的岗位是" in refusal(neighbour.open("/cases/transfer/new"))


def test_a_wrong_password_names_neither_the_account_nor_the_fault(seat: Seat, submitted: Story) -> None:
    person = submitted.people["receiving_school"].approver

    wrong = seat().sign_in(person, password="wrong")

    assert "用户名或密码不正确" in wrong.page.locator(".errors").inner_text()


def test_a_form_from_elsewhere_is_refused_with_a_way_out(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].approver).open(f"/cases/{submitted.number}")
    desk.page.locator("form[action$='/decision'] input[name=csrf_token]").evaluate("it => { it.value = 'forged'; }")

    desk.press("同意")

    assert "回到原页面" in refusal(desk)


def test_who_comes_second_hears_that_it_has_been_done(seat: Seat, submitted: Story) -> None:
    office = submitted.people["receiving_school"]
    first, second = seat(office.approver), seat(office.approver2)
    for desk in (first, second):
        desk.open(f"/cases/{submitted.number}")

    first.press("同意")
    assert first.says("已办理。")
    second.press("同意")

    assert "已由他人办理" in refusal(second)


def test_a_child_nobody_knows_and_a_wrong_name_sound_alike(seat: Seat, story: Story) -> None:
    desk = seat(story.people["receiving_school"].operator).open("/")

    desk.find_child(story.child.main_number, "另一个人")
    named_wrongly = desk.page.locator(".errors").inner_text()
    desk.find_child(factories.a_number(), story.child.name)

    assert desk.page.locator(".errors").inner_text() == named_wrongly
    refusal(desk)
