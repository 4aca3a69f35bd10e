"""E-DIR-06: the superior of whoever keeps the archive signs its directive, and no other office."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.cases.models import Case
from app.database import db, transaction
from app.students.models import Directive
from app.students.operations import CaseContext
from app.students.operations.directives import issue_directive
from app.students.rules.directives import NotTheIssuer
from tests.support import factories
from tests.support.transfer_case import Story


def in_the_name_of(story: Story, case_id: int, office: str) -> CaseContext:
    """The verb called by itself, by an approver of that office."""
    return CaseContext(
        case_id=case_id,
        number=story.number,
        process="transfer",
        student_id=story.child.id,
        receiving_school_id=story.receiving.id,
        releasing_school_id=story.releasing.id,
        applicant_office_id=story.receiving.id,
        actor=factories.a_user(factories.a_bureau(office), "approver").posts[0].actor(),
    )


@pytest.mark.parametrize("office", ["330106", "330200", "330000", "330211"])
def test_only_the_superior_of_whoever_keeps_the_archive_signs(submitted: Story, office: str) -> None:
    case_id = db.session.scalars(sa.select(Case.id).where(Case.number == submitted.number)).one()

    with pytest.raises(NotTheIssuer) as refusal:
        issue_directive(in_the_name_of(submitted, case_id, office))

    assert refusal.value.code == "E-DIR-06"
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Directive)) == 0
    context = in_the_name_of(submitted, case_id, "330212")
    db.session.rollback()
    with transaction():
        issue_directive(context)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Directive)) == 1
