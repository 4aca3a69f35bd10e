"""What recruitment adds to the engine: a list begins with its plan, and gives back what it holds when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Closing, Offered, Opening, Panel
from app.cases.models import Case, CaseOutcome, Task
from app.cases.operations import is_startable
from app.cases.presenters.cases import compiled_version_of
from app.cases.presenters.choices import bureaus, schools_right_below
from app.database import db
from app.divisions.models import Office
from app.divisions.operations import ACTS_AS_CITY
from app.divisions.queries import named_divisions
from app.processes.recruitment.models import Plan, Roster
from app.processes.recruitment.operations import abandon, directive_ended, write_roster
from app.processes.recruitment.operations.plans import end_plan
from app.processes.recruitment.presenters.plans import CHILD_STATUS_NAMES, child_fields, roster_json
from app.processes.recruitment.queries import children_of, counts_of, filing_of, marked_by, roster_of
from app.students.models import Directive, Student
from app.students.operations import CaseContext
from workflows import Kind

PLANS = ("plan_cross_county", "plan_cross_city")
ROSTER = "recruitment_roster"


@hooks.on_open(ROSTER)
def begin(case: Case, opening: Opening) -> None:
    """Each child of the list begins its small run under the plan that the precheck has found."""
    write_roster(case, opening.found)


@hooks.on_close(ROSTER)
def close_roster(closing: Closing) -> None:
    """A list that its diagram has not ended: whoever is not registered is refused, the seats are given back."""
    if closing.outcome is CaseOutcome.RECALLED:
        abandon(closing.case_id, "学校已撤回名单。")
    elif closing.because:
        abandon(closing.case_id, f"名单已终止：{closing.because}。")


@hooks.on_close(*PLANS)
def close_plan(closing: Closing) -> None:
    """A plan that its diagram has not ended lapses with its case."""
    if closing.outcome is CaseOutcome.RECALLED or closing.because:
        end_plan(case_id=closing.case_id, actor=closing.actor)


@hooks.on_directive_ended(ROSTER)
def go_on(context: CaseContext, directive: Directive, how: str) -> None:
    """One child of many: the case goes on, the child waits for another directive."""
    directive_ended(context, directive, how)


@hooks.cohort(ROSTER)
def cohort(case_id: int, application: Mapping[str, Any]) -> int | None:
    """The entry year of the plan; the application names it since lists keep it there."""
    year: int | None = application.get("entry_year")
    if year is None:
        plan = sa.select(Plan.entry_year).join(Roster, Roster.plan_id == Plan.id).where(Roster.case_id == case_id)
        year = db.session.scalar(plan)
    return year


@hooks.prefill(ROSTER)
def marks(task: Task) -> Mapping[str, Any] | None:
    """Whom the office has noted that it will not confirm."""
    spec = compiled_version_of(task.case).diagrams.tasks[task.key]
    side = spec.side
    if spec.kind is not Kind.CONFIRMATION or not side:
        return None
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


# ── forms and pages ──────────────────────────────────────────────────────────────────────────────────────────────────

hooks.case_fields["roster"] = roster_json
hooks.start_page[ROSTER] = "rosters.new_roster"  # begins with a filed plan and a list


@hooks.names("recruiting_scope", "school")
def schools(student: Student | None, actor: Actor) -> Offered:
    """The schools whose own superior this bureau is."""
    return schools_right_below(actor)


@hooks.names("recruiting_scope", "divisions")
def divisions(student: Student | None, actor: Actor) -> Offered:
    """Every division of the province; which of them this school may have is for the rules to say."""
    return named_divisions()


@hooks.names("plan_cross_county", "source")
def bureaus_of_the_city(student: Student | None, actor: Actor) -> Offered:
    """The bureaus of the school's own city."""
    return [(code, name) for code, name in bureaus() if code[:4] == _city(actor)]


@hooks.names("plan_cross_city", "source")
def bureaus_elsewhere(student: Student | None, actor: Actor) -> Offered:
    """The bureaus of other cities, and the county units that act as one."""
    return [(code, name) for code, name in bureaus() if code[:4] != _city(actor) or code in ACTS_AS_CITY]


def _city(actor: Actor) -> str:
    return db.session.get_one(Office, actor.office_id).division_code[:4]


@hooks.beside_case(*PLANS, ROSTER)
def upload_under(case: Case, actor: Actor) -> Sequence[Panel]:
    """The filing under which the school may now upload a list: whatever case has led to its filed plan."""
    mine = case.applicant_office_id == actor.office_id and is_startable(ROSTER, actor)
    filing = filing_of(case.id) if mine else None
    return [Panel("recruitment/_upload.html", {"filing": filing}, place="title")] if filing else []


@hooks.list_panel(ROSTER)
def where_the_children_stand(case: Case) -> Panel | None:
    """The plan behind the list, and how many of its children stand where."""
    roster = roster_of(case.id)
    if roster is None:
        return None
    values = {
        "roster": roster,
        "counts": counts_of(case.id),
        "statuses": CHILD_STATUS_NAMES,
        "address": url_for("rosters.roster", number=case.number),
        "words": "逐名查看与核对",
    }
    return Panel("recruitment/_counts.html", values)


@hooks.row_fields(ROSTER)
def fields_of_rows(case: Case, positions: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """What both bureaus say of each child, for programs."""
    children = children_of(case.id, only=positions, limit=len(positions)) if positions else ()
    return {child.position: child_fields(child) for child in children}
