"""What must be true of the database whatever happened: found by asking it, each fault a sentence.

Run it when nobody writes. `cases_without_a_way_on` tries every outcome of every open task and takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import audit, clock
from app.access import Actor
from app.cases import operations
from app.cases.models import (
    Batch,
    BatchRow,
    Case,
    CaseOffice,
    CasePerson,
    CaseStatus,
    Decision,
    JointAnswer,
    PreReview,
    RouteStep,
    RowStatus,
    Task,
    TaskStatus,
)
from app.cases.models.coming_changes import ComingChange
from app.cases.operations import Answer
from app.cases.operations.reservations import numbers_in
from app.cases.presenters.prefilled_forms import prefilled
from app.database import db, transaction, write_kept
from app.definitions.queries import compiled_version
from app.divisions.models import Office
from app.errors import InvalidInput, NotAllowed, Refused, objections_of
from app.identity.models import Post
from app.processes.recruitment.models import ChildStatus, Plan, Roster, RosterChild
from app.schools.models import Quota
from app.students.models import Archive, Change, Directive, DirectiveStatus, Enrolment, NumberReservation, Student
from app.students.models.kept import KeptStudent

OPEN = Case.status != CaseStatus.CLOSED
REGISTRATIONS = ("registration_primary", "registration_stage", "late_registration", "recruitment_roster", "home_return")
ABOUT_ANOTHER_CASE = {"E-CASE-01", "E-DUP-01", "E-DUP-03"}


def broken() -> list[str]:
    """Every invariant that does not hold now, as sentences; an empty list when all is well."""
    db.session.rollback()
    db.session.expire_all()
    checks = (
        audit_chain,
        seats,
        enrolments,
        children_in_two_cases,
        cases_that_hold_nobody,
        directives,
        cases_and_their_offices,
        cases_and_their_people,
        children_who_left,
        cases_without_a_way_on,
    )
    found = [sentence for check in checks for sentence in check()]
    db.session.rollback()
    return found


def audit_chain() -> Iterator[str]:
    for fault in audit.verify():
        yield f"audit: {fault.chain} {fault.place}: {fault.sentence}"


def seats() -> Iterator[str]:
    """Used is what is enrolled, reserved what rosters hold, and both within the total."""
    cohort = (Enrolment.school_id, Enrolment.stage, Enrolment.entry_year)
    counted = sa.select(*cohort, sa.func.count()).where(Enrolment.ends_on.is_(None)).group_by(*cohort)
    used = {tuple(row[:3]): row[3] for row in db.session.execute(counted)}
    confirmed = (
        sa.select(Plan.school_id, Plan.stage, Plan.entry_year, sa.func.count())
        .select_from(RosterChild)
        .join(Roster, Roster.case_id == RosterChild.case_id)
        .join(Plan, Plan.id == Roster.plan_id)
        .where(RosterChild.status == ChildStatus.DIRECTED)
        .group_by(Plan.school_id, Plan.stage, Plan.entry_year)
    )
    directed = {tuple(row[:3]): row[3] for row in db.session.execute(confirmed)}
    for quota in db.session.scalars(sa.select(Quota)):
        key = (quota.school_id, quota.stage, quota.entry_year)
        if quota.used != used.pop(key, 0):
            yield f"quota {quota.id}: used {quota.used} is not what is enrolled"
        if quota.used + quota.reserved > quota.total:
            yield f"quota {quota.id}: {quota.used} and {quota.reserved} are more than {quota.total}"
        if quota.reserved < directed.pop(key, 0):
            yield f"quota {quota.id}: {quota.reserved} reserved are fewer than its directives"
    for key in [*used, *directed]:
        yield f"children sit in a cohort without a quota: {key}"


def enrolments() -> Iterator[str]:
    """One open for each child, none ahead of its time but a registration's, epochs without a gap."""
    two = sa.select(Enrolment.student_id).where(Enrolment.ends_on.is_(None))
    for child in db.session.scalars(two.group_by(Enrolment.student_id).having(sa.func.count() > 1)):
        yield f"child {child}: two open enrolments"
    ahead = (
        sa.select(Enrolment.id, Case.process_key)
        .join(Case, Case.id == Enrolment.case_id)
        .where(Enrolment.starts_on > clock.today(), Enrolment.ends_on.is_(None), Case.process_key.not_in(REGISTRATIONS))
    )
    for enrolment, process in db.session.execute(ahead):
        yield f"enrolment {enrolment}: starts ahead of its time under {process}"
    last = sa.func.max(Enrolment.epoch)
    gaps = sa.select(Enrolment.student_id).group_by(Enrolment.student_id).having(last != sa.func.count())
    for child in db.session.scalars(gaps):
        yield f"child {child}: an epoch is missing"
    accepted = sa.select(BatchRow.case_id, BatchRow.position).where(
        BatchRow.status == RowStatus.ACCEPTED,
        ~sa.exists().where(Enrolment.student_id == BatchRow.student_id, Enrolment.case_id == BatchRow.case_id)
        & ~sa.exists().where(Enrolment.student_id == BatchRow.student_id, Enrolment.epoch > 1),
    )
    for case_id, position in db.session.execute(accepted):
        yield f"row {case_id}/{position}: accepted, and no enrolment"


