"""No recruit without a valid directive and both consents, whoever asks and however the diagram is drawn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases import commands, operations
from app.cases.models import Case
from app.database import db, transaction
from app.errors import Stale
from app.schools.models import Quota, Stage
from app.schools.operations import reserved_seats, take_seats
from app.students.models import Archive, Directive, Enrolment, Student
from app.students.operations import CaseContext
from app.students.operations.registration import Recruit, cohort_of, register_recruits
from tests.cases.test_races import at_once
from tests.processes.recruitment.test_rosters import Recruiting, a_recruiting
from tests.processes.registration.test_registration import GUARDIAN, an_entry, named
from tests.processes.registration.test_registration_races import count
from tests.support import factories
from tests.support.client import Client


@pytest.fixture
def recruiting(app: Flask, client: Client) -> Recruiting:
    return a_recruiting(client)


def case_id_of(recruiting: Recruiting) -> int:
    return db.session.scalars(sa.select(Case.id).where(Case.number == recruiting.number)).one()


def codes(recruiting: Recruiting) -> list[str | None]:
    return [row["code"] for row in recruiting.rows()]


def registered(recruiting: Recruiting) -> int:
    return count(Enrolment, Enrolment.school_id == recruiting.school.id)


def released(recruiting: Recruiting) -> int:
    """The school has decided to pull and no worker has been there; the case."""
    [task] = recruiting.case()["waiting"]
    head = recruiting.people["school"].approver.posts[0].actor()
    with transaction():
        operations.decide(task["id"], operations.Answer("agree"), actor=head)
    return case_id_of(recruiting)


def context_at(recruiting: Recruiting, school_id: int) -> CaseContext:
    """Whoever calls the verb by itself, in the name of the roster's case."""
    return CaseContext(
        case_id=case_id_of(recruiting),
        number=recruiting.number,
        process="anything",
        student_id=None,
        receiving_school_id=school_id,
        releasing_school_id=None,
        applicant_office_id=school_id,
        actor=recruiting.people["school"].approver.posts[0].actor(),
    )


def register_straight(recruiting: Recruiting, school_id: int, directive_id: int | None, child: Student) -> Any:
    context = context_at(recruiting, school_id)
    with transaction():
        cohort = cohort_of(school_id, Stage.JUNIOR, 2026)
        return register_recruits(context, cohort, {1: Recruit(child.id, directive_id, {})})[1]


def test_scenario_01_without_a_directive_the_verb_itself_refuses(recruiting: Recruiting) -> None:
    recruiting.until_directives(1)

    outcome = register_straight(recruiting, recruiting.school.id, None, recruiting.children[0])

    assert outcome.code == "E-DIR-01"
    assert registered(recruiting) == 0
    assert recruiting.quota() == (0, 1)


def test_scenario_02_a_roster_directive_used_by_another_school(recruiting: Recruiting) -> None:
    recruiting.until_pull(1)
    directive = db.session.scalars(sa.select(Directive)).one()
    other = factories.a_school("330106", stages="junior")

    outcome = register_straight(recruiting, other.id, directive.id, recruiting.children[0])

    assert outcome.code == "E-DIR-04"
    assert count(Enrolment, Enrolment.school_id == other.id) == 0


def test_scenario_02_a_roster_directive_used_for_another_child(recruiting: Recruiting) -> None:
    recruiting.until_pull(2)
    first = db.session.scalars(sa.select(Directive).order_by(Directive.id)).first()
    assert first
    other = next(child for child in recruiting.children if child.id != first.student_id)

    outcome = register_straight(recruiting, recruiting.school.id, first.id, other)

    assert outcome.code == "E-DIR-01"
    assert registered(recruiting) == 0


def test_a_directive_whose_archive_has_changed_is_worth_nothing(recruiting: Recruiting) -> None:
    recruiting.until_pull(2)
    changed = sa.update(Archive).where(Archive.student_id == recruiting.children[0].id)
    db.session.execute(changed.values(version=Archive.version + 1, case_id=case_id_of(recruiting)))
    db.session.commit()

    recruiting.agree("pull")
    commands.tick()

    assert codes(recruiting) == ["E-DIR-05", None]
    assert recruiting.waits() == {"pull"}
    assert recruiting.statuses() == ["directed", "registered"]


def test_scenario_03_a_roster_directive_used_twice_at_once(recruiting: Recruiting, app: Flask) -> None:
    recruiting.until_pull(1)
    case_id = released(recruiting)
    db.session.rollback()

    def work() -> bool:
        with app.app_context():
            try:
                with transaction():
                    return operations.work_chunk(case_id)
            except Stale:
                return False

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: work(), range(4)))
    commands.tick()

    assert registered(recruiting) == 1
    assert count(Directive, Directive.status == "consumed") == 1
    assert recruiting.quota() == (1, 0)
    again = register_straight(
        recruiting,
        recruiting.school.id,
        db.session.scalars(sa.select(Directive.id)).one(),
        recruiting.children[0],
    )
    assert again.code == "E-DIR-02"


