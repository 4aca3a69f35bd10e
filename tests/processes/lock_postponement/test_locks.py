"""新生信息锁定: 30 September 24:00 by the clock, postponed by the province alone, corrected afterwards by case."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.audit import AuditEvent
from app.cases.commands import tick
from app.database import db
from app.students.models import Change, Student
from app.students.models.cohorts import LockSnapshot
from app.students.operations.locking import digest_of
from app.students.queries import locked_since
from app.students.rules.locks import earliest_lock, objections_to_registration_when_locked
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import staff

LAST_EVENING, LAST_SECOND, LOCK = "2026-09-30T23:50:00", "2026-09-30T23:59:59", "2026-10-01T00:00:00"


def at(text: str) -> dt.datetime:
    """Set the clock to a Chinese time."""
    instant = dt.datetime.fromisoformat(text).replace(tzinfo=clock.ZONE)
    clock.set_to(instant)
    return instant


def standing_at(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The clock shows that second however long the test takes."""
    instant = at(text)
    monkeypatch.setattr(clock, "now", lambda: instant.astimezone(dt.UTC))


def a_new_child(client: Client) -> Matter:
    at("2026-09-01T10:00:00")
    return a_matter(client, grade="11")


def test_scenario_05_at_23_59_59_an_edit_works_at_24_00_it_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = a_new_child(client)
    standing_at(monkeypatch, LAST_SECOND)
    assert matter.walk("correction", household_division="330108")["outcome"] == "agreed"

    standing_at(monkeypatch, LOCK)
    with nothing_changes():
        refused = matter.submit("correction", household_division="330109")

    assert refused.codes == {"E-LOCK-01"}
    detail = refused.json["objections"][0]["detail"]
    assert detail == "新生信息已于 2026 年 9 月 30 日 24 时锁定，修改须经学校上级教育行政部门批准，请办理“锁后修改”。"
    assert snapshots() == [], "no worker has run: only the clock speaks"


def test_registration_closes_at_the_same_moment() -> None:
    closes = earliest_lock(2026)

    assert objections_to_registration_when_locked(closes, closes - dt.timedelta(seconds=1)) == []
    (refusal,) = objections_to_registration_when_locked(closes, closes)
    assert (refusal.code, "补录" in refusal.detail) == ("E-LOCK-01", True)


def test_what_was_asked_before_the_lock_is_refused_after_it(client: Client) -> None:
    matter = a_new_child(client)
    at(LAST_EVENING)
    matter.submit("correction", household_division="330108")

    at(LOCK)
    with nothing_changes():
        assert matter.decide().code == "E-LOCK-01"


def test_everything_waits_for_the_superior_and_approved_changes_of_status_go_on(client: Client) -> None:
    matter = a_new_child(client)
    at(LOCK)
    tick()

    assert matter.submit("correction", address="文三路 1 号").codes == {"E-LOCK-01"}
    assert matter.walk("locked_correction", address="文三路 1 号", household_division="330108")["outcome"] == "agreed"
    assert matter.walk("key_correction")["outcome"] == "agreed"
    assert matter.walk("suspension", starts_on="2026-10-01", ends_on="2027-06-30")["outcome"] == "agreed"
    assert matter.enrolment.standing.value == "suspended"


# ── the proof ────────────────────────────────────────────────────────────────────────────────────────────────────────


def snapshots() -> list[LockSnapshot]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(LockSnapshot).order_by(LockSnapshot.id)))


