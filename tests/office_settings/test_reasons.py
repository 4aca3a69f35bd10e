"""办理原因: each office orders, adds and retires what it chooses from; a retired one is readable for ever."""

from __future__ import annotations

from typing import Any

from tests.office_settings.test_windows import head, said
from tests.support.client import Client
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story

OWN = "户籍材料与申请不符"


def change(client: Client, user: Any, lines: list[str], process: str = "transfer"):
    body = {"lines": lines, "starts_on": "2026-11-23", "note": "办件规范"}
    return client.api(user).post(f"/office-settings/reasons/{process}", body)


def offered(story: Story, role: str) -> list[str]:
    task = story.waiting()["id"]
    return [each["text"] for each in story.program(role).get(f"/tasks/{task}").json["reasons"]]


def test_a_bureau_chooses_from_its_own_list_its_neighbour_from_the_shipped_one(submitted: Story) -> None:
    client, bureau = submitted.client, submitted.people["receiving_bureau"].approver
    before = offered(submitted, "receiving_school")
    mine = [OWN, *[each for each in before if each != "材料不全"]]
    assert change(client, bureau, mine).status == 201
    submitted.agree_until("receiving_bureau")
    assert offered(submitted, "receiving_bureau") == mine

    retired = submitted.decide("refuse")
    assert retired.status == 422
    assert "请从列表中选择原因" in said(retired)
    page = Client(client.app).sign_in(bureau).get(f"/cases/{submitted.number}").text
    assert OWN in page
    assert ">材料不全<" not in page
    submitted.agree_until("releasing_school")
    assert offered(submitted, "releasing_school") == before, "the other bureau's school"
    assert submitted.decide("send_back", reason_code=OWN).status == 422


def test_a_reason_of_ones_own_stays_readable_when_it_is_retired(submitted: Story) -> None:
    client, bureau = submitted.client, submitted.people["receiving_bureau"].approver
    assert change(client, bureau, [OWN]).status == 201
    submitted.agree_until("receiving_bureau")
    assert submitted.decide("send_back", reason_code=OWN).status == 200
    assert change(client, bureau, []).status == 201

    operator = submitted.people["receiving_school"].operator
    assert OWN in Client(client.app).sign_in(operator).get(f"/cases/{submitted.number}").text
    assert [each["reason_code"] for each in submitted.case()["decisions"]][-1] == OWN


def test_what_the_province_adds_comes_to_everybody_and_what_it_retires_goes(matter: Matter) -> None:
    client, province, bureau = matter.client, head("330000"), matter.people["bureau"].approver
    shipped = client.api(province).get("/office-settings/reasons/suspension").json["shipped"]
    assert change(client, bureau, [*shipped, "缺诊断建议"], "suspension").status == 201
    assert change(client, province, [*shipped[1:], "由省统一的原因"], "suspension").status == 201

    seen = client.api(bureau).get("/office-settings/reasons/suspension").json
    assert seen["lines"] == [*shipped[1:], "缺诊断建议", "由省统一的原因"]
    assert [len(each["lines"]) for each in seen["history"]] == [len(shipped), len(shipped) + 1]
    for lines, words in ((["长" * 31], "超过 30 字"), (["一", "一"], "写了两次")):
        assert words in said(change(client, bureau, lines, "suspension"))
    assert client.api(matter.people["bureau"].operator).get("/office-settings/reasons/suspension").status == 403
