"""Which offices see a case stands beside it, whoever writes: lists of cases are read from there."""

from __future__ import annotations

import importlib

import sqlalchemy as sa

from app.cases.models import Case, CaseOffice, RouteStep
from app.database import db
from app.divisions.models import Office, ReorganisationKind
from app.divisions.operations import reorganise
from tests.support import factories
from tests.support.invariants import cases_and_their_offices
from tests.support.transfer_case import Story

REVISION = importlib.import_module("app.schema.versions.20261126_l01_lists_of_cases")


def boxes(story: Story) -> set[tuple[str, bool, bool]]:
    """Who sees the case: kind and last digits of the division, whether it is its own, whether it is closed."""
    rows = db.session.execute(
        sa.select(Office.code, CaseOffice.own, CaseOffice.closed)
        .join(CaseOffice, CaseOffice.office_id == Office.id)
        .join(Case, Case.id == CaseOffice.case_id)
        .where(Case.number == story.number)
    ).all()
    db.session.rollback()
    return {(code, own, closed) for code, own, closed in rows}


def test_whoever_stands_on_the_route_and_everybody_above_them_see_it(submitted: Story) -> None:
    here, there = submitted.receiving.office, submitted.releasing.office
    expected = {(here.code, True), (there.code, True), ("330106", True), ("330212", True)}
    expected |= {("330100", False), ("330200", False), ("330000", False)}

    assert {(code, own) for code, own, _closed in boxes(submitted)} >= {each for each in expected if each[1]}
    assert {code for code, _own, _closed in boxes(submitted)} == {code for code, _own in expected}
    assert not list(cases_and_their_offices())


def test_a_case_that_has_closed_moves_to_the_other_box(submitted: Story) -> None:
    assert {closed for _code, _own, closed in boxes(submitted)} == {False}
    submitted.program("receiving_school", "operator").post(f"/cases/{submitted.number}/recall", {"reason": "不再转学"})

    assert {closed for _code, _own, closed in boxes(submitted)} == {True}
    assert not list(cases_and_their_offices())


def test_a_school_that_gets_another_superior_takes_its_cases_along(submitted: Story) -> None:
    other = factories.a_bureau("330108")
    case_id = db.session.scalars(sa.select(Case.id).where(Case.number == submitted.number)).one()
    school = db.session.get_one(Office, submitted.receiving.id)
    reorganise(school, ReorganisationKind.SUPERIOR, basis="甬教〔2026〕1 号", case_id=case_id, superior=other)
    db.session.commit()

    assert "330108" in {code for code, _own, _closed in boxes(submitted)}
    assert not list(cases_and_their_offices())


def test_a_step_and_an_applicant_that_pass_to_another_office_do_so_in_the_lists(submitted: Story) -> None:
    other = factories.a_school("330108")
    case = db.session.scalars(sa.select(Case).where(Case.number == submitted.number)).one()
    for step in db.session.scalars(sa.select(RouteStep).where(RouteStep.office_id == submitted.receiving.id)):
        step.office_id = other.id
    case.applicant_office_id = other.id
    db.session.commit()

    assert submitted.receiving.office.code not in {code for code, _own, _closed in boxes(submitted)}
    assert not list(cases_and_their_offices())


def test_an_upgrade_finds_them_for_the_cases_that_are_there(submitted: Story) -> None:
    before = boxes(submitted)
    db.session.execute(sa.delete(CaseOffice))
    db.session.execute(sa.text(REVISION._fill("TRUE", db.engine.dialect.name == "sqlite")))
    db.session.commit()

    assert boxes(submitted) == before
    assert not list(cases_and_their_offices())