def fill_up(recruiting: Recruiting, case_id: int, seats: int) -> None:
    """The seats held for the roster are lost to others."""
    with transaction():
        [quota_id] = reserved_seats.held_by(case_id)
        reserved_seats.release(quota_id, seats, case_id=case_id)
        take_seats(recruiting.school.id, Stage.JUNIOR, 2026, 1000)


def more_seats(recruiting: Recruiting) -> None:
    cohort = (Quota.school_id == recruiting.school.id, Quota.entry_year == 2026)
    db.session.execute(sa.update(Quota).where(*cohort).values(total=100))
    db.session.commit()


def test_scenario_19_a_roster_pull_that_fails_on_capacity_keeps_its_directives(recruiting: Recruiting) -> None:
    recruiting.until_pull(2)
    fill_up(recruiting, case_id_of(recruiting), 2)

    answer = recruiting.decide("pull")

    assert (answer.status, answer.code) == (422, "E-QUOTA-01")
    assert set(db.session.scalars(sa.select(Directive.status))) == {"issued"}
    more_seats(recruiting)
    recruiting.agree("pull")
    assert recruiting.case()["outcome"] == "agreed"
    assert recruiting.statuses() == ["registered"] * 2


def test_scenario_19_one_child_without_a_seat_is_tried_again(recruiting: Recruiting) -> None:
    recruiting.until_pull(3)
    case_id = released(recruiting)
    fill_up(recruiting, case_id, 1)

    commands.tick()

    assert codes(recruiting) == [None, None, "E-QUOTA-01"]
    assert recruiting.statuses() == ["registered", "registered", "directed"]
    assert count(Directive, Directive.status == "issued") == 1
    assert recruiting.waits() == {"pull"}
    more_seats(recruiting)
    recruiting.agree("pull")
    commands.tick()
    assert recruiting.statuses() == ["registered"] * 3
    assert recruiting.case()["outcome"] == "agreed"


def test_scenario_18_a_directive_of_one_child_is_revoked_and_signed_again(recruiting: Recruiting) -> None:
    recruiting.until_pull(2)
    number = db.session.scalars(sa.select(Directive.number).order_by(Directive.id)).first()
    answer = recruiting.program("source", "approver").post(f"/directives/{number}/revoke", {"reason": "核对有误"})
    assert answer.status == 200, answer.text
    assert sorted(recruiting.statuses()) == ["confirmed", "directed"]
    assert recruiting.quota() == (0, 1)

    recruiting.agree("pull")
    commands.tick()
    assert sorted(recruiting.statuses()) == ["confirmed", "registered"]
    assert recruiting.waits() == {"directives"}
    recruiting.agree("directives", "pull")
    commands.tick()

    assert recruiting.case()["outcome"] == "agreed"
    assert recruiting.quota() == (2, 0)
    assert sorted(db.session.scalars(sa.select(Directive.status))) == ["consumed", "consumed", "revoked"]


def test_directives_expire_with_the_cohort_and_free_their_seats(recruiting: Recruiting) -> None:
    recruiting.until_pull(2)
    clock.set_to(clock.now().replace(month=10, day=1, hour=1))

    commands.tick()

    assert recruiting.statuses() == ["confirmed"] * 2
    assert recruiting.quota() == (0, 0)
    recruiting.agree("pull")
    commands.tick()
    recruiting.agree("directives", "pull")
    commands.tick()
    assert recruiting.statuses() == ["registered"] * 2, "the list goes on as 补录"
    assert "转为补录" in recruiting.case()["late"]


def test_a_child_on_a_roster_is_in_no_second_case(recruiting: Recruiting, client: Client) -> None:
    recruiting.until_pull(1)
    home = an_entry(client, stages="junior", superior="330106", people=recruiting.people["here"])
    asked = {
        **named(recruiting.children[0]),
        "stage": "junior",
        "entry_year": 2026,
        "household_division": "330106",
        "proof": "户口簿",
        "guardian": GUARDIAN,
        "signed_on": "2026-09-01",
    }

    refused = home.program("school").apply("home_return", asked)

    assert (refused.status, refused.codes) == (422, {"E-DUP-03"})
    recruiting.decide("pull")
    commands.tick()
    assert recruiting.statuses() == ["registered"]


def test_both_bureaus_confirm_at_the_same_moment(recruiting: Recruiting) -> None:
    recruiting.wants(3)
    recruiting.submit()
    recruiting.agree("school_approval")
    tasks = {task["key"]: task["id"] for task in recruiting.case()["waiting"]}
    here, source = recruiting.program("here", "approver"), recruiting.program("source", "approver")
    body = {"outcome": "agree"}

    answers = at_once(
        lambda: here.post(f"/tasks/{tasks['confirm_here']}/decision", body),
        lambda: source.post(f"/tasks/{tasks['confirm_source']}/decision", body),
    )

    statuses = [answer.status for answer in answers]
    assert sorted(statuses) in ([200, 200], [200, 409])
    recruiting.agree(*(recruiting.waits() & {"confirm_here", "confirm_source"}))  # the slower one presses again
    assert recruiting.statuses() == ["confirmed"] * 3
    assert recruiting.quota() == (0, 3)
