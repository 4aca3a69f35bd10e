"""How a case and its tasks are shown, to pages and to programs alike: what may be seen, in the glossary's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from app import clock
from app.access import Actor
from app.cases import hooks, rules
from app.cases.models import (
    BatchRow,
    CaseStatus,
    Decision,
    Notice,
    Outcome,
    RouteStep,
    Task,
    TaskStatus,
)
from app.cases.models.coming_changes import ComingChange
from app.cases.presenters import json_types
from app.cases.presenters.applications import shown_application
from app.cases.presenters.joint_answers import joint_json
from app.cases.presenters.prefilled_forms import prefilled
from app.cases.queries import View, progress_of
from app.cases.queries.case_reading import AnyCase
from app.cases.queries.coming_changes import live
from app.cases.queries.late_registrations import sentence_of
from app.cases.queries.late_reports import reported_late
from app.cases.queries.migrations import asked_in, decided_in
from app.cases.queries.parts_read import (
    CaseRead,
    ComingRead,
    DecisionRead,
    DirectiveRead,
    PaperRead,
    StepRead,
    TaskRead,
)
from app.cases.queries.reasons import reasons_for
from app.cases.queries.standstill import pause_of
from app.definitions.queries import ROW, CompiledVersion, compiled_version
from app.definitions.rules.forms import fields_of
from app.divisions.presenters import office_brief
from app.errors import Missing
from app.identity.models import Duty
from app.schools.models import GRADES
from app.students.models import STANDING_NAMES, Directive, Standing
from app.students.models.cohorts import LEFT_OUT_TEXTS
from app.students.operations.dry_run import Rehearsal
from app.web import instant


def light_of(task: Task | TaskRead, now: dt.datetime) -> rules.Light:
    """The task's light; grey while its clock stands still."""
    return rules.light(task.deadline, now, paused=task.case.status is CaseStatus.PAUSED)


def state_of(step: RouteStep | StepRead, case: AnyCase) -> json_types.State:
    """done, waiting, to come or skipped."""
    if step.skipped:
        return "skipped"
    if any(task.key == step.key and task.status is TaskStatus.OPEN for task in case.tasks):
        return "waiting"
    latest = [task for task in case.tasks if task.key == step.key]
    decided = [each for each in case.decisions if each.key == step.key]
    stands = not decided or decided[-1].undone_id is None
    return "done" if stands and latest and latest[-1].status is TaskStatus.DONE else "to come"


def case_json(case: CaseRead, view: View) -> json_types.CaseJson:
    """A case as programs read it; the parts that the office may not see yet are null."""
    now, see = clock.now(), view.content
    directive = None if has_list(case) else case.directive  # those of a list stand with its rows
    student = case.student
    return {
        "number": case.number,
        "process": case.process_key,
        "version": compiled_version_of(case).number if case.version_id else None,
        "variant": compiled_version_of(case).variant_of if case.version_id else None,
        "profile": case.profile,
        "status": case.status,
        "outcome": case.outcome,
        "student": {"id": student.id, "name": student.name, "main_number": student.main_number_masked}
        if student
        else None,
        "application": shown_application(case) if see else None,
        "ended_because": case.ended_because or None,
        "coming": coming_json(live(case)),
        "late": sentence_of(case),
        "reported_late": reported_late(case) if see else None,
        "opened_at": instant(case.opened_at),
        "closed_at": instant(case.closed_at),
        "waiting": [task_brief(task, now) for task in case.tasks if task.status is TaskStatus.OPEN],
        "decisions": [decision_json(each) for each in case.decisions] if view.whole else [],
        "route": [
            {
                "key": step.key,
                "name": step.name,
                "office": office_brief(step.office),
                "duty": Duty(step.duty),
                "reason": step.reason,
                "state": state_of(step, case),
            }
            for step in case.route
        ],
        "directive": directive_json(directive) if directive and see else None,
        "list": progress_json(case),
        **{name: say(case) if see else None for name, say in hooks.case_fields.items()},  # type: ignore[typeddict-item]
    }


def paused_json(case: CaseRead, view: View) -> json_types.PausedJson | None:
    """Which office lets the case stand still; null where it goes on."""
    paused = pause_of(case.id) if case.status is CaseStatus.PAUSED else None
    if paused is None or paused.office is None:
        return None
    reason = paused.reason if view.content else None
    return {"office": office_brief(paused.office), "since": instant(paused.since), "reason": reason}


def case_brief(case: CaseRead) -> json_types.CaseBriefJson:
    """Where a case stands, and no more."""
    now = clock.now()
    waiting = [task_brief(task, now) for task in case.tasks if task.status is TaskStatus.OPEN]
    return {"number": case.number, "status": case.status, "waiting": waiting}


def coming_json(coming: ComingChange | ComingRead | None) -> json_types.ComingJson | None:
    """What has been agreed to for a later day, and why it could not take effect when that day had come."""
    if coming is None:
        return None
    return {"on": coming.takes_effect_on.isoformat(), "fault": coming.fault}


def has_list(case: AnyCase) -> bool:
    """True for a case about many children: its process has a form for one of them."""
    return case.version_id is not None and ROW in compiled_version_of(case).forms


