"""学校撤并更名与划转: children, archives, seats, classes and open cases follow; nothing is left at a desk of nobody."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app import audit, clock
from app.database import db
from app.divisions.models import Office, Reorganisation
from app.schools.models import Quota, School, SchoolClass, Stage
from app.students.models import Archive, Change, Enrolment, Standing
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import Story, a_story, staff

BASIS = "西教〔2026〕12 号"


class Plan:
    """A school that is to end or change, its bureau, the city above."""

    def __init__(self, client: Client, school: School, bureau: Any = None, above: Any = None) -> None:
        self.client, self.school = client, school
        self.code = school.office.code
        superior = school.office.superior
        self.bureau = bureau or staff(superior)
        self.above = above or (staff(superior.superior) if superior.superior else None)
        self.superior_code = superior.code
        self.number = ""

    def application(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"school": self.code, "kind": kind, "basis": BASIS, "reason": "布局调整", **more}

    def submit(self, kind: str, **more: Any) -> Any:
        body = {"process": "school_reorganisation", "application": self.application(kind, **more)}
        answer = self.client.api(self.bureau.operator).post("/cases", body)
        if answer.status == 201:
            self.number = answer.json["number"]
        return answer

    def case(self) -> dict[str, Any]:
        return self.client.api(self.bureau.operator).get(f"/cases/{self.number}").json

    def decide(self, outcome: str = "agree") -> Any:
        (task,) = self.case()["waiting"]
        office = self.bureau if task["office"]["code"] == self.superior_code else self.above
        body = {"outcome": outcome}
        if outcome in ("refuse", "send_back"):
            body |= {"reason_code": "incomplete_papers", "opinion": "缺文件"}
        return self.client.api(getattr(office, task["duty"])).post(f"/tasks/{task['id']}/decision", body)

    def carry_out(self, kind: str, **more: Any) -> dict[str, Any]:
        answer = self.submit(kind, **more)
        assert answer.status == 201, answer.text
        while self.case()["status"] != "closed":
            answer = self.decide()
            assert answer.status == 200, answer.text
        assert self.case()["outcome"] == "agreed"
        db.session.rollback()
        db.session.expire_all()
        return self.case()


def enrolled(school_id: int) -> list[tuple[str, str]]:
    rows = db.session.scalars(
        sa.select(Enrolment).where(Enrolment.school_id == school_id, Enrolment.ends_on.is_(None)).order_by(Enrolment.id)
    )
    return [(row.student.name, row.standing.value) for row in rows]


def a_class(school: School, number: int) -> SchoolClass:
    opened = SchoolClass(school_id=school.id, stage=Stage.PRIMARY, entry_year=2024, number=number)
    db.session.add(opened)
    db.session.commit()
    return opened


def test_a_merger_moves_children_archives_seats_and_classes(client: Client) -> None:
    school, successor = factories.a_school("330106"), factories.a_school("330106")
    factories.a_student(successor, name="本校生")
    child = factories.a_student(school, name="在读生")
    factories.a_student(school, name="休学生", standing=Standing.SUSPENDED)
    factories.a_student(school, name="毕业生", grade="16", graduated=True)
    theirs, ours = a_class(school, 2), a_class(successor, 3)
    clerk = factories.a_user(school, "operator")
    plan = Plan(client, school)

    case = plan.carry_out("merger", successor=successor.office.code)

    assert [each["task"] for each in case["decisions"]] == ["bureau_approval", "superior_approval"]
    assert enrolled(school.id) == []
    assert enrolled(successor.id) == [("本校生", "active"), ("在读生", "active"), ("休学生", "suspended")]
    changes = db.session.scalars(sa.select(Change).where(Change.code == "ZJ").order_by(Change.id)).all()
    assert [(each.student_id, each.before, each.after, each.school_id) for each in changes] == [
        (child.id, {"school": school.id}, {"school": successor.id}, successor.id),
        (child.id + 1, {"school": school.id}, {"school": successor.id}, successor.id),
    ]
    keepers = db.session.scalars(sa.select(Archive.custodian_id)).all()
    assert keepers == [successor.id] * 4, "the graduate's archive too"
    quotas = {
        (each.school_id, each.entry_year): (each.total, each.used, each.reserved)
        for each in db.session.scalars(sa.select(Quota).where(Quota.entry_year == 2024))
    }
    assert quotas == {(school.id, 2024): (0, 0, 0), (successor.id, 2024): (20, 3, 0)}
    classes = {each.id: (each.school_id, each.number) for each in db.session.scalars(sa.select(SchoolClass))}
    assert classes == {theirs.id: (successor.id, 5), ours.id: (successor.id, 3)}
    assert db.session.get_one(Office, school.id).closed_on == clock.today()
    assert [(each.kind.value, each.successor_id) for each in db.session.scalars(sa.select(Reorganisation))] == [
        ("merger", successor.id)
    ]
    answer = client.api(plan.bureau.operator).get(f"/offices/{plan.code}").json
    assert (answer["closed_on"], answer["history"][0]["basis"]) == (clock.today().isoformat(), BASIS)
    clock.set_to(clock.now() + clock.dt.timedelta(days=1))
    with pytest.raises(AssertionError, match="E-POST"):  # nobody acts for a school that is no more
        Program(client.app, clerk.username)
    assert list(audit.verify()) == []


def test_children_of_a_merged_school_go_on_at_its_successor(client: Client) -> None:
    matter = a_matter(client)
    matter.walk("suspension")
    successor = factories.a_school("330106")
    Plan(client, matter.school).carry_out("merger", successor=successor.office.code)
    there = Matter(client, successor, matter.child, {**matter.people, "school": staff(successor)})

    assert there.walk("resumption")["outcome"] == "agreed"
    assert there.enrolment.school_id == successor.id


@pytest.mark.parametrize("role", ["receiving", "releasing"])
def test_scenario_27_a_school_merged_while_a_transfer_is_at_its_desk(submitted: Story, role: str) -> None:
    key = f"{role}_school"
    submitted.agree_until(key)
    school = getattr(submitted, role)
    successor = factories.a_school(school.office.superior)
    plan = Plan(submitted.client, school, bureau=submitted.people[f"{role}_bureau"])

    plan.carry_out("merger", successor=successor.office.code)

    setattr(submitted, role, successor)
    submitted.people[key] = staff(successor)
    waiting = submitted.program("receiving_bureau").get(f"/cases/{submitted.number}").json["waiting"]
    assert [each["office"]["code"] for each in waiting] == [successor.office.code]
    assert "并入" in waiting[0]["note"]
    route = {step["key"]: step for step in submitted.case()["route"]}
    assert route[key]["office"]["code"] == successor.office.code
    assert (BASIS in route[key]["reason"], "并入" in route[key]["reason"]) == (True, True)
    page = Client(submitted.client.app).sign_in(submitted.people[key].approver)
    assert "并入" in page.get(f"/cases/{submitted.number}").text
    submitted.agree_until("pull")
    assert submitted.decide().json["outcome"] == "agreed"
    child = db.session.scalars(sa.select(Enrolment).where(Enrolment.ends_on.is_(None))).one()
    assert child.school_id == submitted.receiving.id


@pytest.mark.parametrize("role", ["receiving", "releasing"])
def test_a_directive_for_a_merged_school_is_issued_anew(submitted: Story, role: str) -> None:
    submitted.agree_until("pull")
    first = submitted.case()["directive"]["number"]
    school = getattr(submitted, role)
    successor = factories.a_school(school.office.superior)
    plan = Plan(submitted.client, school, bureau=submitted.people[f"{role}_bureau"])

    plan.carry_out("merger", successor=successor.office.code)

    setattr(submitted, role, successor)
    submitted.people[f"{role}_school"] = staff(successor)
    case = submitted.case()
    assert (case["directive"]["status"], case["waiting"][0]["key"]) == ("revoked", "releasing_bureau")
    submitted.agree_until("pull")
    assert submitted.case()["directive"]["number"] != first
    assert submitted.decide().json["outcome"] == "agreed"


def test_a_transfer_between_the_two_is_over(client: Client) -> None:
    story = a_story(client, receiving="330106", releasing="330106")
    assert story.submit().status == 201
    plan = Plan(client, story.releasing, bureau=story.people["releasing_bureau"])

    plan.carry_out("merger", successor=story.receiving.office.code)

    assert story.case()["outcome"] == "terminated"
    assert enrolled(story.receiving.id) == [("陈思远", "active")]


def test_an_open_case_of_a_child_goes_to_the_successor(client: Client) -> None:
    matter = a_matter(client)
    matter.submit("suspension")
    successor = factories.a_school("330106")
    plan = Plan(client, matter.school, bureau=matter.people["bureau"])

    plan.carry_out("merger", successor=successor.office.code)

    matter.school, matter.people["school"] = successor, staff(successor)
    assert matter.waiting()["office"]["code"] == successor.office.code
    matter.finish()
    assert (matter.enrolment.school_id, matter.enrolment.standing.value) == (successor.id, "suspended")


def test_a_school_without_children_closes_and_its_bureau_keeps_the_archives(client: Client) -> None:
    school = factories.a_school("330106")
    factories.a_student(school, grade="16", graduated=True)
    plan = Plan(client, school)

    plan.carry_out("closure", successor="330106")

    assert db.session.scalars(sa.select(Archive)).one().custodian.code == "330106"
    assert db.session.get_one(Office, school.id).closed_on == clock.today()


def test_a_closed_school_wants_no_transfer_any_more(client: Client) -> None:
    story = a_story(client)
    assert story.submit().status == 201
    plan = Plan(client, story.receiving, bureau=story.people["receiving_bureau"])

    plan.carry_out("closure", successor="330106")

    case = story.program("releasing_bureau").get(f"/cases/{story.number}").json
    assert (case["outcome"], BASIS in case["ended_because"]) == ("terminated", True)


def test_renaming_keeps_the_code(client: Client) -> None:
    plan = Plan(client, factories.a_school("330106", name="老校名"))

    plan.carry_out("renaming", new_name="新校名", new_short_name="新校")

    office = client.api(plan.bureau.operator).get(f"/offices/{plan.code}").json
    assert (office["name"], office["closed_on"]) == ("新校名", None)
    assert [(each["before"]["name"], each["after"]["name"]) for each in office["history"]] == [("老校名", "新校名")]


def test_passed_to_another_superior_it_answers_to_that_one(client: Client) -> None:
    matter = a_matter(client)
    matter.submit("suspension")
    matter.decide()
    plan = Plan(client, matter.school, bureau=matter.people["bureau"])

    plan.carry_out("superior", new_superior="330100")

    former = client.api(plan.bureau.approver)
    assert plan.above is not None
    city = client.api(plan.above.approver)
    assert former.get(f"/students/{matter.child.id}").status == 404
    assert city.get(f"/students/{matter.child.id}").status == 200
    office = city.get(f"/offices/{plan.code}").json
    assert (office["superior"], office["history"][0]["kind"]) == ("330100", "superior")
    waiting = matter.waiting()
    assert (waiting["office"]["code"], "主管部门" in waiting["note"]) == ("330100", True)
    assert former.post(f"/tasks/{waiting['id']}/decision", {"outcome": "agree"}).status == 404
    assert city.post(f"/tasks/{waiting['id']}/decision", {"outcome": "agree"}).json["outcome"] == "agreed"
    enrolment = matter.enrolment
    assert (enrolment.owner_division, enrolment.standing.value) == ("330100", "suspended")
    codes = db.session.scalars(sa.select(Change.code).order_by(Change.id)).all()
    assert codes == ["ZJ", "11"]


@pytest.mark.parametrize("desk", ["bureau_approval", "superior_approval"])
@pytest.mark.parametrize("outcome", ["refuse", "send_back"])
def test_each_desk_may_refuse_or_send_back(client: Client, desk: str, outcome: str) -> None:
    plan = Plan(client, factories.a_school("330106", name="老校名"))
    plan.submit("renaming", new_name="新校名", new_short_name="新校")
    while plan.case()["waiting"][0]["key"] != desk:
        assert plan.decide().status == 200

    assert plan.decide(outcome).status == 200

    db.session.expire_all()
    assert db.session.get_one(Office, plan.school.id).name == "老校名"
    if outcome == "refuse":
        assert plan.case()["outcome"] == "refused"
        return
    assert plan.case()["waiting"][0]["key"] == "repair"
    while plan.case()["status"] != "closed":
        assert plan.decide().status == 200
    db.session.expire_all()
    assert db.session.get_one(Office, plan.school.id).name == "新校名"


def test_a_school_of_the_province_is_decided_by_the_province(client: Client) -> None:
    plan = Plan(client, factories.a_school("330000", name="省属学校"))

    case = plan.carry_out("renaming", new_name="新校名", new_short_name="新校")

    assert [each["task"] for each in case["decisions"]] == ["bureau_approval"]


def test_above_a_county_that_acts_as_a_city_stands_the_province(client: Client) -> None:
    school = factories.a_school("330782", name="义乌小学")
    plan = Plan(client, school, above=staff(factories.a_bureau("330000")))

    plan.carry_out("renaming", new_name="新校名", new_short_name="新校")

    assert {step["office"]["code"] for step in plan.case()["route"]} == {"330782", "330000"}


def test_by_hand_on_the_page(client: Client) -> None:
    plan = Plan(client, factories.a_school("330106", name="老校名"))
    clerk = Client(client.app).sign_in(plan.bureau.operator)
    clerk.get("/apply/school_reorganisation")
    key = clerk.page.xpath("string(//input[@name='key']/@value)")

    sent = clerk.post(
        "/apply/school_reorganisation",
        key=key, **plan.application("renaming", new_name="新校名", new_short_name="新校"),
    )  # fmt: skip

    assert sent.status == 302, sent.text
    assert f"老校名（{plan.code}）" in clerk.get(sent.location or "").text
