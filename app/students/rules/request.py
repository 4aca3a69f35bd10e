"""A change as a school asks for it, and what every rule about one asks alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app import clock
from app.errors import Refused
from app.schools.models import Quota
from app.students.models import Enrolment, Student, Suspension
from app.students.rules.dates import Life, effective_field, life_of, objections_to_days, registered_on


@dataclass(frozen=True)
class Asked:
    """A change as it is asked for, with what the rules must know of the child today."""

    process: str
    profile: str
    application: Mapping[str, Any]
    student: Student
    enrolment: Enrolment
    on: dt.date
    #: when the data of that entry year's cohort close, or closed
    locked_since: Callable[[int], dt.datetime]
    open_case: tuple[str, str] | None = None
    same_case: tuple[str, str] | None = None  # of this process, whether it holds the child or stands beside another
    school_id: int = 0  # of whoever asks
    suspensions: tuple[Suspension, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    #: the quota of the cohort in which the child would be, None when there is none or the cohort stays
    quota_of: Callable[[int], Quota | None] = lambda _entry_year: None
    #: another child of the province has this main number
    number_is_taken: Callable[[str], bool] = lambda _number: False
    #: from when the last change of standing in this enrolment holds, with its name
    last_change: tuple[dt.date, str] | None = None

    @property
    def life(self) -> Life:
        """What the days of the application are measured by."""
        life = life_of(self.enrolment, self.student.born_on, self.last_change, self.on)
        return replace(life, first_enrolled_on=registered_on(self.student.enrolments[0]))

    @property
    def school_year(self) -> int:
        """The school year in which the change takes effect; a day that has passed counts as today."""
        field = effective_field(self.process)
        return clock.school_year(max(self.on, day_of(self, field)) if field else self.on)


class NothingChanges(Refused):
    code = "E-SAME"
    text = "填写的内容与现有信息相同，无须变更。"


class NothingNamed(NothingChanges):
    """A correction that names no field at all."""

    text = "请至少填写一项要变更的内容。"


def day_of(asked: Asked, name: str) -> dt.date:
    """A date of the application."""
    return dt.date.fromisoformat(asked.application[name])


def days_asked(asked: Asked) -> Iterator[Refused]:
    """Against the days that the application names."""
    return objections_to_days(asked.process, asked.application, asked.life, ahead=asked.policy.get("ahead", 0))
