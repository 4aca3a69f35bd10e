"""告知监护人: the notice is proved, the days to object pass, an objection is answered."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from app import clock
from app.cases.models import Attachment, Case
from app.cases.operations.answers import Answer
from app.cases.operations.transitions import Row
from app.cases.queries.guardian_objections import asks_the_guardian, served_notice
from app.cases.rules.guardian_objections import (
    ANSWER,
    must_answer,
    objections_to_end_of_period,
    objections_to_service,
)
from app.database import db
from app.definitions.queries import CompiledVersion
from app.dry_runs import in_dry_run
from app.errors import Objected, Refused
from workflows import Kind


def check_guardian(task: Row, version: CompiledVersion, answer: Answer) -> None:
    """What a task that tells the guardian, waits for an objection or decides after one, must satisfy.

    A rehearsal brings no papers and does not wait. Raises Objected (E-OBJECTION …) with everything against it.
    """
    if not asks_the_guardian(version) or in_dry_run():
        return
    kind, form = version.diagrams.tasks[task.key].kind, answer.form
    consented = bool(form.get("consented"))
    found: list[Refused | None] = []
    if kind is Kind.GUARDIAN_NOTICE:
        served_on, opened_on = dt.date.fromisoformat(form["served_on"]), _opened_on(task.case_id)
        papers = _papers(task.case_id)
        found += objections_to_service(served_on, opened_on, clock.today(), consented=consented, papers=papers)
    elif (told := served_notice(version, task.case_id)) and kind is Kind.OBJECTION_PERIOD:
        on = form.get("objected_on")
        found += objections_to_end_of_period(
            told,
            clock.today(),
            consented=consented,
            objection=form.get("objection", ""),
            objected_on=dt.date.fromisoformat(on) if on else None,
            papers=_papers(task.case_id),
        )
    elif kind is None and ANSWER in version.form(version.diagrams.tasks[task.key].form)["properties"]:
        found.append(must_answer(told, answer.outcome, form.get(ANSWER, "")))
    if faults := [each for each in found if each is not None]:
        raise Objected(faults)


def _papers(case_id: int) -> set[str]:
    return {
        each for each in db.session.scalars(sa.select(Attachment.kind).where(Attachment.case_id == case_id)) if each
    }


def _opened_on(case_id: int) -> dt.date:
    opened_at = db.session.scalars(sa.select(Case.opened_at).where(Case.id == case_id)).one()
    return clock.local(opened_at).date()
