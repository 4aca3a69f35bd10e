"""撤销毕业或升级: all that a case about a whole school has written is taken back at once, or nothing of it.

As with one child's change nothing is deleted: each entry has its opposite, a certificate stays, revoked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.database import execute, table
from app.errors import Objected, Refused, Stale
from app.schools.operations import no_seat, take_seats
from app.students.models import Archive, Directive, DirectiveStatus, Standing, Student
from app.students.models.cohorts import Certificate
from app.students.operations.context import CaseContext
from app.students.operations.reversal import CODE
from app.students.operations.whole_schools import (
    CHANGE,
    ENROLMENT,
    PROMOTED,
    Condition,
    E,
    Held,
    grade_moved,
    has_promoted,
    hold_school,
    still_holds,
)
from app.students.rules.reversal import (
    OF_THE_PERSON,
    ActReversed,
    Blocker,
    PromotedSince,
    objections_to_blocked,
)

ARCHIVE, DIRECTIVE, CERTIFICATE, STUDENT = table(Archive), table(Directive), table(Certificate), table(Student)
ACTS = {"promotion": (PROMOTED,), "graduation": ("Z7", "Z8", "Z9")}


def reverse_act(context: CaseContext, held: Held) -> None:
    """Take back the promotion or graduation that the application names (code ZL for each child).

    held -- the condition that an open case is about a student. Raises Objected with everything against it by now, each
    child by name; NoSeat; Stale when a child changes in this very moment.
    """
    context.claim()
    asked, school = context.application, context.applicant_office_id
    hold_school(school)
    if objections := objections_to_reversed_act(asked["act_id"], asked["process"], school, held):
        raise Objected(objections)
    children = execute(sa.select(sa.func.count()).select_from(CHANGE).where(*_entries(asked))).scalar_one()
    back = _restore(context)
    if back != children:
        raise Stale()
    if asked["process"] == "graduation":
        _take_seats(context)
        execute(
            sa.update(CERTIFICATE)
            .where(CERTIFICATE.c.case_id == asked["act_id"], CERTIFICATE.c.revoked_case_id.is_(None))
            .values(revoked_on=clock.today(), revoked_case_id=context.case_id)
        )
    execute(_opposites(context))
    audit.record(
        "enrolments/school_reversal",
        f"school:{school}",
        actor=context.actor,
        after={"act": asked["act"], "children": back, "code": CODE, "case": context.number},
    )


def objections_to_reversed_act(act_id: int, process: str, school_id: int, held: Held) -> list[Refused]:
    """What stands against taking back that act now: it is taken back, the school has gone on, children have."""
    entries = _entries({"act_id": act_id, "process": process})
    day = execute(sa.select(sa.func.max(CHANGE.c.effective_on)).where(*entries)).scalar_one()
    if day is None:
        return [ActReversed(field="act")]
    objections: list[Refused] = []
    if process == "graduation" and has_promoted(school_id, clock.school_year(day) + 1):
        objections.append(PromotedSince(field="act"))
    return objections + objections_to_blocked(_blockers(entries, held))


def children_of(act_id: int, process: str) -> int:
    """How many children an act has moved, but for those taken back."""
    entries = _entries({"act_id": act_id, "process": process})
    return int(execute(sa.select(sa.func.count()).select_from(CHANGE).where(*entries)).scalar_one())


def _entries(asked: Any) -> tuple[Condition, ...]:
    """The entries of an act that nothing has taken back."""
    return CHANGE.c.case_id == asked["act_id"], CHANGE.c.code.in_(ACTS[asked["process"]]), still_holds()


def _as_it_left() -> Condition:
    """The enrolment is as the entry has left it."""
    after = sa.type_coerce(CHANGE.c.after, sa.Text)
    by_promotion = sa.literal('{"grade":"') + E.grade + '"}'
    by_graduation = sa.literal('{"grade":"') + E.grade + '","standing":"' + sa.cast(E.standing, sa.Text) + '"}'
    return sa.and_(
        E.student_id == CHANGE.c.student_id,
        E.epoch == CHANGE.c.epoch,
        E.school_id == CHANGE.c.school_id,
        after.in_((by_promotion, by_graduation)),
    )


def _blockers(entries: Sequence[Condition], held: Held) -> list[Blocker]:
    """Every child that cannot go back, by name, and why: it has gone on since, or is about to."""
    later = CHANGE.alias("later")
    undone = CHANGE.alias("undone")
    since = (
        sa.select(later.c.code)
        .where(later.c.student_id == CHANGE.c.student_id, later.c.id > CHANGE.c.id, later.c.reverses_id.is_(None))
        .where(later.c.code.not_in(OF_THE_PERSON), ~sa.exists().where(undone.c.reverses_id == later.c.id))
        .order_by(later.c.id)
        .limit(1)
        .scalar_subquery()
    )
    moved = ~sa.exists().where(_as_it_left())
    student = CHANGE.c.student_id
    pulled = sa.exists().where(ARCHIVE.c.student_id == student, ARCHIVE.c.custodian_id != CHANGE.c.school_id)
    directed = sa.exists().where(DIRECTIVE.c.student_id == student, DIRECTIVE.c.status == DirectiveStatus.ISSUED)
    why = {
        "pulled": pulled,
        "directed": directed,
        "open_case": held(student),
        "contested": STUDENT.c.contested,
        "moved": moved,
    }
    reason = sa.case(*((condition, name) for name, condition in why.items()), else_=None)
    rows = execute(
        sa.select(STUDENT.c.name, since, reason)
        .select_from(CHANGE)
        .join(STUDENT, STUDENT.c.id == student)
        .where(*entries, sa.or_(since.is_not(None), *why.values()))
        .order_by(CHANGE.c.id)
    )
    return [Blocker(name, code, because) for name, code, because in rows]


def _restore(context: CaseContext) -> int:
    """Every enrolment that is as the act has left it as it was before; how many."""
    asked = context.application
    values: dict[str, Any] = (
        {"standing": Standing.ACTIVE, "ends_on": None}
        if asked["process"] == "graduation"
        else {"grade": grade_moved(-1)}
    )
    entry = sa.exists().where(*_entries(asked), _as_it_left()).correlate(ENROLMENT)
    written = execute(
        sa.update(ENROLMENT)
        .where(E.school_id == context.applicant_office_id, entry)
        .values(**values, case_id=context.case_id)
    )
    return int(written.rowcount)


def _take_seats(context: CaseContext) -> None:
    """The seats that the graduation freed are taken again. Raises NoSeat (E-QUOTA-01)."""
    school = context.applicant_office_id
    cohorts = execute(
        sa.select(E.stage, E.entry_year, sa.func.count())
        .where(E.school_id == school, E.case_id == context.case_id)
        .group_by(E.stage, E.entry_year)
        .order_by(E.entry_year)
    ).all()
    for stage, entry_year, count in cohorts:
        if take_seats(school, stage, entry_year, count) < count:
            raise no_seat(school, stage, entry_year)


def _opposites(context: CaseContext) -> Any:
    """The opposite of each entry, which names it."""
    columns = {
        "case_id": sa.literal(context.case_id),
        "student_id": CHANGE.c.student_id,
        "epoch": CHANGE.c.epoch,
        "code": sa.literal(CODE),
        "school_id": CHANGE.c.school_id,
        "owner_division": CHANGE.c.owner_division,
        "effective_on": sa.literal(clock.today(), sa.Date),
        "recorded_at": sa.literal(clock.now(), CHANGE.c.recorded_at.type),
        "before": CHANGE.c.after,
        "after": CHANGE.c.before,
        "reverses_id": CHANGE.c.id,
    }
    entries = sa.select(*columns.values()).where(*_entries(context.application)).order_by(CHANGE.c.id)
    return sa.insert(CHANGE).from_select(list(columns), entries)
