"""学籍状态变迁: through the diagrams every lawful change comes true and every other is refused with its code."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.schools.models import Stage
from app.students.models import OPEN_STANDINGS, Enrolment, Standing, Student
from app.students.rules.transitions import LAWFUL, PROFILES
from tests.students.test_matrix import BEGINS, ENDED, PROCESSES
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.kept import kept
from tests.support.single_school_case import Matter, a_matter

#: process -> the standing it leads to; domain.md 7.6 as changed by Decisions
LEADS_TO = {
    "suspension": "suspended",
    "suspension_renewal": "suspended",
    "resumption": "active",
    "withdrawal": "withdrawn",
    "skip": "active",
    "repeat": "active",
    "death": "deceased",
    "abroad": "abroad",
    "drop_out": "dropped_out",
    "return_to_school": "active",
    "reinstatement": "active",
}
FROM = {**BEGINS, "reinstatement": {"withdrawn", "abroad", "left_early", "closed"}}
GRADES = {"primary": "13", "junior": "21", "senior": "31"}
REPEATED = {"primary": "13", "junior": "22", "senior": "32"}  # the cohort after the first has no number of seats yet
MORE = {"repeat": {"special_education": True}}


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    app.config["PROFILE"] = request.param
    yield request.param
    app.config["PROFILE"] = "zj-2010"


@kept
def a_cohort(client: Client, grade: str) -> tuple[Matter, dict[Standing, Student]]:
    """A child in every standing there is, at one school."""
    matter = a_matter(client, grade=grade, seats=99)
    return matter, {each: factories.a_student(matter.school, grade=grade, standing=each) for each in Standing}


def cohort(client: Client, grade: str) -> Iterator[tuple[Matter, Standing]]:
    """The same, one child after the other."""
    matter, children = a_cohort(client, grade)
    for standing, child in children.items():
        matter.child = child
        yield matter, standing


@on_sqlite
@pytest.mark.parametrize("process", LEADS_TO)
@pytest.mark.parametrize("stage", GRADES)
def test_through_its_diagram(client: Client, profile: str, stage: str, process: str) -> None:
    lawful_here = not (process == "withdrawal" and profile == "zj-now" and stage != "senior")
    for matter, standing in cohort(client, (REPEATED if process == "repeat" else GRADES)[stage]):
        if standing.value in FROM[process] and lawful_here:
            assert matter.walk(process, **MORE.get(process, {}))["outcome"] == "agreed", standing
            assert matter.enrolment.standing.value == LEADS_TO[process]
            continue
        refused = matter.submit(process, **MORE.get(process, {}))
        code = "E-RULE-WDR" if standing.value in FROM[process] else "E-STANDING"
        assert (refused.status, refused.codes) == (422, {code}), standing
        assert matter.enrolment.standing is standing


def test_in_the_table_an_ended_standing_is_left_by_a_reversal_alone(client: Client, profile: str) -> None:
    """A new enrolment follows an ended one; the ended one stays what it is, unless its ending was an error (P34)."""
    matter = a_matter(client)
    cases = {process: factories.a_takeover(process, running=True, profile=profile).id for process in PROCESSES}
    db.session.commit()
    left = set()
    for before in (each for each in Standing if each.value in ENDED):
        child = factories.a_student(matter.school, standing=before)
        for process, after in itertools.product(PROCESSES, Standing):
            if changes(child.id, cases[process], before, after):
                left.add((process, before.value, after.value))

    assert left == {
        (each.process, each.before, each.after) for each in LAWFUL if each.profile == profile and each.before in ENDED
    }
    assert {process for process, _before, _after in left} == {"reversal", "school_reversal"}


@pytest.mark.parametrize("stage", [each.value for each in Stage])
def test_in_the_table_withdrawal_follows_the_law_of_the_stage(client: Client, profile: str, stage: str) -> None:
    matter = a_matter(client, grade=GRADES[stage])
    case = factories.a_takeover("withdrawal", running=True, profile=profile)
    db.session.commit()

    done = changes(matter.child.id, case.id, Standing.ACTIVE, Standing.WITHDRAWN)

    assert done is (profile == "zj-2010" or stage == "senior")
    assert done is any(
        (each.profile, each.process, each.after) == (profile, "withdrawal", "withdrawn") and each.stage in ("*", stage)
        for each in LAWFUL
    )


def changes(student_id: int, case_id: int, before: Standing, after: Standing) -> bool:
    """Whether the database lets that case write that standing; undone either way."""
    with db.engine.connect() as connection, connection.begin() as outer:
        over = None if after in OPEN_STANDINGS else sa.func.current_date()
        try:
            connection.execute(
                sa.update(Enrolment)
                .where(Enrolment.student_id == student_id, Enrolment.standing == before)
                .values(standing=after, ends_on=over, case_id=case_id)
            )
            done = True
        except sa.exc.IntegrityError:
            done = False
        outer.rollback()
    return done
