"""A change as a school asks for it, and what every rule about one asks alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app import clock
from app.errors import InvalidInput, Refused
from app.schools.models import Quota
from app.students.models import Enrolment, Student, Suspension


@dataclass(frozen=True)
class Asked:
    """A change as it is asked for, with what the rules must know of the child today."""

    process: str
    profile: str
    application: Mapping[str, Any]
    student: Student
    enrolment: Enrolment
    on: dt.date
    open_case: tuple[str, str] | None = None
    school_id: int = 0  # of whoever asks
    suspensions: tuple[Suspension, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    #: the quota of the cohort in which the child would be, None when there is none or the cohort stays
    quota_of: Callable[[int], Quota | None] = lambda _entry_year: None
    #: another child of the province has this main number
    number_is_taken: Callable[[str], bool] = lambda _number: False
    #: when the data of that entry year's cohort close, or closed
    locked_since: Callable[[int], dt.datetime] = clock.locked_since


class NothingChanges(Refused):
    code = "E-SAME"
    text = "填写的内容与现有信息相同，无须变更。"


def day_of(asked: Asked, name: str) -> dt.date:
    """A date of the application."""
    return dt.date.fromisoformat(asked.application[name])


def not_after_today(asked: Asked, name: str, what: str) -> Iterator[Refused]:
    """A date of what has happened does not lie ahead; what -- its name in the sentence."""
    if name in asked.application and day_of(asked, name) > asked.on:
        yield InvalidInput(sentence=f"{what}不能晚于今天。", field=name)


def signed(asked: Asked) -> Iterator[Refused]:
    """The guardian has signed by now."""
    yield from not_after_today(asked, "signed_on", "监护人签名日期")
