"""Every string that the modeler shows is Chinese, panel, menus and findings included; every state is accessible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import LAWS, Desk
from tests.support.databases import on_sqlite
from tests.support.modeler import Sheet, an_empty_draft

pytestmark = on_sqlite
Seat = Callable[..., Desk]
ALLOWED = {"BPMN", "DMN", "FEEL", "XML", "JSON", "PDF"}
FACTS = re.compile(
    r"\boutcome\b|['\"“]agreed['\"”]|\btransfer\b"
)  # what the analyst has typed, and the key of the process
KEYS = {"Ctrl", "Alt", "Shift", "Delete", "Esc"}  # as they stand on every keyboard
#: codes are no words: file names, ids, verbs, facts and refusals by what joins their parts
CODE = re.compile(
    r"[\w.]*[a-z0-9][_./-][a-z0-9][\w./-]*|\.[a-z]+\b|E-[A-Z0-9-]+|\bbpmn\.io\b", re.IGNORECASE | re.ASCII
)
WORD = re.compile(r"[A-Za-z]{2,}")
#: what is read, and what is told of it by a pointer or to whoever does not see; what an analyst types is their own
STRINGS = """() => {
  const found = new Set();
  const shown = (each) => each.getClientRects().length;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: around, data } = walker.currentNode;
    const read = !around.closest('script, style, noscript, code, datalist') && shown(around);
    if (data.trim() && read) { found.add(data.trim()); }
  }
  document.querySelectorAll('[aria-label], [title], [placeholder], [alt]').forEach((each) => {
    ['aria-label', 'title', 'placeholder', 'alt'].forEach((name) => found.add(each.getAttribute(name) || ''));
  });
  return [...found];
}"""
CHOSEN = ("transfer_pool", "lane_releasing_school", "releasing_bureau", "repair", "issue_directive", "moved", "no_seat",
          "directive_ended_before_pull", "resume", "f_city", "f_resume_new")  # fmt: skip


def english(page: Page) -> set[str]:
    """The strings of the page that have an English word in them."""
    return {
        each
        for each in page.evaluate(STRINGS)
        if set(WORD.findall(CODE.sub(" ", FACTS.sub(" ", each)))) - ALLOWED - KEYS
    }


def violations(page: Page) -> str:
    """What axe has against the page outside the drawing."""
    options = {"runOnly": {"type": "tag", "values": LAWS}, "resultTypes": ["violations"]}
    found = Axe().run(page, context={"exclude": [[".djs-container"]]}, options=options).response["violations"]
    return "\n".join(
        f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes']]}" for each in found
    )


def menus(sheet: Sheet) -> Iterator[None]:
    """Every menu of the selected element, one after the other, open."""
    for entry in ("replace", "append.more"):
        shown = sheet.page.locator(f'.djs-context-pad [data-action="{entry}"]')
        if shown.count():
            shown.first.click()
            sheet.page.locator(".djs-popup").wait_for()
            yield
            sheet.page.keyboard.press("Escape")


def test_every_string_is_chinese_and_every_state_accessible(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    studio.edit(
        draft, "transfer.bpmn", 'outcome == "agree"</', 'outcome == "agreed"</'
    )  # each the first: one finding of many
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "transfer.bpmn")
    page = sheet.page
    found: dict[str, set[str]] = {}
    wrong: dict[str, str] = {}

    def look(state: str, *, axe: bool = False) -> None:
        if english(page):
            found[state] = english(page)
        if axe and violations(page):
            wrong[state] = violations(page)

    look("opened", axe=True)
    for element in CHOSEN:
        sheet.choose(element)
        look(element, axe=element in ("releasing_bureau", "f_city", "issue_directive"))
        for _ in menus(sheet):
            look(f"menu of {element}")
    sheet.choose("f_city").field("条件").fill("")
    sheet.field("条件").press("ArrowDown")
    look("completions", axe=True)
    sheet.field("条件").fill("city review = 1")
    look("a condition that is wrong", axe=True)
    sheet.fill("条件", "city_review")
    page.locator(".djs-palette .entry", has_text="更多").click()
    look("created")
    page.keyboard.type("zz")
    look("nothing found")
    page.keyboard.press("Escape")
    for name in ("缩略图", "查找"):
        page.get_by_role("button", name=name, exact=True).click()
        look(name)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="模拟", exact=True).click()
    look("simulation", axe=True)
    for _ in range(4):
        page.locator("#player .offer").first.click()
        look(f"simulation, {page.locator('#player .said').inner_text()}", axe=True)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="快捷键", exact=True).click()
    look("keys", axe=True)
    page.keyboard.press("Escape")
    sheet.checked()
    page.get_by_role("button", name="展开").click()
    look("findings", axe=True)
    page.get_by_role("button", name="演示反例").first.click()
    look("a counter-example", axe=True)
    page.locator(".bjs-powered-by").click()
    look("who made the library")

    assert {string for some in found.values() for string in some} == set()
    assert wrong == {}


def test_narrow_and_enlarged_pages_are_not_wider_than_the_screen(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = an_empty_draft(studio, "deferral", "缓学")
    desk = seat(studio.people["analyst"])
    wrong = {}
    for width, height in ((390, 844), (683, 384), (1366, 768)):
        desk.page.set_viewport_size({"width": width, "height": height})
        sheet = Sheet(desk, studio, draft, "deferral.bpmn")
        over = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0 or not sheet.shape("submitted").is_visible():
            wrong[width] = over
        if found := violations(desk.page):
            wrong[f"axe at {width}"] = found
    assert wrong == {}
