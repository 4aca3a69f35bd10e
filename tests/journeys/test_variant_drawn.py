"""A county draws a step of its own into the transfer; its own schools' cases take it, the neighbour's do not."""

from __future__ import annotations

from collections.abc import Callable

from tests.studio.conftest import Studio, studio, variants  # noqa: F401 – fixtures
from tests.studio.county_studio import COUNTY, FILE, NEIGHBOUR, Variants
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.modeler import Sheet
from tests.support.transfer_case import a_story

pytestmark = on_sqlite
Seat = Callable[..., Desk]
ON_THE_FLOW = (830, 540)  # from the county's agreement on, still within its lane, and on the word 同意


def test_a_county_draws_a_step_of_its_own_and_the_neighbour_goes_without(
    seat: Seat,
    variants: Variants,  # noqa: F811
) -> None:
    analyst = seat(variants.people["analyst"]).open("/studio/")
    analyst.follow("省内转学")
    analyst.press("新建本地版本的草稿")
    draft = int(analyst.page.url.rsplit("/", 1)[1])
    sheet = Sheet(analyst, Studio(variants.client, variants.people), draft, FILE)

    step = sheet.draw("办理环节", sheet.place(*ON_THE_FLOW))
    assert sheet.choose(step).page.locator("#panel .fact", has_text="转入学校上级教育行政部门").count()
    sheet.fill("编号", "county_review").fill("名称", "县级复核").fill("时限（工作日）", "5")
    for outcome in ("不同意", "退回补正"):
        sheet.field(outcome).uncheck()
    assert any("表单" in each for each in sheet.checked()), "no form yet"
    assert "不能发布" in sheet.verdict
    sheet.page.get_by_role("button", name="新建空白表单").click()
    sheet.page.get_by_role("link", name="设计表单").wait_for()
    found = sheet.checked()
    assert "可以发布" in sheet.verdict, found

    sheet.desk.follow("回到草稿，提出发布")
    assert sheet.desk.says("县级复核")
    sheet.desk.field("修改说明").fill("本区转入一律复核")
    sheet.desk.press("提出")
    publisher = seat(variants.people["publisher"]).open("/studio/proposals")
    publisher.follow("第 1 号")
    assert publisher.says("县级复核")
    publisher.press("同意并发布")
    assert publisher.says("第 1 版")

    taken = {}
    for county in (COUNTY, NEIGHBOUR):
        case = a_story(variants.client, receiving=county, releasing="330212")
        case.people["county_review"] = case.people["receiving_bureau"]
        assert case.submit().status == 201
        case.agree_until("pull")
        assert case.decide().status == 200
        taken[county] = [each["task"] for each in case.case()["decisions"]]
    assert "county_review" in taken[COUNTY]
    assert "county_review" not in taken[NEIGHBOUR]
