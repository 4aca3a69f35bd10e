"""Transfers of the demo province: closed ones in bulk, open ones walked through the real verbs at earlier hours."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from app import clock, encryption
from app.cases import operations
from app.cases.models import Case, CaseOutcome, CaseStatus, Decision, Outcome, RouteStep, Task, TaskStatus
from app.cases.rules import parties, route
from app.database import db, transaction
from app.definitions.queries import current_version
from app.demo.bulk import write_many
from app.demo.schools import DemoSchool, Province
from app.demo.students import Child
from app.demo.walking import People, agree, at_earlier_hours
from app.errors import Refused
from app.identity.models import Post, User
from app.schools.models import stage_of
from app.students.models import (
    Change,
    Directive,
    DirectiveKind,
    DirectiveStatus,
    Enrolment,
    Standing,
)
from app.students.operations import signed_content
from workflows import foresee

REASONS = ("随父母工作调动迁居", "户籍迁入本区", "家庭购房迁入学区", "随父母返乡就读")


def close_many(province: Province, children: list[Child], chance: random.Random) -> int:
    """Transfers agreed in the last months, written in bulk as the verbs would have left them."""
    chosen = current_version("transfer")
    people = people_at_office()
    movers = [child for child in children if child.moved_on]
    by_stage = _by_stage(province)
    tables = (Case, RouteStep, Task, Decision, Directive, Change, Enrolment)
    rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in tables}
    first_case, first_task = _next_id(Case), _next_id(Task)
    for count, child in enumerate(movers):
        origin = _elsewhere(child, by_stage, chance)
        _Closed(rows, child, origin, people, chosen).write(first_case + count, first_task + count * 10, count)
    write_many(rows)
    return len(movers)


def _elsewhere(child: Child, by_stage: dict[str, list[DemoSchool]], chance: random.Random) -> DemoSchool:
    """Another school of the child's stage."""
    while True:
        school = chance.choice(by_stage[child.school.stage])
        if school.id != child.school.id:
            return school


def _next_id(table: Any) -> int:
    return (db.session.scalar(sa.select(sa.func.max(table.id))) or 0) + 1


def _by_stage(province: Province) -> dict[str, list[DemoSchool]]:
    stages: dict[str, list[DemoSchool]] = {}
    for school in province.schools:
        if not school.full:
            stages.setdefault(school.stage, []).append(school)
    return stages


def people_at_office() -> People:
    """The first person of each duty at each office."""
    found: People = {}
    query = sa.select(Post).join(User, User.id == Post.user_id).options(sa.orm.joinedload(Post.user)).order_by(Post.id)
    for post in db.session.scalars(query):
        found.setdefault((post.office_id, post.duty.value), post.actor())
    return found


