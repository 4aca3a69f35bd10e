"""E-DIR-07: an archive is directed to one school at a time, by the verbs and by the database.

A child in an open case is held by it, so no two cases come to direct one archive; the verbs refuse it all the same.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.models import Task
from app.database import db
from app.students.models import Directive, DirectiveKind, DirectiveStatus, Student
from app.students.operations import outside_directives
from tests.processes.recruitment.test_rosters import Recruiting, a_recruiting
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story


@pytest.fixture
def recruiting(app: Flask, client: Client) -> Recruiting:
    return a_recruiting(client)


def directed(child: Student, number: str = "T2026-330212-900001", *, status: str = "issued") -> Directive:
    """A directive by which the archive has been let go to some other school."""
    other, keeper = factories.a_school("330108"), child.archive.custodian
    issued_by = factories.a_user(factories.a_bureau("330212"), "approver")
    directive = Directive(
        number=number, kind=DirectiveKind.ALLOW_TRANSFER, status=DirectiveStatus(status), student_id=child.id,
        archive_id=child.archive.id, archive_version=1, from_office_id=keeper.id, to_school_id=other.id,
        issuer_id=issued_by.posts[0].office_id, issued_by=issued_by.id, case_id=factories.a_takeover().id,
        issued_at=clock.now(), expires_at=clock.now(), signature=b"",
    )  # fmt: skip
    db.session.add(directive)
    db.session.commit()
    return directive


def test_a_transfer_is_not_directed_beside_another_directive(submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    directed(submitted.child)

    with nothing_changes():
        answer = submitted.decide()

    assert (answer.status, answer.codes) == (422, {"E-DIR-07"}), answer.text
    assert "已有一份未使用的指令" in str(answer.json)


def test_once_that_one_is_revoked_the_case_goes_on(submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    directed(submitted.child, status="revoked")

    assert submitted.decide().status == 200
    assert submitted.case()["directive"]["status"] == "issued"


@pytest.mark.parametrize("at_once", [False, True])
def test_a_roster_names_the_children_who_are_directed_elsewhere(
    recruiting: Recruiting, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    """at_once -- the other directive is signed after this act has looked"""
    recruiting.until_directives(3)
    child = recruiting.children[1]
    directed(child)
    if at_once:
        monkeypatch.setattr(outside_directives, "_check_undirected", lambda archives: None)

    with nothing_changes():
        answer = recruiting.decide("directives")

    assert (answer.status, answer.codes) == (422, {"E-DIR-07"}), answer.text
    told = answer.json["objections"][0]["detail"] if "objections" in answer.json else answer.json["detail"]
    assert told.startswith("名单中有学生的电子学籍档案" if at_once else f"{child.name}的电子学籍档案")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Task).where(Task.status == "open")) == 1


def test_the_database_keeps_one_directive_in_force_per_archive(submitted: Story) -> None:
    directed(submitted.child)

    with pytest.raises(sa.exc.IntegrityError):
        directed(submitted.child, "T2026-330212-900002")
    db.session.rollback()
    directed(submitted.child, "T2026-330212-900003", status="expired")
