"""The form designer in a browser: every shipped form opens and comes back equal; it is edited, previewed, saved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import PATIENCE, SCREEN, Desk
from tests.support.databases import on_sqlite

pytestmark = on_sqlite
Seat = Callable[..., Desk]
TOP = Path(__file__).parents[2]
OPENED = "new Promise(done => document.addEventListener('opened', event => { window.editor = event.detail; done(); }))"
TWICE = {"width": 683, "height": 384}
PHONE = {"width": 390, "height": 844}
BESIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CHOICES = [{"const": "1", "title": "甲"}]
CELLS = {"type": "object", "properties": {"cell": {"type": "string", "title": "格", "readOnly": True}}}
WRITTEN = {"odd", "foreign", "anyOf"}  # in a form that the test has written: a name that has no title, unknown keywords
EVERY_KIND: dict[str, Any] = {
    "type": "object",
    "title": "各种字段",
    "properties": {
        "words": {"type": "string", "title": "文字", "x-section": "第一组", "pattern": "^[0-9]{2}$"},
        "day": {"type": "string", "title": "日期", "x-section": "第一组", "format": "date", "x-report-within": 5},
        "choice": {"type": "string", "title": "选项", "oneOf": CHOICES},
        "word": {"type": "string", "title": "词", "enum": ["甲", "乙"]},
        "listed": {"type": "string", "title": "列出的", "x-choices": "things"},
        "number": {"type": "integer", "title": "数", "minimum": 0, "x-unit": "人", "x-zero": "无"},
        "truth": {"type": "boolean", "title": "是否", "x-shown": True},
        "lines": {"type": "array", "title": "多项", "x-widget": "lines", "items": {"type": "string"}},
        "rows": {"type": "array", "title": "表格", "x-widget": "rows", "items": CELLS},
        "group": {"type": "object", "title": "一组", "properties": {"inner": {"type": "string", "title": "内"}}},
        "strange": {"type": "string", "title": "怪", "x-foreign": 1},
        "odd": {"anyOf": []},
    },
}
# each form is loaded, every shape of field chosen and the last one changed and changed back, and the text is as it was
COMES_BACK = """texts => {
    const seen = new Set();
    const shapeOf = (doc, place) => {
        const part = (Array.isArray(doc) ? doc : Object.values(doc.properties))[place] || {};
        return Object.entries(part).map(([key, value]) => `${key} ${typeof value}`).join();
    };
    window.editor.preview = () => {};
    window.editor.ask = () => {};
    return Object.entries(texts).filter(([path, text]) => {
        const name = path.split("/")[1];
        window.editor.name = name;
        window.editor.load({ [name]: text });
        [...document.querySelectorAll(".fields button")].forEach(({ id }, place, all) => {
            const shape = place ? shapeOf(window.editor.doc, place - 1) : path;
            if (!seen.has(shape) || place === all.length - 1) {
                seen.add(shape);
                document.getElementById(id).click();
            }
        });
        const title = document.getElementById("p-title");
        const before = title.value;
        for (const value of [before + "改", before]) {
            title.value = value;
            title.dispatchEvent(new Event("input", { bubbles: true }));
        }
        const touched = window.editor.history.past.length > 0;
        const again = JSON.stringify(JSON.parse(text), null, 2) + "\\n";
        return !touched || window.editor.text() !== text || again !== text || window.editor.tab !== "design";
    }).map(([path]) => path);
}"""


def opened(desk: Desk, draft: int, name: str = "application.json") -> Desk:
    """The designer of a form, when it shows its first preview."""
    desk.page.add_init_script(OPENED.replace("new Promise", "window.opened = new Promise"))
    desk.open(f"/studio/drafts/{draft}/forms/{name}/edit")
    desk.page.evaluate("window.opened")
    expect(desk.page.locator(".findings p")).to_be_visible(timeout=PATIENCE)
    return desk


def choose(desk: Desk, title: str) -> None:
    desk.page.locator(".fields button").filter(has=desk.page.get_by_text(title, exact=True)).click()


def saved(desk: Desk) -> None:
    desk.press("保存")
    expect(desk.page.locator(".said")).to_have_text("已保存")


def form(studio: Studio, draft: int, name: str = "application.json") -> Any:  # noqa: F811
    return json.loads(studio.text(draft, name))


def test_every_shipped_form_opens_and_comes_back_equal(seat: Seat, studio: Studio) -> None:  # noqa: F811
    texts = {f"{path.parent.name}/{path.name}": path.read_text("utf-8") for path in sorted(TOP.glob("forms/*/*.json"))}
    assert len(texts) > 200
    desk = opened(seat(studio.people["analyst"]), studio.draft("transfer"))

    assert desk.page.evaluate(COMES_BACK, texts) == []


def test_what_the_designer_does_not_know_is_kept(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    said = form(studio, draft)
    said["x-foreign"] = {"deep": [1, {"a": None}]}
    said["properties"]["reason"] |= {"x-foreign": [True], "examples": ["甲"]}
    said["properties"]["strange"] = {"anyOf": [{"type": "string"}], "title": "别样"}
    studio.program("analyst").put(f"/drafts/{draft}/files/application.json", json.dumps(said).encode(), If_Match="*")
    desk = opened(seat(studio.people["analyst"]), draft)

    choose(desk, "转学事由")
    assert "x-foreign、examples" in desk.page.locator(".panel").inner_text()
    desk.field("名称").fill("事由")
    choose(desk, "别样")
    assert "原样保留" in desk.page.locator(".panel").inner_text()
    saved(desk)

    said["properties"]["reason"]["title"] = "事由"
    assert form(studio, draft) == said
    number = studio.text(draft, "application.json").replace('"maxLength": 500', '"maxLength": 500.0')
    studio.program("analyst").put(f"/drafts/{draft}/files/application.json", number.encode(), If_Match="*")
    opened(desk, draft)
    assert desk.page.get_by_role("tab").all_inner_texts() == ["源文本（JSON）"], "500.0 would become 500"


def test_a_form_is_drawn_previewed_and_saved_with_the_mouse(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = opened(seat(studio.people["analyst"]), draft)
    page, preview = desk.page, desk.page.frame_locator("iframe")
    choose(desk, "转学事由")
    page.get_by_label("字段种类").select_option("text")
    desk.press("添加字段")
    desk.field("名称").fill("迁入日期")
    desk.field("编号").fill("moved_on")
    desk.field("格式").first.select_option("date")
    desk.field("必填").check()
    desk.field("填写说明").fill("户口迁入的日期")
    expect(preview.get_by_label(re.compile("^迁入日期"))).to_have_attribute("type", "date")
    expect(preview.get_by_text("户口迁入的日期")).to_be_visible()

    choose(desk, "就读年级")
    page.get_by_role("button", name="添加选项").click()
    page.get_by_label("第 13 项代码").fill("41")
    page.get_by_label("第 13 项名称").fill("预科")
    choose(desk, "迁入日期")
    page.locator(".fields button", has_text="迁入日期").drag_to(page.locator(".fields button", has_text="学籍主号"))
    saved(desk)

    said = form(studio, draft)
    assert list(said["properties"])[:2] == ["moved_on", "main_number"]
    assert said["properties"]["moved_on"] == {
        "type": "string", "title": "迁入日期", "maxLength": 100, "format": "date", "description": "户口迁入的日期",
    }  # fmt: skip
    assert "moved_on" in said["required"]
    assert said["properties"]["grade"]["oneOf"][-1] == {"const": "41", "title": "预科"}
    assert said["properties"]["guardian"] == form(studio, studio.draft("transfer"))["properties"]["guardian"]


def test_everything_is_done_by_keys(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = opened(seat(studio.people["analyst"]), draft)
    keys, focused = desk.page.keyboard, desk.page.locator(":focus")
    desk.page.locator("#item-0").focus()

    for key in ("ArrowDown", "ArrowDown", "Alt+ArrowDown"):
        keys.press(key)
    expect(focused).to_contain_text("学生姓名")
    keys.press("Alt+ArrowDown")
    keys.press("End")
    expect(focused).to_contain_text("监护人签名日期")
    keys.press("Delete")
    expect(desk.page.locator(".said")).to_contain_text("撤销")
    keys.press("Control+z")
    keys.press("Control+z")
    keys.press("Control+y")
    keys.press("Control+s")
    expect(desk.page.locator(".said")).to_have_text("已保存")
    names = list(form(studio, draft)["properties"])
    assert names == ["main_number", "to_school", "grade", "name", "reason", "guardian", "signed_on"]

    desk.page.locator("#tab-design").focus()
    keys.press("ArrowRight")
    expect(desk.page.get_by_role("tab", selected=True)).to_have_text("各环节")
    keys.press("ArrowRight")
    expect(desk.page.locator("#source")).to_be_visible()


def test_a_field_is_asked_at_another_step_too(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = opened(seat(studio.people["analyst"]), draft, "receiving_school.json")
    desk.page.get_by_label("字段种类").select_option("boolean")
    desk.press("添加字段")
    desk.field("名称").fill("已面谈")
    desk.field("编号").fill("met")
    desk.page.get_by_role("tab", name="各环节").click()
    desk.page.get_by_label("已面谈：转入学校上级核办").select_option("must")
    saved(desk)

    for name in ("receiving_school.json", "receiving_bureau.json"):
        assert form(studio, draft, name)["properties"]["met"] == {"type": "boolean", "title": "已面谈"}, name
    assert "met" in form(studio, draft, "receiving_bureau.json")["required"]
    assert "met" not in form(studio, draft).get("properties")


def test_headings_and_lists_are_edited(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("arrival")
    before = form(studio, draft)
    heading = next(part["x-section"] for part in before["properties"].values() if "x-section" in part)
    desk = opened(seat(studio.people["analyst"]), draft)
    desk.page.locator(".fields .heading button").first.click()
    desk.page.locator("#p-section").fill("孩子")
    desk.page.get_by_role("button", name="整组下移").click()
    saved(desk)
    after = form(studio, draft)
    assert sorted(after["properties"]) == sorted(before["properties"])
    assert list(after["properties"]) != list(before["properties"])
    assert {each.get("x-section") for each in after["properties"].values()} >= {"孩子"}
    assert heading not in {each.get("x-section") for each in list(after["properties"].values())[:1]}

    opened(desk, draft, "proofs.json")
    desk.press("添加证明材料")
    desk.field("名称").fill("居住证")
    desk.page.get_by_label("添加条件").select_option(index=1)
    saved(desk)
    added = next(each for each in form(studio, draft, "proofs.json") if each["title"] == "居住证")
    assert added["kind"] == "paper_1"
    assert added["when"].keys() <= before["properties"].keys()


def test_what_is_wrong_is_told_while_one_types_and_leads_to_its_field(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = opened(seat(studio.people["analyst"]), draft)
    choose(desk, "转学事由")
    desk.field("最少字数").fill("900")
    desk.page.get_by_role("button", name="“转学事由”的“最少字数”大于“最多字数”。").wait_for()
    choose(desk, "监护人")
    desk.page.get_by_role("button", name="“转学事由”的“最少字数”大于“最多字数”。").click()
    assert "字段：转学事由" in desk.page.locator(".panel").inner_text()
    assert desk.says("下面是更正前的样子")
    assert desk.violations() == ""

    desk.page.get_by_role("tab", name="源文本").click()
    desk.page.locator("#source").fill('{\n  "title": }')
    assert desk.says("第 2 行第 12 列")
    assert desk.page.get_by_role("tab").count() == 1
    desk.press("保存")
    assert desk.says("没有保存")
    assert desk.violations() == ""
    assert "第 2 行第 12 列" in desk.page.locator(".errors").inner_text()


def test_another_edit_is_noticed_and_either_may_be_kept(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = opened(seat(studio.people["analyst"]), draft)
    choose(desk, "转学事由")
    desk.field("名称").fill("我的事由")
    studio.edit(draft, "application.json", "转学事由", "他的事由", "colleague")

    desk.press("保存")
    assert desk.says("您的修改没有保存")
    assert desk.violations() == ""
    assert "他的事由" in studio.text(draft, "application.json")
    desk.press("以我的为准保存")
    expect(desk.page.locator(".said")).to_have_text("已保存")
    assert "我的事由" in studio.text(draft, "application.json")

    desk.field("名称").fill("又改")
    studio.edit(draft, "application.json", "我的事由", "他的事由", "colleague")
    desk.press("保存")
    desk.press("放弃我的修改，载入对方的")
    expect(desk.page.locator(".fields")).to_contain_text("他的事由")


def test_a_publisher_changes_nothing(seat: Seat, studio: Studio) -> None:  # noqa: F811
    desk = opened(seat(studio.people["publisher"]), studio.draft("transfer"))
    choose(desk, "转学事由")

    assert desk.says("不能修改")
    assert desk.page.get_by_role("main").locator("input:enabled, select:enabled, textarea:enabled").count() == 0
    assert desk.page.get_by_role("button", name="保存").count() == 0
    assert desk.violations() == ""


def test_it_is_accessible_and_narrow_enough_and_speaks_chinese(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("suspension")
    for name, said in {"empty.json": {**EVERY_KIND, "properties": {}}, "kinds.json": EVERY_KIND}.items():
        studio.program("analyst").put(f"/drafts/{draft}/files/{name}", json.dumps(said).encode())
    desk = seat(studio.people["analyst"])
    wrong: dict[str, Any] = {}
    for name in ("application.json", "reasons.json", "empty.json"):
        for tab in opened(desk, draft, name).page.get_by_role("tab").all():
            tab.click()
            wrong[f"{name} {tab.inner_text()}"] = (desk.violations(), english(desk))
    for name in ("proofs.json", "kinds.json"):
        for number, each in enumerate(opened(desk, draft, name).page.locator(".fields button").all()):
            each.click()
            wrong[f"{name} {number}"] = (desk.violations() if number % 3 == 1 else "", english(desk))
            for size in (PHONE, TWICE, SCREEN):
                desk.page.set_viewport_size(size)
                wrong[f"{name} {number} {size}"] = (desk.page.evaluate(BESIDE) > 0, "")

    assert {place: each for place, each in wrong.items() if any(each)} == {}


def english(desk: Desk) -> set[str]:
    """English words that a reader or a listener meets in the editor, but for code, files and what was typed."""
    said = desk.page.evaluate(
        """() => {
            const editor = document.getElementById("editor").cloneNode(true);
            editor.querySelectorAll("code, pre, textarea, datalist, iframe").forEach(each => each.remove());
            const texts = [...editor.querySelectorAll("*")].flatMap(each => [
                ...[...each.childNodes].filter(node => node.nodeType === 3).map(node => node.data),
                ...["aria-label", "title", "placeholder"].map(name => each.getAttribute(name) || ""),
            ]);
            return texts.join("\\n");
        }"""
    )
    said = re.sub(r"[a-z_]+\.(?:json|dmn)", "", said)
    return set(re.findall(r"[A-Za-z]{2,}", said)) - {"BPMN", "DMN", "FEEL", "XML", "JSON", "PDF", *WRITTEN}
