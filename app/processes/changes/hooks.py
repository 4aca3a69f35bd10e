"""What changes of one child add to the engine: the certificate that a suspension leads to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Panel
from app.cases.models import Case, CaseStatus, Notice, NoticeKind
from app.database import db, transaction
from app.students import queries as students
from app.students.models import Suspension

SUSPENSION_ENDS_IN = 30  # days
BATCH = 200  # suspensions told in one transaction


@hooks.beside_case("suspension", "suspension_renewal")
def certificate(case: Case, actor: Actor) -> Sequence[Panel]:
    """The certificate of suspension that the case has led to, for those who may print it."""
    if case.status is not CaseStatus.CLOSED or case.student is None or actor.office_kind == "province":
        return []
    number = students.certificate_of_suspension(case.id) if students.keeps(actor, case.student) else None
    return [Panel("changes/_certificate.html", {"certificate": number}, place="title")] if number else []


@hooks.job("reminded", "到期提醒")
def remind_suspensions(now: dt.datetime) -> int:
    """休学期满提醒: thirty days before the last certified interval ends, once, to the school."""
    due = (
        students.running_suspensions(clock.today() + dt.timedelta(days=SUSPENSION_ENDS_IN))
        .where(Suspension.reminded_at.is_(None))
        .limit(BATCH)
        .with_for_update(of=Suspension, skip_locked=True)
    )
    with transaction():
        suspensions = db.session.scalars(due).all()
        for each in suspensions:
            each.reminded_at = now
            text = (
                f"{each.student.name}的休学（{each.certificate}）至 {each.ends_on} 期满，请告知监护人办理复学或续休。"
            )
            school = each.enrolment.school_id
            db.session.add(Notice(case_id=each.case_id, office_id=school, kind=NoticeKind.REMINDER, text=text, at=now))
    return len(suspensions)
