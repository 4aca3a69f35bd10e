"""The form designer in a browser: a form is edited, previewed and saved, with the mouse and by keys."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.editors import choose, designer, form, saved

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def test_a_form_is_drawn_previewed_and_saved_with_the_mouse(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = designer(seat(studio.people["analyst"]), draft)
    page, preview = desk.page, desk.page.frame_locator("iframe")
    choose(desk, "转学事由")
    page.get_by_label("字段种类").select_option("text")
    desk.press("添加字段")
    desk.field("名称").fill("迁入日期")
    desk.field("编号").fill("moved_on")
    desk.field("格式").first.select_option("date")
    desk.field("必填").check()
    desk.field("填写说明").fill("户口迁入的日期")
    expect(preview.get_by_label(re.compile("^迁入日期"))).to_have_class("day")
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


def test_a_field_is_asked_only_where_another_says_so(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("suspension")
    kinds = form(studio, draft)["properties"]["kind"]
    desk = designer(seat(studio.people["analyst"]), draft)
    choose(desk, kinds["title"])
    desk.press("添加字段")
    desk.field("名称").fill("就诊医院")
    desk.field("编号").fill("hospital")
    assert desk.says("已有编号为 hospital 的字段。")
    desk.field("编号").fill("clinic")
    desk.field("必填").check()
    desk.page.get_by_label("添加条件：取决于字段").select_option("kind")
    preview = desk.page.frame_locator("iframe")
    field = preview.get_by_label(re.compile("^就诊医院"))
    expect(preview.locator(".conditional")).to_be_attached()
    expect(field).to_be_hidden()

    preview.get_by_label(re.compile(f"^{kinds['title']}")).select_option(kinds["oneOf"][0]["const"])
    expect(field).to_be_visible()
    preview.get_by_label(re.compile(f"^{kinds['title']}")).select_option(kinds["oneOf"][1]["const"])
    expect(field).to_be_hidden()
    choose(desk, kinds["title"])
    desk.field("编号").fill("cause")
    saved(desk)
    said = form(studio, draft)
    assert said["properties"]["clinic"]["x-when"] == {"cause": [kinds["oneOf"][0]["const"]]}
    assert "clinic" in said["required"]


def test_everything_is_done_by_keys(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = designer(seat(studio.people["analyst"]), draft)
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
    desk = designer(seat(studio.people["analyst"]), draft, "receiving_school.json")
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
    desk = designer(seat(studio.people["analyst"]), draft)
    desk.page.locator(".fields .heading button").first.click()
    desk.page.locator("#p-section").fill("孩子")
    desk.page.get_by_role("button", name="整组下移").click()
    saved(desk)
    after = form(studio, draft)
    assert sorted(after["properties"]) == sorted(before["properties"])
    assert list(after["properties"]) != list(before["properties"])
    assert {each.get("x-section") for each in after["properties"].values()} >= {"孩子"}
    assert heading not in {each.get("x-section") for each in list(after["properties"].values())[:1]}

    designer(desk, draft, "proofs.json")
    desk.press("添加证明材料")
    desk.field("名称").fill("居住证")
    desk.page.get_by_label("添加条件").select_option(index=1)
    saved(desk)
    added = next(each for each in form(studio, draft, "proofs.json") if each["title"] == "居住证")
    assert added["kind"] == "paper_1"
    assert added["when"].keys() <= before["properties"].keys()


def test_what_is_wrong_is_told_while_one_types_and_leads_to_its_field(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = designer(seat(studio.people["analyst"]), draft)
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
    desk = designer(seat(studio.people["analyst"]), draft)
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
