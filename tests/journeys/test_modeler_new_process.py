"""缓学: a process that nobody has drawn before, from the empty sheet to a closed case, with no line of Python."""

from __future__ import annotations

from collections.abc import Callable

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.editors import choose, designer, saved
from tests.support.modeler import Sheet
from tests.support.transfer_case import staff

pytestmark = on_sqlite
Seat = Callable[..., Desk]
#: name, key and format of what the form asks beside the reason that every new form begins with
ASKED = (("儿童姓名", "name", "姓名"), ("居民身份证号", "main_number", "学籍主号"), ("缓学至", "until", "日期"))


def drawn_form(desk: Desk, draft: int) -> None:
    """The application form, field by field, in the form designer."""
    designer(desk, draft)
    choose(desk, "申请事由")
    desk.field("名称").fill("缓学事由")
    for title, key, form in ASKED:
        desk.page.get_by_label("字段种类").select_option("text")
        desk.press("添加字段")
        desk.field("名称").fill(title)
        desk.field("编号").fill(key)
        formats = desk.field("格式").first
        words = formats.locator("option").all_inner_texts()
        formats.select_option(label=next(each for each in words if each.startswith(form)))
        desk.field("必填").check()
    saved(desk)


def decided_by_outcome(sheet: Sheet, gateway: str, ways: dict[str, str]) -> None:
    """Say at a gateway which outcome leads where; ways -- from what a flow leads to, to what is chosen for it."""
    for target, words in ways.items():
        sheet.choose(gateway).page.locator("#panel").get_by_role("button", name=target).click()
        field = sheet.field("条件")
        field.fill("")
        field.press("ArrowDown")
        sheet.page.get_by_role("option", name=f"办理结果为“{words}”").click()


def a_review(sheet: Sheet, step: str, key: str, name: str) -> None:
    """An approval that agrees or refuses, on an empty form."""
    sheet.choose(step).fill("编号", key).fill("名称", name).fill("时限（工作日）", "5")
    sheet.field("退回补正").uncheck()
    sheet.page.get_by_role("button", name="新建空白表单").click()
    sheet.page.get_by_role("link", name="设计表单").wait_for()


def test_a_new_process_goes_from_the_empty_sheet_to_a_closed_case(seat: Seat, studio: Studio) -> None:  # noqa: F811
    school = factories.a_school("330106", stages="primary")
    office, bureau = staff(school), staff(school.office.superior)
    analyst = seat(studio.people["analyst"]).open("/studio/drafts/new")
    analyst.field("流程名称").fill("缓学")
    analyst.field("流程编号").fill("deferral")
    analyst.press("新建草稿")
    draft = int(analyst.page.url.rsplit("/", 1)[1])
    drawn_form(analyst, draft)
    drawn_diagram(Sheet(analyst, studio, draft, "deferral.bpmn"))
    analyst.open(f"/studio/drafts/{draft}").follow("检查")
    assert analyst.says("可以发布")
    rehearsed(analyst, draft)

    analyst.open(f"/studio/drafts/{draft}").field("修改说明").fill("依据义务教育法第十一条")
    analyst.press("提出")
    publisher = seat(studio.people["publisher"]).open("/studio/proposals")
    publisher.follow("第 1 号")
    assert publisher.says("运行 1 个演练用例")
    publisher.press("同意并发布")
    assert publisher.says("第 1 版")

    number = opened_by(seat(office.operator))
    for who in (office, bureau):
        desk = seat(who.approver).open("/inbox")
        desk.follow(f"办理 {number}")
        desk.field("意见").fill("情况属实")
        desk.press("同意")
        assert desk.says("已办理。")
    found_and_printed(seat(office.operator), number)


def opened_by(desk: Desk) -> str:
    """A school's operator opens the card and submits; the case's number."""
    desk.open("/apply/").follow("缓学")
    desk.field("儿童姓名").fill("林小满")
    desk.field("居民身份证号").fill(factories.a_number())
    desk.field("缓学至").fill("2027-09-01")
    desk.field("缓学事由").fill("身体原因，医院建议推迟一年入学")
    desk.press("提交申请")
    assert desk.says("已提交")
    return desk.page.url.rsplit("/", 1)[1]


def found_and_printed(desk: Desk, number: str) -> None:
    """The closed case is found by its number (a child without a record by no name), and its sheet printed."""
    desk.open("/cases/closed").page.locator("#global-search").fill(number)
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    if not desk.page.url.endswith(f"/cases/{number}"):
        desk.follow(number)
    assert desk.page.locator(".stamp").first.inner_text() == "同意"
    assert desk.says("主管部门审批")
    desk.follow("打印审批表")
    printed = desk.text()
    assert "缓学" in printed
    assert "林小满" in printed
    assert "身体原因，医院建议推迟一年入学" in printed


def rehearsed(desk: Desk, draft: int) -> None:
    """The draft is tried with invented people and kept as a scenario."""
    desk.open(f"/studio/drafts/{draft}").follow("试运行")
    desk.press("开始")
    desk.field("儿童姓名").fill("林小满")
    if not desk.field("居民身份证号").input_value():
        desk.field("居民身份证号").fill(factories.a_number())
    desk.field("缓学至").fill("2027-09-01")
    desk.field("缓学事由").fill("身体原因")
    desk.press("提交申请")
    for _step in ("学校审核", "主管部门审批"):
        desk.press("同意")
    assert desk.says("已办结：同意")
    desk.field("用例名称").fill("同意到底")
    desk.press("保存")
    assert desk.says("已保存演练用例")


def drawn_diagram(sheet: Sheet) -> None:
    """Two approvals in two lanes, each of which may refuse, drawn with the mouse."""
    sheet.choose("deferral_pool").select("办理对象", "省内没有学籍的人")
    lanes = set(sheet.elements())
    sheet.choose("lane_applicant").page.locator('.djs-context-pad [data-action="lane-insert-below"]').click()
    (lane,) = [each for each in sheet.elements() if each not in lanes]
    sheet.page.get_by_role("button", name="全图").click()
    sheet.choose(lane).select("办理机构", "申请单位上级教育行政部门")

    review = sheet.draw("办理环节", sheet.place(380, 190))
    first = sheet.draw("分支", sheet.place(530, 190))
    approval = sheet.draw("办理环节", sheet.place(530, 370))
    second = sheet.draw("分支", sheet.place(690, 370))
    refused = sheet.draw("结束", sheet.place(690, 110))
    sheet.connect(first, approval).connect(approval, second).connect(second, "done")
    sheet.connect(first, refused).connect(second, refused)
    a_review(sheet, review, "school_review", "学校审核")
    a_review(sheet, approval, "bureau_approval", "主管部门审批")
    sheet.choose(first).page.locator("#panel").get_by_role("button", name="已办结").click()
    sheet.page.locator("#tools").get_by_role("button", name="删除").click()
    sheet.choose(refused).fill("名称", "不予缓学").select("结果", "不予办理")
    decided_by_outcome(sheet, first, {"主管部门审批": "同意", "不予缓学": "不同意"})
    decided_by_outcome(sheet, second, {"已办结": "同意", "不予缓学": "不同意"})

    found = sheet.checked()
    assert "可以发布" in sheet.verdict, found
