"""The pages of a case: start, follow, decide, recall."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from app import clock
from app.access import Actor, actor, allow, found
from app.cases import operations, queries, rules
from app.cases.forms import edition_of, light_of, prefilled, state_of
from app.cases.models import OUTCOME_NAMES, Case, CaseStatus, Outcome, Task, TaskStatus
from app.cases.openings import transfer_objections
from app.cases.operations import Answer
from app.database import db, transaction
from app.errors import InvalidInput, Missing, Objected, Refused, Stale, objections_of
from app.interface import add_menu, encode_cursor, form_values, objections
from app.interface.lists import decode_cursor
from app.processes.queries import APPLICATION, current_edition
from app.schools.models import GRADES, School
from app.students import queries as students
from app.students.models import Directive, DirectiveStatus, Student
from workflows import Refusal

bp = Blueprint("cases", __name__, template_folder="templates")

STATUS_NAMES = {
    CaseStatus.OPEN: ("办理中", "blue"),
    CaseStatus.REPAIRING: ("补正中", "amber"),
    CaseStatus.PAUSED: ("暂停计时", "grey"),
    CaseStatus.CLOSED: ("已办结", "grey"),
}
CASE_OUTCOMES = {
    "agreed": ("同意", "green"),
    "refused": ("不予办理", "red"),
    "recalled": ("已撤回", "grey"),
    "redirected": ("转为其他办件", "grey"),
    "terminated": ("已终止", "grey"),
}
FIND = {
    "type": "object",
    "properties": {
        "main_number": {
            "type": "string",
            "title": "学籍主号",
            "format": "cn-id",
            "description": "即居民身份证号，18 位",
        },
        "name": {"type": "string", "title": "学生姓名", "format": "person-name", "maxLength": 36},
    },
    "required": ["main_number", "name"],
}
BUTTONS = {  # where the outcome's plain name would not say what pressing it does
    ("releasing_bureau", "agree"): "同意并下达允许转学指令",
    ("repair", "agree"): "再次提交",
    ("pull", "agree"): "转入档案并注册",
    ("await_seat", "agree"): "再次办理",
    ("await_seat", "refuse"): "放弃转入",
}
RECOMMENDATIONS = [{"code": each.value, "text": OUTCOME_NAMES[each]} for each in Outcome if each.value != "acknowledge"]
BOXES = {"applied": "我发起的", "running": "在办", "closed": "办结", "": "全部办件"}

add_menu("办件", "在办", "cases.running", ("operator", "approver"))
add_menu("办件", "办结", "cases.closed", ("operator", "approver"))
add_menu("办件", "我发起的", "cases.applied", ("operator",))
add_menu("办事", "发起转学", "cases.start_transfer", ("operator",))


def status_tag(case: Case) -> tuple[str, str]:
    """What the case's stamp says, and its colour."""
    return CASE_OUTCOMES[case.outcome.value] if case.outcome else STATUS_NAMES[case.status]


def button_text(task_key: str, outcome: str) -> str:
    """What the button says that gives this outcome at that task."""
    return BUTTONS.get((task_key, outcome), OUTCOME_NAMES[Outcome(outcome)])


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/cases")
@allow("operator", "approver")
def index() -> Any:
    return _list("")


@bp.get("/cases/applied")
@allow("operator")
def applied() -> Any:
    return _list("applied")


@bp.get("/cases/running")
@allow("operator", "approver")
def running() -> Any:
    return _list("running")


@bp.get("/cases/closed")
@allow("operator", "approver")
def closed() -> Any:
    return _list("closed")


def _list(box: str) -> Any:
    place, limit, q = decode_cursor(1), 20, request.args.get("q", "").strip()
    rows = queries.cases_for(actor(), box=box or None, q=q or None, after=place[0] if place else None, limit=limit + 1)
    following = encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None
    return render_template(
        "cases/list.html",
        heading=BOXES[box],
        cases=rows[:limit],
        names=queries.process_names(),
        status_tag=status_tag,
        waiting_of=lambda case: [task for task in case.tasks if task.status is TaskStatus.OPEN],
        next=url_for(request.endpoint or "cases.index", cursor=following, q=q or None) if following else None,
        q=q,
    )


# ── start ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/cases/transfer/new")
@allow("operator")
def start_transfer() -> Any:
    """First the child, by number and name; objections are shown before anything else is typed."""
    _own_school()
    return render_template("cases/find_child.html", schema=FIND, values={}, errors=[])


def _own_school() -> School:
    school = db.session.get(School, actor().office_id)
    if school is None:
        raise Missing()
    return school