def test_the_first_tick_after_the_lock_proves_every_school_and_the_whole(client: Client) -> None:
    matter = a_new_child(client)
    factories.a_student(matter.school, grade="11", name="李一诺")
    factories.a_student(factories.a_school("330212"), grade="11", name="王小明")
    factories.a_student(matter.school, grade="12", name="赵小一")
    at(LAST_EVENING)
    before = tick()["locked"]  # the cohort of the year before
    at(LOCK)

    assert (before, tick()["locked"], tick()["locked"]) == (1, 2, 0)

    whole, *schools = [each for each in snapshots() if each.entry_year == 2026]
    assert (whole.school_id, whole.children, len(whole.digest)) == (None, 3, 64)
    assert sorted(each.children for each in schools) == [1, 2]
    own = next(each for each in schools if each.school_id == matter.school.id)
    assert own.digest == digest_of(2026, matter.school.id)
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == "cohort:2026")).one()
    assert (event.verb, whole.digest in event.content) == ("cohorts/lock", True)


def test_both_engines_prove_the_same(client: Client) -> None:
    """The digest is canonical: the same children give the same text on any database."""
    at("2026-09-01T10:00:00")
    school = factories.a_school("330106")
    for name, number in (("陈思远", "330106201705200018"), ("李一诺", "330106201705200026")):
        factories.a_student(school, grade="11", name=name, number=number)

    assert digest_of(2026, school.id) == "ee85c26d1ce9f298f72b34c1dcab576425497fac88ecad9ebc1f023a574b017c"


# ── by the database ──────────────────────────────────────────────────────────────────────────────────────────────────


def rename(child: Student) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.update(Student).where(Student.id == child.id).values(name="某某"))


def test_the_database_itself_refuses_basic_data_without_a_case(client: Client) -> None:
    matter = a_new_child(client)

    with pytest.raises(sa.exc.IntegrityError, match="basic data"):
        rename(matter.child)


def test_the_database_itself_ends_the_schools_own_corrections_with_the_lock(client: Client) -> None:
    matter = a_new_child(client)
    matter.submit("correction", household_division="330108")
    rename(matter.child)
    at(LOCK)
    tick()

    with pytest.raises(sa.exc.IntegrityError, match="basic data"):
        rename(matter.child)


# ── postponed ────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_province(client: Client) -> tuple[Program, Program]:
    people = staff(factories.a_bureau("330000"))
    return client.api(people.operator), client.api(people.approver)


def ask(operator: Program, **more: Any) -> Any:
    application = {"year": 2026, "until": "2026-10-15", "basis": "浙教办〔2026〕9 号", **more}
    return operator.post("/cases", {"process": "lock_postponement", "application": application})


def answer(program: Program, case: Any, outcome: str, **more: Any) -> Any:
    task = program.get(f"/cases/{case.json['number']}").json["waiting"][0]
    return program.post(f"/tasks/{task['id']}/decision", {"outcome": outcome, **more})


def test_the_province_postpones_a_years_lock(client: Client) -> None:
    matter = a_new_child(client)
    operator, approver = a_province(client)
    case = ask(operator)

    assert answer(approver, case, "agree").json["outcome"] == "agreed"

    assert locked_since(2026) == at("2026-10-16T00:00:00")
    assert locked_since(2025) == earliest_lock(2025)
    at("2026-10-15T23:59:00")
    tick()
    assert {each.entry_year for each in snapshots()} <= {2025}
    assert matter.submit("correction", household_division="330108").status == 201
    at("2026-10-16T00:00:00")
    assert matter.decide().code == "E-LOCK-01"


def test_refused_or_sent_back_a_postponement_waits(client: Client) -> None:
    at("2026-09-01T10:00:00")
    operator, approver = a_province(client)
    why = {"reason_code": "other", "opinion": "依据不足"}

    assert answer(approver, ask(operator), "refuse", **why).json["outcome"] == "refused"
    case = ask(operator)
    assert answer(approver, case, "send_back", **why).json["status"] == "repairing"
    answer(operator, case, "agree", form={"until": "2026-10-20"})
    assert locked_since(2026) == earliest_lock(2026)
    assert answer(approver, case, "agree").json["outcome"] == "agreed"
    assert locked_since(2026) == at("2026-10-21T00:00:00")


