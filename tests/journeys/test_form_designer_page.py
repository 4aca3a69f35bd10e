"""The form designer's page: every shipped form comes back equal; it is accessible, narrow enough and in Chinese."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import SCREEN, Desk
from tests.support.databases import on_sqlite
from tests.support.editors import BESIDE, PHONE, TWICE, choose, designer, english, form, saved

pytestmark = on_sqlite
Seat = Callable[..., Desk]
TOP = Path(__file__).parents[2]
CHOICES = [{"const": "1", "title": "甲"}]
CELLS = {"type": "object", "properties": {"cell": {"type": "string", "title": "格", "readOnly": True}}}
ADDERS = ("#add-kind", "#add", "#add-child")
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
        "later": {"type": "string", "title": "有条件", "x-when": {"choice": ["1"], "truth": [True], "words": ["12"]}},
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


def test_every_shipped_form_opens_and_comes_back_equal(seat: Seat, studio: Studio) -> None:  # noqa: F811
    texts = {f"{path.parent.name}/{path.name}": path.read_text("utf-8") for path in sorted(TOP.glob("forms/*/*.json"))}
    assert len(texts) > 200
    desk = designer(seat(studio.people["analyst"]), studio.draft("transfer"))

    assert desk.page.evaluate(COMES_BACK, texts) == []


def test_what_the_designer_does_not_know_is_kept(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    said = form(studio, draft)
    said["x-foreign"] = {"deep": [1, {"a": None}]}
    said["properties"]["reason"] |= {"x-foreign": [True], "examples": ["甲"]}
    said["properties"]["strange"] = {"anyOf": [{"type": "string"}], "title": "别样"}
    studio.program("analyst").put(f"/drafts/{draft}/files/application.json", json.dumps(said).encode(), If_Match="*")
    desk = designer(seat(studio.people["analyst"]), draft)

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
    designer(desk, draft)
    assert desk.page.get_by_role("tab").all_inner_texts() == ["源文本（JSON）"], "500.0 would become 500"


def test_a_publisher_changes_nothing(seat: Seat, studio: Studio) -> None:  # noqa: F811
    desk = designer(seat(studio.people["publisher"]), studio.draft("transfer"))
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
        for tab in designer(desk, draft, name).page.get_by_role("tab").all():
            tab.click()
            wrong[f"{name} {tab.inner_text()}"] = (desk.violations(), english(desk) - WRITTEN)
    for name in ("proofs.json", "kinds.json"):
        for number, each in enumerate(designer(desk, draft, name).page.locator(".fields button").all()):
            each.click()
            wrong[f"{name} {number}"] = (desk.violations() if number % 3 == 1 else "", english(desk) - WRITTEN)
            for size in (PHONE, TWICE, SCREEN):
                desk.page.set_viewport_size(size)
                wrong[f"{name} {number} {size}"] = (desk.page.evaluate(BESIDE) > 0, "")

    assert {place: each for place, each in wrong.items() if any(each)} == {}


def test_the_child_that_a_process_is_about_is_offered_ready(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.program("analyst").post("/drafts", {"key": "visit", "name": "家访"}).json["id"]
    desk = designer(seat(studio.people["analyst"]), draft)

    desk.press("添加办理对象（学生）")
    saved(desk)

    asked = form(studio, draft)
    assert asked["properties"]["student"] == {"type": "integer", "title": "学生", "minimum": 1, "x-widget": "student"}
    assert (next(iter(asked["properties"])), "student" in asked["required"]) == ("student", True)
    assert desk.page.get_by_role("button", name="添加办理对象（学生）").count() == 0


def test_what_adds_a_field_is_read_at_the_size_of_a_school_screen(seat: Seat, studio: Studio) -> None:  # noqa: F811
    desk = designer(seat(studio.people["analyst"]), studio.draft("transfer"))
    desk.page.set_viewport_size(SCREEN)
    heights = {each: (desk.page.locator(each).bounding_box() or {"height": 0})["height"] for each in ADDERS}
    kind = desk.page.locator("#add-kind").bounding_box()

    assert kind
    assert kind["width"] >= 90
    assert {each: height for each, height in heights.items() if not 20 < height < 50} == {}
