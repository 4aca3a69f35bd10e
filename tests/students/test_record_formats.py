"""What fields with a rule of their own may hold, in one form for page, program and workbook (domain.md 6)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.web.formats import FORMATS
from tests.imports.children import CAPTIONS, a_child, filled, sender
from tests.processes.registration.test_registration import Entry, a_row, an_entry, entry
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.workbooks import a_workbook

__all__ = ["entry"]


@on_sqlite
@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("cn-postcode", "３１００１２", "310012"), ("cn-postcode", "310 012", "310012"),
        ("kilometres", "1.50公里", "1.5"), ("kilometres", "800米", "0.8"), ("kilometres", "3 里", "1.5"),
        ("kilometres", "０", "0"), ("kilometres", "200", "200"), ("kilometres", "10", "10"),
        ("kilometres", "2 KM", "2"),
        ("email", " Chen.Si@QQ.COM", "Chen.Si@qq.com"), ("email", "ａ＠example.com", "a@example.com"),
        ("homepage", "https://example.com/我", "https://example.com/我"),
        ("latin-name", "Chen　 Siyuan", "Chen Siyuan"), ("latin-name", "Lǚ Xiùyīng", "Lǚ Xiùyīng"),
        ("latin-name", "Jean-Luc O’Neil Jr.", "Jean-Luc O’Neil Jr."),
        ("validity", "20210305-20260305", "2021-03-05至2026-03-05"),
        ("validity", "2021年3月5日至2026年3月5日", "2021-03-05至2026-03-05"),
        ("validity", "2021.03.05—长期有效", "2021-03-05至长期"),
    ],
)  # fmt: skip
def test_what_is_understood_has_one_form(app: Flask, name: str, written: str, kept: str) -> None:
    form = FORMATS[name]

    assert (form.canonical(written), form.fault(form.canonical(written))) == (kept, None)
    assert form.canonical(kept) == kept


FAULTS = {
    "cn-postcode": ("须为 6 位数字", ["31001", "3100123", "31001A", "三一零零一二"]),
    "kilometres": ("须为 0 至 200 之间的公里数，最多三位小数，如 1.5",
                   ["200.001", "201", "-1", "1.2345", "1.5.2", "很远", "1e2", "9" * 20, "1,5"]),
    "email": ("须写作 name@example.com 的样子",
              ["a", "a@b", "@example.com", "a@@example.com", "a..b@example.com", ".a@example.com", "a b@", "a@-b.com"]),
    "homepage": ("须以 http:// 或 https:// 开头，如 https://example.com",
                 ["example.com", "javascript:alert(1)", "ftp://example.com", "https://", "https://[", "https://a_b.com"]),
    "latin-name": ("须用拉丁字母填写", ["陈思远", "Chen思远", "Чэнь", "1", "-", ""]),
    "validity": ("", ["2021-03-05", "长期", "2021-02-30至2026-03-05", "2026-03-05至2021-03-05", "2999-01-01至长期",
                      "2021-03-05至2021-03-05", "2021-03-05至", "至2026-03-05"]),
}  # fmt: skip


@on_sqlite
@pytest.mark.parametrize(("name", "written"), [(name, each) for name, (_, those) in FAULTS.items() for each in those])
def test_what_is_not_understood_is_named(app: Flask, name: str, written: str) -> None:
    found = FORMATS[name].fault(FORMATS[name].canonical(written))

    assert found is not None
    assert found[0] == "E-INPUT"
    assert found[1].startswith(FAULTS[name][0])


WRONG: dict[str, tuple[str, str]] = {
    "postcode": ("31001", "邮政编码：须为 6 位数字。"),
    "email": ("a@b", "电子信箱：须写作 name@example.com 的样子。"),
    "commute_distance": ("很远", "上下学距离：须为 0 至 200 之间的公里数，最多三位小数，如 1.5。"),
    "pinyin": ("陈思远", "姓名拼音：须用拉丁字母填写，不能有“陈”。"),
    "document_validity": ("2026-03-05至2021-03-05", "身份证件有效期：截止日期须晚于起始日期。"),
}


def test_every_door_says_the_same_of_a_wrong_value(entry: Entry) -> None:
    wrong = {name: written for name, (written, _) in WRONG.items()}

    answer = entry.submit([a_row(**wrong)])
    page = Client(entry.client.app).sign_in(entry.people["school"].operator)
    row: dict[str, Any] = a_row(**wrong)
    guardian = {f"guardian.{name}": value for name, value in row.pop("guardian").items()}
    page.get("/apply/registration_primary")
    shown = page.post("/apply/registration_primary", entry_year="2026", **row, **guardian)
    clerk = sender(entry.client, entry.school)
    clerk.send(filled([a_child(**wrong)]))

    expected = {detail for _, detail in WRONG.values()}
    assert {each["detail"] for each in answer.json["objections"]} == expected
    assert (shown.status, [each for each in expected if each not in shown.text]) == (422, [])
    assert {each["detail"] for each in clerk.rows()[0]["faults"]} == expected


@on_sqlite
def test_a_workbook_may_say_them_as_people_do(client: Client) -> None:
    clerk = sender(client, factories.a_school())

    clerk.send(
        filled(
            [
                a_child(blood_type=kind, commute_way=way, commute_distance=far, aid="否", postcode=310012)
                for kind, way, far in (("A型", "步行", 1.5), ("O", "公交", "800米"), ("不详", "家长接送", 2))
            ]
        )
    )

    assert [(each["state"], each["faults"]) for each in clerk.rows()] == [("ok", [])] * 3


@on_sqlite
def test_the_home_is_the_address_of_a_sheet_that_has_no_other(client: Client) -> None:
    clerk = sender(client, an_entry(client).school)
    child = a_child(address="文三路 1 号", home_address="文二路 2 号")
    alone = [name for name in CAPTIONS if name != "address"]

    for fields in (list(CAPTIONS), alone):
        clerk.send(a_workbook([CAPTIONS[name] for name in fields], [[child.get(name) for name in fields]]))
        assert clerk.rows()[0]["faults"] == []
