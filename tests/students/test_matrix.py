"""学籍状态变迁: one matrix per profile holds by rule, and in the database for whoever goes around the rules."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.models import Case, CaseStatus
from app.database import db
from app.schools.models import Stage
from app.students.models import Enrolment, Standing
from app.students.models.lawful_changes import LawfulChange
from app.students.rules.transitions import COMMON, LAWFUL, PARTICULAR, PROFILES, is_lawful, objection_to_change
from tests.support import factories

ENDED = ("transferred", "withdrawn", "abroad", "graduated", "completed", "left_early", "deceased", "closed")
PROCESSES = sorted({*COMMON, *PARTICULAR})
#: domain.md 7.6 as changed by Decisions, typed anew: what a change of status may begin from
BEGINS = {
    "suspension": {"active"},
    "suspension_renewal": {"suspended"},
    "resumption": {"suspended"},
    "withdrawal": {"active", "suspended"},
    "skip": {"active"},
    "repeat": {"active"},
    "death": {"active", "suspended", "dropped_out"},
    "abroad": {"active"},
    "drop_out": {"active"},
    "return_to_school": {"dropped_out"},
    "graduation": {"active"},
    "promotion": {"active"},
    "transfer": {"active", "dropped_out"},
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("process", BEGINS)
def test_by_rule(profile: str, process: str) -> None:
    for stage, standing in itertools.product(Stage, Standing):
        lawful = standing.value in BEGINS[process]
        if process == "withdrawal" and profile == "zj-now" and stage is not Stage.SENIOR:
            lawful = False

        assert is_lawful(process, profile, stage, standing) is lawful, (stage, standing)
        refusal = objection_to_change(process, profile, stage, standing)
        assert (refusal is None) is lawful
        if refusal and process == "withdrawal" and standing.value in BEGINS[process]:
            assert refusal.code == "E-RULE-WDR"
        elif refusal:
            assert refusal.code == "E-STANDING"


def test_the_table_is_the_matrix(app: Flask) -> None:
    rows = {tuple(row) for row in db.session.execute(sa.select(*LawfulChange.__table__.c))}

    assert rows == {(each.profile, each.process, each.stage, each.before, each.after) for each in LAWFUL}


@pytest.mark.parametrize("profile", PROFILES)
def test_by_the_database(app: Flask, profile: str) -> None:
    """Every process tries every pair of standings straight in the table; only the matrix's own get through."""
    school = factories.a_school("330106")
    for process, (before, after) in itertools.product(
        PROCESSES, itertools.product(("active", "suspended", "dropped_out"), [each.value for each in Standing])
    ):
        with db.engine.connect() as connection, connection.begin() as outer:
            enrolment, case = _child(connection, school.id, before, process, profile)
            statement = (
                sa.update(Enrolment)
                .where(Enrolment.id == enrolment)
                .values(standing=after, case_id=case, ends_on=sa.func.current_date() if after in ENDED else None)
            )
            allowed = any(
                (each.profile, each.process, each.before) == (profile, process, before)
                and each.stage in ("*", "primary")
                and each.after in ("*", after)
                for each in LAWFUL
            )
            try:
                connection.execute(statement)
                done = True
            except sa.exc.IntegrityError:
                done = False
            assert done is allowed, (process, before, after)
            outer.rollback()


def _child(connection: sa.Connection, school: int, standing: str, process: str, profile: str) -> tuple[int, int]:
    """An enrolment in that standing, and an open case of that process."""

    def case(key: str, status: str) -> int:
        return connection.execute(
            sa.insert(Case).values(
                number=f"{key[:12]}-{status}", process_key=key, profile=profile, status=CaseStatus(status),
                outcome="agreed" if status == "closed" else None, holds_student=False, revision=0,
                applicant_office_id=school, parties={}, clocks={}, application={},
                opened_at=factories.clock.now(), closed_at=factories.clock.now() if status == "closed" else None,
            )
        ).inserted_primary_key[0]  # fmt: skip

    student = connection.execute(
        sa.text(
            "INSERT INTO student (name, sex, born_on, ethnic_group, document_type, main_number, main_number_hash,"
            " main_number_masked, household_division, contested, is_demo, particulars) VALUES ('甲', '1', '2017-01-01',"
            " '01', '1', :sealed, 'h', 'm', '', false, false, '{}') RETURNING id"
        ),
        {"sealed": b"x"},
    ).scalar_one()
    enrolment = connection.execute(
        sa.insert(Enrolment).values(
            student_id=student, epoch=1, school_id=school, owner_division="330106", stage=Stage.PRIMARY,
            entry_year=2024, grade="13", standing=standing, starts_on=factories.dt.date(2024, 9, 1),
            case_id=case("takeover", "closed"),
        )
    ).inserted_primary_key[0]  # fmt: skip
    return enrolment, case(process, "open") if process != "takeover" else case("takeover", "open")
