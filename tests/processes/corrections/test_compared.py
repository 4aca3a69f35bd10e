"""变更对照: whoever decides a correction sees every field as it was and as it is to be."""

from __future__ import annotations

import pytest

from app.cases.commands import tick
from app.students.models import masked
from tests.processes.lock_postponement.test_locks import at
from tests.processes.registration.test_late import AFTER
from tests.students.test_family import FATHER, MOTHER, matter
from tests.support.client import Client
from tests.support.single_school_case import Matter

__all__ = ["matter"]


def test_whoever_decides_sees_what_was_and_what_is_to_be(matter: Matter, client: Client) -> None:
    def table() -> list[list[str]]:
        reader = Client(client.app).sign_in(matter.people["school"].approver)
        reader.get(f"/cases/{matter.number}")
        rows = reader.page.xpath("//table[caption='变更对照']/tbody/tr")
        return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]

    matter.walk("correction", guardian_number=FATHER)
    asked = {
        "guardian": {"name": "陈建军", "phone": "13811112222"}, "guardian_number": MOTHER,
        "guardian_ethnic_group": "22", "household_division": "330108", "commute_distance": "2", "health": "2",
    }  # fmt: skip
    assert matter.submit("correction", {"student": matter.child.id, "reason": "录入错误", **asked}).status == 201

    expected = [
        ["户口所在地区划代码", "（空）", "浙江省杭州市滨江区"],
        ["上下学距离", "（空）", "2 公里"],
        ["健康状况", "（空）", "一般或较弱"],
        ["家庭成员一姓名", "陈建国", "陈建军"],
        ["家庭成员一联系电话", "13800000000", "13811112222"],
        ["家庭成员一身份证号", masked(FATHER), masked(MOTHER)],
        ["家庭成员一民族", "（空）", "畲族"],
    ]
    assert table() == expected
    assert matter.decide().json["outcome"] == "agreed"
    assert table() == expected, "the change entry keeps it"

    reader = Client(client.app).sign_in(matter.people["school"].approver)
    reader.get(f"/cases/{matter.number}/sheet")
    printed = [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in reader.page.xpath("//tr[th='变更项目']/following-sibling::tr[position() <= 7]")
    ]
    assert printed == [[title, f"{was} → {becomes}"] for title, was, becomes in expected]
    labels = reader.page.xpath("//table[@class='form']//th/text()")
    assert labels.count("家庭成员一姓名") == 1, "what stands there compared does not stand there twice"


def test_the_form_says_what_the_record_says_now_and_what_is_closed(
    matter: Matter, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(client.app.config, "PROFILE", "zj-now")
    at(AFTER)
    tick()
    school = Client(client.app).sign_in(matter.people["school"].operator)

    def shown(process: str) -> None:
        page = school.get(f"/apply/{process}?student={matter.child.id}")
        assert "只填写要变更的项目；不填的项目保持不变。" in page.text
        present = school.page.xpath("//p[@id='f-guardian-phone-now']")[0].text_content()
        assert present.startswith("现为：13800000000")

    def closed() -> set[str]:
        return set(school.page.xpath("//main//form//*[@disabled]/@name"))

    shown("correction")
    refused = matter.submit("correction", {
        "student": matter.child.id, "reason": "搬家", "address": "文三路 9 号", "household_division": "330108",
        "former_name": "陈远", "guardian_employer": "市第一医院",
    })  # fmt: skip
    [sentence] = {each["detail"] for each in refused.json["objections"]}
    assert {each["field"] for each in refused.json["objections"]} == {"household_division", "former_name"}
    assert closed() >= {"household_division", "former_name", "guardian.name"}
    assert not closed() & {"address", "guardian_employer", "reason"}
    assert sentence in school.page.xpath("//p[@id='closed']")[0].text_content()

    wrong = {"student": str(matter.child.id), "reason": "搬家", "household_division": "330108", "former_name": "陈远"}
    school.post("/apply/correction", **wrong)
    told = [each.text_content() for each in school.page.xpath("//div[@class='errors']//li/a")]
    assert sorted(told) == [f"户口所在地区划代码：{sentence}", f"曾用名：{sentence}"]

    shown("locked_correction")
    assert not closed()


def test_a_correction_that_names_nothing_is_told_so(matter: Matter) -> None:
    said = matter.submit("correction", {"student": matter.child.id, "reason": "搬家"})

    assert (said.codes, said.json["objections"][0]["detail"]) == ({"E-SAME"}, "请至少填写一项要变更的内容。")
