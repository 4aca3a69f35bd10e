"""The captions people use are understood; what is still foreign is matched by hand, once, for the office."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit import AuditEvent
from app.database import db
from app.imports.commands import work
from app.imports.import_types import KINDS
from app.imports.models import ImportFile
from app.imports.queries.rosters import columns_for
from app.imports.rules.columns import plain
from tests.imports.children import CAPTIONS, KEY, Sender, a_child, filled, sender
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.workbooks import a_workbook

USED = {
    "main_number": ["身份证号码", "身份证件号码", "公民身份证号", "学生身份证号", "学籍主号"],
    "born_on": ["出生日期（格式：20200101）", "出生年月日", "3.出生日期"], "document_type": ["证件类别"],
    "household_division": ["户口所在地行政区划", "户籍地"], "address": ["家庭住址", "现 居 住 地 址"],
    "guardian.phone": ["手机", "监护人联系电话", "家长手机号", "联系电话"], "class_number": ["班级名称", "班级*"],
    "guardian.name": ["家长姓名（必填）", "\u202d监护人", "监护人姓名"], "guardian.relation": ["与学生关系"],
    "guardian2.phone": ["第二监护人电话"], "guardian2_number": ["第二监护人身份证号"],
    "guardian_household_division": ["监护人户口所在地区划代码"],
}  # fmt: skip


def renamed(child: dict[str, Any], **captions: str) -> bytes:
    """A workbook with one child and other captions; `guardian__phone` is `guardian.phone`."""
    other = {name.replace("__", "."): caption for name, caption in captions.items()}
    return a_workbook(
        [other.get(name, each) for name, each in CAPTIONS.items()], [[child.get(name) for name in CAPTIONS]]
    )


@on_sqlite
def test_the_captions_people_use_are_understood(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school(seats=30))

    for place in range(max(map(len, USED.values()))):
        captions = {name.replace(".", "__"): words[place % len(words)] for name, words in USED.items()}
        clerk.send(renamed(a_child(class_number="一年级（2）班"), **captions))
        assert clerk.file()["counts"]["ok"] == 1, (captions, clerk.file(), clerk.rows())
        assert clerk.file()["notices"] == []


def test_no_caption_means_two_fields(app: Flask) -> None:
    for kind in KINDS.values():
        columns = columns_for(kind, names_school=True)
        words = Counter(word for each in columns for word in {plain(each.caption), *map(plain, each.synonyms)})
        assert [word for word, count in words.items() if count > 1] == [], kind.key


def a_foreign_file(client: Client, school: Any = None) -> Sender:
    """A workbook in which the number and the remarks stand under words that nobody knows."""
    clerk = sender(client, school or factories.a_school(seats=30))
    answer = clerk.send(renamed(a_child(name="甲"), main_number="证号", class_number="编班", name="娃\u200b娃"))
    assert answer.status == 201, answer.text
    return clerk


def test_what_is_foreign_is_matched_by_hand_and_remembered_for_the_office(app: Flask, client: Client) -> None:
    school = factories.a_school(seats=30)
    clerk = a_foreign_file(client, school)
    file = clerk.file()
    assert (file["status"], file["foreign_captions"]) == ("refused", ["娃娃", "证号", "编班"])
    assert "缺少必填的列：姓名" in file["refusal"]
    chosen = {"娃娃": "name", "证号": "main_number", "编班": ""}
    pairs = [{"caption": caption, "field": field} for caption, field in chosen.items()]

    assert clerk.program.post(f"/imports/{clerk.ids[-1]}/captions", {"captions": pairs}).json["status"] == "received"
    work()

    assert [(row["name"], row["state"]) for row in clerk.rows()] == [("甲", "ok")]
    assert clerk.file()["notices"] == []
    colleague = a_foreign_file(client, school)
    assert [(row["name"], row["state"]) for row in colleague.rows()] == [("甲", "ok")]
    stranger = a_foreign_file(client)
    assert stranger.file()["status"] == "refused", "another office has matched nothing"
    listed = clerk.program.get(f"/imports/kinds/{KEY}/captions").json["items"]
    assert {each["caption"]: each["field"] for each in listed} == chosen
    assert clerk.program.post(f"/imports/kinds/{KEY}/captions/forget", {"caption": "娃娃"}).status == 204
    assert a_foreign_file(client, school).file()["status"] == "refused"
    verbs = set(db.session.scalars(sa.select(AuditEvent.verb)))
    assert {"imports/match", "imports/forget"} <= verbs


def test_a_column_that_was_not_read_can_be_matched_after_the_check(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    clerk.send(renamed(a_child(class_number=3), class_number="编班"))
    assert clerk.file()["notices"] == ["以下的列没有对应的项目，没有读取：编班。"]

    clerk.program.post(
        f"/imports/{clerk.ids[-1]}/captions", {"captions": [{"caption": "编班", "field": "class_number"}]}
    )
    work()

    assert (clerk.file()["status"], clerk.file()["notices"]) == ("checked", [])
    clerk.confirm()
    db.session.rollback()
    assert db.session.scalar(sa.select(ImportFile.content)) is None, "gone once it is confirmed"


@pytest.mark.parametrize(
    ("pairs", "word"),
    [
        ([("没有的", "name")], "没有这个表头"), ([("证号", "password")], "不在可选范围内"),
        ([("证号", "name"), ("娃娃", "name")], "同一个项目"),
    ],
)  # fmt: skip
def test_a_match_that_means_nothing_is_refused(
    app: Flask, client: Client, pairs: list[tuple[str, str]], word: str
) -> None:
    clerk = a_foreign_file(client)

    answer = clerk.program.post(
        f"/imports/{clerk.ids[-1]}/captions", {"captions": [{"caption": one, "field": other} for one, other in pairs]}
    )

    assert (answer.status, word in answer.json["detail"]) == (422, True), answer.text
    assert clerk.file()["status"] == "refused"


def test_nobody_else_matches_an_offices_file(app: Flask, client: Client) -> None:
    clerk = a_foreign_file(client)
    body = {"captions": [{"caption": "娃娃", "field": "name"}]}
    neighbour = sender(client, factories.a_bureau("330108")).program

    assert neighbour.post(f"/imports/{clerk.ids[-1]}/captions", body).status == 404
    assert neighbour.post(f"/imports/kinds/{KEY}/captions/forget", {"caption": "娃娃"}).status == 404
    clerk.send(filled([a_child()]))
    assert clerk.program.post(f"/imports/{clerk.ids[-1]}/captions", body).code == "E-STATUS", "nothing is foreign there"


def test_the_pages_of_matching(app: Flask, client: Client) -> None:
    school = factories.a_school()
    clerk = a_foreign_file(client, school)
    client.sign_in(factories.a_user(school, "operator"))
    refused = client.get(f"/imports/{clerk.ids[-1]}").text
    assert "手工对应表头" in refused
    page = client.get(f"/imports/{clerk.ids[-1]}/captions")
    assert [each.text_content() for each in client.page.xpath("//form[@id='f-captions']//label")] == [
        "娃娃",
        "证号",
        "编班",
    ]

    wrong = client.post(f"/imports/{clerk.ids[-1]}/captions", **{"caption-0": "name", "caption-1": "name"})
    assert (page.status, wrong.status, "同一个项目" in wrong.text) == (200, 422, True)
    assert client.page.xpath("//select[@name='caption-1']/option[@selected]/@value") == ["name"], (
        "what was chosen stays"
    )
    right = client.post(
        f"/imports/{clerk.ids[-1]}/captions", **{"caption-0": "name", "caption-1": "main_number", "caption-2": "-"}
    )
    assert right.status == 302
    work()

    assert "检查完毕：1 行可以导入" in client.get(f"/imports/{clerk.ids[-1]}").text
    assert "本机构对应过的表头（3）" in client.get("/imports/").text
    assert client.post(f"/imports/{KEY}/captions/forget", caption="娃娃").status == 302
    assert "本机构对应过的表头（2）" in client.get("/imports/").text
