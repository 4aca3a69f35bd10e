"""核定学籍总数: set by the superior, changed on request, never below what is in use."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.database import db
from app.schools.models import QuotaVersion
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter


def setting(matter: Matter, **more: Any) -> dict[str, Any]:
    code = matter.school.office.code
    return {"school": code, "stage": "primary", "year": 2026, "total": 45, "basis": "西教招〔2026〕1 号", **more}


def set_quota(matter: Matter, who: str = "bureau", **more: Any) -> Any:
    program = matter.program(who)
    answer = program.post("/cases", {"process": "quota_setting", "application": setting(matter, **more)})
    if answer.status == 201:
        matter.number = answer.json["number"]
    return answer


def test_the_bureau_sets_it_and_another_person_signs(client: Client, matter: Matter) -> None:
    assert set_quota(matter).status == 201
    bureau = matter.program("bureau")
    task = bureau.get(f"/cases/{matter.number}").json["waiting"][0]
    assert (task["key"], task["office"]["code"]) == ("bureau_approval", "330106")
    assert bureau.post(f"/tasks/{task['id']}/decision", {"outcome": "agree"}).status == 403

    signed = matter.program("bureau", "approver").post(f"/tasks/{task['id']}/decision", {"outcome": "agree"})

    assert signed.json["outcome"] == "agreed"
    quotas = matter.program("school").get("/quotas?year=2026").json["items"]
    assert [(each["year"], each["total"]) for each in quotas] == [(2026, 45)]
    versions = db.session.scalars(sa.select(QuotaVersion)).all()
    assert [(each.before, each.total, each.basis) for each in versions] == [(10, 45, "西教招〔2026〕1 号")]


def test_only_the_schools_own_superior_sets_it(client: Client, matter: Matter) -> None:
    city = client.api(factories.a_user(factories.a_bureau("330100"), "operator"))
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "operator"))
    body = {"process": "quota_setting", "application": setting(matter)}

    with nothing_changes(attempts=3):
        answers = [each.post("/cases", body) for each in (city, neighbour, matter.program("school"))]

    assert [(answer.status, answer.code) for answer in answers] == [
        (403, "E-OFFICE"), (404, "E-MISSING"), (403, "E-OFFICE"),
    ]  # fmt: skip


def test_it_is_never_below_what_is_used(client: Client) -> None:
    matter = a_matter(client, grade="11")

    assert set_quota(matter, total=0).codes == {"E-QUOTA-02"}
    assert set_quota(matter, stage="senior").codes == {"E-STAGE"}


def test_used_meanwhile_it_is_refused_at_the_signature(client: Client, matter: Matter) -> None:
    set_quota(matter, total=0)
    factories.a_student(matter.school, grade="11", name="李一诺")
    bureau = matter.program("bureau", "approver")
    task = bureau.get(f"/cases/{matter.number}").json["waiting"][0]

    with nothing_changes():
        answer = bureau.post(f"/tasks/{task['id']}/decision", {"outcome": "agree"})

    assert answer.code == "E-QUOTA-02"


def test_a_school_asks_and_its_superior_agrees(client: Client, matter: Matter) -> None:
    application = {"stage": "primary", "year": 2026, "total": 60, "reason": "新建校舍", "basis": "扩班批复"}
    assert matter.submit("quota_change", application).status == 201

    matter.finish()

    assert matter.program("school").get("/quotas?year=2026").json["items"][0]["total"] == 60
