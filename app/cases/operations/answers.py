"""What an office says to its task, and what must hold of it before the run walks on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases import hooks
from app.cases.models import Attachment, Case, CaseStatus, Outcome
from app.cases.operations.transitions import Row
from app.cases.queries.proofs import missing
from app.cases.queries.standard_precheck import repair_of
from app.database import db
from app.definitions.queries import APPLICATION, CompiledVersion
from app.errors import InvalidInput, Objected, Refused, objections_of
from app.office_settings.queries import reasons_in_force
from app.students.models import Student
from app.students.rules.dates import DAYS, Life, objections_to_days
from app.web import canonical
from app.web import objections as form_objections
from app.web.conditions import faults_of_conditions, without_unasked
from workflows import Kind

LONGEST_OPINION = 2000  # characters
OPINION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "opinion": {"type": "string", "title": "意见", "maxLength": LONGEST_OPINION, "x-widget": "textarea"}
    },
}


@dataclass(frozen=True)
class Answer:
    """What an office says to its task."""

    outcome: str
    reason_code: str | None = None
    opinion: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)
    lacks: Sequence[str] | None = None  # the kinds of papers that a send-back tells to be missing; None: all of them


def canonical_answer(version: CompiledVersion, key: str, answer: Answer) -> Answer:
    """The answer with everything typed in canonical form."""
    form = canonical.values(version.form(version.diagrams.tasks[key].form), dict(answer.form))
    return replace(answer, opinion=canonical.text(answer.opinion), form=form)


def check_answer(version: CompiledVersion, task: Row, answer: Answer) -> None:
    """Outcome, reason, opinion and form are such as the task takes. Raises Objected with every fault."""
    spec = version.diagrams.tasks[task.key]
    faults: list[Refused] = []
    if answer.outcome not in spec.outcomes:
        faults.append(InvalidInput(sentence="本环节不能作出此项办理结果。", field="outcome"))
    if answer.outcome in (Outcome.REFUSE, Outcome.SEND_BACK):
        if answer.reason_code not in {each["code"] for each in reasons_in_force(version, task.office_path)}:
            faults.append(InvalidInput(sentence="请从列表中选择原因。", field="reason_code"))
        if not answer.opinion.strip():
            faults.append(InvalidInput(sentence="请填写意见。", field="opinion"))
    faults.extend(form_objections(OPINION, {"opinion": answer.opinion}))
    if answer.outcome in (Outcome.AGREE, Outcome.ACKNOWLEDGE) or answer.form:
        faults.extend(form_objections(version.form(spec.form), dict(answer.form), under="form"))
    if faults:
        raise Objected(faults)


def check_days(task: Row, version: CompiledVersion, answer: Answer) -> None:
    """The days that are typed at a desk. Raises Objected; those of a change are asked with all the rest."""
    if version.rules_of in hooks.own_days or not answer.form.keys() & DAYS.get(version.key, {}).keys():
        return
    born_on = db.session.scalar(sa.select(Student.born_on).where(Student.id == task.student_id))
    opened_at = db.session.scalars(sa.select(Case.opened_at).where(Case.id == task.case_id)).one()
    life = Life(clock.today(), born_on=born_on, opened_on=clock.local(opened_at).date())
    if faults := list(objections_to_days(version.key, answer.form, life)):
        for fault in faults:
            fault.field = f"form.{fault.field}"
        raise Objected(list(faults))


def repaired(task: Row, version: CompiledVersion, answer: Answer) -> Mapping[str, Any] | None:
    """The application after its repair, None when nothing of it has changed. Raises Objected."""
    if version.diagrams.tasks[task.key].properties.get("status") != CaseStatus.REPAIRING or not answer.form:
        return None
    typed, check = {**task.application, **answer.form}, repair_of(version)
    # a field goes that is not asked any more because of what another says now
    application = without_unasked(version.forms.get(APPLICATION, {}), typed)
    if now_asked := [
        each
        for each in faults_of_conditions(version.forms.get(APPLICATION, {}), application, "form")
        if f"{(each.field or '').removeprefix('form.')}_sealed" not in application
    ]:
        raise Objected(list(now_asked))
    try:
        return check(version, application, task) if check else application
    except Refused as refusal:  # what was typed: the form comes back with every fault
        raise Objected(list(objections_of(refusal))) from refusal  # type: ignore[arg-type]


def check_proofs(task: Row, version: CompiledVersion, answer: Answer, repaired: Mapping[str, Any] | None) -> None:
    """A repaired application brings what it now requires. Raises Objected (E-PROOF)."""
    if Kind.REPAIR not in version.kinds([task.key]) or answer.outcome != Outcome.AGREE or not version.proofs:
        return
    present = db.session.scalars(sa.select(Attachment.kind).where(Attachment.case_id == task.case_id)).all()
    if lacks := missing(version, repaired or task.application, present):
        raise Objected(lacks)
