"""The decision-table editor in a browser: every shipped table opens and comes back equal; edited, checked, tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from playwright.sync_api import expect

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import PATIENCE, SCREEN, Desk
from tests.support.databases import on_sqlite
from tests.support.editors import BESIDE, PHONE, TWICE, english, saved, table_editor

pytestmark = on_sqlite
Seat = Callable[..., Desk]
TOP = Path(__file__).parents[2]
# each file is loaded, every column chosen, a rule added and taken out again by hand: the text, and what it is then
COMES_BACK = """texts => {
    const { editor } = window;
    editor.check_now = async () => {};
    editor.ask = () => {};
    return Object.fromEntries(Object.entries(texts).map(([path, text]) => {
        editor.load(text);
        const untouched = editor.text();
        document.querySelectorAll("thead button").forEach(({ id }) => document.getElementById(id).click());
        document.querySelector("button[id$='-add']").click();
        const first = document.querySelectorAll("#t0 tbody tr").length;
        document.getElementById(`t0-r${first - 1}-remove`).click();
        const name = document.getElementById("t0-name");
        for (const value of [name.value + "改", name.value]) {
            name.value = value;
            name.dispatchEvent(new Event("input", { bubbles: true }));
        }
        return [path, [untouched, editor.history.now, editor.history.past.length]];
    }));
}"""
FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<m:definitions xmlns:m="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:x="http://example.com/x" id="d" x:a="1">
  <!-- a remark -->
  <m:extensionElements><x:thing deep="yes"><x:inner/></x:thing></m:extensionElements>
  <m:inputData id="i" name="输入" />
  <m:decision id="one" name="一张表" x:kept="yes">
    <m:decisionTable id="t" hitPolicy="FIRST" preferredOrientation="Rule-as-Row">
      <m:input id="in" label="年级">
        <m:inputExpression id="e" typeRef="string"><m:text>grade</m:text></m:inputExpression>
      </m:input>
      <m:output id="out" label="结论" name="answer" typeRef="string">
        <m:outputValues id="v"><m:text>"甲","乙"</m:text></m:outputValues>
      </m:output>
      <m:annotation name="依据" />
      <m:rule id="r">
        <m:inputEntry id="a"><m:text><![CDATA["11"]]></m:text></m:inputEntry>
        <m:outputEntry id="b" x:n="2"><m:text>"甲"</m:text></m:outputEntry>
        <m:annotationEntry><m:text>第三条</m:text></m:annotationEntry>
      </m:rule>
    </m:decisionTable>
  </m:decision>
  <m:decision id="other" name="算式">
    <m:literalExpression id="l"><m:text>1 + 1</m:text></m:literalExpression>
  </m:decision>
</m:definitions>
"""


NAMED = {"always", "later", "never"}  # by the name that a shipped table gives itself


def content(text: str) -> str:
    """What an XML file says, without how it is written."""
    return etree.canonicalize(text, strip_text=True)


def test_every_shipped_table_opens_and_comes_back_equal(seat: Seat, studio: Studio) -> None:  # noqa: F811
    texts = {path.name: path.read_text("utf-8") for path in sorted(TOP.glob("bpmn/*/*.dmn"))}
    assert len(texts) >= 13
    desk = table_editor(seat(studio.people["analyst"]), studio.draft("transfer"))

    back = desk.page.evaluate(COMES_BACK, texts)

    for name, text in texts.items():
        untouched, touched, steps = back[name]
        assert untouched == text, name
        assert steps > 2, name
        assert content(touched) == content(text), name


