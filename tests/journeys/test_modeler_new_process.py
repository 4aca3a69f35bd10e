"""缓学: a process that nobody has drawn before, from the empty sheet to a closed case, with no line of Python."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.modeler import Sheet, an_empty_draft, put
from tests.support.transfer_case import staff

pytestmark = on_sqlite
Seat = Callable[..., Desk]
APPLICATION = {
    "type": "object",
    "title": "缓学申请",
    "properties": {
        "name": {"type": "string", "title": "儿童姓名", "format": "person-name", "minLength": 1, "maxLength": 36},
        "main_number": {"type": "string", "title": "居民身份证号", "format": "cn-id"},
        "until": {"type": "string", "title": "缓学至", "format": "date"},
        "explanation": {
            "type": "string",
            "title": "缓学事由",
            "minLength": 1,
            "maxLength": 500,
            "x-widget": "textarea",
        },
    },
    "required": ["name", "main_number", "until", "explanation"],
    "additionalProperties": False,
}


def decided_by_outcome(sheet: Sheet, gateway: str, ways: dict[str, str]) -> None:
    """Say at a gateway which outcome leads where; ways -- from what a flow leads to, to what is chosen for it."""
    for target, words in ways.items():
        sheet.choose(gateway).page.locator("#panel").get_by_role("button", name=target).click()
        field = sheet.field("条件")
        field.fill("")
        field.press("ArrowDown")
        sheet.page.get_by_role("option", name=f"办理结果为“{words}”").click()


def a_review(sheet: Sheet, step: str, key: str, name: str) -> None:
    """An approval that agrees or refuses, on an empty form."""
    sheet.choose(step).fill("编号", key).fill("名称", name).fill("时限（工作日）", "5")
    sheet.field("退回补正").uncheck()
    sheet.page.get_by_role("button", name="新建空白表单").click()
    sheet.page.get_by_role("link", name="设计表单").wait_for()


def test_a_new_process_goes_from_the_empty_sheet_to_a_closed_case(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = an_empty_draft(studio, "deferral", "缓学")
    put(studio, draft, "application.json", json.dumps(APPLICATION, ensure_ascii=False).encode())
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "deferral.bpmn")

    sheet.choose("deferral_pool").select("办理对象", "省内没有学籍的人")
    lanes = set(sheet.elements())
    sheet.choose("lane_applicant").page.locator('.djs-context-pad [data-action="lane-insert-below"]').click()
    (lane,) = [each for each in sheet.elements() if each not in lanes]
    sheet.page.get_by_role("button", name="全图").click()
    sheet.choose(lane).select("办理机构", "申请单位上级教育行政部门")

    review = sheet.draw("办理环节", sheet.place(380, 190))
    first = sheet.draw("分支", sheet.place(530, 190))
    approval = sheet.draw("办理环节", sheet.place(530, 370))
    second = sheet.draw("分支", sheet.place(690, 370))
    refused = sheet.draw("结束", sheet.place(690, 110))
    sheet.connect(first, approval).connect(approval, second).connect(second, "done")
    sheet.connect(first, refused).connect(second, refused)
    a_review(sheet, review, "school_review", "学校审核")
    a_review(sheet, approval, "bureau_approval", "主管部门审批")
    sheet.choose(first).page.locator("#panel").get_by_role("button", name="已办结").click()
    sheet.page.locator("#tools").get_by_role("button", name="删除").click()
    sheet.choose(refused).fill("名称", "不予缓学").select("结果", "不予办理")
    decided_by_outcome(sheet, first, {"主管部门审批": "同意", "不予缓学": "不同意"})
    decided_by_outcome(sheet, second, {"已办结": "同意", "不予缓学": "不同意"})

    found = sheet.checked()
    assert "可以发布" in sheet.verdict, found
    proposal = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "依据义务教育法"}).json["id"]
    answer = studio.program("publisher").post(f"/proposals/{proposal}/decision", {"outcome": "agree", "opinion": ""})
    assert answer.status == 200, answer.text

    school = factories.a_school("330106", stages="primary")
    office, bureau = staff(school), staff(school.office.superior)
    typed = {"name": "林小满", "main_number": factories.a_number(), "until": "2027-09-01", "explanation": "身体原因"}
    opened = studio.client.api(office.operator).post("/cases", {"process": "deferral", "application": typed})
    assert opened.status == 201, opened.text
    number = opened.json["number"]
    for who in (office, bureau):
        (task,) = studio.client.api(office.operator).get(f"/cases/{number}").json["waiting"]
        decided = studio.client.api(who.approver).post(
            f"/tasks/{task['id']}/decision", {"outcome": "agree", "opinion": "情况属实"}
        )
        assert decided.status == 200, decided.text
    closed = studio.client.api(office.operator).get(f"/cases/{number}").json
    assert (closed["status"], closed["outcome"]) == ("closed", "agreed")
    assert [each["task"] for each in closed["decisions"]] == ["school_review", "bureau_approval"]
