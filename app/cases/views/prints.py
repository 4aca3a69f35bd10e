"""学籍办件审批表: a case on one sheet, with every decision, opinion and the place of its seal."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from app import audit
from app.access import actor, allow
from app.cases import queries
from app.cases.forms import edition_of
from app.cases.models import OUTCOME_NAMES, Case, CaseOutcome, TaskStatus
from app.cases.views.desk import bp, decision_words
from app.cases.views.story import application_lines
from app.database import db, transaction
from app.errors import Missing
from app.interface.checks import Checked, checkable, masked_name
from app.students import queries as students

RESULTS = {
    CaseOutcome.AGREED: "已办结：同意。",
    CaseOutcome.REFUSED: "已办结：不予办理。",
    CaseOutcome.RECALLED: "申请人已撤回，本表无效。",
    CaseOutcome.REDIRECTED: "已转为其他办件，本表无效。",
    CaseOutcome.TERMINATED: "已终止，本表无效。",
}


@bp.get("/cases/<number>/sheet")
@allow("operator", "approver")
def sheet(number: str) -> Any:
    """For whoever sees the case's content; printing is written down."""
    case, view = queries.case_for(actor(), number)
    if not view.whole or case.version is None:
        raise Missing()
    chosen = edition_of(case)
    page = render_template(
        "cases/sheet.html",
        back=url_for("cases.show", number=number),
        case=case,
        chosen=chosen,
        lines=application_lines(case, chosen),
        waiting=[task for task in case.tasks if task.status is TaskStatus.OPEN],
        decision_words=decision_words,
        outcomes=OUTCOME_NAMES,
        reasons={each["code"]: each["text"] for each in chosen.reasons},
        directive=students.directive_of(case.id),
        result=result_of(case),
    )
    with transaction():
        audit.record("papers/print", f"case:{number}", actor=actor(), after={"paper": "sheet"})
    return page


def result_of(case: Case) -> str:
    return RESULTS[case.outcome] if case.outcome else "办理中，尚无结果。"


@checkable("C")
def check(case_id: int) -> Checked | None:
    """What the public page says of an approval sheet."""
    case = db.session.get(Case, case_id)
    if case is None or case.version is None:
        return None
    return Checked(
        title=f"{edition_of(case).name}审批表",
        number=case.number,
        day=case.closed_at or case.opened_at,
        office=case.applicant_office.name,
        name=masked_name(case.student.name) if case.student else "—",
        valid=case.outcome is CaseOutcome.AGREED,
        sentence=result_of(case),
    )
