"""A proposal's diagrams show what differs: in a colour, by a line, and by a sign; what is gone, in the one before."""

from __future__ import annotations

from collections.abc import Callable

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite

pytestmark = on_sqlite
Seat = Callable[..., Desk]
FILE = "transfer.bpmn"
STROKE = "path => [getComputedStyle(path).stroke, getComputedStyle(path).strokeDasharray]"
GREEN, BLUE, RED = "rgb(23, 101, 58)", "rgb(18, 71, 165)", "rgb(168, 32, 26)"


def stroke(desk: Desk, number: int, element: str) -> list[str]:
    drawn = (
        desk.page.locator(".diagram").nth(number).locator(f"[data-element-id={element}] .djs-visual > :not(defs)").first
    )
    said: list[str] = drawn.evaluate(STROKE)
    return said


def test_flows_and_steps_show_how_they_differ(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    for old, new in (
        ("f_rs_agree", "f_other"),  # one flow is gone and another new
        ('id="receiving_bureau" name="', 'id="receiving_bureau" name="再'),
        ('id="f_repaired" name="再次提交"', 'id="f_repaired" name="补正后再提交"'),
        ('bpmnElement="repair"><dc:Bounds x="370" y="310"', 'bpmnElement="repair"><dc:Bounds x="370" y="312"'),
    ):
        assert studio.edit(draft, FILE, old, new).status == 200
    answer = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "改流向"})
    assert answer.status == 201, answer.text
    desk = seat(studio.people["publisher"]).open(f"/studio/proposals/{answer.json['id']}")
    for each in desk.page.locator(".diagram").all():
        each.scroll_into_view_if_needed()
        each.locator(".djs-shape").first.wait_for()

    legends = desk.page.locator(".legend").all_inner_texts()
    assert [" ".join(each.split()) for each in legends] == [
        "增 绿色：新增 1 处 改 蓝色粗线：修改 2 处 移 灰色点线：只移动了位置 1 处",
        "改 蓝色粗线：修改 2 处 移 灰色点线：只移动了位置 1 处 删 红色虚线：删除 1 处",
    ]
    assert stroke(desk, 0, "f_other")[0] == GREEN
    assert stroke(desk, 0, "f_repaired")[0] == stroke(desk, 0, "receiving_bureau")[0] == BLUE
    assert stroke(desk, 0, "repair")[1] != "none"
    assert stroke(desk, 1, "f_rs_agree") == [RED, "8px, 5px"]
    signs = [
        each.locator(".djs-overlays .difference").all_inner_texts() for each in desk.page.locator(".diagram").all()
    ]
    assert [sorted(each) for each in signs] == [sorted("增改改移"), sorted("改改移删")]
    assert not desk.violations()
