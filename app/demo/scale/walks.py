"""Children whose cases are walked through the real verbs, one of each kind."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases import operations
from app.cases.models import Case, Task, TaskStatus
from app.cases.operations import Answer
from app.cases.rules import next_tier
from app.database import db, transaction
from app.definitions.queries import current_version
from app.demo.cases import application_of
from app.demo.scale.kinds import Kind
from app.demo.schools import DemoSchool, Province
from app.demo.students import Child, enrol_these
from app.demo.walking import People, agree, at_earlier_hours
from app.divisions.models import Office
from app.schools.models import entry_year_of
from app.students.models import Directive

HOUR = dt.time(9, 0)
FIRST_ID = 450  # the numbers of children from there on end differently from everybody else's
GRADE = "13"


@dataclass
class Walked:
    """A child whose case is walked."""

    kind: Kind
    child: Child
    here: DemoSchool  # where the child is now
    there: DemoSchool | None
    case_id: int = 0
    offices: dict[int, str] = field(default_factory=dict)  # id -> gap


def place(province: Province, kinds: Sequence[Kind]) -> list[Walked]:
    """A child for each kind, where its case begins."""
    return [_place(province, order, kind) for order, kind in enumerate(kinds)]


def walk(province: Province, walked: Sequence[Walked], people: People, chance: random.Random) -> None:
    """Enrol the children and walk the case of each as far as it goes, yesterday morning."""
    with at_earlier_hours() as real:
        clock.set_to(dt.datetime.combine(clock.local(real).date() - dt.timedelta(days=1), HOUR, tzinfo=clock.ZONE))
        with transaction():
            enrol_these(province, [each.child for each in walked], chance)
        for each in walked:
            each.case_id = _walk(each, people)
            each.offices = _offices(each)


def _place(province: Province, order: int, kind: Kind) -> Walked:
    """A child of the third grade where its case begins: a closed transfer has brought it to where it is."""
    here, near, far = _three_schools(province)
    there = {"far": far, "near": near, "": None}[kind.other]
    begins = there if kind.closed and there and not kind.refused else here
    entry = entry_year_of(GRADE, clock.school_year(clock.today()))
    serial = 2 * order + (20 if kind.process == "class_change" else 21)  # an even one is in the first class
    child = Child(FIRST_ID + order, "", "", begins, GRADE, entry, serial, province.takeovers[begins.id], free=True)
    return Walked(kind, child, here, there)


def _three_schools(province: Province) -> tuple[DemoSchool, DemoSchool, DemoSchool]:
    """A primary school, another under its bureau, one under another bureau; all with seats."""
    roomy = [each for each in province.schools if each.stage == "primary" and not each.full]
    for here in roomy:
        near = next((each for each in roomy if each.superior is here.superior and each is not here), None)
        if near:
            return here, near, next(each for each in roomy if each.superior is not here.superior)
    raise AssertionError("no county has two schools")


def _walk(walked: Walked, people: People) -> int:
    kind, child = walked.kind, walked.child
    clerk, application = people[child.school.id, "operator"], _application(walked)
    if kind.process == "transfer":
        to_school = walked.there if child.school is walked.here else walked.here
        assert to_school is not None
        clerk = people[to_school.id, "operator"]
        application = application_of(child, child.id, clock.now())
        application |= {"to_school": to_school.code, "main_number": child.number}
    with transaction():
        case_id = operations.open_case(kind.process, application, actor=clerk).id
    agree(case_id, people, kind.agreed)
    if kind.refused:
        _refuse(case_id, people)
    elif kind.closed and kind.process == "transfer":
        _pull(case_id, people)
    return case_id


def _application(walked: Walked) -> dict[str, Any]:
    if walked.kind.process == "class_change":
        return {"student": walked.child.id, "school_class": 2, "reason": "分班调整"}
    left = clock.today() - dt.timedelta(days=30)
    return {"student": walked.child.id, "left_on": left.isoformat(), "efforts": "班主任三次家访，已报告乡镇。"}


def _pull(case_id: int, people: People) -> None:
    number = db.session.scalars(sa.select(Directive.number).where(Directive.case_id == case_id)).one()
    _decide(case_id, Answer("agree", opinion="同意。", form={"directive": number}), people)


def _refuse(case_id: int, people: People) -> None:
    case = db.session.get_one(Case, case_id)
    reason = current_version(case.process_key).reasons[0]["code"]
    _decide(case_id, Answer("refuse", reason, "材料所述与实际不符。"), people)


def _decide(case_id: int, answer: Answer, people: People) -> None:
    with transaction():
        task = db.session.scalars(sa.select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)).one()
        operations.decide(task.id, answer, actor=people[task.office_id, task.duty.value])


def _offices(walked: Walked) -> dict[int, str]:
    """Ids of the offices around the case, with the gaps for them: x of the child's school, y of the other."""
    found: dict[int, str] = {}
    for side, school in (("y", walked.there), ("x", walked.here)):
        if school:
            found |= {office.id: name for name, office in around(side, school).items()}
    return found


def around(side: str, school: DemoSchool) -> dict[str, Office]:
    """The school, its bureau and the tier above, by their gaps."""
    bureau = db.session.merge(school.superior, load=False)
    above = next_tier(bureau)
    return {side: db.session.get_one(Office, school.id), f"{side}b": bureau} | ({f"{side}s": above} if above else {})
