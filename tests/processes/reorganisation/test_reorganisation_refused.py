"""学校撤并更名与划转: what must not be, and who must not propose it."""

from __future__ import annotations

from typing import Any

import pytest

from app import clock
from app.database import db
from tests.processes.reorganisation.test_reorganisation import Plan
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import a_matter
from tests.support.transfer_case import a_story


def blocked(client: Client, plan: Plan, kind: str, **more: Any) -> str:
    with nothing_changes():
        answer = plan.submit(kind, **more)
    assert answer.codes == {"E-REORG"}, answer.text
    return " ".join(each["detail"] for each in answer.json["objections"])


def test_what_stands_in_the_way_is_said(client: Client) -> None:
    school, other = factories.a_school("330106"), factories.a_school("330106")
    elsewhere, junior = factories.a_school("330108"), factories.a_school("330106", stages="junior")
    factories.a_student(school)
    plan = Plan(client, school)

    assert "另一所学校" in blocked(client, plan, "merger", successor=plan.code)
    assert "另一所学校" in blocked(client, plan, "merger", successor="2133999999")
    assert "同属一个主管部门" in blocked(client, plan, "merger", successor=elsewhere.office.code)
    assert "没有小学学段" in blocked(client, plan, "merger", successor=junior.office.code)
    assert "只能并入" in blocked(client, plan, "merger", successor="330106")
    assert "在籍学生" in blocked(client, plan, "closure", successor="330106")
    assert "主管部门保管" in blocked(client, plan, "closure", successor="330100")
    assert "同名" in blocked(client, plan, "renaming", new_name=other.office.name, new_short_name="甲")
    assert "相同" in blocked(client, plan, "renaming", new_name=school.office.name, new_short_name="甲")
    assert "不同的一个教育局" in blocked(client, plan, "superior", new_superior="330106")
    factories.a_school("330212")
    assert "管辖范围" in blocked(client, plan, "superior", new_superior="330212")
    missing = plan.submit("merger")
    assert (missing.codes, missing.json["objections"][0]["field"]) == ({"E-INPUT"}, "successor")


def test_cases_about_no_single_child_come_first(client: Client) -> None:
    matter = a_matter(client)
    successor = factories.a_school("330106")
    application = {"stage": "primary", "year": 2026, "total": 60, "reason": "新建校舍", "basis": "扩班批复"}
    assert matter.submit("quota_change", application).status == 201
    plan = Plan(client, matter.school, bureau=matter.people["bureau"])

    assert matter.number in blocked(client, plan, "merger", successor=successor.office.code)

    assert plan.submit("renaming", new_name="新校名", new_short_name="新校").status == 201
    assert plan.number in blocked(client, plan, "renaming", new_name="又一校名", new_short_name="又")


def test_a_transfer_under_one_superior_comes_before_a_new_superior(client: Client) -> None:
    story = a_story(client, receiving="330106", releasing="330106")
    assert story.submit().status == 201
    plan = Plan(client, story.releasing)

    assert story.number in blocked(client, plan, "superior", new_superior="330100")


def test_blocked_meanwhile_it_is_refused_when_it_would_take_effect(client: Client) -> None:
    school, successor = factories.a_school("330106"), factories.a_school("330106")
    plan = Plan(client, school)
    plan.submit("merger", successor=successor.office.code)
    plan.decide()
    successor.office.closed_on = clock.today()
    db.session.commit()

    with nothing_changes():
        answer = plan.decide()

    assert (answer.status, answer.code) == (422, "E-REORG")
    assert "已撤销" in answer.json["detail"]


@pytest.mark.parametrize(("code", "status"), [("330108", 404), ("330100", 403)])
def test_only_its_own_superior_proposes_it(client: Client, code: str, status: int) -> None:
    plan = Plan(client, factories.a_school("330106"))
    stranger = client.api(factories.a_user(factories.a_bureau(code), "operator"))
    body = plan.application("renaming", new_name="新校名", new_short_name="新校")

    with nothing_changes():
        answer = stranger.post("/cases", {"process": "school_reorganisation", "application": body})

    assert answer.status == status