@bp.post("/cases/transfer/new")
@allow("operator")
def find_child() -> Any:
    school, values = _own_school(), form_values(FIND)
    errors: list[Any] = list(objections(FIND, values))
    if errors:
        return render_template("cases/find_child.html", schema=FIND, values=values, errors=errors), 422
    values["main_number"] = values["main_number"].upper()
    try:
        child = students.child_by_number(values["main_number"], values["name"])
    except Refused as refusal:
        return render_template("cases/find_child.html", schema=FIND, values=values, errors=[refusal]), 422
    against = transfer_objections(current_edition("transfer"), child, school, profile=operations.profile())
    return _application_page(school, {**values, "name": child.name}, child, against=against)


def _application_page(
    school: School,
    values: dict[str, Any],
    child: Student | None,
    *,
    against: Sequence[Refusal] = (),
    errors: Sequence[Refusal] = (),
) -> str:
    """The opening form, or what stands against the child's transfer; what was typed stays typed."""
    enrolment = (child.open_enrolment or child.last_enrolment) if child else None
    return render_template(
        "cases/application.html",
        schema=_application_form(),
        found={
            "name": values["name"],
            "main_number": values["main_number"],
            "school": enrolment.school.office.name if enrolment else "—",
            "grade": GRADES[enrolment.grade] if enrolment else "—",
        },
        school=school.office,
        objections=against,
        values=values,
        errors=errors,
        declared=request.form.get("declared") == "yes",
        key=operations.new_key(),
    )


def _application_form() -> dict[str, Any]:
    """The opening form without what is known already: the child, the school, the grade."""
    schema = current_edition("transfer").form(APPLICATION)
    known = ("main_number", "name", "to_school", "grade")
    asked = {name: part for name, part in schema["properties"].items() if name not in known}
    return {**schema, "properties": asked, "required": [name for name in schema["required"] if name in asked]}


@bp.post("/cases/transfer")
@allow("operator")
def submit_transfer() -> Any:
    school, form = _own_school(), _application_form()
    application = {
        **form_values(form),
        "main_number": request.form.get("main_number", "").strip().upper(),
        "name": request.form.get("name", "").strip(),
        "to_school": school.office.code,
    }
    caller = actor()
    try:
        _check_typed(form)
        with transaction():
            case_id = operations.once(
                request.form.get("key"),
                application,
                lambda: operations.open_case("transfer", application, actor=caller).id,
                actor=caller,
            )
            number = queries.case_number(case_id)
    except (Stale, Missing):
        raise
    except Refused as refusal:
        g.refusal = refusal
        return _application_page(school, application, _child_of(application), errors=objections_of(refusal)), 422
    flash(f"已提交，办件编号 {number}。", "success")
    return redirect(url_for("cases.show", number=number))


def _check_typed(form: dict[str, Any]) -> None:
    """Every fault of the typed application at once, the declaration's among them. Raises Objected."""
    faults = objections(form, form_values(form))
    if request.form.get("declared") != "yes":
        faults.append(InvalidInput(sentence="请确认监护人签名的转学申请已收存。", field="declared"))
    if faults:
        raise Objected(list(faults))


def _child_of(application: dict[str, Any]) -> Student | None:
    try:
        return students.child_by_number(application["main_number"], application["name"])
    except Refused:
        return None


# ── one case ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/cases/<number>")
@allow("operator", "approver")
def show(number: str) -> Any:
    return _page(number)


def _page(number: str, *, errors: list[Any] | None = None, typed: dict[str, Any] | None = None) -> str:
    caller = actor()
    case, view = queries.case_for(caller, number)
    chosen, now = edition_of(case), clock.now()
    waiting = [task for task in case.tasks if task.status is TaskStatus.OPEN]
    mine = next(
        (task for task in waiting if task.office_id == caller.office_id and task.duty.value == caller.duty), None
    )
    own_draft = mine is not None and mine.duty.value == "approver" and case.opened_by == caller.user_id
    directive = students.directive_of(case.id) if view.content else None
    review = next((t for t in waiting if t.office_id == caller.office_id and _may_pre_review(t, caller)), None)
    return render_template(
        "cases/case/page.html",
        case=case,
        view=view,
        chosen=chosen,
        stamp_says=status_tag(case),
        timeline=_timeline(case, view.content),
        waiting=waiting,
        mine=None if own_draft else mine,
        own_draft=own_draft,
        following=next((row for row in queries.inbox(caller, limit=2) if row.number != number), None),
        mine_only=mine is not None and not own_draft and waiting == [mine],
        review=review,
        spec=chosen.diagrams.tasks[mine.key] if mine else None,
        form=chosen.form(chosen.diagrams.tasks[mine.key].form) if mine else None,
        application=_application_lines(case, chosen) if view.content else [],
        lights={task.id: (light_of(task, now), rules.time_left(task.deadline, now)) for task in waiting},
        outcomes=OUTCOME_NAMES,
        button_text=button_text,
        recommendations=RECOMMENDATIONS,
        typed=typed if typed is not None else (prefilled(mine) if mine else {}),
        errors=errors or [],
        may_recall=_may_recall(case, caller),
        directive=directive,
        key=operations.new_key(),
        marks=json.dumps(_marks(case)),
        may_revoke=_may_revoke(directive, caller),
    )


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
    return case.holds_student and (directive is None or directive.status.value in ("revoked", "expired"))