def test_what_the_editor_does_not_know_is_kept(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    studio.program("analyst").put(f"/drafts/{draft}/files/foreign.dmn", FOREIGN.encode())
    desk = table_editor(seat(studio.people["analyst"]), draft, "foreign.dmn")

    desk.page.get_by_label("第 1 条规则，结论").fill("乙")
    desk.page.keyboard.press("Tab")
    desk.press("添加规则")
    desk.page.get_by_label("第 2 条规则，年级").fill("12、13")
    desk.page.keyboard.press("Tab")
    saved(desk)

    rules = etree.fromstring(studio.text(draft, "foreign.dmn").encode()).findall(".//{*}rule")
    words = [" ".join(rule.xpath(".//*[local-name()='text']/text()")) for rule in rules]
    assert words == ['"11" "乙" 第三条', '"12","13"']
    rules[0].find("{*}outputEntry/{*}text").text = '"甲"'
    rules[1].getparent().remove(rules[1])
    assert content(etree.tostring(rules[0].getroottree(), encoding="unicode")) == content(FOREIGN)


def test_rules_and_columns_are_edited_checked_and_saved(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = table_editor(seat(studio.people["analyst"]), draft)
    page = desk.page
    expect(page.locator("#t0 .whole-table")).to_contain_text("没有重叠、遗漏")

    page.locator("#t0-r2-up").click()
    page.locator("#t0 .found").filter(has_text="第 3 条规则在各项输入都有值时不会命中").wait_for()
    assert desk.violations() == ""
    page.locator("#t0-policy").select_option(label="唯一：只能有一条规则成立")
    assert desk.says("第 2 条与第 3 条规则重叠")
    page.locator("#t0-r1-1").fill("小学、junior")
    page.keyboard.press("Tab")
    expect(page.locator("#t0-r1-1")).to_have_value('"primary","junior"')
    expect(page.locator("#t0 .whole-table")).to_contain_text("没有重叠、遗漏")
    page.locator("#t0-add-output").click()
    page.locator("#t0-column-label").fill("须面谈")
    page.locator("#t0-column-name").fill("interview")
    page.locator("#t0-column-type").select_option(label="是否")
    for rule in range(3):
        page.get_by_label(f"第 {rule + 1} 条规则，须面谈").select_option(label="是")
    page.locator("#t0-left").click()
    page.locator("#t0-r0-remove").click()
    assert desk.says("没有规则：“规则版本”为 2010 年规则")
    saved(desk)

    table = etree.fromstring(studio.text(draft, "transfer.dmn").encode()).find(".//{*}decisionTable")
    assert [each.get("name") for each in table.findall("{*}output")][-2:] == ["interview", "directive_days"]
    assert table.get("hitPolicy") == "UNIQUE"
    cells = [
        [each.findtext("{*}text") for each in rule if each.tag.endswith("Entry")] for rule in table.findall("{*}rule")
    ]
    assert cells == [
        ['"zj-now"', '"primary","junior"', "true", "true", "false", "false", "true", "60"],
        ['"zj-now"', '"senior"', "true", "true", "true", "true", "true", "60"],
    ]
    ids = [each.get("id") for each in table.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_values_are_tried_and_hostile_cells_refused(seat: Seat, studio: Studio) -> None:  # noqa: F811
    desk = table_editor(seat(studio.people["analyst"]), studio.draft("transfer"))
    page = desk.page
    page.get_by_label("试算，规则版本").first.fill("zj-now")
    page.get_by_label("试算，学段").fill("高中")
    page.keyboard.press("Enter")

    expect(page.locator("#t0 .result")).to_have_text("试算：命中第 2 条规则；第 3 条规则也成立，按“首条”不取")
    assert [page.locator(f"#t0 tr.{each}").get_attribute("id") for each in ("hit", "passed")] == ["t0-r1", "t0-r2"]
    assert page.locator("#t0 .try td").all_inner_texts()[2:7] == ["是", "是", "是", "是", "60"]
    assert desk.violations() == ""
    page.get_by_label("试算，规则版本").first.fill("zj-1990")
    page.locator("#t0-try").click()
    expect(page.locator("#t0 .result")).to_have_text("试算：没有规则命中，没有结论")
    page.locator("#t0-r0-6").fill("__import__('os').system('x')")
    expect(page.locator(".bar-of-editor")).to_contain_text("第 1 条规则“指令有效天数”列不能识别")
    page.locator("#t0-try").click()
    expect(page.locator("#t0 .result")).to_contain_text("不能识别")
    assert desk.violations() == ""


def test_it_works_by_keys_and_notices_another_edit(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = table_editor(seat(studio.people["analyst"]), draft)
    keys = desk.page.keyboard
    desk.page.locator("#t0-r0-0").focus()
    keys.press("Alt+ArrowDown")
    expect(desk.page.locator("#t0-r1-0")).to_be_focused()
    expect(desk.page.locator("#t0-r1-0")).to_have_value('"zj-2010"')
    keys.press("Control+s")
    expect(desk.page.locator(".said")).to_have_text("已保存")
    desk.page.locator("#t0-c1").focus()
    keys.press("Enter")
    expect(desk.page.locator("#t0-column")).to_be_focused()
    keys.press("Control+z")
    expect(desk.page.locator("#t0-r0-0")).to_have_value('"zj-2010"')

    studio.edit(draft, "transfer.dmn", "省内转学适用的规则", "另一个名称", "colleague")
    keys.press("Control+s")
    assert desk.says("您的修改没有保存")
    assert desk.violations() == ""
    desk.press("放弃我的修改，载入对方的")
    expect(desk.page.locator("#t0-title")).to_have_text("另一个名称")


def test_it_is_accessible_narrow_enough_and_speaks_chinese(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("correction")
    empty = re.sub(r"(?s)<rule .*</rule>", "", (TOP / "bpmn/repeat/repeat.dmn").read_text("utf-8"))
    for name, text in {
        "empty.dmn": empty,
        "none.dmn": '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
    }.items():
        studio.program("analyst").put(f"/drafts/{draft}/files/{name}", text.encode())
    wrong = {}
    for who, name in (
        ("analyst", "correction.dmn"),
        ("publisher", "correction.dmn"),
        ("analyst", "empty.dmn"),
        ("analyst", "none.dmn"),
    ):
        desk = seat(studio.people[who])
        desk.open(f"/studio/drafts/{draft}/tables/{name}/edit")
        desk.page.locator("details").wait_for()
        desk.page.locator("summary").click()
        if desk.page.locator("#t0-c0").count():
            expect(desk.page.locator(".whole-table").first).not_to_be_empty(timeout=PATIENCE)
            desk.page.locator("#t0-c0").click()
            assert desk.page.locator("#t0-r0-0:enabled").count() == (name == "correction.dmn" and who == "analyst")
        wrong[f"{who} {name}"] = (desk.violations(), english(desk) - NAMED)
        for size in (PHONE, TWICE, SCREEN):
            desk.page.set_viewport_size(size)
            wrong[f"{who} {name} {size}"] = (desk.page.evaluate(BESIDE) > 0, "")

    assert {place: each for place, each in wrong.items() if any(each)} == {}
