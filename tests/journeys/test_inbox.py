"""A list of tasks as an official works it: ticked, decided together, with and without a mouse or a script."""

from __future__ import annotations

from collections.abc import Callable

from app.cases.models import Task
from app.database import db
from tests.support.browsers import Desk as Screen
from tests.support.databases import on_sqlite
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]

pytestmark = on_sqlite
Seat = Callable[..., Screen]


def test_what_is_ticked_is_of_one_step_and_decided_on_one_sheet(seat: Seat, desk: Desk) -> None:
    desk.correct(3)
    desk.drop_out(1)
    screen = seat(desk.people["school"].approver).open("/inbox")
    boxes = screen.page.locator("input[form=bulk]")

    boxes.nth(0).check()
    assert boxes.nth(3).is_disabled(), "of another step"
    screen.page.get_by_label("勾选本页可一并办理的同环节办件").check()
    assert screen.says("已选 3 件")
    assert screen.violations() == ""
    screen.press("批量办理")
    assert screen.violations() == ""
    screen.press("同意（勾选的各件）")

    assert screen.says("共 3 件：3 件已办理")
    assert screen.violations() == ""


def test_it_works_without_a_script(seat: Seat, desk: Desk) -> None:
    desk.correct(2)
    desk.drop_out(1)
    screen = seat(desk.people["school"].approver, java_script_enabled=False).open("/inbox")

    for place in range(3):
        screen.page.locator("input[form=bulk]").nth(place).check()
    screen.press("批量办理")
    assert screen.says("与所选其他办件不是同一事项的同一环节")
    screen.press("同意（勾选的各件）")

    assert screen.says("共 2 件：2 件已办理")


def test_a_list_is_worked_by_keys_alone(seat: Seat, desk: Desk) -> None:
    tasks = desk.correct(4)
    db.session.get_one(Task, desk.drop_out(1)[0]).note = {"code": "E-QUOTA-01", "detail": "学位已满"}
    db.session.commit()
    screen = seat(desk.people["school"].approver).open("/inbox")
    page, keys = screen.page, screen.page.keyboard

    keys.press("a")
    assert len(open_tasks(desk)) == 5, "no line has the focus"
    keys.press("j")
    with page.expect_navigation():
        keys.press("a")
    assert screen.says(f"办件 {desk.numbers[0]}：同意，已办理。")
    keys.press("j")
    keys.press("x")
    keys.press("j")
    keys.press("x")
    assert screen.says("已选 2 件")
    keys.press("x")
    keys.press("j")
    keys.press("j")
    keys.press("x")
    assert screen.says("本件有提示（学位已满），须逐件办理。")
    keys.press("k")
    with page.expect_navigation():
        keys.press("r")
    assert desk.numbers[3] in page.url
    page.wait_for_function("document.activeElement.id === 'f-opinion'")

    assert open_tasks(desk) == {*tasks[1:], desk.task_of(desk.numbers[4])}


def open_tasks(desk: Desk) -> set[int]:
    return {each["id"] for each in desk.program().get("/tasks").json["items"]}
