"""One case: its page, and what is done from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.models import Outcome, RowStatus
from app.cases.operations import Answer
from app.cases.operations.task_acts import ACTS
from app.cases.presenters.cases import compiled_version_of, destination
from app.cases.presenters.task_claims import shown_claims
from app.cases.presenters.task_lists import came_from
from app.cases.queries import proofs
from app.cases.queries.migrations import asked_in
from app.cases.queries.row_repairs import repair_task_of
from app.cases.rules.form_drafts import DraftPlace
from app.cases.transactions import decide_once, note_phrases, read_and_seen, submit_once, work_at_once
from app.cases.views.blueprint import bp, flash_words
from app.cases.views.case_page import case_page
from app.cases.views.form_drafts import draft_shown, keep_stale, with_draft
from app.cases.views.row_particulars import row_particulars
from app.cases.views.takeover import takeover_page
from app.database import end_reading, transaction
from app.definitions.queries import ROW
from app.errors import InvalidInput, Missing, Objected, Stale, objections_of
from app.schools.models import GRADES
from app.students.models.cohorts import LEFT_OUT_TEXTS
from app.students.queries import directives
from app.web import encode_cursor, form_values, takes_files, typed_text
from app.web.font_size import ONE_YEAR
from app.web.pagination import decode_cursor
from app.web.refilled_forms import written_on
from workflows import Kind

OPENS_NEXT = "xueji_opens_next"  # a cookie: whether the next case is opened after a decision
WORDS = {"grades": GRADES, "destination": destination, "left_out_texts": LEFT_OUT_TEXTS}


@bp.get("/cases/<number>")
@allow("operator", "approver")
def show(number: str) -> Any:
    return page(number)


def page(number: str, *, errors: list[Any] | None = None, typed: dict[str, Any] | None = None) -> str:
    """The case as this office may see it, with what it may do; `errors` and `typed` when something was refused."""
    case, view = read_and_seen(actor(), number)
    if case.version_id is None:
        return takeover_page(case)
    page = case_page(actor(), case, view, errors=errors or (), typed=typed)
    mine = page.desk.task.task.id if page.desk else None
    claim = shown_claims([mine], actor()).get(mine) if mine else None
    draft = draft_shown(DraftPlace(task=mine)) if mine else None
    text = render_template(
        "cases/case/page.html",
        page=page,
        claim=claim,
        draft=draft,
        came=came_from(actor()),
        opens_next=opens_next(),
        **WORDS,
    )
    if page.desk is None:
        return text
    return with_draft(text, draft, url_for("cases.decide", task_id=mine), files=page.desk.papers is not None)


def opens_next() -> bool:
    """True unless the reader has said that after a decision the case is to stay."""
    return request.cookies.get(OPENS_NEXT) != "no"


def _after_decision(number: str) -> Any:
    """Where one goes on: to the next case of the list one came from, where that was ticked, else back to the case."""
    came = came_from(actor())
    if came is None:
        return redirect(url_for("cases.show", number=number))
    goes_on = "open_next" in request.form
    if came.following and goes_on:
        answer = redirect(url_for("cases.show", number=came.following.number, **came.onward))
    else:
        answer = redirect(url_for("cases.show", number=number))
    answer.set_cookie(
        OPENS_NEXT,
        "yes" if goes_on else "no",
        max_age=ONE_YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return answer


@bp.get("/cases/<number>/rows")
@allow("operator", "approver")
def rows(number: str) -> Any:
    """The list of children with what was said and what became of each; on its own page, since it may be long."""
    case, view = read_and_seen(actor(), number)
    progress, place = queries.progress_of(case.id), decode_cursor(int)
    if progress is None or not view.content:
        raise Missing()
    status = request.args.get("status", "")
    if status not in {"", *RowStatus}:
        raise Missing()
    version = compiled_version_of(case)
    found = queries.rows_of(case.id, status=status or None, after=place[0] if place else 0, limit=51)
    following = encode_cursor([found[49].position]) if len(found) > 50 else None
    return render_template(
        "cases/rows.html",
        case=case,
        progress=progress,
        rows=[(row, row_particulars(row, version)) for row in found[:50]],
        repairs=repair_task_of(case, actor()) is not None,
        status=status,
        next=url_for("cases.rows", number=number, cursor=following, status=status or None) if following else None,
    )


@bp.get("/cases/<number>/diagram.bpmn")
@allow("operator", "approver")
def diagram(number: str) -> Any:
    """The diagram of the version the case runs on, unchanged."""
    case, _view = queries.case_for(actor(), number)
    text = next(text for name, text in compiled_version_of(case).files.items() if name.endswith(".bpmn"))
    return Response(text, mimetype="application/xml")


@written_on("cases.decide")
@written_on("cases.pre_review")
@written_on("cases.accept")
@written_on("cases.urge")
@written_on("cases.act")
@written_on("cases.take_back")
@written_on("cases.hand_over")
@written_on("cases.ask_advice")
@written_on("cases.supervise")
def page_of_task(task_id: int, key: str = "") -> str:  # noqa: ARG001 – the address of an act names it
    """Where what is done with a task (an act by its key) is typed: the page of its case."""
    return url_for("cases.show", number=queries.task_for(actor(), task_id).case.number)


@bp.post("/tasks/<int:task_id>/decision")
@allow("operator", "approver")
@takes_files(64)
def decide(task_id: int) -> Any:
    caller = actor()
    task = queries.task_for(caller, task_id)
    number = task.case.number
    version, spec = asked_in(task, compiled_version_of(task.case))
    form = form_values(version.form(spec.form))
    outcome, opinion = request.form.get("outcome", ""), typed_text("opinion")
    lacks = request.form.getlist("lacks") if "lacks_shown" in request.form else None
    answer = Answer(outcome, request.form.get("reason_code") or None, opinion, form, lacks)
    papers, unfit = proofs.papers_in(version) if spec.kind is Kind.REPAIR else ([], [])
    end_reading()

    def act() -> int:
        if papers:
            operations.attach_to(number, papers, actor=caller)
        return operations.decide(task_id, answer, actor=caller)

    try:
        if unfit:
            raise Objected([*unfit])
        operations.keep_papers(papers)
        case_id = decide_once(
            request.form.get("key"),
            task_id,
            [
                task_id,
                outcome,
                answer.reason_code,
                opinion,
                form,
                *(lacks or ()),
                *([each.kind, each.sha256] for each in papers),
            ],
            act,
            actor=caller,
            reads_first=not papers,
        )
    except (Objected, InvalidInput) as refusal:
        typed = {**form, "outcome": outcome, "opinion": opinion, "reason_code": answer.reason_code}
        return page(number, errors=objections_of(refusal), typed=typed), 422
    except Stale:
        keep_stale(DraftPlace(task=task_id))
        raise
    if ROW in version.forms:
        work_at_once(case_id)
    note_phrases(request.form.getlist("phrase"), actor=caller)
    flash(flash_words(number, spec, Outcome(outcome)), "success")
    return _after_decision(number)


def do_once(
    number: str, content: Any, act: Callable[[], int], done: str, *, typed: dict[str, Any] | None = None
) -> Any:
    """Do that to the case, once, and go back to its page with what was done, or show what was refused of the form."""
    try:
        submit_once(None, content, act, actor=actor())
    except Objected as refusal:
        return page(number, errors=refusal.objections, typed=typed), 422
    flash(done, "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/tasks/<int:task_id>/pre-review")
@allow("operator")
def pre_review(task_id: int) -> Any:
    caller = actor()
    number = queries.task_for(caller, task_id).case.number
    end_reading()
    said = request.form.get("recommendation", ""), typed_text("opinion")
    what = ["pre-review", task_id, *said]
    submit_once(None, what, lambda: operations.pre_review(task_id, *said, actor=caller), actor=caller)
    flash("初审意见已提交，待本机构审核人员办理。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/tasks/<int:task_id>/urge")
@allow("operator")
def urge(task_id: int) -> Any:
    with transaction():
        number = queries.case_number(operations.urge(task_id, actor=actor()))
    flash("已催办，办理机构将收到通知。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/tasks/<int:task_id>/acts/<key>")
@allow("operator", "approver")
def act(task_id: int, key: str) -> Any:
    """What a button beside the decision does; `operations/task_acts.py` declares each."""
    with transaction():
        number = queries.case_number(operations.act_on(task_id, key, actor=actor()))
    flash(ACTS[key].done, "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/tasks/<int:task_id>/take-back")
@allow("operator", "approver")
def take_back(task_id: int) -> Any:
    caller = actor()
    what = ["take-back", task_id]
    case_id = submit_once(None, what, lambda: operations.take_back(task_id, actor=caller), actor=caller)
    flash("已收回，本环节可以重新办理。", "success")
    return redirect(url_for("cases.show", number=queries.case_number(case_id)))


@bp.post("/tasks/<int:task_id>/supervision")
@allow("approver")
def supervise(task_id: int) -> Any:
    caller, number, opinion = actor(), request.form.get("case", ""), typed_text("opinion")
    return do_once(
        number,
        ["supervise", task_id, opinion],
        lambda: operations.supervise(task_id, opinion, actor=caller),
        "督办意见已发出，办理机构将收到通知。",
        typed={"opinion": opinion},
    )


@bp.post("/cases/<number>/recall")
@allow("operator")
def recall(number: str) -> Any:
    caller, reason = actor(), typed_text("reason")
    what = ["recall", number, reason]
    submit_once(None, what, lambda: operations.recall(number, reason, actor=caller), actor=caller)
    flash(f"办件 {number} 已撤回。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/cases/<number>/call-off")
@allow("approver")
def call_off(number: str) -> Any:
    caller, reason = actor(), typed_text("reason")
    what = ["call-off", number, reason]
    submit_once(None, what, lambda: operations.call_off(number, reason, actor=caller), actor=caller)
    flash(f"办件 {number} 已撤销核准，不再生效。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.post("/directives/<number>/revoke")
@allow("approver")
def revoke(number: str) -> Any:
    caller, reason = actor(), typed_text("reason")

    def act() -> int:
        directive = directives.directive_for(caller, number)
        operations.revoke_directive(directive, reason, actor=caller)
        return int(directive.case_id)

    case_number = queries.case_number(submit_once(None, ["revoke", number, reason], act, actor=caller))
    flash(f"指令 {number} 已撤销，须由本机构重新下达或不予下达。", "success")
    return redirect(url_for("cases.show", number=case_number))
