"""What is agreed to for a later day takes effect on it, by the clock, and counts as an open case until then."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import AuditEvent
from app.cases import operations
from app.cases.commands import tick
from app.cases.models import Case, Notice
from app.cases.models.coming_changes import ComingChange
from app.cases.queries.coming_changes import due_by
from app.database import db, transaction
from app.identity.operations import nobody
from app.processes.school_year.precheck.whole_school import is_held
from app.students.models import Archive, Change, Standing, Student, Suspension
from app.students.operations import promotion
from tests.cases.test_killed import dies, kill_at_every_step
from tests.cases.test_races import at_once
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter

DAY = dt.date(2026, 11, 30)  # a week after every test begins
#: process -> (standing before, standing after, field of its day, change code)
AHEAD = {
    "suspension": ("active", "suspended", "starts_on", "11"),
    "withdrawal": ("active", "withdrawn", "leaves_on", "31"),
    "abroad": ("active", "abroad", "leaves_on", "ZC"),
    "resumption": ("suspended", "active", "resumes_on", "12"),
    "reinstatement": ("withdrawn", "active", "starts_on", "17"),
}


def on(day: dt.date) -> None:
    """Set the clock to nine in the morning of that day."""
    clock.set_to(dt.datetime.combine(day, dt.time(9), clock.ZONE))


def agreed_for(matter: Matter, process: str, day: dt.date = DAY, **more: Any) -> Matter:
    """Everybody has agreed to a change that holds from a later day."""
    answer = matter.submit(process, **{AHEAD[process][2]: day.isoformat(), **more})
    assert answer.status == 201, answer.text
    while matter.case()["waiting"]:
        answer = matter.decide()
        assert answer.status == 200, answer.text
    return matter


def changes(matter: Matter) -> list[tuple[str, dt.date]]:
    db.session.rollback()
    query = sa.select(Change.code, Change.effective_on).where(Change.student_id == matter.child.id)
    return [tuple(row) for row in db.session.execute(query.order_by(Change.id))]


def told(matter: Matter) -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(Notice.text).where(Notice.office_id == matter.school.id).order_by(Notice.id))
    )


@pytest.mark.parametrize("process", AHEAD)
def test_a_change_for_a_later_day_takes_effect_on_it(client: Client, process: str) -> None:
    before, after, _field, code = AHEAD[process]
    matter = agreed_for(a_matter(client, standing=Standing(before)), process)

    case = matter.case()
    assert (case["status"], case["outcome"], case["coming"]) == ("open", None, {"on": "2026-11-30", "fault": None})
    assert (matter.enrolment.standing.value, changes(matter)) == (before, [])
    assert tick()["effective"] == 0, "not before its day"
    on(DAY)
    assert (tick()["effective"], tick()["effective"]) == (1, 0)

    case = matter.case()
    assert (case["status"], case["outcome"], case["coming"]) == ("closed", "agreed", None)
    enrolment = matter.enrolment
    assert (enrolment.standing.value, changes(matter)) == (after, [(code, DAY)])
    assert enrolment.ends_on == (None if after in ("active", "suspended") else DAY)
    assert enrolment.recorded_on >= enrolment.starts_on
    events = db.session.scalars(sa.select(AuditEvent.verb).where(AuditEvent.subject == f"case:{matter.number}")).all()
    assert events.count("cases/take_effect") == 1
    assert [each.rsplit(" ", 1)[1] for each in told(matter)] == ["起生效。", "已办结：同意。"]


def test_until_its_day_it_is_shown_as_coming_and_holds_the_child(client: Client, matter: Matter) -> None:
    agreed_for(matter, "suspension")

    busy = matter.submit("withdrawal")
    receiving = factories.a_school("330106")
    elsewhere = client.api(factories.a_user(receiving, "operator"))
    application = factories.an_application(matter.child, receiving)
    moved = elsewhere.post("/cases", {"process": "transfer", "application": application})

    assert (busy.codes, moved.codes) == ({"E-CASE-01"}, {"E-CASE-01"})
    assert "休学，办理环节：已核准，自 2026-11-30 起生效" in busy.json["objections"][0]["detail"]
    db.session.rollback()
    rehearsal = promotion.rehearse(matter.school.id, 2027, is_held)
    assert (rehearsal.children, [each.because.value for each in rehearsal.left_out]) == (0, ["open_case"])
    shown = matter.program("school").get(f"/students/{matter.child.id}").json
    assert shown["coming"] == {"case": matter.number, "process": "休学", "on": "2026-11-30"}
    assert (shown["open_case"], shown["enrolments"][0]["standing"]) == (matter.number, "active")
    client.sign_in(matter.people["school"].operator)
    page = client.get(f"/students/{matter.child.id}").text
    assert ("待生效" in page, "2026-11-30" in page) == (True, True)
    case_page = client.get(f"/cases/{matter.number}").text
    assert ("到日生效" in case_page, "撤回申请" in case_page, "撤销核准</button>" in case_page) == (True, True, False)
    assert "待生效" in client.get("/cases/applied").text


def test_the_database_holds_no_second_case_beside_what_is_coming(matter: Matter) -> None:
    agreed_for(matter, "suspension")
    case = db.session.scalars(sa.select(Case).where(Case.number == matter.number)).one()

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(
            sa.insert(Case).values(
                number="X", process_key="abroad", profile="zj-2010", status="open", student_id=case.student_id,
                holds_student=True, applicant_office_id=case.applicant_office_id, parties={}, application={},
                opened_at=clock.now(),
            )
        )  # fmt: skip
    db.session.rollback()


def test_a_clock_that_comes_late_records_the_day_that_was_agreed_to(matter: Matter) -> None:
    agreed_for(matter, "suspension")
    on(DAY + dt.timedelta(days=3))

    assert tick()["effective"] == 1

    assert changes(matter) == [("11", DAY)]
    row = db.session.scalars(sa.select(Suspension)).one()
    assert (row.starts_on, row.ends_on) == (DAY, dt.date(2027, 6, 30))


# ── at once, and killed ──────────────────────────────────────────────────────────────────────────────────────────────


def test_two_ticks_at_once_let_each_change_take_effect_once(app: Flask, client: Client) -> None:
    matters = [agreed_for(a_matter(client), "suspension"), agreed_for(a_matter(client), "abroad")]
    on(DAY)

    def run() -> int:
        with app.app_context():
            return tick()["effective"]

    assert sum(at_once(run, run)) == 2  # type: ignore[arg-type, call-overload]

    assert [[code for code, _day in changes(each)] for each in matters] == [["11"], ["ZC"]]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Suspension)) == 1


def test_killed_at_any_write_the_day_is_whole_or_not_at_all(app: Flask, matter: Matter) -> None:
    agreed_for(matter, "abroad")
    on(DAY)

    def act() -> Any:
        with transaction():
            done = operations.take_effect(due_by(DAY)[0], actor=nobody("系统时钟"))
        return SimpleNamespace(status=200 if done else 500)

    assert kill_at_every_step(app, act) >= 8

    assert (matter.enrolment.standing.value, changes(matter)) == ("abroad", [("ZC", DAY)])
    archive = db.session.scalars(sa.select(Archive)).one()
    assert archive.custodian_id == matter.school.office.superior_id


def test_one_child_who_cannot_does_not_hold_up_the_others(client: Client) -> None:
    stuck, free = a_matter(client, standing=Standing.SUSPENDED), a_matter(client)
    agreed_for(stuck, "resumption", grade="12")
    agreed_for(free, "suspension")
    factories.the_quota(stuck.school, "12").total = 0
    db.session.commit()
    on(DAY)

    assert (tick()["effective"], tick()["effective"]) == (1, 0)

    assert (free.case()["outcome"], stuck.case()["status"]) == ("agreed", "open")
    assert stuck.case()["coming"]["fault"]["code"] == "E-QUOTA-01"
    assert len([text for text in told(stuck) if "未能生效" in text]) == 1, "told once, though the clock tries again"
    factories.the_quota(stuck.school, "12").total = 5
    db.session.commit()
    assert (tick()["effective"], stuck.case()["outcome"], stuck.enrolment.grade) == (1, "agreed", "12")


# ── called off, recalled, overtaken ──────────────────────────────────────────────────────────────────────────────────


def test_the_bureau_that_agreed_calls_it_off(client: Client, matter: Matter) -> None:
    agreed_for(matter, "suspension")
    reason = {"reason": "监护人改变主意"}
    path = f"/cases/{matter.number}/call-off"
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    with nothing_changes(attempts=4):
        answers = [
            neighbour.post(path, reason),
            matter.program("bureau").post(path, reason),
            matter.program("school", "approver").post(path, reason),
            client.api(factories.a_user(factories.a_bureau("330100"), "approver")).post(path, reason),
        ]
    assert [answer.status for answer in answers] == [404, 403, 403, 404]
    bureau = matter.program("bureau", "approver")
    assert bureau.post(path, {"reason": " "}).status == 422

    assert bureau.post(path, reason).json["outcome"] == "terminated"

    case = matter.case()
    assert ("撤销核准：监护人改变主意" in case["ended_because"], case["coming"]) == (True, None)
    assert "撤销核准" in told(matter)[-1]
    on(DAY)
    assert (tick()["effective"], matter.enrolment.standing.value, changes(matter)) == (0, "active", [])
    assert matter.program("bureau", "approver").post(path, reason).code == "E-COMING"
    assert matter.submit("suspension", starts_on=DAY.isoformat()).status == 201, "the child is free"


def test_the_page_of_the_bureau_calls_it_off(client: Client, matter: Matter) -> None:
    agreed_for(matter, "withdrawal")
    client.sign_in(matter.people["bureau"].approver)
    assert "撤销核准</button>" in client.get(f"/cases/{matter.number}").text

    answer = client.post(f"/cases/{matter.number}/call-off", reason="材料有误")

    assert answer.status == 302
    assert "已撤销核准" in client.get(answer.location).text


def test_the_applicant_recalls_it_and_who_agreed_is_told(matter: Matter) -> None:
    agreed_for(matter, "abroad")

    answer = matter.program("school").post(f"/cases/{matter.number}/recall", {"reason": "行程取消"})

    assert answer.json["outcome"] == "recalled"
    bureau = matter.school.office.superior_id
    said = db.session.scalars(sa.select(Notice.text).where(Notice.office_id == bureau)).all()
    assert any("在生效前撤回：行程取消" in text for text in said)
    on(DAY)
    assert (tick()["effective"], changes(matter)) == (0, [])


def test_a_death_ends_what_was_to_come(matter: Matter) -> None:
    agreed_for(matter, "suspension")
    coming = matter.number

    matter.walk("death")

    case = matter.program("school").get(f"/cases/{coming}").json
    assert (case["status"], case["outcome"], case["coming"]) == ("closed", "terminated", None)
    on(DAY)
    assert (tick()["effective"], [code for code, _day in changes(matter)]) == (0, ["51"])


def test_the_day_and_the_calling_off_at_once_have_one_winner(app: Flask, matter: Matter) -> None:
    agreed_for(matter, "suspension")
    on(DAY)
    bureau = matter.program("bureau", "approver")

    def run() -> int:
        with app.app_context():
            return tick()["effective"]

    done, answer = at_once(run, lambda: bureau.post(f"/cases/{matter.number}/call-off", {"reason": "有误"}))  # type: ignore[arg-type, list-item]

    assert (done, answer.status) in [(1, 409), (1, 422), (0, 200)]
    assert matter.enrolment.standing.value == ("suspended" if done else "active")
    assert matter.case()["status"] == "closed"
    assert db.session.scalar(sa.select(ComingChange.ended_at)) is not None


def test_a_process_killed_after_the_commit_has_done_it_once(app: Flask, matter: Matter) -> None:
    agreed_for(matter, "suspension")
    on(DAY)

    dies(lambda: tick()["effective"] >= 0, -1)

    tick()
    assert changes(matter) == [("11", DAY)]
    assert db.session.get_one(Student, matter.child.id).open_enrolment is not None
