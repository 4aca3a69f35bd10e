"""What the studio's pages say: what to do about a finding and where, in words; nothing twice, nothing that is stale."""

from __future__ import annotations

import re

from app.cases.commands import work_on_migrations
from tests.studio.conftest import Studio
from tests.studio.test_migrations import OTHER_DAYS, Publish, current_number
from tests.studio.test_pages import browser
from tests.studio.test_publishing import proposed
from tests.support.client import apart
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
OPERATION = re.compile(
    r'<spiffworkflow:serviceTaskOperator id="directive/issue".*?</spiffworkflow:serviceTaskOperator>'
)


def put(studio: Studio, draft: int, name: str, text: str) -> None:
    answer = studio.program("analyst").put(f"/drafts/{draft}/files/{name}", text.encode(), If_Match="*")
    assert answer.status == 200, answer.text


def test_a_finding_says_what_to_do_and_leads_to_its_element(studio: Studio) -> None:
    draft = studio.draft("transfer")
    put(studio, draft, "transfer.bpmn", OPERATION.sub("", studio.text(draft, "transfer.bpmn")))
    analyst = browser(studio)

    analyst.get(f"/studio/drafts/{draft}/check")

    rows = analyst.page.xpath("//section[h2[@id='checked']]//tbody/tr")
    told = [row for row in rows if "没有写明操作" in row.text_content()]
    assert len(told) == 1, "once, and not once more because it cannot be loaded"
    assert "怎么办：" in told[0].text_content()
    (link,) = told[0].xpath(".//a")
    assert (link.text, link.get("href").partition("#")[2]) == ("下达允许转学指令", "issue_directive")
    said = studio.program("analyst").post(f"/drafts/{draft}/check").json["findings"]
    assert all(each["advice"] for each in said)


def test_a_breach_says_what_is_lacking(studio: Studio) -> None:
    draft = studio.draft("transfer")
    before = 'id="f_lb_refuse" name="不同意" sourceRef="releasing_bureau_outcome" targetRef="refused"'
    studio.edit(draft, "transfer.bpmn", before, before.replace("refused", "issue_directive"))

    said = [each["message"] for each in studio.program("analyst").post(f"/drafts/{draft}/check").json["findings"]]

    assert any(
        "有机构不同意或者退回，还没有改为同意" in each and "就会办理“下达允许转学指令”" in each for each in said
    ), said
    assert not any("未满足" in each for each in said)


def test_days_below_nought_are_refused_by_the_check(studio: Studio) -> None:
    draft = studio.draft("class_change")
    text = studio.text(draft, "class_change.bpmn")
    put(
        studio,
        draft,
        "class_change.bpmn",
        re.sub(r'name="working_days" value="\d+"', 'name="working_days" value="-3"', text),
    )

    answer = studio.program("analyst").post(f"/drafts/{draft}/check").json

    assert not answer["publishable"]
    assert any("须是不小于 0 的整数（工作日），不能是“-3”" in each["message"] for each in answer["findings"])


def test_a_conclusion_that_nobody_has_written_is_found_and_not_published(studio: Studio) -> None:
    draft, program = studio.draft("transfer"), studio.program("analyst")
    text = studio.text(draft, "transfer.dmn")
    blank = re.sub(r"(<outputEntry[^>]*>\s*<text>)[^<]+", r"\1", text, count=1)
    assert blank != text
    put(studio, draft, "transfer.dmn", blank)

    tables = program.upload(f"/drafts/{draft}/tables/transfer.dmn/check", blank.encode()).json["tables"]

    assert [each["message"] for each in tables[0]["findings"] if each["severity"] == "error"] == [
        "第 1 条规则没有填写结论“限受理时段”（没有值的，写 null）"
    ]
    said = program.post(f"/drafts/{draft}/check").json
    assert not said["publishable"]
    assert any("没有填写结论“限受理时段”" in each["message"] for each in said["findings"])


def test_what_is_tried_without_a_value_is_said_to_be(studio: Studio) -> None:
    draft = studio.draft("transfer")
    text = studio.text(draft, "transfer.dmn")
    asked = {"text": text, "table": "transfer_rules", "inputs": [{"name": "profile", "value": "zj-now"}]}

    answer = studio.program("analyst").post(f"/drafts/{draft}/tables/transfer.dmn/try", asked)

    assert answer.status == 200, answer.text
    assert answer.json["without"] == ["学段"]


def test_processes_are_searched_by_name_and_key(studio: Studio) -> None:
    analyst = browser(studio)

    def named(q: str) -> list[str]:
        assert analyst.get(f"/studio/?q={q}").status == 200
        return [str(each) for each in analyst.page.xpath("//section[h2[@id='processes']]//tbody/tr/td[2]/a/text()")]

    assert named("转学") == ["省内转学"]
    assert named("CLASS_ch") == ["调班"]
    assert len(named("")) > 20
    assert named("没有的") == []
    assert "没有名称或编号含“没有的”的流程" in analyst.get("/studio/?q=没有的").text


def test_a_proposal_without_a_scenario_says_so(studio: Studio) -> None:
    _draft, proposal = proposed(studio)

    page = browser(studio, "publisher").get(f"/studio/proposals/{proposal}").text

    assert "没有演练用例" in page
    assert "运行演练用例" not in page


def test_a_new_form_is_told_in_words(studio: Studio) -> None:
    draft = studio.draft("class_change")
    form = '{"title": "复核", "type": "object", "properties": {}, "additionalProperties": false}'
    assert studio.program("analyst").put(f"/drafts/{draft}/files/extra.json", form.encode()).status == 200
    answer = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "另加表单"})
    assert answer.status == 201, answer.text

    page = browser(studio, "publisher").get(f"/studio/proposals/{answer.json['id']}").text

    assert "复核" in page
    assert "additionalProperties" not in page


def test_a_running_migration_brings_its_cases_with_its_progress(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    publish_altered("transfer", OTHER_DAYS)
    analyst, publisher = browser(studio), browser(studio, "publisher")
    path, to = "/studio/processes/transfer/migrations", str(current_number())
    analyst.get(f"{path}/new?from=1&to={to}")
    migration = str(analyst.post(path, **{"from": "1", "to": to, "reason": "法规修订"}).location)
    publisher.get(migration)
    assert publisher.post(f"{migration}/decision", outcome="agree").status == 302
    publisher.get(migration)
    assert publisher.page.xpath("//a[text()='刷新']/@href") == [migration], "without a script"
    (followed,) = publisher.page.xpath("//@data-progress")

    def part() -> str:
        return str(apart(publisher.browser.get, followed).get_data(as_text=True))

    assert "待迁移 1</a>" in part()
    assert f">{submitted.number}<" in part()
    work_on_migrations()
    assert "已迁移 1</a>" in part()
    assert "待迁移</span>" not in part()