def test_nobody_but_the_province_postpones(client: Client) -> None:
    matter = a_new_child(client)
    city = client.api(factories.a_user(factories.a_bureau("330100"), "operator"))

    with nothing_changes(attempts=3):
        answers = [ask(each) for each in (city, matter.program("bureau"), matter.program("school"))]

    assert {(each.status, each.code) for each in answers} == {(403, "E-OFFICE")}


@pytest.mark.parametrize(
    ("now", "until", "code"),
    [
        (LAST_EVENING, "2026-09-30", "E-INPUT"),
        (LAST_EVENING, "2027-01-01", "E-INPUT"),
        (LOCK, "2026-10-15", "E-LOCK-03"),
    ],
)
def test_a_lock_is_moved_before_it_falls_and_within_the_year(client: Client, now: str, until: str, code: str) -> None:
    at(now)
    operator, _approver = a_province(client)

    assert ask(operator, until=until).codes == {code}


def test_a_postponement_signed_too_late_is_refused(client: Client) -> None:
    at(LAST_EVENING)
    operator, approver = a_province(client)
    case = ask(operator)
    at(LOCK)

    assert answer(approver, case, "agree").code == "E-LOCK-03"


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_scenario_06_a_locked_correction_changes_only_the_listed_field(client: Client) -> None:
    matter = a_new_child(client)
    other = factories.a_student(matter.school, grade="11", name="李一诺")
    at("2026-11-23T10:00:00")
    tick()
    named = {matter.child.id: ["household_division"]}
    rest, locked = digest_of(2026, matter.school.id, without=named), digest_of(2026, matter.school.id)
    before = {each.id: (each.name, each.sex, each.born_on, each.particulars) for each in (matter.child, other)}

    assert matter.walk("locked_correction")["outcome"] == "agreed"

    db.session.rollback()
    db.session.expire_all()
    children = {each.id: each for each in db.session.scalars(sa.select(Student))}
    assert {each.id: (each.name, each.sex, each.born_on, each.particulars) for each in children.values()} == before
    assert children[matter.child.id].household_division == "330108"
    assert digest_of(2026, matter.school.id, without=named) == rest
    assert digest_of(2026, matter.school.id) != locked
    proof = snapshots()[-1]
    assert (proof.rest, proof.digest) == (rest, digest_of(2026, matter.school.id))
    entry = db.session.scalars(sa.select(Change)).one()
    assert (entry.code, entry.before, entry.after) == (
        "ZF", {"household_division": ""}, {"household_division": "330108"},
    )  # fmt: skip
    assert matter.submit("correction", household_division="330109").codes == {"E-LOCK-01"}, "locked again"


def test_an_open_cohort_needs_no_correction_after_the_lock(client: Client) -> None:
    matter = a_new_child(client)

    assert matter.submit("locked_correction").codes == {"E-LOCK-02"}


def test_a_locked_correction_names_something_and_a_number_that_fits(matter: Matter) -> None:
    assert matter.submit("locked_correction", household_division="").codes == {"E-INPUT"}
    assert matter.submit("locked_correction", name=matter.child.name, household_division=None).codes == {"E-INPUT"}
    unchanged = {name: value for name, value in matter.application("locked_correction").items() if name[:4] != "hous"}
    assert matter.submit("locked_correction", unchanged).codes == {"E-SAME"}
    assert matter.submit("locked_correction", born_on="2011-01-01").codes == {"E-ID-05"}
    taken = factories.a_student(matter.school, name="李一诺").main_number
    more = {"born_on": f"{taken[6:10]}-{taken[10:12]}-{taken[12:14]}", "sex": "1" if int(taken[16]) % 2 else "2"}
    assert matter.submit("locked_correction", main_number=taken, **more).codes == {"E-DUP-01"}


def test_who_decides_reads_the_new_name(client: Client) -> None:
    matter = a_new_child(client)
    at("2026-11-23T10:00:00")
    matter.submit("locked_correction", name="陈思源")

    page = client.sign_in(matter.people["school"].approver).get(f"/cases/{matter.number}").text

    assert "陈思源" in page
