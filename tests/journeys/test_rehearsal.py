"""试运行 in a browser: typed as an official types, kept as a scenario, each page accessible and narrow enough."""

from __future__ import annotations

from collections.abc import Callable

from app.database import db
from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support import factories
from tests.support.browsers import SCREEN, Desk
from tests.support.databases import on_sqlite

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def looked_at(desk: Desk, wrong: dict[str, str], name: str) -> None:
    """Whatever is wrong with the page as it stands, at both widths and at twice the size of its letters."""
    if violations := desk.violations():
        wrong[name] = violations
    for width, height in ((390, 844), (683, 384)):  # the second is 1366×768 at 200 %
        desk.page.set_viewport_size({"width": width, "height": height})
        over = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wrong[f"{name} at {width}"] = f"{over} pixels too wide"
    desk.page.set_viewport_size(SCREEN)


def test_a_transfer_is_rehearsed_kept_and_run_again(seat: Seat, studio: Studio) -> None:  # noqa: F811
    for code in ("330106", "330212"):
        factories.a_bureau(code)
    db.session.commit()
    draft, wrong = studio.draft("transfer"), dict[str, str]()
    desk = seat(studio.people["analyst"])
    desk.open(f"/studio/drafts/{draft}")
    looked_at(desk, wrong, "draft")
    desk.follow("试运行")
    looked_at(desk, wrong, "cast")
    desk.press("开始")
    looked_at(desk, wrong, "application")
    assert desk.says("已按示例填写")
    desk.field("转学事由").fill("家庭住址变动")
    desk.field("监护人姓名").fill("陈建国")
    desk.field("与学生关系").select_option("1")
    desk.field("联系电话").fill("13800000000")
    desk.field("监护人签名日期").fill("2026-11-20")
    desk.press("提交申请")
    assert desk.says("转入学校审核")
    desk.press("退回补正")
    assert desk.says("请填写意见")
    looked_at(desk, wrong, "refused")
    for button in ("同意", "同意", "同意", "同意并下达允许转学指令", "转入档案并注册"):
        desk.press(button)
    assert desk.says("已办结：同意")
    looked_at(desk, wrong, "finished")
    with desk.page.expect_response("**/display/font-size"):
        desk.page.get_by_role("button", name="字号 大").click()
    assert desk.page.locator("html").get_attribute("class") == "large"
    desk.field("用例名称").fill("同意到底")
    desk.press("保存")
    assert desk.says("已保存演练用例")
    looked_at(desk, wrong, "scenario")
    desk.open(f"/studio/drafts/{draft}/scenarios")
    assert desk.says("1 个用例都照原样走通")
    looked_at(desk, wrong, "scenarios")
    desk.follow("新的试运行")
    desk.press("开始")
    assert desk.says("已按上次试运行的内容填写"), "this browser kept it"
    assert desk.field("监护人姓名").input_value() == "陈建国"

    assert wrong == {}
