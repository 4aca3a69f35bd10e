"""What an official does with a task beside deciding it, in a browser: accessible pages, a phrase with one click."""

from __future__ import annotations

from collections.abc import Callable

from app.database import db
from tests.cases.test_hand_over import at_approval
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]
pytestmark = on_sqlite
Seat = Callable[..., Desk]


def test_an_approver_s_afternoon(seat: Seat, shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped, "parallel")
    approver = case.program("bureau_approver")
    assert approver.post("/phrases", {"text": "情况属实，拟同意。"}).status == 200
    number, task, third = case.number, case.task("approval"), case.person("bureau_third")
    colleague = case.person("bureau_operator")
    db.session.rollback()
    desk = seat(case.person("bureau_approver"))

    desk.open(f"/cases/{number}")
    assert desk.violations() == ""
    desk.page.get_by_role("button", name="情况属实，拟同意。").click()
    assert desk.page.locator("#f-opinion").input_value() == "情况属实，拟同意。"

    desk.open(f"/tasks/{task}/send-back")
    assert desk.violations() == ""

    desk.open(f"/cases/{number}")
    desk.page.get_by_text("就“上级审批”加签或委派").click()
    desk.page.get_by_role("group", name="请谁提出意见").get_by_label(colleague.name).check()
    desk.page.get_by_label("征求内容").fill("请核对户籍")
    assert desk.violations() == ""
    desk.page.get_by_role("button", name="征求意见").click()
    assert desk.says("尚未答复")
    desk.page.get_by_role("button", name="减签").click()
    assert desk.says("已减签")

    desk.page.get_by_text("转办“上级审批”").click()
    desk.page.get_by_label("转给").select_option(str(third.id))
    desk.page.get_by_label("转办原因").fill("出差")
    desk.page.get_by_role("button", name="转办", exact=True).click()
    assert desk.says(f"转由{third.name}办理")
    assert desk.violations() == ""
    for path in ("/copies", "/copies?all=1", "/advice", "/phrases"):
        assert desk.open(path).violations() == "", path
