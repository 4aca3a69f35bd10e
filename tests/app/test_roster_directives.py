"""No recruit without a valid directive and both consents, whoever asks and however the diagram is drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases import commands, operations
from app.cases.models import BatchRow, Case
from app.cases.rosters import RosterChild
from app.database import db, transaction
from app.errors import Stale
from app.processes import queries as processes
from app.processes.models import Process, ProcessVersion
from app.schools import ledger
from app.schools.models import Quota, Stage
from app.schools.operations import take_seats
from app.students.models import Archive, Directive, Enrolment, Student, StudentNumber
from app.students.operations import Proceeding
from app.students.operations.registration import Recruit, cohort_of, register_recruits
from tests import factories
from tests.app.test_killed import run_and_die
from tests.app.test_registration import GUARDIAN, a_graduate, an_entry, named
from tests.app.test_registration_races import count
from tests.app.test_rosters import Recruiting, a_recruiting
from tests.client import Client


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


def proceeding_at(recruiting: Recruiting, school_id: int) -> Proceeding:
    """Whoever calls the verb by itself, in the name of the roster's case."""
    return Proceeding(
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
    proceeding = proceeding_at(recruiting, school_id)
    with transaction():
        cohort = cohort_of(school_id, Stage.JUNIOR, 2026)
        return register_recruits(proceeding, cohort, {1: Recruit(child.id, directive_id, {})})[1]


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
        [quota_id] = ledger.held_by(case_id)
        ledger.release(quota_id, seats, case_id=case_id)
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
    assert recruiting.decide("pull").code == "E-LOCK-01"


def test_one_archive_is_never_directed_to_two_schools(recruiting: Recruiting, client: Client) -> None:
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
    opened = home.program("school").post("/cases", {"process": "home_return", "application": asked})
    assert opened.status == 201, opened.text
    number = opened.json["number"]
    desks = [home.people["school"], recruiting.people["here"], recruiting.people["source"]]
    answers = []
    for desk in desks:
        [task] = home.program("school").get(f"/cases/{number}").json["waiting"]
        answers.append(client.api(desk.approver).post(f"/tasks/{task['id']}/decision", {"outcome": "agree"}))

    assert [(answer.status, answer.code) for answer in answers] == [(200, None), (200, None), (422, "E-DIR-07")]
    recruiting.decide("pull")
    commands.tick()
    assert codes(recruiting) == ["E-CASE-01"]  # the other case holds the child until it ends


# ── diagrams that skip the consents ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def publish(app: Flask) -> Iterator[Callable[..., None]]:
    """Publish a process with its diagram altered; what was current comes back after the test."""
    current: dict[str, int | None] = {}

    def altered(key: str, *changes: tuple[str, str]) -> None:
        process = db.session.get_one(Process, key)
        version = process.current
        assert version
        [(name, text)] = [(name, text) for name, text in version.files.items() if name.endswith(".bpmn")]
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        tampered = ProcessVersion(
            process_key=key,
            number=900 + db.session.scalars(sa.select(sa.func.count()).select_from(ProcessVersion)).one(),
            checksum=f"{time.monotonic_ns():064d}",
            files={**version.files, name: text},
            forms=version.forms,
            published_at=clock.now(),
            published_by="analyst",
        )
        db.session.add(tampered)
        db.session.flush()
        current.setdefault(key, process.current_id)
        process.current_id = tampered.id
        db.session.commit()
        # a version never changes, so it is compiled once; here every test begins with the same ids
        processes._editions.pop((str(db.engine.url), tampered.id), None)

    yield altered
    db.session.rollback()
    for key, version_id in current.items():
        db.session.get_one(Process, key).current_id = version_id
    db.session.commit()


SCHOOL_AGREES = 'id="school_agrees" name="同意" sourceRef="school_outcome" targetRef="{}"'


def test_a_diagram_that_goes_straight_to_the_registration_registers_nobody(
    recruiting: Recruiting, publish: Callable[..., None]
) -> None:
    publish("recruitment_roster", (SCHOOL_AGREES.format("joint"), SCHOOL_AGREES.format("release")))
    recruiting.wants(2)
    recruiting.submit()

    recruiting.agree("school_approval")
    commands.tick()

    assert codes(recruiting) == ["E-DIR-01", "E-DIR-01"]
    assert registered(recruiting) == 0
    assert recruiting.quota() == (0, 0)


def test_a_diagram_that_skips_the_consents_gets_no_directive(
    recruiting: Recruiting, publish: Callable[..., None]
) -> None:
    publish("recruitment_roster", (SCHOOL_AGREES.format("joint"), SCHOOL_AGREES.format("directives")))
    recruiting.wants(2)
    recruiting.submit()
    recruiting.agree("school_approval")

    answer = recruiting.decide("directives")

    assert (answer.status, answer.code) == (422, "E-CONSENT")
    assert count(Directive) == 0


def test_a_diagram_that_lets_the_school_confirm_for_the_bureaus_is_refused(
    recruiting: Recruiting, publish: Callable[..., None]
) -> None:
    publish("recruitment_roster", (SCHOOL_AGREES.format("joint"), SCHOOL_AGREES.format("keep_here")))
    recruiting.wants(1)
    recruiting.submit()

    answer = recruiting.decide("school_approval")

    assert (answer.status, answer.code) == (403, "E-OFFICE")
    assert recruiting.statuses() == ["listed"]


def test_a_child_diagram_that_skips_the_consents_goes_nowhere(
    recruiting: Recruiting, publish: Callable[..., None]
) -> None:
    flow = 'id="to_joint" sourceRef="listed" targetRef="{}"'
    publish("roster_child", (flow.format("joint"), flow.format("register")))
    recruiting.wants(1)
    recruiting.submit()
    recruiting.agree("school_approval")

    answer = recruiting.decide("confirm_here")

    assert (answer.status, answer.code) == (422, "E-STEP")
    assert recruiting.statuses() == ["listed"]


def test_another_process_that_calls_the_verb_registers_nobody(client: Client, publish: Callable[..., None]) -> None:
    publish("registration_stage", ('id="rows/register_graduates"', 'id="rows/register_recruits"'))
    entry = an_entry(client, stages="junior")
    entry.submit([named(a_graduate(factories.a_school("330106")))], "registration_stage", stage="junior")

    entry.agree()

    assert [row.code for row in entry.rows()] == ["E-DIR-01"]
    assert count(Enrolment, Enrolment.school_id == entry.school.id) == 0


# ── many ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("point", range(1, 40, 4))
def test_a_worker_killed_anywhere_loses_no_child_and_takes_none_twice(
    recruiting: Recruiting, app: Flask, point: int
) -> None:
    recruiting.until_pull(4)
    case_id = released(recruiting)

    class Done:
        status = 200

    def work() -> Done:
        with app.app_context():
            more = True
            while more:
                with transaction():
                    more = operations.work_chunk(case_id, size=2)
        return Done()

    run_and_die(app, work, point)

    accepted = count(BatchRow, BatchRow.status == "accepted")
    assert accepted in (0, 2, 4)
    assert accepted == registered(recruiting) == count(Directive, Directive.status == "consumed")
    assert recruiting.quota() == (accepted, 4 - accepted)
    commands.tick()
    assert registered(recruiting) == count(RosterChild, RosterChild.status == "registered") == 4
    assert recruiting.quota() == (4, 0)
    assert recruiting.case()["outcome"] == "agreed"


def test_three_hundred_children_of_one_roster(client: Client, app: Flask) -> None:
    recruiting = a_recruiting(client, cap=300, seats=300)
    recruiting.wants(300)
    began = time.process_time()

    recruiting.submit()
    recruiting.agree("school_approval", "confirm_source", "confirm_here", "directives", "pull")
    at_first = recruiting.case()["list"]
    commands.tick()

    spent = time.process_time() - began
    assert at_first["accepted"] == 100  # the first rows at once, the rest by the worker
    assert recruiting.case()["list"]["accepted"] == 300
    assert registered(recruiting) == 300
    stages = db.session.scalars(sa.select(StudentNumber.value).where(StudentNumber.kind == "stage")).all()
    assert sorted(int(value[-4:]) for value in stages) == list(range(1, 301))
    assert spent < 18, f"{spent:.1f} s: a roster of a thousand would take more than a minute"


def test_one_tasks_page_holds_the_whole_list(recruiting: Recruiting) -> None:
    recruiting.wants(30)
    recruiting.submit()
    recruiting.agree("school_approval")

    waiting = recruiting.program("source", "approver").get("/tasks").json["items"]

    assert [(task["key"], task["case"]) for task in waiting] == [("confirm_source", recruiting.number)]
