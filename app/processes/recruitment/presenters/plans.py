"""How plans and lists of recruitment are shown, to pages and to programs alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from app.cases.models import Case
from app.cases.presenters.cases import compiled_version_of, has_list, row_json
from app.cases.presenters.json_types import CaseJson, CaseWithPapersJson, RowJson, add_fields
from app.cases.queries.case_reading import AnyCase
from app.cases.views.row_particulars import row_particulars
from app.divisions.presenters import OfficeBriefJson, office_brief
from app.processes.recruitment.models import ChildStatus, Consent, FilingState, PlanKind, PlanStatus, RosterChild
from app.processes.recruitment.queries import counts_of, records_behind, roster_of
from app.schools.models import GRADES
from app.students.models import STANDING_NAMES, Enrolment, Student

PLAN_KIND_NAMES = {PlanKind.CROSS_COUNTY: "跨县（市、区）", PlanKind.CROSS_CITY: "跨设区市"}
PLAN_STATUS_NAMES = {
    PlanStatus.CONSULTING: ("征求同意", "blue"),
    PlanStatus.CONSENTED: ("双方已同意", "amber"),
    PlanStatus.FILED: ("已备案，可招生", "green"),
    PlanStatus.ENDED: ("已终止", "grey"),
}
FILING_STATE_NAMES = {
    FilingState.WAITING: ("待备案", "blue"),
    FilingState.RETURNED: ("退回补充", "amber"),
    FilingState.ACCEPTED: ("予以备案", "green"),
    FilingState.ENDED: ("方案已终止", "grey"),
}
CHILD_STATUS_NAMES = {
    ChildStatus.LISTED: ("待双方确认", "grey"),
    ChildStatus.CONFIRMED: ("双方已确认", "blue"),
    ChildStatus.DIRECTED: ("已下达指令", "blue"),
    ChildStatus.REGISTERED: ("已注册", "green"),
    ChildStatus.REFUSED: ("不予办理", "red"),
}


class RosterJson(TypedDict):
    """外招名单: the filing it stands under, and its children by their status."""

    filing: str | None
    source: OfficeBriefJson
    cap: int
    children: dict[str, int]


class RosterRowJson(RowJson):
    """A child of a list of recruitment: the row, and what both bureaus say of the child."""

    state: NotRequired[ChildStatus]
    here: NotRequired[Consent | None]
    source: NotRequired[Consent | None]
    directive: NotRequired[str | None]


class RecruitJson(RosterRowJson):
    """A child of the own area who is wanted elsewhere."""

    case: str
    school: OfficeBriefJson
    entry_year: int


class MarkedJson(TypedDict):
    """How many children are marked now."""

    marked: int


add_fields(CaseJson, CaseWithPapersJson, roster=RosterJson | None)
add_fields(RowJson, required=False, state=ChildStatus, here=Consent | None, source=Consent | None, directive=str | None)


def roster_json(case: AnyCase) -> RosterJson | None:
    """The plan behind a roster and where its children stand; null for any other list."""
    roster = roster_of(case.id) if has_list(case) else None
    if roster is None:
        return None
    counts = counts_of(case.id)
    return {
        "filing": roster.plan.filing.number if roster.plan.filing else None,
        "source": office_brief(roster.source),
        "cap": roster.plan.cap,
        "children": {status.value: counts.get(status, 0) for status in ChildStatus},
    }


class ChildFields(TypedDict):
    """What both bureaus say of a child."""

    state: ChildStatus
    here: Consent | None
    source: Consent | None
    directive: str | None


def child_fields(child: RosterChild) -> ChildFields:
    """What stands with the row of a child, for programs."""
    return {
        "state": child.status,
        "here": child.here,
        "source": child.source,
        "directive": child.directive.number if child.directive else None,
    }


def roster_child_json(child: RosterChild) -> RosterRowJson:
    """One child of a list as programs read it: the row, and what both bureaus say of it."""
    return {**row_json(child.row), **child_fields(child)}


def particulars_of(children: Sequence[RosterChild], case: Case) -> dict[int, list[tuple[str, str]]]:
    """By position, what the list and the record say of each child, to be compared with the papers."""
    version, records = compiled_version_of(case), records_behind(children, case.applicant_office_id)
    return {
        child.position: [*_of_the_record(*records.get(child.position, ())), *row_particulars(child.row, version)]
        for child in children
    }


def _of_the_record(student: Student | None = None, enrolment: Enrolment | None = None) -> list[tuple[str, str]]:
    if student is None or enrolment is None:
        return []
    return [
        ("性别", {"1": "男", "2": "女"}[student.sex.value]),
        ("原就读学校", enrolment.school.office.name),
        ("年级", GRADES[enrolment.grade]),
        ("学籍状态", STANDING_NAMES[enrolment.standing]),
    ]
