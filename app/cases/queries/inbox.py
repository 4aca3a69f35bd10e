"""The inbox of an office: in the order that was asked for, with what was asked for, read by keyset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Case, CaseOffice, CaseStatus, Star, Task
from app.cases.queries.finding import Found, found_by, of_process, page_of
from app.cases.queries.tasks import CLOCK_RUNS, PAUSED_CASES
from app.database import db, table
from app.definitions.models import Process
from app.definitions.queries import compiled_version
from app.divisions.models import Office, OfficeKind
from app.identity.models import User
from app.students.models import Student
from app.students.queries.lookups import are_few

#: what a list of open tasks may be ordered by: each has an index of its own, so that no page sorts a whole inbox
SORTED_BY: Mapping[str, Any] = {"deadline": Task.deadline, "arrived": Task.arrived_at, "number": Task.case_id}
SORTS = ("deadline", "-deadline", "arrived", "-arrived", "number", "-number")  # a minus: the other way round
USUAL = {"waiting": "deadline", "done": "-deadline"}  # urgency: overdue, then days left, then arrival
RETURNED: Any = sa.text("task.returned")  # as the indexes say it
MOST_OFFICES = 1000  # that are offered


class Place(NamedTuple):
    """Where a page ends: the value of the order and the task's id, and whether that one stands before all others."""

    value: Any
    task_id: int
    urged: bool = False


@dataclass(frozen=True)
class TaskList:
    """Which tasks, and in what order.

    before, since -- bounds of the deadline, for the lights; paused -- only what stands still, or nothing of it;
    offices -- ids of those with each of which the case has to do;
    returned, urged, starred -- only what has been sent back before, what somebody hurries, what the actor follows
    """

    box: str = "waiting"
    sort: str = ""
    process: str | None = None
    step: str | None = None
    offices: tuple[int, ...] = ()
    returned: bool = False
    urged: bool = False
    starred: bool = False
    q: str = ""
    before: dt.datetime | None = None
    since: dt.datetime | None = None
    paused: bool | None = None

    @property
    def order(self) -> str:
        """The order asked for, or the usual one of its box."""
        return self.sort or USUAL[self.box]

    @property
    def column(self) -> Any:
        """The column of the order."""
        return SORTED_BY[self.order.lstrip("-")]

    @property
    def urged_first(self) -> bool:
        """True in the order of urgency: what was urged stands before what was not."""
        return self.box == "waiting" and self.order == "deadline"

    @property
    def falls(self) -> bool:
        """True from the latest, or the highest, down."""
        return self.order.startswith("-")


@dataclass(frozen=True)
class InboxRow:
    """One line of an inbox."""

    task_id: int
    task_name: str
    key: str
    deadline: dt.datetime
    arrived_at: dt.datetime
    ended_at: dt.datetime | None
    case_id: int
    number: str
    process_key: str
    process: str
    student: str
    receiving: str
    releasing: str
    applicant: str
    paused: bool
    note: Any
    late: bool  # 补录: its cohort has closed
    returned: bool  # it was sent back before
    urged_at: dt.datetime | None
    assignee_id: int | None  # to whom it was handed over
    assignee: str

    def place(self, listed: TaskList) -> Place:
        """Where a page that ends with this line ends."""
        values = {"deadline": self.deadline, "arrived": self.arrived_at, "number": self.case_id}
        urged = listed.urged_first and self.urged_at is not None
        return Place(values[listed.order.lstrip("-")], self.task_id, urged)


