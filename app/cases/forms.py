"""How a case and its tasks are shown, to pages and to programs alike: what may be seen, in the glossary's words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from app import clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Attachment, BatchRow, Case, CaseStatus, Decision, Notice, RouteStep, Task, TaskStatus
from app.cases.queries import View, progress_of
from app.cases.recruits import SIDE_OF_TASK, counts_of, marked_by, roster_of
from app.cases.rosters import ChildStatus, RosterChild
from app.interface import instant
from app.processes.queries import ROW, Edition, edition
from app.schools.models import GRADES
from app.students.cohorts import LEFT_OUT_TEXTS
from app.students.models import STANDING_NAMES, Directive, Standing
from app.students.operations.rehearsing import Rehearsal
from app.students.queries import directive_of


def light_of(task: Task, now: dt.datetime) -> str:
    """The task's light; grey while its clock stands still."""
    return rules.light(task.deadline, now, paused=task.case.status is CaseStatus.PAUSED)


def state_of(step: RouteStep, case: Case) -> str:
    """done, waiting, to come or skipped."""
    if step.skipped:
        return "skipped"
    if any(task.key == step.key and task.status is TaskStatus.OPEN for task in case.tasks):
        return "waiting"
    latest = [task for task in case.tasks if task.key == step.key]
    return "done" if latest and latest[-1].status is TaskStatus.DONE else "to come"


def case_json(case: Case, actor: Actor, view: View) -> dict[str, Any]:
    """A case as programs read it; the parts that the office may not see yet are null."""
    now, see = clock.now(), view.content
    directive = None if has_list(case) else directive_of(case.id)  # those of a roster stand with its rows
    student = case.student
    return {
        "number": case.number,
        "process": case.process_key,
        "version": edition_of(case).number if case.version_id else None,
        "profile": case.profile,
        "status": case.status.value,
        "outcome": case.outcome.value if case.outcome else None,
        "student": {"id": student.id, "name": student.name, "main_number": student.main_number_masked}
        if student
        else None,
        "application": case.application if see else None,
        "ended_because": case.ended_because or None,
        "opened_at": instant(case.opened_at),
        "closed_at": instant(case.closed_at),
        "waiting": [task_brief(task, now) for task in case.tasks if task.status is TaskStatus.OPEN],
        "decisions": [decision_json(each) for each in case.decisions] if view.whole else [],
        "route": [
            {
                "key": step.key,
                "name": step.name,
                "office": office_brief(step.office),
                "duty": step.duty,
                "reason": step.reason,
                "state": state_of(step, case),
            }
            for step in case.route
        ],
        "directive": directive_json(directive) if directive and see else None,
        "list": progress_json(case),
        "roster": roster_json(case) if see and has_list(case) else None,
    }


def has_list(case: Case) -> bool:
    """True for a case about many children: its process has a form for one of them."""
    return case.version_id is not None and ROW in edition_of(case).forms


def progress_json(case: Case) -> dict[str, Any] | None:
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


def row_json(row: BatchRow) -> dict[str, Any]:
    """One child of a list as programs read it."""
    return {
        "position": row.position,
        "name": row.name,
        "main_number": row.number_masked,
        "status": row.status.value,
        "student": row.student_id,
        "code": row.code or None,
        "detail": row.detail or None,
    }


def roster_json(case: Case) -> dict[str, Any] | None:
    """The plan behind a roster and where its children stand; null for any other list."""
    roster = roster_of(case.id)
    if roster is None:
        return None
    counts = counts_of(case.id)
    return {
        "filing": roster.plan.filing.number if roster.plan.filing else None,
        "source": office_brief(roster.source),
        "cap": roster.plan.cap,
        "children": {status.value: counts.get(status, 0) for status in ChildStatus},
    }


CHILD_STATUS_NAMES = {
    ChildStatus.LISTED: ("待双方确认", "grey"),
    ChildStatus.CONFIRMED: ("双方已确认", "blue"),
    ChildStatus.DIRECTED: ("已下达指令", "blue"),
    ChildStatus.REGISTERED: ("已注册", "green"),
    ChildStatus.REFUSED: ("不予办理", "red"),
}


def roster_child_json(child: RosterChild) -> dict[str, Any]:
    """One child of a roster as programs read it: the row, and what both bureaus say of it."""
    return {
        **row_json(child.row),
        "state": child.status.value,
        "here": child.here.value if child.here else None,
        "source": child.source.value if child.source else None,
        "directive": child.directive.number if child.directive else None,
    }


def office_brief(office: Any) -> dict[str, str]:
    return {"code": office.code, "name": office.name, "kind": office.kind.value}


def decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "task": decision.key,
        "office": office_brief(decision.office),
        "by": decision.user.name,
        "outcome": decision.outcome.value,
        "reason_code": decision.reason_code,
        "opinion": decision.opinion,
        "form": {name: decision.form[name] for name, _words in shown_of(decision)},
        "at": instant(decision.at),
    }


def shown_of(decision: Decision) -> list[tuple[str, str]]:
    """The fields of a decision's form that its readers are told (`x-shown`), each with its value in words."""
    if not decision.form or decision.case.version_id is None:
        return []
    chosen = edition_of(decision.case)
    parts = chosen.form(chosen.diagrams.tasks[decision.key].form)["properties"]
    return [
        (name, next((each["title"] for each in part.get("oneOf", ()) if each["const"] == value), str(value)))
        for name, part in parts.items()
        if part.get("x-shown") and (value := decision.form.get(name)) is not None
    ]


def attachment_json(paper: Attachment) -> dict[str, Any]:
    return {
        "id": paper.id,
        "name": paper.name,
        "media_type": paper.media_type,
        "size": paper.size,
        "sha256": paper.sha256,
        "office": office_brief(paper.office),
        "added_at": instant(paper.added_at),
    }


NOTICE_NAMES = {
    "reminder": "到期提醒",
    "urge": "催办",
    "supervision": "督办",
    "escalation": "逾期上报",
    "result": "办理结果",
}


def notice_kind(notice: Notice) -> str:
    """An urge by the superior is a supervision."""
    return "supervision" if notice.supervision_id is not None else notice.kind.value


def notice_json(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice_kind(notice),
        "text": notice.text,
        "case": notice.case.number,
        "task": notice.task_id,
        "at": instant(notice.at),
        "read_at": instant(notice.read_at),
    }


def directive_json(directive: Directive) -> dict[str, Any]:
    """A directive as programs read it."""
    return {
        "number": directive.number,
        "title": directive.title,
        "kind": directive.kind.value,
        "status": directive.status.value,
        "student": directive.student_id,
        "issuer": directive.issuer.code,
        "to_school": directive.to_school.office.code,
        "issued_at": instant(directive.issued_at),
        "expires_at": instant(directive.expires_at),
    }


def task_brief(task: Task, now: dt.datetime) -> dict[str, Any]:
    """A task as it stands in lists."""
    return {
        "id": task.id,
        "key": task.key,
        "name": task.name,
        "office": office_brief(task.office),
        "duty": task.duty.value,
        "arrived_at": instant(task.arrived_at),
        "deadline": instant(task.deadline),
        "light": light_of(task, now),
        "code": (task.note or {}).get("code"),
        "note": (task.note or {}).get("detail"),
    }


def task_json(task: Task, chosen: Edition) -> dict[str, Any]:
    """A task with its form, outcomes and reasons."""
    spec = chosen.diagrams.tasks[task.key]
    return {
        **task_brief(task, clock.now()),
        "case": task.case.number,
        "status": task.status.value,
        "form": chosen.form(spec.form),
        "values": prefilled(task),
        "outcomes": list(spec.outcomes),
        "reasons": list(chosen.reasons) if {"refuse", "send_back"} & set(spec.outcomes) else [],
    }


def prefilled(task: Task) -> dict[str, Any]:
    """What stands in the form already: the directive's number at the pull, the application at the repair."""
    if task.key == "pull":
        directive = directive_of(task.case_id)
        return {"directive": directive.number} if directive else {}
    if task.key in SIDE_OF_TASK:
        side = SIDE_OF_TASK[task.key]
        return {
            "refused": [
                {
                    "position": child.position,
                    "reason_code": getattr(child, f"{side}_code"),
                    "reason": getattr(child, f"{side}_reason"),
                }
                for child in marked_by(task.case_id, side)
            ]
        }
    if task.key == "repair":
        asked = edition_of(task.case).form("repair")["properties"]
        return {name: task.case.application[name] for name in asked if name in task.case.application}
    return {}


def rehearsal_json(rehearsal: Rehearsal) -> dict[str, Any]:
    """How many children go where, and who is left out, as programs read it."""
    return {
        "done": rehearsal.done,
        "moved": [{"grade": each.grade, "to": each.to, "children": each.children} for each in rehearsal.moved],
        "left_out": [
            {
                "student": each.student_id,
                "name": each.name,
                "grade": each.grade,
                "because": each.because.value,
                "text": LEFT_OUT_TEXTS[each.because],
            }
            for each in rehearsal.left_out
        ],
    }


def destination(to: str) -> str:
    """A grade or a standing in words."""
    return GRADES.get(to) or STANDING_NAMES[Standing(to)]


def edition_of(case: Case) -> Edition:
    """The edition the case pinned when it opened."""
    assert case.version_id is not None
    return edition(case.version_id)
