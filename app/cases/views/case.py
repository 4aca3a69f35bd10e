"""One case: its page, and what is done from it."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app import clock
from app.access import Actor, actor, allow, found
from app.cases import operations, queries, recruits, rules, watching
from app.cases.edge import work_at_once
from app.cases.forms import CHILD_STATUS_NAMES, destination, edition_of, has_list, light_of, prefilled
from app.cases.models import OUTCOME_NAMES, Case, CaseStatus, Outcome, RowStatus, Task, TaskStatus
from app.cases.openings import rehearsal_of
from app.cases.operations import Answer
from app.cases.views.desk import bp, button_text, decision_words, recommendations, status_tag
from app.cases.views.story import application_lines, application_tables, marks, timeline
from app.database import db, transaction
from app.errors import Missing, Objected
from app.interface import encode_cursor, form_values
from app.interface.lists import decode_cursor
from app.schools.models import GRADES
from app.students import queries as students
from app.students.cohorts import LEFT_OUT_TEXTS
from app.students.models import Directive, DirectiveStatus

SUSPENDS = ("suspension", "suspension_renewal")


@bp.get("/cases/<number>")
@allow("operator", "approver")
def show(number: str) -> Any:
    return page(number)


def page(number: str, *, errors: list[Any] | None = None, typed: dict[str, Any] | None = None) -> str:
    """The case as this office may see it, with what it may do; `errors` and `typed` when something was refused."""
    caller = actor()
    case, view = queries.case_for(caller, number)
    chosen, now = edition_of(case), clock.now()
    waiting = [task for task in case.tasks if task.status is TaskStatus.OPEN]
    mine = next(
        (task for task in waiting if task.office_id == caller.office_id and task.duty.value == caller.duty), None
    )
    own_draft = mine is not None and mine.duty.value == "approver" and case.opened_by == caller.user_id
    roster = recruits.roster_of(case.id) if has_list(case) else None
    directive = students.directive_of(case.id) if view.content and roster is None else None
    review = next((t for t in waiting if t.office_id == caller.office_id and _may_pre_review(t, caller)), None)
    return render_template(
        "cases/case/page.html",
        case=case,
        view=view,
        chosen=chosen,
        stamp_says=status_tag(case),
        timeline=timeline(case, view.whole),
        waiting=waiting,
        mine=None if own_draft else mine,
        own_draft=own_draft,
        rehearsal=rehearsal_of(case) if view.content else None,
        destination=destination,
        left_out_texts=LEFT_OUT_TEXTS,
        grades=GRADES,
        following=next((row for row in queries.inbox(caller, limit=2) if row.number != number), None),
        mine_only=mine is not None and not own_draft and waiting == [mine],
        review=review,
        spec=chosen.diagrams.tasks[mine.key] if mine else None,
        form=chosen.form(chosen.diagrams.tasks[mine.key].form) if mine else None,
        application=application_lines(case, chosen) if view.content else [],
        tables=application_tables(case, chosen) if view.content else [],
        lights={task.id: (light_of(task, now), rules.time_left(task.deadline, now)) for task in waiting},
        outcomes=OUTCOME_NAMES,
        button_text=button_text,
        recommendations=recommendations(review.key, chosen.diagrams.tasks[review.key].outcomes) if review else [],
        typed=typed if typed is not None else (prefilled(mine) if mine else {}),
        errors=errors or [],
        may_recall=_may_recall(case, caller),
        directive=directive,
        attachments=case.attachments if view.whole else [],
        certificate=_certificate(case, caller),
        urged={task.id: watching.last_urged(task.id) for task in waiting if rules.may_urge(task, case, caller)},
        supervised=None
        if mine
        else next((t for t in waiting if t.deadline < now and rules.may_supervise(t, caller)), None),
        may_attach=rules.task_at(waiting, caller) is not None,
        key=operations.new_key(),
        marks=json.dumps(marks(case)),
        progress=queries.progress_of(case.id) if has_list(case) else None,
        may_revoke=_may_revoke(directive, caller),
        roster=roster,
        child_counts=recruits.counts_of(case.id) if roster else {},
        child_statuses=CHILD_STATUS_NAMES,
        upload_under=_upload_under(case, caller),
    )


def _certificate(case: Case, caller: Actor) -> str | None:
    """The certificate of suspension that the case has led to, for those who may print it."""
    if case.process_key not in SUSPENDS or case.status is not CaseStatus.CLOSED or case.student is None:
        return None
    kept = students.keeps(caller, case.student) and caller.office_kind != "province"
    return students.certificate_of_suspension(case.id) if kept else None


def _upload_under(case: Case, caller: Actor) -> str | None:
    """The filing under which the school may now upload a roster: this case is that of its filed plan."""
    mine = case.applicant_office_id == caller.office_id and operations.is_startable("recruitment_roster", caller)
    return recruits.filing_of(case.id) if mine else None


def _may_pre_review(task: Task, caller: Actor) -> bool:
    return (
        caller.duty == "operator"
        and caller.office_kind != "school"
        and task.duty.value == "approver"
        and not task.pre_review
    )


def _may_revoke(directive: Directive | None, caller: Actor) -> bool:
    if directive is None or directive.status is not DirectiveStatus.ISSUED:
        return False
    return caller.duty == "approver" and directive.issuer_id == caller.office_id


def _may_recall(case: Case, caller: Actor) -> bool:
    if caller.duty != "operator" or case.applicant_office_id != caller.office_id or case.status is CaseStatus.CLOSED:
        return False
    directive = students.directive_of(case.id)
    return case.opened_by is not None and (directive is None or directive.status.value in ("revoked", "expired"))


@bp.get("/cases/<number>/rows")
@allow("operator", "approver")
def rows(number: str) -> Any:
    """The list of children with what became of each; on its own page, since it may be long."""
    case, view = queries.case_for(actor(), number)
    progress, place = queries.progress_of(case.id), decode_cursor(1)
    if progress is None or not view.content:
        raise Missing()
    status = request.args.get("status", "")
    if status not in {"", *RowStatus}:
        raise Missing()
    found = queries.rows_of(case.id, status=status or None, after=place[0] if place else 0, limit=51)
    following = encode_cursor([found[49].position]) if len(found) > 50 else None
    return render_template(
        "cases/rows.html",
        case=case,
        progress=progress,
        rows=found[:50],
        status=status,
        next=url_for("cases.rows", number=number, cursor=following, status=status or None) if following else None,
    )


@bp.get("/cases/<number>/diagram.bpmn")
@allow("operator", "approver")
def diagram(number: str) -> Any:
    """The diagram of the version the case runs on, unchanged."""
    case, _view = queries.case_for(actor(), number)
    text = next(text for name, text in edition_of(case).files.items() if name.endswith(".bpmn"))
    return Response(text, mimetype="application/xml")


@bp.post("/tasks/<int:task_id>/decision")
@allow("operator", "approver")
def decide(task_id: int) -> Any:
    caller = actor()
    task = queries.task_for(caller, task_id)
    number, key, chosen = task.case.number, task.key, edition_of(task.case)
    form = form_values(chosen.form(chosen.diagrams.tasks[task.key].form))
    outcome, opinion = request.form.get("outcome", ""), request.form.get("opinion", "").replace("\r\n", "\n").strip()
    answer = Answer(outcome, request.form.get("reason_code") or None, opinion, form)
    db.session.rollback()
    try:
        with transaction(reads_first=True):
            case_id = operations.once(
                request.form.get("key"),
                [task_id, outcome, answer.reason_code, opinion, form],
                lambda: operations.decide(task_id, answer, actor=caller),
                actor=caller,
            )
    except Objected as refusal:
        typed = {**form, "outcome": outcome, "opinion": opinion, "reason_code": answer.reason_code}
        return page(number, errors=refusal.objections, typed=typed), 422
    work_at_once(case_id)
    flash(f"办件 {number}：{decision_words(key, Outcome(outcome))}，已办理。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/tasks/<int:task_id>/pre-review")
@allow("operator")
def pre_review(task_id: int) -> Any:
    caller = actor()
    number = queries.task_for(caller, task_id).case.number
    db.session.rollback()
    with transaction():
        operations.pre_review(
            task_id, request.form.get("recommendation", ""), request.form.get("opinion", "").strip(), actor=caller
        )
    flash("初审意见已提交，待本机构审核人员办理。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/tasks/<int:task_id>/urge")
@allow("operator")
def urge(task_id: int) -> Any:
    with transaction():
        number = queries.case_number(operations.urge(task_id, actor=actor()))
    flash("已催办，办理机构将收到通知。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/tasks/<int:task_id>/supervision")
@allow("approver")
def supervise(task_id: int) -> Any:
    number, opinion = request.form.get("case", ""), request.form.get("opinion", "").replace("\r\n", "\n").strip()
    try:
        with transaction():
            operations.supervise(task_id, opinion, actor=actor())
    except Objected as refusal:
        return page(number, errors=refusal.objections, typed={"opinion": opinion}), 422
    flash("督办意见已发出，办理机构将收到通知。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/cases/<number>/recall")
@allow("operator")
def recall(number: str) -> Any:
    with transaction():
        operations.recall(number, request.form.get("reason", "").strip(), actor=actor())
    flash(f"办件 {number} 已撤回。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/directives/<number>/revoke")
@allow("approver")
def revoke(number: str) -> Any:
    with transaction():
        directive = found(students.directive_by_number(number))
        if not actor().answers_for(directive.issuer.path):
            raise Missing()
        operations.revoke_directive(directive, request.form.get("reason", "").strip(), actor=actor())
        case_number = queries.case_number(directive.case_id)
    flash(f"指令 {number} 已撤销，须由本机构重新下达或不予下达。", "success")
    return redirect(url_for("cases.show", number=case_number))