def inbox(
    actor: Actor, listed: TaskList | None = None, *, after: Place | None = None, limit: int = 20
) -> list[InboxRow]:
    """Tasks of the actor's office and duty, the most urgent first unless asked otherwise, after a place."""
    listed = listed or TaskList()
    receiving, releasing, applicant = sa.orm.aliased(Office), sa.orm.aliased(Office), sa.orm.aliased(Office)
    page = _page(actor, listed, after, limit)
    query = (
        sa.select(
            Task.id,
            Task.name,
            Task.key,
            Task.deadline,
            Task.arrived_at,
            Task.ended_at,
            Task.case_id,
            Case.number,
            Case.process_key,
            Process.name.label("process"),
            sa.func.coalesce(Student.name, "").label("student"),
            sa.func.coalesce(receiving.short_name, "").label("receiving"),
            sa.func.coalesce(releasing.short_name, "").label("releasing"),
            applicant.short_name.label("applicant"),
            Case.status,
            Task.note,
            Case.late_at,
            Task.returned,
            Task.urged_at,
            Task.assignee_id,
            sa.func.coalesce(User.name, "").label("assignee"),
        )
        .join(page, page.c.id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .join(Process, Process.key == Case.process_key)
        .join(applicant, applicant.id == Case.applicant_office_id)
        .outerjoin(Student, Student.id == Case.student_id)
        .outerjoin(User, User.id == Task.assignee_id)
        .outerjoin(receiving, receiving.id == Case.receiving_school_id)
        .outerjoin(releasing, releasing.id == Case.releasing_school_id)
        .order_by(*([Task.urged_at.is_(None)] if listed.urged_first else []), *_order(listed))
        .limit(limit)
    )
    return [_inbox_row(row) for row in db.session.execute(query)]


def _page(actor: Actor, listed: TaskList, after: Place | None, limit: int) -> sa.Subquery:
    """The ids of a page; in the order of urgency the first of what was urged and the first of the rest, each a range
    of an index: the outer order takes what it needs of them.
    """
    found, order = _conditions(actor, listed), _order(listed)

    def lines(part: sa.Select[Any]) -> sa.Subquery:
        return page_of(part, Task.case_id, found, order, limit)

    if not listed.urged_first or listed.urged:
        return lines(_listed(actor, listed, after))
    begun = after is not None and not after.urged  # past what was urged
    rest = lines(_listed(actor, listed, after if begun else None).where(Task.urged_at.is_(None)))
    if begun:
        return rest
    first = lines(_listed(actor, listed, after).where(Task.urged_at.is_not(None)))
    return sa.union_all(sa.select(first.c.id), sa.select(rest.c.id)).subquery()


def _order(listed: TaskList) -> tuple[Any, Any]:
    column = listed.column
    return (column.desc(), Task.id.desc()) if listed.falls else (column.asc(), Task.id.asc())


def _listed(actor: Actor, listed: TaskList, after: Place | None) -> Any:
    """The tasks of a box from a place on: a range of an index, apart from what else a line shows."""
    status: Any = sa.literal_column("'open'" if listed.box == "waiting" else "'done'")  # as the indexes say it
    column = listed.column
    query = sa.select(Task.id, column).where(
        Task.office_id == actor.office_id, Task.duty == actor.duty, Task.status == status
    )
    if after:
        place, end = sa.tuple_(column, Task.id), sa.tuple_(sa.literal(after.value, column.type), after.task_id)
        query = query.where(place < end if listed.falls else place > end)
    if listed.before is not None:
        query = query.where(Task.deadline < listed.before)
    if listed.since is not None:
        query = query.where(Task.deadline >= listed.since)
    if listed.paused is not None:
        query = query.where(Task.case_id.in_(PAUSED_CASES) if listed.paused else CLOCK_RUNS)
    return query


def _conditions(actor: Actor, listed: TaskList) -> list[Found | None]:
    return [
        of_process(listed.process, actor, Task.case_id),
        _of_tasks(Task.key == listed.step, actor, listed) if listed.step else None,
        *(_of_office(each) for each in listed.offices),
        _of_tasks(RETURNED, actor, listed) if listed.returned else None,
        _of_tasks(Task.urged_at.is_not(None), actor, listed) if listed.urged else None,
        _starred(actor) if listed.starred else None,
        found_by(listed.q.strip(), Task.case_id),
        _given_to(actor),
    ]


def _given_to(actor: Actor) -> Found | None:
    """Cases of the processes for which a colleague's post was given to the actor; in a post of one's own all."""
    if actor.on_behalf is None or actor.on_behalf.processes is None:
        return None
    runs = table(Case).alias()
    so = sa.select(sa.literal(1)).where(
        runs.c.id == Task.case_id, runs.c.process_key.in_(sorted(actor.on_behalf.processes))
    )
    return Found(so.correlate_except(runs).scalar_subquery().is_not(None))


def _of_tasks(condition: Any, actor: Actor, listed: TaskList) -> Found:
    """Tasks that bear a mark or stand at a step: an index has them by their deadline, for each desk.

    In another order they are looked up where they are few.
    """
    if listed.column is Task.deadline:
        return Found(condition)
    status: Any = sa.literal_column("'open'" if listed.box == "waiting" else "'done'")
    mine = sa.select(Task.case_id).where(
        Task.office_id == actor.office_id, Task.duty == actor.duty, Task.status == status, condition
    )
    mine = mine.correlate(None)
    return Found(condition, mine if are_few(mine) else None, of_line=True)


def _of_office(office_id: int) -> Found:
    """Cases that an office has to do with, or a bureau above one that does."""
    listed = table(CaseOffice).alias()
    cases = sa.select(listed.c.case_id).where(listed.c.office_id == office_id)
    if are_few(cases):
        return Found(Task.case_id.in_(cases), cases)
    so = sa.select(sa.literal(1)).where(listed.c.office_id == office_id, listed.c.case_id == Task.case_id)
    return Found(so.correlate_except(listed).scalar_subquery().is_not(None))


def _starred(actor: Actor) -> Found:
    """Cases that the actor follows: as many as one person marks."""
    stars = table(Star).alias().c
    cases = sa.select(stars.case_id).where(stars.user_id == actor.user_id)
    return Found(Task.case_id.in_(cases), cases)


def _inbox_row(row: Any) -> InboxRow:
    values: list[Any] = [
        *row[:14],
        row.status == CaseStatus.PAUSED,
        row.note,
        row.late_at is not None,
        row.returned,
        *row[18:],
    ]
    return InboxRow(*values)


def steps_of(process: str | None, duty: str) -> dict[str, str]:
    """The steps of a process that this duty decides, by key, as its current version draws them; {} without one."""
    known = db.session.get(Process, process) if process else None
    if known is None or known.current_id is None:
        return {}
    tasks = compiled_version(known.current_id).diagrams.tasks.values()
    return {each.key: each.name for each in tasks if each.duty == duty}


def offices_below(actor: Actor) -> tuple[dict[str, str], dict[str, str]]:
    """The offices right below the actor's, by code: its schools, and the bureaus under it."""
    asked = sa.select(Office.code, Office.short_name, Office.kind).where(
        Office.superior_id == actor.office_id, Office.closed_on.is_(None)
    )
    found = db.session.execute(asked.order_by(Office.code).limit(MOST_OFFICES)).all()
    schools = {code: name for code, name, kind in found if kind is OfficeKind.SCHOOL}
    return schools, {code: name for code, name, _kind in found if code not in schools}
