"""The modeler as somebody sits at it: the sheet, the panel, what was found; waits for saving and checking."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, TimeoutError, expect

from tests.studio.conftest import Studio
from tests.support.browsers import PATIENCE, Desk


class Sheet:
    """One diagram of a draft, open in the modeler."""

    def __init__(self, desk: Desk, studio: Studio, draft: int, name: str) -> None:
        self.desk, self.page, self.studio, self.draft, self.name = desk, desk.page, studio, draft, name
        self.open()

    def open(self) -> Sheet:
        self.desk.open(f"/studio/drafts/{self.draft}/diagrams/{self.name}/edit")
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self

    # ── the sheet

    def shape(self, element: str) -> Locator:
        return self.page.locator(f'#canvas [data-element-id="{element}"]').first

    def middle(self, element: str) -> tuple[float, float]:
        """Where to click on an element, brought into view first."""

        def find() -> tuple[float, float]:
            box = self.shape(element).locator(".djs-hit").first.bounding_box()
            assert box, element
            holds_others = element.endswith("_pool") or element.startswith("lane_")
            return box["x"] + (8 if holds_others else box["width"] / 2), box["y"] + box["height"] / 2

        return self.seen(find)

    def seen(self, find: Callable[[], tuple[float, float]]) -> tuple[float, float]:
        """A point on the screen; the whole diagram is shown where it is out of sight."""
        x, y = find()
        canvas = self.page.locator("#canvas .djs-container").bounding_box()
        assert canvas
        if canvas["x"] < x < canvas["x"] + canvas["width"] and canvas["y"] < y < canvas["y"] + canvas["height"]:
            return x, y
        self.page.get_by_role("button", name="全图").click()
        return find()

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the diagram is on the screen, brought into view first."""
        return self.seen(lambda: self.at(x, y))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the diagram is, in sight or not."""
        script = """([x, y]) => {
          const to = document.querySelector('#canvas .viewport').getScreenCTM();
          return [x * to.a + to.e, y * to.d + to.f];
        }"""
        across, down = self.page.evaluate(script, [x, y])
        return across, down

    def choose(self, element: str) -> Sheet:
        """Select it by a click, and wait until the panel speaks of it."""
        if self.page.locator(f'#panel[data-of="{element}"]').count():
            return self  # a click on what is selected would let go of it
        x, y = self.middle(element)
        for _ in range(4):  # a click is not heard for 400 ms after something was drawn: no person is as quick
            self.page.mouse.click(x, y)
            try:
                self.page.wait_for_selector(f'#panel[data-of="{element}"]', state="attached", timeout=1500)
            except TimeoutError:
                continue
            return self
        raise AssertionError(f"{element} was never selected")

    def draw(self, word: str, where: tuple[float, float]) -> str:
        """Take something from the palette and put it there; its id."""
        before = self.elements()
        self.page.locator(".djs-palette .entry", has_text=word).click()
        self.page.mouse.move(*where, steps=4)
        self.page.mouse.click(*where)
        (new,) = [
            each
            for each in self.elements()
            if each not in before and not each.endswith("_label") and "flow_" not in each
        ]
        self.page.keyboard.press("Escape")  # the name is given in the panel
        return new

    def elements(self) -> list[str]:
        shown = self.page.locator("#canvas .djs-element[data-element-id]").all()
        return [str(each.get_attribute("data-element-id")) for each in shown]

    def connect(self, source: str, target: str) -> Sheet:
        """Draw a flow from one to the other."""
        flows = self.page.locator("#canvas .djs-connection[data-element-id]")
        before = flows.count()
        for _ in range(4):  # a click is not heard for 400 ms after something was drawn: no person is as quick
            self.page.locator(".djs-palette .entry", has_text="连线").click()
            self.page.mouse.click(*self.middle(source))
            self.page.mouse.move(*self.middle(target), steps=4)
            self.page.mouse.click(*self.middle(target))
            try:
                expect(flows).to_have_count(before + 1, timeout=1500)
            except AssertionError:
                self.page.keyboard.press("Escape")
                continue
            return self
        raise AssertionError(f"{source} was never connected with {target}")

    @property
    def scale(self) -> float:
        """How large the diagram is drawn."""
        return self.at(1, 0)[0] - self.at(0, 0)[0]

    # ── the panel

    def field(self, label: str) -> Locator:
        return self.page.locator("#panel").get_by_label(label, exact=True)

    def fill(self, label: str, value: str) -> Sheet:
        self.field(label).fill(value)
        self.field(label).blur()
        return self

    def select(self, label: str, words: str) -> Sheet:
        self.field(label).select_option(label=words)
        return self

    # ── saved and checked

    def saved(self) -> str:
        """Wait until everything is saved; the text of the file."""
        self.page.keyboard.press("Control+s")
        self.page.locator("#saved.saved").wait_for(timeout=PATIENCE)
        return self.studio.text(self.draft, self.name)

    def checked(self) -> list[str]:
        """Wait until what is saved has been checked; what was found, severity first."""
        self.saved()
        with self.page.expect_response(re.compile(f"/drafts/{self.draft}/check$")):
            self.page.get_by_role("button", name="立即检查").click()
        self.page.locator("#findings .summary .tag").first.wait_for()
        return [" ".join(each.split()) for each in self.page.locator("#found > li").all_inner_texts()]

    @property
    def verdict(self) -> str:
        return self.page.locator("#findings .summary").inner_text()


def an_empty_draft(studio: Studio, key: str, name: str, who: str = "analyst") -> int:
    """A draft of a process that nobody has drawn yet."""
    answer = studio.program(who).post("/drafts", {"key": key, "name": name})
    assert answer.status == 201, answer.text
    return int(answer.json["id"])


def put(studio: Studio, draft: int, name: str, text: bytes) -> Any:
    program, path = studio.program("analyst"), f"/drafts/{draft}/files/{name}"
    there = program.get(path)
    answer = program.put(path, text, **({"If_Match": str(there.etag)} if there.status == 200 else {}))
    assert answer.status == 200, answer.text
    return answer