def _held() -> Iterator[tuple[str, int]]:
    """Which number each open case is about: its child's, its list's while a row is not refused."""
    of_child = sa.select(Student.main_number_hash, Case.id).join(Case, Case.student_id == Student.id)
    yield from (tuple(row) for row in db.session.execute(of_child.where(OPEN, Case.holds_student)))
    of_list = sa.select(BatchRow.number_hash, Case.id).join(Case, Case.id == BatchRow.case_id).where(OPEN)
    yield from (tuple(row) for row in db.session.execute(of_list.where(BatchRow.status != RowStatus.REFUSED)))
    for case in db.session.scalars(sa.select(Case).where(OPEN, Case.process_key == "arrival")):
        yield from ((each, case.id) for each in numbers_in(case.application))


def children_in_two_cases() -> Iterator[str]:
    holders: dict[str, set[int]] = {}
    for number_hash, case_id in _held():
        holders.setdefault(number_hash, set()).add(case_id)
    for cases in holders.values():
        if len(cases) > 1:
            yield f"one child in {len(cases)} open cases: {sorted(cases)}"
    other = aliased(Case)
    twice = sa.select(Case.id, other.id).join(other, sa.and_(other.student_id == Case.student_id, other.id > Case.id))
    for one, two in db.session.execute(
        twice.where(OPEN, other.status != CaseStatus.CLOSED, Case.holds_student, other.holds_student)
    ):
        yield f"one child held by cases {one} and {two}"


def cases_that_hold_nobody() -> Iterator[str]:
    """A case that is about a child and has not reserved its number lets a second one take it."""
    reserved = dict(db.session.execute(sa.select(NumberReservation.number_hash, NumberReservation.case_id)).all())
    for number_hash, case_id in _held():
        if reserved.get(number_hash) != case_id:
            yield f"case {case_id} does not hold its child"


def cases_and_their_offices() -> Iterator[str]:
    """Every office that sees a case stands beside it, and nobody else: lists are read from there."""
    above = {
        office.id: [int(each) for each in office.path.split(".") if each]
        for office in db.session.scalars(sa.select(Office))
    }
    cases = {row.id: row for row in db.session.execute(sa.select(*Case.__table__.columns))}
    own = {(row.applicant_office_id, key) for key, row in cases.items()}
    own |= {
        (row.office_id, row.case_id) for row in db.session.execute(sa.select(RouteStep.office_id, RouteStep.case_id))
    }
    steps = db.session.execute(sa.select(RouteStep.office_id, RouteStep.case_id))
    seen = own | {(office, case_id) for office_id, case_id in steps for office in above[office_id]}
    expected = {
        (
            office,
            key,
            (office, key) in own,
            cases[key].status == CaseStatus.CLOSED,
            cases[key].student_id,
            cases[key].process_key,
        )
        for office, key in seen
    }
    kept = {tuple(row) for row in db.session.execute(sa.select(*CaseOffice.__table__.columns))}
    for row in sorted(expected ^ kept, key=str):
        yield f"case_office: {row} is {'missing' if row in expected else 'too much'}"


