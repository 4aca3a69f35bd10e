"""Nobody approves a list blind: each of its children opens to everything that was said of it."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.processes.registration.test_registration import Entry, a_graduate, a_row, an_entry, entry
from tests.support import factories
from tests.support.client import Client

__all__ = ["entry"]  # a primary school with ten seats
GUARDIANS = {
    "guardian": {"name": "陈建国", "relation": "1", "phone": "13800000000"},
    "guardian_number": "33010619850305661X",
    "guardian_employer": "西湖区第一医院",
    "guardian2": {"name": "李秀英", "relation": "2", "phone": "13900000000"},
}
MORE = {"address": "文三路 88 号", "nationality": "CHN", "born_in": "110101", "health": "1", "commute_distance": "1.5"}


def reader(entry: Entry, who: str, duty: str = "approver") -> Client:
    return Client(entry.client.app).sign_in(getattr(entry.people[who], duty))


def particulars(client: Client, number: str) -> list[dict[str, str]]:
    """Title and value of each child that the list opens to, in its order."""
    assert client.get(f"/cases/{number}/rows").status == 200
    return [
        {each.xpath("string(dt)"): each.xpath("string(dd)").strip() for each in opened.xpath(".//dl/div")}
        for opened in client.page.xpath("//table//details")
    ]


@pytest.mark.parametrize("who", ["school", "bureau"])
def test_whoever_decides_reads_everything_that_was_said_of_a_child(entry: Entry, who: str) -> None:
    row = a_row(**GUARDIANS, **MORE)
    assert entry.submit([row, a_row(name="王小雨")]).status == 201
    if who == "bureau":
        assert entry.decide().status == 200

    client = reader(entry, who)
    first, second = particulars(client, entry.number)

    said = {
        "性别": "男" if row["sex"] == "1" else "女",
        "出生日期": "2020-03-05",
        "身份证件类型": "居民身份证",
        "民族": "汉族",
        "户口所在地区划": "浙江省杭州市西湖区",
        "出生地区划": "北京市东城区",
        "国籍": "中国",
        "现住址": "文三路 88 号",
        "入学方式": "就近入学",
        "上下学距离": "1.5 公里",
        "家庭成员一姓名": "陈建国",
        "家庭成员一与学生关系": "父亲",
        "家庭成员一联系电话": "13800000000",
        "家庭成员一身份证号": "330106********661X",
        "家庭成员一工作单位": "西湖区第一医院",
        "家庭成员二姓名": "李秀英",
    }
    assert {title: first.get(title) for title in said} == said
    assert second["现住址"] == "文三路 1 号"
    text = client.get(f"/cases/{entry.number}/rows").text
    for number in (row["main_number"], GUARDIANS["guardian_number"]):
        assert number not in text


def test_the_applicant_and_the_bureaus_above_read_it_and_nobody_else(app: Flask, entry: Entry) -> None:
    assert entry.submit([a_row(**GUARDIANS)]).status == 201
    assert particulars(reader(entry, "school", "operator"), entry.number)[0]["家庭成员一姓名"] == "陈建国"
    city = Client(app).sign_in(factories.a_user(factories.a_bureau("330100"), "approver"))
    assert particulars(city, entry.number)
    strangers = [factories.a_bureau("330108"), factories.a_bureau("330000"), factories.a_school("330106").office]
    for office in strangers:
        stranger = Client(app).sign_in(factories.a_user(office, "approver"))
        assert stranger.get(f"/cases/{entry.number}/rows").status == 404, office.name
    assert entry.decide("send_back").status == 200
    assert particulars(reader(entry, "school", "operator"), entry.number), "who repairs it reads it too"


def test_a_list_worked_off_still_opens(entry: Entry) -> None:
    assert entry.submit([a_row(**GUARDIANS)]).status == 201
    assert entry.agree()["outcome"] == "agreed"

    assert particulars(reader(entry, "bureau"), entry.number)[0]["家庭成员一工作单位"] == "西湖区第一医院"


def test_a_list_of_graduates_opens_to_what_is_asked_of_them(app: Flask, client: Client) -> None:
    primary = an_entry(client)
    child = a_graduate(primary.school)
    entry = an_entry(client, stages="junior")
    row = {"main_number": child.main_number, "name": child.name, "class_number": 3}
    answer = entry.submit([row], "registration_stage", stage="junior")
    assert answer.status == 201, answer.text

    assert particulars(reader(entry, "school"), entry.number) == [{"班号": "3 班"}]