def progress_json(case: AnyCase) -> json_types.ProgressJson | None:
    """How far the case's list has come; null for a case without one."""
    progress = progress_of(case.id) if has_list(case) else None
    if progress is None:
        return None
    return {
        "total": progress.total,
        "accepted": progress.accepted,
        "refused": progress.refused,
        "waiting": progress.waiting,
        "finished": progress.finished,
    }


def row_json(row: BatchRow) -> json_types.RowJson:
    """One child of a list as programs read it."""
    return {
        "position": row.position,
        "name": row.name,
        "main_number": row.number_masked,
        "status": row.status,
        "student": row.student_id,
        "code": row.code or None,
        "detail": row.detail or None,
    }


def decision_json(decision: DecisionRead) -> json_types.DecisionJson:
    return {
        "task": decision.key,
        "office": office_brief(decision.office),
        "by": decision.by,
        "outcome": decision.outcome,
        "reason_code": decision.reason_code,
        "opinion": decision.opinion,
        "form": {name: decision.form[name] for name, _words in shown_of(decision)},
        "at": instant(decision.at),
        "stands": decision.undone_id is None,
    }


def shown_of(decision: Decision | DecisionRead) -> list[tuple[str, str]]:
    """The fields of a decision's form that its readers are told (`x-shown`), each with its value in words."""
    if not decision.form or decision.case.version_id is None:
        return []
    decided = decided_in(decision.case.id, compiled_version_of(decision.case), decision.key)
    if decided is None:
        return []
    version, spec = decided
    parts = fields_of(version.form(spec.form))
    return [
        (name, next((each["title"] for each in part.get("oneOf", ()) if each["const"] == value), str(value)))
        for name, part in parts.items()
        if part.get("x-shown") and (value := decision.form.get(name)) is not None
    ]


def attachment_json(paper: PaperRead) -> json_types.AttachmentJson:
    return {
        "id": paper.id,
        "kind": paper.kind or None,
        "name": paper.name,
        "media_type": paper.media_type,
        "size": paper.size,
        "sha256": paper.sha256,
        "office": office_brief(paper.office),
        "added_at": instant(paper.added_at),
    }


NOTICE_NAMES = {
    "reminder": "提醒",
    "urge": "催办",
    "supervision": "督办",
    "escalation": "逾期上报",
    "result": "办理结果",
}


def notice_kind(notice: Notice) -> json_types.NoticeWord:
    """An urge by the superior is a supervision."""
    return "supervision" if notice.supervision_id is not None else notice.kind.value


def notice_json(notice: Notice, children: Mapping[int, str]) -> json_types.NoticeJson:
    """children -- by case, those whose names the caller may read"""
    return {
        "id": notice.id,
        "kind": notice_kind(notice),
        "text": notice.text,
        "case": notice.case.number,
        "student": children.get(notice.case_id),
        "task": notice.task_id,
        "at": instant(notice.at),
        "read_at": instant(notice.read_at),
    }


def directive_json(directive: Directive | DirectiveRead) -> json_types.DirectiveJson:
    """A directive as programs read it."""
    return {
        "number": directive.number,
        "title": directive.title,
        "kind": directive.kind,
        "status": directive.status,
        "student": directive.student_id,
        "issuer": directive.issuer.code,
        "to_school": directive.to_school.office.code,
        "issued_at": instant(directive.issued_at),
        "expires_at": instant(directive.expires_at),
    }


def task_brief(task: Task | TaskRead, now: dt.datetime) -> json_types.TaskBriefJson:
    """A task as it stands in lists."""
    return {
        "id": task.id,
        "key": task.key,
        "name": task.name,
        "office": office_brief(task.office),
        "duty": task.duty,
        "arrived_at": instant(task.arrived_at),
        "deadline": instant(task.deadline),
        "light": light_of(task, now),
        "code": (task.note or {}).get("code"),
        "note": (task.note or {}).get("detail"),
    }


def task_json(task: Task, version: CompiledVersion, actor: Actor) -> json_types.TaskJson:
    """A task with its form, outcomes and reasons."""
    version, spec = asked_in(task, version)
    return {
        **task_brief(task, clock.now()),
        "case": task.case.number,
        "status": task.status,
        "form": version.form(spec.form),
        "values": prefilled(task),
        "outcomes": [Outcome(each) for each in spec.outcomes],
        "reasons": [{"code": each["code"], "text": each["text"]} for each in reasons_for(version, task)],
        "joint": joint_json(task, actor),
    }


def rehearsal_json(rehearsal: Rehearsal) -> json_types.RehearsalJson:
    """How many children go where, and who is left out, as programs read it."""
    return {
        "done": rehearsal.done,
        "moved": [{"grade": each.grade, "to": each.to, "children": each.children} for each in rehearsal.moved],
        "left_out": [
            {
                "student": each.student_id,
                "name": each.name,
                "grade": each.grade,
                "because": each.because,
                "text": LEFT_OUT_TEXTS[each.because],
            }
            for each in rehearsal.left_out
        ],
    }


def destination(to: str) -> str:
    """A grade or a standing in words."""
    return GRADES.get(to) or STANDING_NAMES[Standing(to)]


def compiled_version_of(case: AnyCase) -> CompiledVersion:
    """The version the case pinned when it opened. Raises Missing for a takeover, which runs on none."""
    if case.version_id is None:
        raise Missing()
    return compiled_version(case.version_id)