def cases_and_their_people() -> Iterator[str]:
    """Whoever took part in a running case stands beside it, and nobody beside a closed one."""
    runs = set(db.session.scalars(sa.select(Case.id).where(Case.status != CaseStatus.CLOSED)))
    of_task = dict(db.session.execute(sa.select(Task.id, Task.case_id)).all())
    acts = [*db.session.execute(sa.select(Case.opened_by, Case.id))]
    for who in (Decision.user_id, Decision.for_user_id):
        acts += db.session.execute(sa.select(who, Decision.case_id))
    for each in (PreReview, JointAnswer):
        acts += [(who, of_task[task]) for who, task in db.session.execute(sa.select(each.user_id, each.task_id))]
    expected = {(who, case) for who, case in acts if who is not None and case in runs}
    kept = {tuple(row) for row in db.session.execute(sa.select(CasePerson.user_id, CasePerson.case_id))}
    for row in sorted(expected ^ kept):
        yield f"case_person: {row} is {'missing' if row in expected else 'too much'}"


def children_who_left() -> Iterator[str]:
    """Whoever is enrolled nowhere stands in `kept_student` with the archive's keeper, and nobody else."""
    last = {row.student_id: row for row in db.session.scalars(sa.select(Enrolment).order_by(Enrolment.epoch))}
    expected = {
        (archive.student_id, archive.custodian_id, row.school_id, row.grade, row.standing.value)
        for archive in db.session.scalars(sa.select(Archive))
        if (row := last.get(archive.student_id)) and row.ends_on is not None
    }
    kept = {tuple(row) for row in db.session.execute(sa.select(*KeptStudent.__table__.columns))}
    for row in sorted(expected ^ kept):
        yield f"kept_student: {row} is {'missing' if row in expected else 'too much'}"


def directives() -> Iterator[str]:
    """Used once, by an enrolment at the school it names; none alive whose case has ended."""
    for each in db.session.scalars(sa.select(Directive)):
        moved = sa.select(sa.func.count()).where(
            Enrolment.student_id == each.student_id,
            Enrolment.school_id == each.to_school_id,
            Enrolment.case_id == each.case_id,
            Enrolment.epoch > 1,
        )
        used = db.session.scalar(moved) or 0
        if each.status is DirectiveStatus.CONSUMED and used == 0 and not _moved_on(each):
            yield f"directive {each.number}: consumed, and nobody moved"
        if each.status is not DirectiveStatus.CONSUMED and used and not _replaced(each):
            yield f"directive {each.number}: {each.status.value}, and the child moved"
    spent = sa.select(Directive.case_id, Directive.student_id).where(Directive.status == DirectiveStatus.CONSUMED)
    twice = spent.group_by(Directive.case_id, Directive.student_id).having(sa.func.count() > 1)
    for case_id, child in db.session.execute(twice):
        yield f"case {case_id}: two directives consumed for child {child}"
    alive = sa.select(Directive.number).join(Case, Case.id == Directive.case_id)
    for number in db.session.scalars(alive.where(Directive.status == DirectiveStatus.ISSUED, ~OPEN)):
        yield f"directive {number}: issued, and its case has ended"


def _replaced(directive: Directive) -> bool:
    """Its case has issued another directive for the child since, and it is that one which was used."""
    used = (Directive.status == DirectiveStatus.CONSUMED, Directive.id > directive.id)
    same = (Directive.case_id == directive.case_id, Directive.student_id == directive.student_id)
    return bool(db.session.scalar(sa.select(sa.exists().where(*used, *same))))


