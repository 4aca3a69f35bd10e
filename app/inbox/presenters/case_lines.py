"""A case as a line of a list, on the page and in a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.cases.models import Case, CaseStatus, TaskStatus
from app.cases.rules import Light, light, time_left
from app.cases.views.blueprint import status_tag
from app.identity.models import DUTY_NAMES
from app.web.formatting import day


@dataclass(frozen=True)
class CaseLine:
    """What any column of a list of cases shows."""

    number: str
    process: str
    student: str
    schools: str
    status: tuple[str, str]  # words and colour
    holders: Sequence[tuple[str, str, str]]  # office, duty and step of each task that waits
    opened: dt.datetime
    closed: dt.datetime | None
    applicant: str
    deadline: dt.datetime | None  # the first of those that wait
    light: Light
    left: str

    def text(self, column: str) -> str:
        """The column in one cell of a spreadsheet."""
        match column:
            case "status":
                return self.status[0]
            case "holder":
                return "；".join(f"{office}（{duty}）{task}" for office, duty, task in self.holders)
            case "deadline":
                return f"{day(self.deadline)}　{self.left}" if self.deadline else ""
            case "opened" | "closed":
                return day(getattr(self, column))
        return str(getattr(self, column))


def case_line(case: Case, processes: Mapping[str, str], now: dt.datetime) -> CaseLine:
    """The line of a case; processes -- their names by key."""
    waiting = [each for each in case.tasks if each.status is TaskStatus.OPEN]
    deadline, paused = min((each.deadline for each in waiting), default=None), case.status is CaseStatus.PAUSED
    from_school, to_school = case.releasing_school, case.receiving_school
    here = (to_school or case.applicant_office).short_name
    return CaseLine(
        number=case.number,
        process=processes.get(case.process_key, case.process_key),
        student=case.student.name if case.student else "",
        schools=f"{from_school.short_name} → {to_school.short_name}" if from_school and to_school else here,
        status=status_tag(case),
        holders=[(each.office.name, DUTY_NAMES[each.duty], each.name) for each in waiting],
        opened=case.opened_at,
        closed=case.closed_at,
        applicant=case.applicant_office.short_name,
        deadline=deadline,
        light=light(deadline, now, paused=paused) if deadline else "green",
        left=time_left(deadline, now, paused=paused) if deadline else "",
    )
