"""视图 and 关注: kept on the server, one's own unless shared, and never beyond the office."""

from __future__ import annotations

from typing import Any

import pytest

from app.inbox.models import SavedList
from tests.cases.test_races import count
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]


def names(program: Program) -> list[tuple[str, bool]]:
    return [(each["name"], each["own"]) for each in program.get("/views").json["items"]]


def keep(program: Program, name: str, **more: Any) -> Any:
    return program.post("/views", {"name": name, "parameters": {"process": "drop_out"}, **more})


def test_a_list_is_kept_shared_within_the_office_and_forgotten(desk: Desk) -> None:
    program, colleague = desk.program(), desk.client.api(desk.people["school"].approver2)
    neighbour = desk.client.api(factories.a_user(factories.a_school("330106"), "approver"))

    assert keep(program, "辍学").status == 201
    shared = keep(program, "本校共用", shared=True)
    assert names(program) == [("本校共用", True), ("辍学", True)]
    assert names(colleague) == [("本校共用", False)]
    assert names(neighbour) == []
    for stranger in (colleague, neighbour):
        assert stranger.delete(f"/views/{shared.json['id']}").status == 404
    assert program.delete(f"/views/{shared.json['id']}").status == 204
    assert names(colleague) == []


def test_the_same_name_again_replaces_it(desk: Desk) -> None:
    program = desk.program()
    keep(program, "我的")
    kept = program.post("/views", {"name": "我的", "parameters": {"sort": "-arrived"}})

    assert kept.json["parameters"] == {"sort": "-arrived"}
    assert count(SavedList) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "parameters": {"sort": "arrived"}},
        {"name": "长" * 21, "parameters": {"sort": "arrived"}},
        {"name": "空", "parameters": {}},
        {"name": "只有搜索", "parameters": {"q": "陈思远"}},
        {"name": "错", "parameters": {"sort": "name"}},
        {"name": "错", "parameters": {"office": "nowhere"}},
        {"name": "错", "parameters": {"cursor": "x"}},
        {"name": "错"},
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(desk: Desk, body: dict[str, Any]) -> None:
    answer = desk.program().post("/views", body)

    assert answer.status == 422
    assert count(SavedList) == 0


def test_one_person_keeps_twenty(desk: Desk) -> None:
    program = desk.program()
    for place in range(20):
        assert keep(program, f"视图 {place}").status == 201

    assert keep(program, "再一个").code == "E-LISTS"
    assert keep(program, "视图 3").status == 201


def test_on_the_page(desk: Desk) -> None:
    desk.correct(1)
    desk.drop_out(1)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    browser.get("/inbox?process=drop_out&sort=-number")
    action = browser.page.xpath("string(//form[contains(@action, '/inbox/lists')]/@action)")

    assert browser.post(action, name="辍学", shared="yes").status == 302
    browser.get("/inbox")
    link = browser.page.xpath("string(//nav//a[contains(., '辍学')]/@href)")
    shown = browser.get(link).text
    assert desk.numbers[1] in shown
    assert desk.numbers[0] not in shown
    forget = browser.page.xpath("string(//form[contains(@action, '/delete')]/@action)")
    assert browser.post(forget).status == 302
    assert count(SavedList) == 0


def test_a_case_is_followed_by_whoever_marked_it_alone(desk: Desk) -> None:
    desk.correct(2)
    program, colleague = desk.program(), desk.client.api(desk.people["school"].approver2)
    neighbour = desk.client.api(factories.a_user(factories.a_school("330106"), "approver"))

    assert [program.post(f"/cases/{desk.numbers[1]}/star").status for _ in range(2)] == [204, 204]
    assert neighbour.post(f"/cases/{desk.numbers[1]}/star").status == 404
    for query in ("", "&sort=-number"):
        followed = program.get(f"/tasks?starred=true{query}").json["items"]
        assert [each["case"] for each in followed] == [desk.numbers[1]]
    assert colleague.get("/tasks?starred=true").json["items"] == []
    assert program.delete(f"/cases/{desk.numbers[1]}/star").status == 204
    assert program.get("/tasks?starred=true").json["items"] == []


def test_followed_from_the_list(desk: Desk) -> None:
    desk.correct(1)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    browser.get("/inbox")

    assert browser.post(f"/cases/{desk.numbers[0]}/star", on="yes", next="/inbox?starred=true").status == 302
    assert desk.numbers[0] in browser.get("/inbox?starred=true").text
    assert browser.page.xpath("string(//button[contains(@class, 'star')]/@aria-pressed)") == "true"
