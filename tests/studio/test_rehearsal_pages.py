"""试运行 and 演练用例 in the browser, without a script: cast, application, a decision for each office, keeping."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.database import db
from app.settings import SOURCES
from tests.studio.conftest import Studio
from tests.studio.test_pages import browser, error
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story

pytestmark = on_sqlite  # what is rehearsed runs on both in test_rehearsals.py
CAST = {"kind": "school", "stage": "primary", "superior": "county", "grade": "13", "standing": "active"}
BY_OTHER_CASES = ("paper_archive", "roster_child")
GUARDIAN = {"guardian.name": "陈建国", "guardian.relation": "1", "guardian.phone": "13800000000"}


class Sheet:
    """A rehearsal in a browser: each act sends what its form holds."""

    def __init__(self, client: Client, draft: int) -> None:
        self.client, self.address = client, f"/studio/drafts/{draft}/rehearsal"

    def begin(self, **cast: str) -> Any:
        self.client.get(self.address)
        return self.client.post(self.address, **{"x-act": "cast", **CAST, **cast})

    def act(self, act: str, **typed: Any) -> Any:
        forms = self.client.page.xpath(f"//form[input[@name='x-act' and @value='{act}']]")
        assert forms, f"no form to {act}"
        held: dict[str, Any] = {}
        for each in forms[0].xpath(".//input[@name][not(@type='checkbox') or @checked]"):
            name, value = each.get("name"), each.get("value") or ""
            held[name] = [*held.get(name, []), value] if each.get("type") == "checkbox" else value
        held |= {each.get("name"): each.text or "" for each in forms[0].xpath(".//textarea")}
        for each in forms[0].xpath(".//select"):
            held[each.get("name")] = each.xpath("string(option[@selected]/@value)")
        return self.client.post(self.address, **{**held, **typed})

    @property
    def waits(self) -> str:
        return " ".join(self.client.page.xpath("string(//h2[@id='act'])").split())

    def field(self, name: str) -> str:
        return str(self.client.page.xpath(f"string(//*[@name='{name}']/@value)"))


@pytest.fixture
def two_counties(studio: Studio) -> Studio:
    for code in ("330106", "330108", "330212"):
        factories.a_bureau(code)
    db.session.commit()
    return studio


def submitted(studio: Studio, who: str = "analyst") -> tuple[Sheet, int]:
    draft = studio.draft("transfer")
    sheet = Sheet(browser(studio, who), draft)
    assert sheet.begin(apart="province", at="other").status == 200
    assert "甲校（演练）" in sheet.client.page.text_content()
    assert not sheet.field("to_school")  # as an official, who is of that school
    assert sheet.act("apply", reason="搬家", signed_on="2026-11-20", **GUARDIAN).status == 200
    return sheet, draft


def test_an_application_is_typed_and_each_office_decides_until_the_record_has_moved(two_counties: Studio) -> None:
    sheet, _draft = submitted(two_counties)
    seen = []
    while "已办结" not in sheet.client.page.text_content():
        seen.append(sheet.waits)
        assert sheet.act("decide", outcome="agree").status == 200, error(sheet.client)

    assert seen == [
        "转入学校审核",
        "转入学校上级核办",
        "转出学校核办",
        "转出学校上级核办并下达指令",
        "转入学校凭指令调档",
    ]
    text = " ".join(sheet.client.page.text_content().split())
    assert "乙校（演练）" in text
    assert "50 个工作日" in text
    assert "寄出纸质档案" in text  # the case that follows goes on here


def test_what_is_refused_is_said_at_its_field_and_a_step_is_taken_back(two_counties: Studio) -> None:
    draft = two_counties.draft("transfer")
    sheet = Sheet(browser(two_counties), draft)
    assert sheet.begin(apart="province", at="other").status == 200
    assert sheet.act("apply", reason="", signed_on="2026-11-20", **GUARDIAN).status == 422
    assert "转学事由" in error(sheet.client)
    assert sheet.field("signed_on") == "2026-11-20"
    assert sheet.act("apply", reason="搬家").status == 200
    assert sheet.act("decide", outcome="refuse").status == 422
    assert "请填写意见" in error(sheet.client)
    reason = sheet.client.page.xpath("string(//select[@name='reason_code']/option[2]/@value)")
    assert sheet.act("decide", outcome="send_back", reason_code=reason, opinion="缺居住证明").status == 200
    assert "缺居住证明" in sheet.client.page.text_content()
    assert sheet.act("back").status == 200
    assert sheet.waits == "转入学校审核"
    assert sheet.act("back").status == 200
    assert sheet.field("signed_on") == "2026-11-20"


def test_a_finished_rehearsal_is_kept_shown_step_by_step_continued_and_deleted(two_counties: Studio) -> None:
    sheet, draft = submitted(two_counties)
    assert sheet.act("decide", outcome="agree").status == 200
    reason = sheet.client.page.xpath("string(//select[@name='reason_code']/option[2]/@value)")
    assert sheet.act("decide", outcome="refuse", reason_code=reason, opinion="不符合条件").status == 200
    assert sheet.act("keep", **{"x-name": ""}).status == 422
    address = str(sheet.act("keep", **{"x-name": "上级不同意"}).location)

    page = sheet.client.get(address)
    assert page.status == 200
    steps = [" ".join(each.text_content().split()) for each in sheet.client.page.xpath("//section//ol[not(@class)]/li")]
    assert steps[0] == "“转入学校审核”由转入学校审核办理：同意"
    assert steps[-1] == "办结：不予办理"
    assert "县级教育局所属小学" in page.text
    assert "1 个用例都照原样走通" in sheet.client.get(f"/studio/drafts/{draft}/scenarios").text
    sheet.client.get(address)
    assert sheet.act("show").status == 200
    assert sheet.act("back").status == 200
    assert sheet.act("decide", outcome="refuse", reason_code=reason, opinion="改了意见").status == 200
    assert sheet.act("keep").location == address
    asked = sheet.client.get(f"{address}/delete")
    assert (asked.status, "“上级不同意”有" in asked.text) == (200, True)
    assert sheet.client.get(address).status == 200, "asking deletes nothing"
    assert sheet.client.post(f"{address}/delete").status == 302
    assert "还没有演练用例" in sheet.client.get(f"/studio/drafts/{draft}/scenarios").text


def test_schools_are_found_by_name_and_chosen_where_several_are_meant(studio: Studio, story: Story) -> None:
    sheet = Sheet(browser(studio), studio.draft("transfer"))
    assert sheet.begin(applicant="第", apart="same", at="other").status == 422
    assert "不止一个，请选择" in error(sheet.client)
    assert sheet.begin(applicant="没有这所学校").status == 422
    assert "没有找到" in error(sheet.client)
    for day in ("2026-11-22", "2027-11-30", "2026-02-31"):
        assert sheet.begin(apart="same", at="other", day=day).status == 422
    assert "演练日期" in error(sheet.client)
    assert sheet.begin(apart="same", at="other", day="2027-03-01").status == 200
    assert "2027-03-01" in sheet.client.page.text_content()
    name = story.receiving.office.name
    assert sheet.begin(applicant=name, apart="same", at="other").status == 200
    assert story.child.name not in sheet.client.page.text_content()
    assert sheet.act("apply", reason="搬家", signed_on="2026-11-20", **GUARDIAN).status == 200
    assert sheet.act("decide", outcome="agree").status == 200


def test_a_process_of_one_school_and_a_later_day(studio: Studio, matter: Matter) -> None:
    sheet = Sheet(browser(studio), studio.draft("class_change"))
    assert sheet.begin(at="applicant").status == 200
    assert sheet.act("apply", school_class="2", reason="分班调整").status == 200, error(sheet.client)
    assert sheet.act("decide", outcome="agree").status == 200
    assert "小学三年级（2）班" in sheet.client.page.text_content()


def test_a_script_that_was_tampered_with_is_refused(two_counties: Studio) -> None:
    sheet, _draft = submitted(two_counties)
    for script in ("", "[1]", json.dumps({"applicant": {"office": "1" * 500}}), json.dumps({"applicant": {}, "x": 1})):
        assert sheet.act("decide", outcome="agree", **{"x-script": script}).status == 422
        sheet.client.get(sheet.address)
        sheet, _draft = submitted(two_counties)
    publisher = Sheet(browser(two_counties, "publisher"), _draft)
    assert publisher.begin(apart="province", at="other").status == 200
    assert browser(two_counties, "publisher").get(publisher.address).status == 200


def test_an_application_begins_with_what_a_scenario_says_or_was_typed_last_else_with_examples(
    two_counties: Studio,
) -> None:
    sheet, _draft = submitted(two_counties)
    last = sheet.client.page.xpath("string(//input[@name='x-script']/@value)")
    assert sheet.begin(apart="province", at="other").status == 200
    assert "已按示例填写" in sheet.client.page.text_content()
    assert sheet.field("guardian.phone") == "13800000000"
    assert sheet.act("apply").status == 200, error(sheet.client)
    assert sheet.waits == "转入学校审核"

    assert sheet.begin(apart="province", at="other", **{"x-last": last}).status == 200
    assert "已按上次试运行的内容填写" in sheet.client.page.text_content()
    assert (sheet.field("guardian.name"), sheet.field("signed_on")) == ("陈建国", "2026-11-20")
    for foreign in ("{", "[]", '{"applicant": 1}'):
        assert sheet.begin(apart="province", at="other", **{"x-last": foreign}).status == 200
        assert "已按示例填写" in sheet.client.page.text_content()

    submitted_again = sheet.begin(apart="province", at="other", **{"x-last": last})
    assert submitted_again.status == 200
    assert sheet.act("apply").status == 200
    reason = sheet.client.page.xpath("string(//select[@name='reason_code']/option[2]/@value)")
    assert sheet.act("decide", outcome="refuse", reason_code=reason, opinion="不符合").status == 200
    assert sheet.act("keep", **{"x-name": "学校不同意"}).status == 302
    assert sheet.begin(apart="province", at="other").status == 200
    assert "已按演练用例“学校不同意”填写" in sheet.client.page.text_content()
    assert sheet.field("guardian.name") == "陈建国"


@pytest.mark.parametrize("key", sorted(path.name for path in (SOURCES / "bpmn").iterdir() if path.is_dir()))
def test_every_shipped_process_opens_with_who_and_what_is_offered(two_counties: Studio, key: str) -> None:
    sheet = Sheet(browser(two_counties), two_counties.draft(key))
    page = sheet.client.get(sheet.address)
    if key in BY_OTHER_CASES:
        assert (page.status, "它由其他办件引起" in page.text) == (422, True)
        return
    assert page.status == 200
    assert sheet.act("cast").status == 200, error(sheet.client)
    assert sheet.act("apply").status == 200, error(sheet.client)
    assert sheet.waits
    assert sheet.act("back").status == 200
    assert sheet.act("apply").status == 200, "what went before bears another number each time"
