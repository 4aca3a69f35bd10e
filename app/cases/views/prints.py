"""学籍办件审批表: a case on one sheet, with every decision, opinion and the place of its seal."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from app import audit, clock
from app.access import actor, allow
from app.cases import queries
from app.cases.models import OUTCOME_NAMES, Case, CaseOutcome, RowStatus, TaskStatus
from app.cases.presenters.cases import compiled_version_of
from app.cases.queries.acts import act_children
from app.cases.queries.coming_changes import live
from app.cases.queries.joint_answers import answers_by_task
from app.cases.queries.proofs import kinds_of
from app.cases.queries.reversals import taken_back
from app.cases.transactions import read_and_seen
from app.cases.views.blueprint import bp
from app.cases.views.compared import compared
from app.cases.views.timeline import application_lines
from app.database import db, transaction
from app.errors import Missing
from app.office_settings.queries import legal_bases
from app.students.queries import directives
from app.web.checks import Checked, checkable, masked_name
from app.web.trusted_hosts import public_url

RESULTS = {
    CaseOutcome.AGREED: "已办结：同意。",
    CaseOutcome.REFUSED: "已办结：不予办理。",
    CaseOutcome.RECALLED: "申请人已撤回，本表无效。",
    CaseOutcome.REDIRECTED: "已转为其他办件，本表无效。",
    CaseOutcome.TERMINATED: "已终止，本表无效。",
}
ROW_RESULTS = {RowStatus.WAITING: "待办理", RowStatus.ACCEPTED: "已注册", RowStatus.REFUSED: "未注册"}


@bp.get("/cases/<number>/sheet")
@allow("operator", "approver")
def sheet(number: str) -> Any:
    """For whoever sees the case's content; printing is written down."""
    case, view = read_and_seen(actor(), number)
    if not view.whole or case.version is None:
        raise Missing()
    version = compiled_version_of(case)
    changed = compared(case, version)
    page = render_template(
        "cases/sheet.html",
        back=url_for("cases.show", number=number),
        case=case,
        address=address_of(case),
        version=version,
        lines=application_lines(case, version, [name for name, *_words in changed]),
        compared=changed,
        children=children_on(case),
        waiting=[task for task in case.tasks if task.status is TaskStatus.OPEN],
        joint=answers_by_task(version, case),
        outcomes=OUTCOME_NAMES,
        directive=directives.directive_of(case.id),
        result=result_of(case),
        bases=bases_of(case),
        kinds=kinds_of(version),
    )
    with transaction():
        audit.record("papers/print", f"case:{number}", actor=actor(), after={"paper": "sheet"})
    return page


def address_of(case: Case) -> str:
    """What the sheet's left QR code holds: the case's own page, which asks whoever scans it to sign in and answers
    within that person's scope."""
    return public_url("cases.show", number=case.number)


def children_on(case: Case) -> list[tuple[str, str, str]]:
    """Name, masked number and outcome of each child of the case's list, or of an act about a whole school."""
    listed = [
        (row.name, row.number_masked, ROW_RESULTS[row.status] + (f"：{row.detail}" if row.detail else ""))
        for row in queries.rows_of(case.id, limit=None)
    ]
    return listed or [
        (each.name, each.number, "　".join(filter(None, (each.to, each.certificate)))) for each in act_children(case)
    ]


def bases_of(case: Case) -> list[str]:
    """The articles by which a case was decided, as they stood on the day of the decision; of an open one today's."""
    return legal_bases(case.process_key, case.applicant_office.path, clock.local(case.closed_at or clock.now()).date())


def result_of(case: Case) -> str:
    """What has become of the case by today: a result that was taken back since says so, and by which case."""
    if case.outcome:
        taken = taken_back(case.id)
        said = RESULTS[case.outcome]
        return said if taken is None else taken.sentence if taken.whole else said + taken.sentence
    coming = live(case)
    return f"已核准，自 {coming.takes_effect_on} 起生效。" if coming else "办理中，尚无结果。"


@checkable("C")
def check(case_id: int) -> Checked | None:
    """What the public page says of an approval sheet."""
    case = db.session.get(Case, case_id)
    if case is None or case.version is None:
        return None
    taken = taken_back(case.id)
    return Checked(
        title=f"{compiled_version_of(case).name}审批表",
        number=case.number,
        day=case.closed_at or case.opened_at,
        office=case.applicant_office.name,
        name=masked_name(case.student.name) if case.student else "—",
        valid=case.outcome is CaseOutcome.AGREED and not (taken and taken.whole),
        sentence=result_of(case),
    )
