"""A process is drawn by keyboard alone: steps, gateways, flows, a lane, an event on a border."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.modeler import Sheet, an_empty_draft

pytestmark = on_sqlite
Seat = Callable[..., Desk]
MOST = 80  # keys until something that never comes is a failure


class Keys:
    """Somebody without a pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> Keys:
        for each in keys:
            self.page.keyboard.press(each)
        return self

    def go(self, element: str) -> Keys:
        """From element to element, in the order in which the diagram is read."""
        for _ in range(MOST):
            if self.page.locator(f'#panel[data-of="{element}"]').count():
                return self
            before = self.page.locator("#panel").get_attribute("data-of")
            self.press("Alt+ArrowDown")
            expect(self.page.locator("#panel")).not_to_have_attribute("data-of", before or "")
        raise AssertionError(f"{element} was never come to")

    def tab_to(self, key: str) -> Keys:
        """Along the fields of the panel; key -- of a field."""
        for _ in range(MOST):
            if self.page.evaluate("document.activeElement.dataset.key") == key:
                return self
            self.press("Tab")
        raise AssertionError(f"{key} was never come to")

    def to_panel(self) -> Keys:
        return self.move_on("document.getElementById('panel').contains(document.activeElement)")

    def to_canvas(self) -> Keys:
        return self.move_on("document.activeElement.matches('#canvas svg')")

    def move_on(self, there: str) -> Keys:
        """Between drawing, panel and findings."""
        for _ in range(6):
            if self.page.evaluate(there):
                return self
            self.press("F6")
        raise AssertionError(f"never true: {there}")

    def pick(self, typed: str, *, stays: bool = False) -> str:
        """From the list that is open, by what is typed; what is selected then. stays -- what was selected before."""
        menu = self.page.locator(".djs-popup")
        menu.wait_for()
        before = self.page.locator("#panel").get_attribute("data-of") or ""
        if menu.locator("input").count():
            self.page.keyboard.type(typed)
            expect(menu.locator(".entry").first).to_contain_text(typed)
        while typed not in menu.locator(".entry.selected").inner_text():
            self.press("ArrowDown")
        self.press("Enter")
        expect(menu).to_have_count(0)
        self.press("Escape")  # the name is given in the panel
        if not stays:
            expect(self.page.locator("#panel")).not_to_have_attribute("data-of", before)
        return str(self.page.locator("#panel").get_attribute("data-of"))

    def by_panel(self, key: str, typed: str, *, stays: bool = False) -> str:
        """A button of the panel that opens a list, and what is chosen there."""
        self.to_panel().tab_to(key).press("Enter")
        return self.pick(typed, stays=stays)

    def write(self, key: str, text: str) -> Keys:
        self.to_panel().tab_to(key).press("Control+a")
        self.page.keyboard.type(text)
        return self.press("Enter")


def test_a_process_is_drawn_by_keyboard_alone(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = an_empty_draft(studio, "deferral", "缓学")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "deferral.bpmn")
    page, keys = sheet.page, Keys(sheet.page)
    keys.press("F6")

    lane = keys.go("lane_applicant").by_panel("own-add-lane", "申请单位上级教育行政部门")
    assert sheet.field("办理机构").input_value() == "applicant_bureau"
    keys.go("submitted").press("a")
    step = keys.pick("办理环节")
    keys.write("name", "主管部门审批").by_panel("own-lane", "申请单位上级教育行政部门", stays=True)
    keys.press("a")
    way = keys.pick("排他网关")
    keys.press("t")
    agreed = keys.pick("已办结")
    keys.to_panel().tab_to("终点").press("Enter")
    expect(page.locator("#panel")).to_have_attribute("data-of", "done")
    keys.go(lane).to_canvas().press("n")
    refused = keys.pick("结束事件")
    keys.write("name", "不予缓学")
    no = keys.go(way).by_panel("own-connect", "不予缓学")
    for flow, condition in ((agreed, 'outcome == "agree"'), (no, 'outcome == "refuse" or outcome == "send_back"')):
        keys.go(flow).to_panel().tab_to("condition")
        page.keyboard.type(condition)
        keys.press("Escape", "Tab")
    keys.go("to_done").to_canvas().press("Delete")
    keys.go(step).to_canvas().press("n")
    border = keys.pick("消息边界事件")

    text = sheet.saved()
    for source, target in (("submitted", step), (step, way), (way, "done"), (way, refused)):
        assert f'sourceRef="{source}" targetRef="{target}"' in text
    assert 'sourceRef="submitted" targetRef="done"' not in text
    assert (
        f"<bpmn:flowNodeRef>{step}</bpmn:flowNodeRef>"
        in text[text.index(f'id="{lane}"') :].partition("</bpmn:lane>")[0]
    )
    assert 'outcome == "agree"' in text
    assert f'id="{border}" attachedToRef="{step}"' in text


def test_a_flow_is_led_elsewhere_by_keyboard(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("class_change")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "class_change.bpmn")
    keys = Keys(sheet.page)
    flow = str(sheet.page.evaluate(FIRST_FLOW))
    page = sheet.page

    keys.go(flow).to_panel().tab_to("own-reconnect").press("Enter")
    menu = page.locator(".djs-popup")
    menu.wait_for()
    chosen = menu.locator(".entry").nth(1).get_attribute("data-id")
    keys.press("ArrowDown", "Enter")

    assert chosen
    expect(page.locator("#panel")).to_have_attribute("data-of", flow)
    saved = next(each for each in sheet.saved().split("<") if f'id="{flow}"' in each and "targetRef" in each)
    assert f'targetRef="{chosen}"' in saved


def test_what_an_input_method_writes_is_searched_for(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = Sheet(seat(studio.people["analyst"]), studio, studio.draft("class_change"), "class_change.bpmn")
    Keys(sheet.page).to_canvas().press("Control+f")
    sheet.page.locator(".djs-search-input input").wait_for()

    sheet.page.keyboard.insert_text("学校确认")  # no key is pressed
    expect(sheet.page.locator(".djs-search-result").first).to_contain_text("学校确认")
    sheet.page.keyboard.press("Enter")

    expect(sheet.page.locator("#panel")).to_have_attribute("data-of", "school_approval")


FIRST_FLOW = "document.querySelector('#canvas .djs-connection[data-element-id]').dataset.elementId"
