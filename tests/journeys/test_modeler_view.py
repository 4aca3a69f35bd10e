"""What is seen of a diagram, and where the focus is: on opening, while an example plays, after a tool, on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.modeler import Sheet

pytestmark = on_sqlite
Seat = Callable[..., Desk]
READABLE = 0.7


def box(shown: Locator) -> Any:
    found = shown.bounding_box()
    assert found
    return found


def within(inner: Any, outer: Any) -> bool:
    return bool(
        outer["x"] <= inner["x"]
        and outer["y"] <= inner["y"]
        and inner["x"] + inner["width"] <= outer["x"] + outer["width"]
        and inner["y"] + inner["height"] <= outer["y"] + outer["height"]
    )


def drawing(sheet: Sheet) -> Any:
    return box(sheet.page.locator("#canvas .djs-container"))


def a_sheet(seat: Seat, studio: Studio) -> Sheet:  # noqa: F811
    return Sheet(seat(studio.people["analyst"]), studio, studio.draft("transfer"), "transfer.bpmn")


def an_unsound_sheet(seat: Seat, studio: Studio) -> Sheet:  # noqa: F811
    """Whoever refuses at the last decision is passed over."""
    draft = studio.draft("transfer")
    flow = 'name="不同意" sourceRef="releasing_bureau_outcome" targetRef='
    studio.edit(draft, "transfer.bpmn", f'{flow}"refused"', f'{flow}"issue_directive"')
    return Sheet(seat(studio.people["analyst"]), studio, draft, "transfer.bpmn")


def test_a_diagram_opens_readable_with_its_beginning_beside_the_palette(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = a_sheet(seat, studio)

    assert sheet.scale >= READABLE
    for element in ("submitted", "receiving_school"):
        assert within(box(sheet.shape(element)), drawing(sheet)), element
    palette = box(sheet.page.locator(".djs-palette"))
    assert palette["x"] + palette["width"] <= drawing(sheet)["x"], "the palette lies over nothing"
    assert box(sheet.shape("transfer_pool"))["x"] >= drawing(sheet)["x"]


def test_the_whole_diagram_fills_the_room_that_there_is(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = a_sheet(seat, studio)
    sheet.page.get_by_role("button", name="全图").click()

    pool, room = box(sheet.shape("transfer_pool").locator(".djs-hit").first), drawing(sheet)
    assert within(pool, room)
    assert pool["width"] > room["width"] * 0.9


def test_after_a_tool_the_keys_are_those_of_the_diagram(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = a_sheet(seat, studio).choose("issue_directive")
    page = sheet.page
    focused = "document.activeElement.closest('#canvas') !== null && document.activeElement.tagName === 'svg'"
    page.get_by_role("button", name="复制", exact=True).click()
    assert page.evaluate(focused)
    before = set(sheet.elements())
    page.get_by_role("button", name="粘贴").click()
    where = sheet.place(1580, 640)
    page.mouse.move(*where, steps=4)
    page.mouse.click(*where)
    assert len(set(sheet.elements()) - before) == 1
    assert page.locator(".drop-ok, .drop-not-ok, .attach-ok, .new-parent").count() == 0, "nothing stays marked"

    assert page.evaluate(focused)
    page.keyboard.press("Control+z")
    assert set(sheet.elements()) == before
    page.get_by_role("button", name="重做").focus()
    page.keyboard.press("Enter")
    assert len(set(sheet.elements()) - before) == 1
    assert page.evaluate(focused), "by keyboard too"


def test_an_example_plays_in_sight_and_ends_by_escape(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = an_unsound_sheet(seat, studio)
    page = sheet.page
    assert any(each.startswith("错误") for each in sheet.checked())
    assert page.locator("#found li:visible").count() == 1, "the first error stands open"
    page.get_by_role("button", name="演示反例").first.click()

    assert drawing(sheet)["height"] > 768 * 0.7, "the diagram keeps its room"
    steps = page.locator("#player .path li").count()
    for _ in range(steps - 1):
        marked = page.locator("#canvas .djs-shape.playing").first
        if marked.count():
            assert within(box(marked.locator(".djs-hit").first), drawing(sheet))
        page.get_by_role("button", name="下一步").click()
    page.keyboard.press("Escape")
    assert not page.locator("#player").is_visible()
    assert page.locator(".playing, .played").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "演示反例"


def test_opening_and_closing_what_was_found_moves_nothing(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = an_unsound_sheet(seat, studio)
    sheet.checked()
    for name in ("放大", "缩小", "全图"):
        sheet.page.get_by_role("button", name=name, exact=True).click()
        before = box(sheet.shape("repair"))
        sheet.page.get_by_role("button", name="展开").click()
        assert box(sheet.shape("repair")) == before
        sheet.page.get_by_role("button", name="收起").click()
        assert box(sheet.shape("repair")) == before


def test_on_a_phone_the_diagram_is_as_wide_as_the_page_and_readable(seat: Seat, studio: Studio) -> None:  # noqa: F811
    desk = seat(studio.people["analyst"])
    desk.page.set_viewport_size({"width": 390, "height": 844})
    sheet = Sheet(desk, studio, studio.draft("transfer"), "transfer.bpmn")

    assert drawing(sheet)["width"] >= 380
    assert drawing(sheet)["height"] >= 400
    assert sheet.scale >= READABLE
    assert "画图请用宽一些的屏幕" in desk.text()


def test_an_operation_is_found_by_a_word_of_its_name(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = a_sheet(seat, studio).choose("issue_directive")
    families = sheet.page.locator("#panel optgroup")

    assert families.first.get_attribute("label") == "本流程的操作"
    assert "学籍变动" in families.evaluate_all("all => all.map((each) => each.label)")
    assert "/" not in "".join(sheet.page.locator("#panel optgroup option").all_inner_texts()), "names, no numbers"
    sheet.field("筛选操作").fill("休学")
    shown = sheet.page.locator("#panel optgroup option").all_inner_texts()
    assert shown == ["下达允许转学指令", "登记休学"], "what is chosen, and what was asked for"
    sheet.select("操作", "登记休学")
    assert 'id="enrolment/suspend"' in sheet.saved()


def test_what_is_searched_is_called_by_its_name_and_kind(seat: Seat, studio: Studio) -> None:  # noqa: F811
    sheet = a_sheet(seat, studio)
    sheet.page.get_by_role("button", name="查找").click()
    results = sheet.page.locator(".djs-search-result")
    sheet.page.locator(".djs-search-input input").fill("上级核办")
    results.first.wait_for()
    assert "办理环节" in results.first.inner_text()
    assert "_" not in "".join(results.all_inner_texts()), "no number of an element"
    sheet.page.locator(".djs-search-input input").fill("receiving_bureau")
    assert "receiving_bureau" in results.first.inner_text(), "what was asked for is shown"


def test_what_is_found_on_a_flow_stands_on_its_line_and_moves_with_it(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft, flow = studio.draft("transfer"), "f_lb_refuse"
    drawn = next(
        each for each in studio.text(draft, "transfer.bpmn").split("<bpmn:sequenceFlow ") if f'id="{flow}"' in each
    )
    studio.edit(draft, "transfer.bpmn", drawn, drawn.replace('== "refuse"', "=="))
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "transfer.bpmn")
    sheet.checked()

    assert sheet.page.evaluate(OFF_THE_LINE, flow) < 2
    before = box(sheet.page.locator(f'[data-container-id="{flow}"] .badge'))
    sheet.choose("refused").page.keyboard.press("Shift+ArrowDown")
    sheet.page.keyboard.press("Shift+ArrowDown")
    sheet.choose("releasing_bureau_outcome").page.keyboard.press("Shift+ArrowRight")
    sheet.page.keyboard.press("Shift+ArrowRight")
    assert box(sheet.page.locator(f'[data-container-id="{flow}"] .badge')) != before
    assert sheet.page.evaluate(OFF_THE_LINE, flow) < 2


#: how far the middle of a flow's sign is from its line, in pixels
OFF_THE_LINE = """(flow) => {
  const sign = document.querySelector(`[data-container-id="${flow}"] .badge`).getBoundingClientRect();
  const line = document.querySelector(`#canvas [data-element-id="${flow}"] .djs-visual > path`);
  const to = line.getScreenCTM();
  const [x, y] = [sign.x + sign.width / 2, sign.y + sign.height / 2];
  let least = Infinity;
  for (let at = 0; at <= line.getTotalLength(); at += 1) {
    const point = line.getPointAtLength(at);
    least = Math.min(least, Math.hypot(point.x * to.a + to.e - x, point.y * to.d + to.f - y));
  }
  return least;
}"""
