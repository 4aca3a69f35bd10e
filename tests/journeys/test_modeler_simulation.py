"""Tokens are moved through a diagram in the modeler: by choices of whoever watches, by keyboard, changing nothing."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.modeler import Sheet, an_empty_draft, put

pytestmark = on_sqlite
Seat = Callable[..., Desk]
#: one way is chosen, and both are waited for
STOPPING = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
  <process id="stopping" isExecutable="true">
    <startEvent id="start" name="开始"/><sequenceFlow id="f1" sourceRef="start" targetRef="split"/>
    <exclusiveGateway id="split" name="走哪条"/>
    <sequenceFlow id="f2" name="甲" sourceRef="split" targetRef="join"/>
    <sequenceFlow id="f3" name="乙" sourceRef="split" targetRef="b"/>
    <task id="b" name="乙事"/><sequenceFlow id="f4" sourceRef="b" targetRef="join"/>
    <parallelGateway id="join" name="会合"/><sequenceFlow id="f5" sourceRef="join" targetRef="end"/>
    <endEvent id="end" name="完"/>
  </process>
</definitions>"""
#: two of three ways at once, joined again
SEVERAL = STOPPING.replace("exclusiveGateway", "inclusiveGateway").replace("parallelGateway", "inclusiveGateway")


def a_sheet(seat: Seat, studio: Studio, key: str) -> Sheet:  # noqa: F811
    return Sheet(seat(studio.people["analyst"]), studio, studio.draft(key), f"{key}.bpmn")


def a_drawn_sheet(seat: Seat, studio: Studio, text: str) -> Sheet:  # noqa: F811
    draft = an_empty_draft(studio, "stopping", "停住")
    put(studio, draft, "stopping.bpmn", text.encode())
    return Sheet(seat(studio.people["analyst"]), studio, draft, "stopping.bpmn")


def begun(sheet: Sheet) -> Sheet:
    sheet.page.get_by_role("button", name="模拟", exact=True).click()
    sheet.page.get_by_role("button", name="放入令牌").click()
    return sheet


def state(sheet: Sheet) -> str:
    return sheet.page.locator("#player .said").inner_text()


def step(sheet: Sheet, place: str, choice: str) -> None:
    group = sheet.page.locator("#player").get_by_role("group", name=place, exact=True).first
    group.get_by_role("button", name=choice).first.click()


def marked(sheet: Sheet, element: str, marker: str) -> bool:
    return marker in str(sheet.shape(element).get_attribute("class")).split()


def visible(shown: Locator) -> bool:
    return shown.count() > 0 and shown.first.is_visible()


def test_tokens_take_the_way_that_answers_and_choices_say(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = begun(a_sheet(seat, studio, "transfer"))
    step(sheet, "转入学校审核", "同意")
    assert state(sheet) == "令牌在：同一上级？", "the answer and the first submission decide two gateways"
    assert marked(sheet, "f_rs_agree", "played")
    assert marked(sheet, "same_superior_check", "playing")
    step(sheet, "同一上级？", "上级不同")
    step(sheet, "转入学校上级核办", "同意")
    step(sheet, "须市级审批？", "不须")
    step(sheet, "转出学校核办", "退回补正")
    assert state(sheet) == "令牌在：申请人补正"
    step(sheet, "申请人补正", "已再次提交")
    step(sheet, "转入学校审核", "同意")
    assert state(sheet) == "令牌在：转出学校核办", "it goes back to whoever sent it back"
    step(sheet, "转出学校核办", "不同意")
    assert state(sheet) == "走完了：不予转学。"

    sheet.page.get_by_role("button", name="后退一步").click()
    assert state(sheet) == "令牌在：转出学校核办"
    step(sheet, "转出学校核办", "同意")
    step(sheet, "转出学校上级核办并下达指令", "同意")
    step(sheet, "下达允许转学指令", "执行")
    step(sheet, "转入学校凭指令调档", "已转入")
    step(sheet, "转入档案并注册", "不能办理：学位已满")
    assert state(sheet) == "令牌在：等待学位"
    sheet.page.get_by_role("button", name="重来").click()
    assert visible(sheet.page.get_by_role("button", name="放入令牌"))


def test_branches_move_one_by_one_and_an_error_leaves_their_sub_process(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = begun(a_sheet(seat, studio, "plan_cross_city"))
    step(sheet, "登记方案", "执行")
    step(sheet, "学校审核", "同意")
    assert sheet.page.locator("#player .place").count() == 4
    step(sheet, "学校所在市同意", "同意")
    step(sheet, "生源所在市同意", "退回补正")
    assert state(sheet) == "令牌在：学校补正"
    assert sheet.page.locator("#player .place").count() == 1


def test_a_token_that_waits_in_vain_is_told(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = begun(a_drawn_sheet(seat, studio, STOPPING))
    step(sheet, "走哪条", "甲")

    assert state(sheet) == "停住了：令牌在“会合”等不到别的令牌，走不下去。"


def test_an_inclusive_gateway_lets_several_go_and_waits_for_them(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = begun(a_drawn_sheet(seat, studio, SEVERAL))
    step(sheet, "走哪条", "同时走各条")
    assert state(sheet) == "令牌在：会合、乙事"
    step(sheet, "乙事", "同意")
    assert state(sheet) == "走完了：完。"


def test_nothing_is_changed_meanwhile_and_escape_ends_it(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = a_sheet(seat, studio, "class_change").choose("school_approval")
    page, before = sheet.page, studio.text(sheet.draft, sheet.name)
    begun(sheet)
    assert not visible(page.locator(".djs-palette .entry"))
    assert not visible(page.locator(".djs-context-pad"))
    assert page.get_by_role("button", name="自动排版").get_attribute("aria-disabled") == "true"
    x, y = sheet.middle("school_approval")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 30, steps=5)
    page.mouse.up()
    page.mouse.dblclick(x, y)
    page.locator("#canvas svg[tabindex]").focus()
    for key in ("Delete", "Control+x", "Control+v", "n", "a", "r", "e"):
        page.keyboard.press(key)
    page.keyboard.type("zz")
    assert page.locator(".djs-popup, .djs-direct-editing-parent").count() == 0

    page.keyboard.press("Escape")
    assert not page.locator("#player").is_visible()
    assert page.locator(".playing, .played, .token").count() == 0
    assert visible(page.locator(".djs-palette .entry"))
    assert sheet.saved() == before
    sheet.choose("school_approval").fill("时限（工作日）", "9")
    assert 'name="working_days" value="9"' in sheet.saved(), "it can be drawn on again"


def test_tokens_are_moved_by_keyboard_alone(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = a_sheet(seat, studio, "class_change")
    page = sheet.page
    page.get_by_role("button", name="模拟", exact=True).focus()
    for _ in range(12):
        page.keyboard.press("Enter")  # each time the first of what can happen has the focus
        if state(sheet).startswith("走完了"):
            break
    assert state(sheet).startswith("走完了")


def test_whoever_only_reads_may_simulate(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("class_change")
    sheet = begun(Sheet(seat(studio.people["publisher"]), studio, draft, "class_change.bpmn"))

    assert state(sheet).startswith("令牌在：")