class _Closed:
    """Writes one closed transfer: the child came from `origin` to the school where it is now."""

    def __init__(
        self,
        rows: dict[Any, list[dict[str, Any]]],
        child: Child,
        origin: DemoSchool,
        people: People,
        chosen: Any,
    ) -> None:
        self.rows, self.child, self.origin, self.people, self.chosen = rows, child, origin, people, chosen

    def write(self, case_id: int, first_task: int, count: int) -> None:
        """Case, route, tasks, decisions, directive, changes, the enrolment it closed."""
        child, origin = self.child, self.origin
        assert child.moved_on is not None
        ended = clock.end_of(child.moved_on) - dt.timedelta(hours=1, minutes=count % 50)
        began = ended - dt.timedelta(days=4 + count * 7 % 13)
        offices = parties(
            self.chosen.diagrams, receiving=child.school.office, releasing=origin.office, applicant=child.school.office
        )
        facts = {"same_superior": child.school.superior.id == origin.superior.id, "city_review": False}
        steps = route(self.chosen.diagrams, offices, foresee(self.chosen.diagrams, facts))
        done, task_id = began, first_task
        waits = sum(not step.skipped for step in steps)
        for position, step in enumerate(steps):
            self.rows[RouteStep].append(
                {
                    "case_id": case_id,
                    "position": position,
                    "key": step.key,
                    "name": step.name,
                    "office_id": step.office.id,
                    "duty": step.duty,
                    "reason": step.reason,
                    "skipped": step.skipped,
                }
            )
            if not step.skipped:
                arrived, done = done, done + (ended - began) / waits
                self._decide(case_id, task_id, step, arrived, done)
                task_id += 1
        number = f"{clock.local(began):%Y%m%d}-{900000 + count:06d}"
        self.rows[Case].append(
            {
                "id": case_id,
                "number": number,
                "version_id": self.chosen.version_id,
                "process_key": "transfer",
                "profile": "zj-2010",
                "status": CaseStatus.CLOSED,
                "outcome": CaseOutcome.AGREED,
                "student_id": child.id,
                "holds_student": True,
                "applicant_office_id": child.school.id,
                "opened_by": self.people[child.school.id, "operator"].user_id,
                "receiving_school_id": child.school.id,
                "releasing_school_id": origin.id,
                "parties": {role: office.id for role, office in offices.items()},
                "clocks": {},
                "application": application_of(child, count, began),
                "revision": 5,
                "opened_at": began,
                "closed_at": ended,
            }
        )
        self._move(case_id, count, ended, offices["releasing_bureau"].id)

    def _decide(self, case_id: int, task_id: int, step: Any, arrived: dt.datetime, done: dt.datetime) -> None:
        self.rows[Task].append(
            {
                "id": task_id,
                "case_id": case_id,
                "version_id": self.chosen.version_id,
                "run_task": f"closed{task_id}",
                "key": step.key,
                "name": step.name,
                "office_id": step.office.id,
                "duty": step.duty,
                "status": TaskStatus.DONE,
                "arrived_at": arrived,
                "deadline": clock.deadline_after(arrived, 10),
                "ended_at": done,
            }
        )
        self.rows[Decision].append(
            {
                "case_id": case_id,
                "task_id": task_id,
                "key": step.key,
                "office_id": step.office.id,
                "user_id": self.people[step.office.id, step.duty].user_id,
                "outcome": Outcome.AGREE,
                "opinion": "同意。",
                "form": {},
                "at": done,
            }
        )

    def _move(self, case_id: int, count: int, done: dt.datetime, issuer: int) -> None:
        child, origin = self.child, self.origin
        code = origin.superior.code
        directive = {
            "number": f"T{clock.local(done).year}-{code}-{900000 + count:06d}",
            "kind": DirectiveKind.ALLOW_TRANSFER,
            "student_id": child.id,
            "archive_id": child.id,
            "archive_version": 1,
            "from_office_id": origin.id,
            "to_school_id": child.school.id,
            "issuer_id": issuer,
            "issued_by": self.people[issuer, "approver"].user_id,
            "case_id": case_id,
            "issued_at": done - dt.timedelta(hours=2),
            "expires_at": done + dt.timedelta(days=60),
        }
        ended = {"status": DirectiveStatus.CONSUMED, "consumed_at": done, "ended_reason": ""}
        self.rows[Directive].append({**directive, **ended, "signature": encryption.sign(signed_content(directive))})
        day = clock.local(done).date()
        common = {"case_id": case_id, "student_id": child.id, "effective_on": day, "recorded_at": done}
        grade = _grade_on(child, day)
        left = {"school": origin.id, "grade": grade, "standing": "active"}
        for epoch, change, school, division, after in (
            (1, "21", origin.id, origin.division, {**left, "standing": "transferred"}),
            (2, "22", child.school.id, child.school.division, {**left, "school": child.school.id}),
        ):
            self.rows[Change].append(
                {
                    **common,
                    "epoch": epoch,
                    "code": change,
                    "school_id": school,
                    "owner_division": division,
                    "before": left,
                    "after": after,
                }
            )
        self.rows[Enrolment].append(  # as first data, under the takeover: the transfer is closed already
            {
                "student_id": child.id,
                "epoch": 1,
                "school_id": origin.id,
                "owner_division": origin.division,
                "stage": stage_of(child.grade),
                "entry_year": child.entry_year,
                "grade": grade,
                "standing": Standing.TRANSFERRED,
                "starts_on": dt.date(child.entry_year, 9, 1),
                "ends_on": day,
                "case_id": child.takeover,
            }
        )


def _grade_on(child: Child, day: dt.date) -> str:
    """The grade in which the child was on that day, a year lower for each promotion since."""
    promotions = clock.school_year(clock.today()) - clock.school_year(day)
    return f"{child.grade[0]}{int(child.grade[1]) - promotions}"


def application_of(child: Child, number: int, began: dt.datetime) -> dict[str, Any]:
    """What the child's parents fill in; the school they ask for is the one where the child is, until it is replaced."""
    return {
        "name": child.name,
        "to_school": child.school.code,
        "reason": REASONS[number % len(REASONS)],
        "guardian": {"name": child.name[0] + "建国", "relation": "1", "phone": "13800000000"},
        "signed_on": f"{clock.local(began):%Y-%m-%d}",
    }


def open_many(
    province: Province, children: list[Child], wanted: int, chance: random.Random, tell: Callable[[int], None]
) -> int:
    """Open transfers at every step, some overdue: opened and decided through the verbs, at earlier hours."""
    people, by_stage = people_at_office(), _by_stage(province)
    leavers = [child for child in children if child.free and child.place in (8, 9)]
    chance.shuffle(leavers)
    opened = 0
    with at_earlier_hours() as real:
        for child, steps in zip(leavers, _depths(chance), strict=False):
            if opened == wanted:
                break
            clock.set_to(real - dt.timedelta(days=chance.randrange(1, 24), minutes=chance.randrange(300)))
            try:
                _open_one(child, _elsewhere(child, by_stage, chance), steps, people)
            except Refused:
                continue  # the same school by chance: the next child
            opened += 1
            if opened % 66 == 0:
                tell(opened * 100 // wanted)
    return opened


def _depths(chance: random.Random) -> Iterator[int]:
    """How many offices have agreed: spread over all steps."""
    while True:
        yield chance.choice((0, 0, 1, 1, 2, 2, 3, 3, 4, 4))


def _open_one(child: Child, to_school: DemoSchool, steps: int, people: People) -> None:
    application = {
        **application_of(child, child.id, clock.now()),
        "to_school": to_school.code,
        "main_number": child.number,
    }
    with transaction():
        case_id = operations.open_case("transfer", application, actor=people[to_school.id, "operator"]).id
    agree(case_id, people, steps)
