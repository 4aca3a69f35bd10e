"""A step is drawn into a process in the browser, its error seen and mended, and another person publishes it."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import expect

from app.cases.commands import work_on_migrations
from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.studio.test_rehearsals import everything
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.modeler import Sheet
from tests.support.transfer_case import Story, a_story

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def test_a_step_is_drawn_into_the_transfer_mended_and_published_by_another(
    seat: Seat,
    app: Flask,
    studio: Studio,  # noqa: F811
    submitted: Story,
) -> None:
    third = a_story(submitted.client, receiving="330106", releasing="330212")
    assert third.submit().status == 201
    draft = studio.draft("transfer")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "transfer.bpmn")
    step = sheet.draw("办理环节", sheet.place(930, 785))

    # whoever refuses there is passed over: the directive would be issued all the same
    found = sheet.checked()
    assert "不能发布" in sheet.verdict
    assert any(each.startswith("错误") and "下达允许转学指令" in each and "怎么办" in each for each in found), found
    assert sheet.page.locator(".badge", has_text="!").count()
    sheet.page.get_by_role("button", name="展开").click()
    sheet.page.locator("#found > li", has_text="下达允许转学指令").get_by_role("button", name="演示反例").first.click()
    for _ in range(20):
        if sheet.page.get_by_role("button", name="下一步").is_disabled():
            break
        sheet.page.get_by_role("button", name="下一步").click()
    assert "下达允许转学指令" in sheet.page.locator("#player .said").inner_text()
    assert "playing" in str(sheet.shape("issue_directive").get_attribute("class"))
    assert "played" in str(sheet.shape(step).get_attribute("class"))
    sheet.page.get_by_role("button", name="结束演示").click()
    sheet.page.get_by_role("button", name="收起").click()

    sheet.choose(step).fill("编号", "releasing_check").fill("名称", "转出学校核对").select("岗位", "经办")
    sheet.fill("时限（工作日）", "3").fill("同意：按钮上", "核对无误").fill("流转次序", "4")
    for outcome in ("不同意", "退回补正"):
        sheet.field(outcome).uncheck()
    sheet.page.get_by_role("button", name="新建空白表单").click()
    sheet.page.get_by_role("link", name="设计表单").wait_for()
    assert not [each for each in sheet.checked() if each.startswith("错误")]
    assert "可以发布" in sheet.verdict

    sheet.desk.follow("回到草稿，提出发布")
    rehearsed_by_pages(sheet.desk, app, submitted)
    sheet.desk.follow("草稿：省内转学")
    sheet.desk.field("修改说明").fill("转出学校先行核对学生信息")
    sheet.desk.press("提出")
    publisher = seat(studio.people["publisher"]).open("/studio/proposals")
    publisher.follow("第 1 号")
    publisher.press("同意并发布")
    assert publisher.says("第 2 版")

    old = submitted
    new = a_story(old.client, receiving="330106", releasing="330212")
    new.people["releasing_check"] = new.people["releasing_school"]
    assert new.submit().status == 201
    new.agree_until("pull")
    assert new.decide().status == 200
    old.agree_until("pull")
    assert old.decide().status == 200
    cases = [new.case(), old.case()]
    assert [each["version"] for each in cases] == [2, 1]
    assert [each["outcome"] for each in cases] == ["agreed", "agreed"]
    taken = [[one["task"] for one in each["decisions"]] for each in cases]
    assert "releasing_check" in taken[0]
    assert "releasing_check" not in taken[1]

    its_migration = migrated_by_pages(sheet.desk, publisher, third)
    assert third.case()["version"] == 2
    undone_by_pages(publisher, its_migration, third)
    assert third.case()["version"] == 1
    third.agree_until("pull")
    assert third.decide().status == 200
    assert "releasing_check" not in [each["task"] for each in third.case()["decisions"]]


def rehearsed_by_pages(analyst: Desk, app: Flask, story: Story) -> None:
    """From the page of the draft: two schools of the province, the real forms, every office in turn; nothing stays."""
    before = everything(app)
    analyst.follow("试运行")
    analyst.field("机构名称").fill(story.receiving.office.code)
    analyst.field("学校名称").fill(story.releasing.office.code)
    analyst.press("开始")
    assert analyst.says(story.receiving.office.name)
    analyst.field("转学事由").fill("家庭住址变动")
    analyst.press("提交申请")
    for step, button in (
        ("转入学校审核", "同意"),
        ("转入学校上级核办", "同意"),
        ("转出学校核对", "核对无误"),
        ("转出学校核办", "同意"),
        ("转出学校上级核办并下达指令", "同意并下达允许转学指令"),
        ("转入学校凭指令调档", "转入档案并注册"),
    ):
        expect(analyst.page.locator("#act")).to_contain_text(step)
        analyst.press(button)
    assert analyst.says("已办结：同意")
    said = analyst.text()
    assert "演练生：转入" in said, said
    assert {name for name, each in everything(app).items() if before[name] != each} == set()


def migrated_by_pages(analyst: Desk, publisher: Desk, story: Story) -> str:
    """The analyst rehearses and proposes, the publisher starts, the worker moves the case; where that is read."""
    analyst.open("/studio/processes/transfer")
    with analyst.page.expect_navigation():
        analyst.page.get_by_role("main").get_by_role("link", name="迁移在办办件").click()
    analyst.field("原版本").select_option("1")
    analyst.field("目标版本").select_option("2")
    analyst.press("演练")
    assert analyst.says("演练结果：共 1 件")
    assert story.number in analyst.page.content()
    analyst.field("迁移原因").fill("在办的转学也由转出学校先行核对")
    analyst.press("提出迁移")
    assert analyst.says("待发布员审批")

    publisher.open("/studio/migrations").follow("第 1 号")
    publisher.press("同意并开始迁移")
    assert publisher.says("待迁移 1 件")
    work_on_migrations()
    publisher.page.locator(".tag", has_text="已完成").first.wait_for()  # the page follows by itself
    moved = publisher.page.locator("#tab-moved")
    assert moved.inner_text() == "已迁移 1"
    assert publisher.violations() == ""
    return str(publisher.page.url.removeprefix(publisher.address))


def undone_by_pages(publisher: Desk, migration: str, story: Story) -> None:
    """The publisher takes the migration of one case back."""
    publisher.open(migration)
    publisher.field("只撤销一件").fill(story.number)
    publisher.field("撤销原因").fill("该件家长已到校核对")
    publisher.press("撤销迁移")
    assert publisher.says(f"已撤销办件 {story.number} 的迁移")
    assert publisher.page.locator("#tab-undone").inner_text() == "已撤销迁移 1"


def test_the_panel_is_used_by_keyboard_alone(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("class_change")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "class_change.bpmn")
    page = sheet.page

    for _ in range(30):  # from element to element, in the order in which the diagram is read
        page.keyboard.press("Alt+ArrowDown")
        page.wait_for_timeout(40)
        if page.locator("#panel .kind").inner_text() == "办理环节":
            break
    page.keyboard.press("F6")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.key") == "name":
            break
    page.keyboard.press("Control+a")
    page.keyboard.type("by keyboard")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.dataset.key") != "岗位":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.key") == "时限（工作日）", "focus stays where it was going"
    page.keyboard.press("Control+a")
    page.keyboard.type("7")
    page.keyboard.press("Enter")

    text = sheet.saved()
    assert 'name="by keyboard"' in text
    assert 'name="working_days" value="7"' in text
    page.keyboard.press("Control+s")
    page.locator("#canvas svg[tabindex]").focus()
    page.keyboard.press("Control+z")
    assert 'name="working_days" value="7"' not in sheet.saved()


def test_the_panel_drawn_anew_leaves_what_is_being_typed_alone(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("class_change")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "class_change.bpmn")
    page = sheet.choose("school_approval").page
    text = sheet.saved()
    assert 'name="working_days" value="7"' not in text
    choose_another_duty = """(typed) => {
      const field = (key) => document.querySelector(`#panel [data-key="${key}"]`);
      field("岗位").selectedIndex = (field("岗位").selectedIndex + 1) % field("岗位").options.length;
      field("岗位").dispatchEvent(new Event("change"));
      field("时限（工作日）").select();
      if (typed) { document.execCommand("insertText", false, typed); }
    }"""
    drawn = "() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => done(true)), 0))"

    page.evaluate(choose_another_duty, "")  # all of the old number is chosen, to be written over
    page.wait_for_function(drawn)
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert 'name="working_days" value="7"' in sheet.saved()

    page.evaluate(choose_another_duty, "1")  # the first of two digits
    page.wait_for_function(drawn)
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    assert 'name="working_days" value="12"' in sheet.saved()

    sheet.field("名称").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("half a name")
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_selector('#panel:not([data-of="school_approval"])')
    text = sheet.saved()
    assert text.count('name="half a name"') == 1
    assert re.search(r'<bpmn:userTask id="school_approval"[^>]* name="half a name"', text)


def test_anothers_edit_is_told_before_it_is_overwritten(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("class_change")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "class_change.bpmn")
    studio.edit(draft, "class_change.bpmn", 'name="调班"', 'name="换班"', who="colleague")
    (task,) = [each for each in sheet.elements() if each == "school_approval"]

    sheet.choose(task).fill("名称", "我的改动")
    dialog = sheet.page.get_by_role("dialog")
    dialog.wait_for()
    assert studio.people["colleague"].name in dialog.inner_text()
    assert "我的改动" not in studio.text(draft, "class_change.bpmn")
    dialog.get_by_role("button", name="查看对方的图").click()
    dialog.locator(".theirs .djs-shape").first.wait_for()
    with sheet.page.expect_navigation():
        dialog.get_by_role("button", name="我的另存为新草稿").click()
    sheet.page.wait_for_selector("html[data-ready]", state="attached")

    assert f"/drafts/{draft}/" not in sheet.page.url
    mine = int(sheet.page.url.split("/drafts/")[1].split("/")[0])
    assert "我的改动" in studio.text(mine, "class_change.bpmn")
    assert "换班" in studio.text(draft, "class_change.bpmn")
    assert "我的改动" not in studio.text(draft, "class_change.bpmn")


def test_what_is_copied_in_one_diagram_is_pasted_into_another(seat: Seat, studio: Studio) -> None:  # noqa: F811
    desk = seat(studio.people["analyst"])
    first = Sheet(desk, studio, studio.draft("transfer"), "transfer.bpmn").choose("issue_directive")
    first.page.keyboard.press("Control+c")
    other = Sheet(desk, studio, studio.draft("class_change"), "class_change.bpmn")
    before = set(other.elements())
    x, y = other.middle("school_approval")
    other.page.mouse.move(x, y + 90)
    other.page.get_by_role("button", name="粘贴").click()
    other.page.mouse.move(x, y + 80, steps=3)
    other.page.mouse.click(x, y + 80)

    (pasted,) = [each for each in set(other.elements()) - before if not each.startswith("flow_")]
    other.choose(pasted)
    assert other.field("操作").input_value() == "directive/issue"
    assert "directive/issue" in other.saved()


def test_a_publisher_reads_and_a_county_has_no_such_page(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    sheet = Sheet(seat(studio.people["publisher"]), studio, draft, "transfer.bpmn")
    sheet.choose("releasing_bureau")

    assert sheet.field("名称").is_disabled()
    assert sheet.page.locator(".djs-palette, .djs-context-pad").count() == 0
    assert sheet.page.get_by_role("button", name="保存").count() == 0
    county = seat(factories.a_user(factories.a_bureau("330106"), "analyst"))
    county.open(f"/studio/drafts/{draft}/diagrams/transfer.bpmn/edit")
    assert county.page.locator("#canvas").count() == 0
