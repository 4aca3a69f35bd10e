"""The pages of a roster: uploaded by the school, looked through by each bureau, followed by the source."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.backup.triggers import unguarded
from app.cases import commands
from app.cases.models import Case
from app.database import db
from app.processes.recruitment.models import Plan
from tests.processes.recruitment.test_rosters import Recruiting, a_recruiting
from tests.support import factories
from tests.support.client import Client


@pytest.fixture
def recruiting(app: Flask, client: Client) -> Recruiting:
    return a_recruiting(client)


def browser(recruiting: Recruiting, who: str, duty: str = "approver") -> Client:
    return Client(recruiting.client.app).sign_in(getattr(recruiting.people[who], duty))


def decide(recruiting: Recruiting, who: str, key: str, **form: str) -> None:
    """Open the case's page, press the button with what stands in the form."""
    page = browser(recruiting, who)
    page.get(f"/cases/{recruiting.number}")
    task = next(each for each in recruiting.case()["waiting"] if each["key"] == key)
    standing = {
        each.get("name"): each.get("value")
        for each in page.page.xpath("//section[@aria-labelledby='act']//input[@type='hidden']")
        if each.get("name") not in ("csrf_token", None)
    }
    answer = page.post(f"/tasks/{task['id']}/decision", outcome="agree", **{**standing, **form})
    assert answer.status == 302, answer.text


def test_a_roster_by_hand_from_the_upload_to_the_last_child(recruiting: Recruiting) -> None:
    children = recruiting.wants(3)
    school = browser(recruiting, "school", "operator")
    assert recruiting.filing.number
    assert recruiting.filing.number in school.get(f"/rosters/new?filing={recruiting.filing.number}").text
    lines = [f"{child.main_number}\t{child.name}\t{n}" for n, child in enumerate(children, start=1)]
    sent = school.post("/rosters", filing=recruiting.filing.number, list="\r\n".join(lines))
    assert sent.status == 302, sent.text
    assert sent.location
    recruiting.number = sent.location.rsplit("/", 1)[1]
    decide(recruiting, "school", "school_approval")

    source = browser(recruiting, "source")
    page = source.get(f"/cases/{recruiting.number}/roster")
    assert "现已标注 0 人" in page.text
    marked = source.post(
        f"/cases/{recruiting.number}/roster",
        **{"reason_code.2": "not_local", "reason.2": "户籍不在本区", "reason_code.1": "", "reason.1": ""},
    )
    assert marked.status == 302
    assert "不是本地生源" in source.get(f"/cases/{recruiting.number}").text
    decide(recruiting, "source", "confirm_source")
    decide(recruiting, "here", "confirm_here")
    decide(recruiting, "source", "directives")
    decide(recruiting, "school", "pull")
    commands.tick()

    page = school.get(f"/cases/{recruiting.number}/roster")
    assert "生源地不予确认：不是本地生源，户籍不在本区。" in page.text
    assert page.text.count("W2026-330212-") >= 2
    assert "已注册 2 人" in school.get(f"/cases/{recruiting.number}").text
    assert recruiting.statuses() == ["registered", "refused", "registered"]
    wanted = source.get("/recruits").text
    assert recruiting.school.office.name in wanted
    assert wanted.count("已注册") >= 2


def test_each_bureau_sees_what_it_has_to_compare_of_every_child(recruiting: Recruiting) -> None:
    children = recruiting.wants(2)
    rows = [{"main_number": each.main_number, "name": each.name, "class_number": 3} for each in children]
    assert recruiting.submit(rows).status == 201
    recruiting.agree("school_approval")

    for who in ("here", "source"):
        reader = browser(recruiting, who)
        reader.get(f"/cases/{recruiting.number}/roster")
        opened = reader.page.xpath("//table//details[summary[contains(., '申报信息')]]")
        said = [
            {line.xpath("string(dt)"): line.xpath("string(dd)") for line in each.xpath(".//dl/div")} for each in opened
        ]
        assert said == [
            {
                "性别": "男" if child.sex.value == "1" else "女",
                "原就读学校": recruiting.origin.office.name,
                "年级": "小学六年级",
                "学籍状态": "毕业",
                "班号": "3 班",
            }
            for child in children
        ]


def test_the_source_takes_one_directive_back_on_the_page(recruiting: Recruiting) -> None:
    recruiting.until_pull(2)
    source = browser(recruiting, "source")
    assert "撤销第 1 号指令" in source.get(f"/cases/{recruiting.number}/roster").text
    here = browser(recruiting, "here")
    assert "撤销第 1 号指令" not in here.get(f"/cases/{recruiting.number}/roster").text
    number = recruiting.rows()[0]["directive"]

    answer = source.post(f"/directives/{number}/revoke", reason="核对有误")

    assert answer.status == 302, answer.text
    assert recruiting.statuses() == ["confirmed", "directed"]
    assert "E-DIR-03" in source.get(f"/cases/{recruiting.number}/roster").text
    assert recruiting.case()["roster"]["children"]["confirmed"] == 1