def _timeline(case: Case, see: bool) -> list[dict[str, Any]]:
    """What happened, then what waits, then the steps to come with who will act."""
    entries = [
        {
            "title": "提交申请",
            "office": case.applicant_office.name,
            "who": "",
            "outcome": "已提交",
            "kind": "blue",
            "opinion": "",
            "reason": "",
            "at": case.opened_at,
            "state": "done",
            "duration": "",
        }
    ]
    arrived = {task.id: task.arrived_at for task in case.tasks}
    names = {task.id: task.name for task in case.tasks}
    for decision in case.decisions:
        elapsed = clock.working_days_between(
            clock.local(arrived[decision.task_id]).date(), clock.local(decision.at).date()
        )
        entries.append(
            {
                "title": names[decision.task_id],
                "office": decision.office.name,
                "who": decision.user.name if see else "",
                "outcome": OUTCOME_NAMES[decision.outcome],
                "kind": {Outcome.REFUSE: "red", Outcome.SEND_BACK: "amber"}.get(decision.outcome, "green"),
                "opinion": decision.opinion if see else "",
                "reason": "",
                "at": decision.at,
                "state": "done",
                "duration": f"用时 {max(0, elapsed)} 个工作日",
            }
        )
    now = clock.now()
    for task in case.tasks:
        if task.status is TaskStatus.OPEN:
            entries.append(
                {
                    "title": task.name,
                    "office": task.office.name,
                    "who": "",
                    "outcome": rules.time_left(task.deadline, now),
                    "kind": {"red": "red", "yellow": "amber"}.get(light_of(task, now), "blue"),
                    "opinion": (task.note or {}).get("detail", ""),
                    "reason": next((step.reason for step in case.route if step.key == task.key), ""),
                    "at": task.arrived_at,
                    "state": "waiting",
                    "duration": "已到达",
                }
            )
    if case.status is not CaseStatus.CLOSED:
        entries.extend(_to_come(case))
    return entries


def _to_come(case: Case) -> list[dict[str, Any]]:
    coming = []
    for step in case.route:
        state = state_of(step, case)
        if state in ("to come", "skipped"):
            coming.append(
                {
                    "title": step.name,
                    "office": step.office.name,
                    "who": "",
                    "outcome": "略过" if state == "skipped" else "待办理",
                    "kind": "grey",
                    "opinion": "",
                    "reason": step.reason,
                    "at": None,
                    "state": state,
                    "duration": "",
                }
            )
    return coming


def _marks(case: Case) -> dict[str, str]:
    """Element id to its mark, for the picture of the diagram."""
    marks = {decision.key: "done" for decision in case.decisions}
    marks |= {task.key: "waiting" for task in case.tasks if task.status is TaskStatus.OPEN}
    return marks


SHOWN_ALREADY = ("name", "to_school")  # the card above says both, the school by its name


def _application_lines(case: Case, chosen: Any) -> list[tuple[str, str]]:
    """The application in the words of its form."""
    schema = chosen.forms.get(APPLICATION)
    lines = _lines(schema, case.application) if schema and case.application else []
    return [(label, value) for name, label, value in lines if name not in SHOWN_ALREADY]


def _lines(schema: dict[str, Any], values: dict[str, Any]) -> Any:
    for name, part in schema["properties"].items():
        if name not in values:
            continue
        if part.get("type") == "object":
            for inner, label, value in _lines(part, values[name]):
                yield f"{name}.{inner}", label, value
        else:
            titles = {choice["const"]: choice["title"] for choice in part.get("oneOf", ())}
            yield name, part.get("title", name), str(titles.get(values[name], values[name]))


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
    number, chosen = task.case.number, edition_of(task.case)
    form = form_values(chosen.form(chosen.diagrams.tasks[task.key].form))
    outcome, opinion = request.form.get("outcome", ""), request.form.get("opinion", "").replace("\r\n", "\n").strip()
    answer = Answer(outcome, request.form.get("reason_code") or None, opinion, form)
    db.session.rollback()
    try:
        with transaction(reads_first=True):
            operations.once(
                request.form.get("key"),
                [task_id, outcome, answer.reason_code, opinion, form],
                lambda: operations.decide(task_id, answer, actor=caller),
                actor=caller,
            )
    except Objected as refusal:
        typed = {**form, "outcome": outcome, "opinion": opinion, "reason_code": answer.reason_code}
        return _page(number, errors=refusal.objections, typed=typed), 422
    flash(f"办件 {number}：{OUTCOME_NAMES.get(Outcome(outcome), '')}，已办理。", "success")
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
    flash(f"指令 {number} 已撤销，办件回到本机构。", "success")
    return redirect(url_for("cases.show", number=case_number))