def _moved_on(directive: Directive) -> bool:
    """The row has changed again since, under another case; or its school has gone and the entry alone names it."""
    there = (Enrolment.student_id == directive.student_id, Enrolment.school_id == directive.to_school_id)
    entered = (Change.student_id == directive.student_id, Change.school_id == directive.to_school_id)
    by_its_case = sa.exists().where(*entered, Change.case_id == directive.case_id)
    return bool(db.session.scalar(sa.select(sa.or_(sa.exists().where(*there), by_its_case))))


def cases_without_a_way_on() -> Iterator[str]:
    """Open cases that wait for nothing, that nobody may move, or whose agreement another case stands against."""
    for case in db.session.scalars(sa.select(Case).where(OPEN).order_by(Case.id)).all():
        tasks = db.session.scalars(sa.select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)).all()
        if not tasks and not _waits(case.id):
            yield f"case {case.number} ({case.process_key}) waits for nothing"
        for task in tasks:
            about = f"case {case.number} ({case.process_key}) at {task.key}"
            refusals = _refusals_of(task.id)
            if all(refusals.values()):
                yield f"{about}: every outcome is refused: {refusals}"
            elif ABOUT_ANOTHER_CASE & refusals.get("agree", set()):
                yield f"{about}: agreement is refused because of another case: {refusals['agree']}"


def _waits(case_id: int) -> bool:
    """A change that comes on its day, or a list for the worker."""
    coming = sa.exists().where(ComingChange.case_id == case_id, ComingChange.ended_at.is_(None))
    listed = sa.exists().where(Batch.case_id == case_id, Batch.released_at.is_not(None), Batch.finished_at.is_(None))
    return bool(db.session.scalar(sa.select(sa.or_(coming, listed))))


class _TrialOver(Exception):
    """The decision was accepted, and is undone."""


def _refusals_of(task_id: int) -> dict[str, set[str]]:
    """By each outcome of the task the codes of the rules that refuse it now; nothing is kept of the trial."""
    task = db.session.get_one(Task, task_id)
    chosen = compiled_version(task.case.version_id or 0)
    spec, form = chosen.diagrams.tasks[task.key], prefilled(task)
    reason = next((each["code"] for each in chosen.reasons), None)
    actor = _somebody_at(task)
    found = {}
    for outcome in spec.outcomes:
        no = outcome in ("refuse", "send_back")
        answer = Answer(outcome, reason if no else None, "试办" if no else "", {} if no else form)
        try:
            with transaction(reads_first=True):
                operations.decide(task_id, answer, actor=actor)
                write_kept()
                raise _TrialOver
        except _TrialOver:
            found[outcome] = set()
        except NotAllowed as refusal:
            found[outcome] = {refusal.code}
        except Refused as refusal:  # what has to be typed says nothing about the case
            found[outcome] = {each.code for each in objections_of(refusal) if not isinstance(each, InvalidInput)}
    return found


def _somebody_at(task: Task) -> Actor:
    """A person of the task's desk who has drafted nothing, as a request would know them."""
    posts = sa.select(Post).where(Post.office_id == task.office_id, Post.duty == task.duty).order_by(Post.id)
    there = db.session.scalars(posts).all()
    drafted = {task.case.opened_by, *(each.user_id for each in task.case.decisions if each.key == "repair")}
    drafted.add(task.pre_review.user_id if task.pre_review else None)
    fit: list[Any] = [each for each in there if task.duty.value != "approver" or each.user_id not in drafted]
    post, office = (fit or there or [None])[0], task.office
    return Actor(
        user_id=post.user_id if post else None,
        name="试办",
        post_id=post.id if post else None,
        duty=task.duty.value,
        office_id=office.id,
        office_code=office.code,
        office_name=office.name,
        office_kind=office.kind.value,
        office_path=office.path,
    )