def test_every_faulty_line_is_named(recruiting: Recruiting) -> None:
    [child] = recruiting.wants(1)
    school = browser(recruiting, "school", "operator")
    school.get("/rosters/new")
    lines = [f"{child.main_number} {child.name}", f"{factories.a_number()} 无此人", "只有姓名"]

    answer = school.post("/rosters", filing=recruiting.filing.number or "", list="\n".join(lines))

    assert answer.status == 422
    assert "第 3 行：" in answer.text
    answer = school.post("/rosters", filing=recruiting.filing.number or "", list="\n".join(lines[:2]))
    assert "第 2 行：没有找到" in answer.text
    assert "第 1 行" not in answer.text


def test_a_mark_without_a_reason_is_refused_in_its_line(recruiting: Recruiting) -> None:
    recruiting.wants(2)
    recruiting.submit()
    recruiting.agree("school_approval")
    source = browser(recruiting, "source", "operator")
    source.get(f"/cases/{recruiting.number}/roster")

    answer = source.post(f"/cases/{recruiting.number}/roster", **{"reason_code.1": "", "reason.1": "不知何人"})

    assert answer.status == 422
    assert "第 1 号：请选择原因" in answer.text


def test_marks_are_kept_for_programs_too(recruiting: Recruiting) -> None:
    recruiting.wants(2)
    recruiting.submit()
    recruiting.agree("school_approval")
    marks = f"/cases/{recruiting.number}/rows/marks"
    body = {"rows": [{"position": 1, "reason_code": "not_local"}]}
    assert recruiting.program("school").post(marks, body).status == 403
    neighbour = recruiting.client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    assert neighbour.post(marks, body).status == 404
    source = recruiting.program("source", "approver")

    assert source.post(marks, body).json == {"marked": 1}
    assert source.post(marks, {"rows": [{"position": 9, "reason_code": "not_local"}]}).status == 422
    assert source.post(marks, {"rows": [{"position": 1, "reason_code": "because"}]}).status == 422

    task = next(each for each in recruiting.case()["waiting"] if each["key"] == "confirm_source")
    values = source.get(f"/tasks/{task['id']}").json["values"]
    assert values == {"refused": [{"position": 1, "reason_code": "not_local", "reason": ""}]}
    assert source.post(marks, {"rows": [{"position": 1, "reason_code": ""}]}).json == {"marked": 0}


def test_the_source_and_its_city_follow_their_children_and_nobody_else(recruiting: Recruiting) -> None:
    recruiting.wants(2)
    recruiting.submit()
    source = recruiting.program("source", "approver")
    assert source.get("/recruits").json["items"] == []  # the school has not signed yet
    recruiting.agree("school_approval")

    items = source.get("/recruits?limit=1").json
    assert [(each["case"], each["state"]) for each in items["items"]] == [(recruiting.number, "listed")]
    assert len(source.get(f"/recruits?limit=1&cursor={items['next']}").json["items"]) == 1
    city = recruiting.client.api(factories.a_user(factories.a_bureau("330200"), "operator"))
    assert len(city.get("/recruits").json["items"]) == 2
    neighbour = recruiting.client.api(factories.a_user(factories.a_bureau("330211"), "approver"))
    assert neighbour.get("/recruits").json["items"] == []
    assert recruiting.program("here", "approver").get("/recruits").json["items"] == []
    province = recruiting.client.api(factories.a_user(factories.a_bureau("330000"), "operator"))
    assert province.get("/recruits").status == 403
    assert recruiting.program("school").get("/recruits").status == 403


def test_a_filed_plan_leads_to_the_upload(recruiting: Recruiting) -> None:
    recruiting.wants(1)
    recruiting.submit()
    plan = recruiting.filing.plan
    page = browser(recruiting, "school", "operator")
    assert "/rosters/new?filing=" not in page.get(f"/cases/{recruiting.number}").text

    # whatever case led to the plan: here the only one that has a page
    with unguarded(db.session.connection(), [Plan.__table__]):
        plan.case_id = db.session.scalars(sa.select(Case.id).where(Case.number == recruiting.number)).one()
        db.session.flush()
    db.session.commit()

    assert f"/rosters/new?filing={recruiting.filing.number}" in page.get(f"/cases/{recruiting.number}").text
