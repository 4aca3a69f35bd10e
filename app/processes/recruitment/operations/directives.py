"""允许外招指令 of a roster: signed for all in one act, ended one by one."""

from __future__ import annotations

import sqlalchemy as sa

from app.cases.models import Decision
from app.cases.operations.batches import ROWS
from app.database import db, execute
from app.processes.recruitment import rules
from app.processes.recruitment.models import ChildStatus
from app.processes.recruitment.operations.child_runs import SmallRuns
from app.processes.recruitment.operations.ending import end_children
from app.processes.recruitment.operations.lists import (
    CHILDREN,
    Row,
    check_office,
    children_of,
    hold_seats,
    quota_of,
    roster_for,
    sentence,
    student_ids,
    with_status,
    write,
)
from app.schools.operations import reserved_seats
from app.students.models import Directive
from app.students.operations import CaseContext
from app.students.operations.outside_directives import issue_outside_to_many
from app.students.rules.directives import DirectiveOver


def direct(context: CaseContext) -> None:
    """下达允许外招指令: one act of the source bureau's approver, one directive per archive.

    Raises NotTheConfirmer, NotConfirmed (E-CONSENT), NoSeat, NotTheIssuer (E-DIR-06), DirectedElsewhere (E-DIR-07).
    """
    context.claim()
    roster = roster_for(context)
    check_office(context.actor, roster.source_id)
    if not both_on_record(roster):
        raise rules.NotConfirmed()
    waiting = with_status(context.case_id, ChildStatus.CONFIRMED)
    hold_seats(roster, len(with_status(context.case_id, ChildStatus.CONFIRMED, ChildStatus.DIRECTED)))
    students = student_ids(context.case_id, waiting)
    issued = issue_outside_to_many(context, list(students.values()), roster.entry_year)
    runs = SmallRuns(roster.version_id)
    write(
        context.case_id,
        [
            {
                "position": child.position,
                "status": ChildStatus.DIRECTED,
                "directive_id": issued[students[child.position]],
                "state": runs.answer(bytes(child.state), "direct", outcome="agree"),
            }
            for child in waiting
        ],
    )


def both_on_record(roster: Row) -> bool:
    """True when each bureau has decided in this case, and agreed, by an approver's recorded decision."""
    agreed = db.session.scalars(
        sa.select(Decision.office_id).where(
            Decision.case_id == roster.case_id,
            Decision.office_id.in_((roster.here_id, roster.source_id)),
            Decision.outcome == "agree",
            Decision.undone_id.is_(None),
        )
    )
    return set(agreed) == {roster.here_id, roster.source_id}


def withhold(context: CaseContext) -> None:
    """The source bureau signs nothing for whoever has no directive: those children are refused."""
    context.claim()
    roster = roster_for(context)
    check_office(context.actor, roster.source_id)
    why = f"生源地不予下达指令：{sentence(context.opinion)}"
    end_children(roster, with_status(context.case_id, ChildStatus.CONFIRMED), why)


def directive_ended(context: CaseContext, directive: Directive, how: str) -> None:
    """A directive revoked or expired unused: its child waits for another one, its seat is free meanwhile."""
    roster = roster_for(context)
    [child] = children_of(context.case_id, CHILDREN.c.directive_id == directive.id)
    state = SmallRuns(roster.version_id).deliver(bytes(child.state), "directive_ended")
    back = {"status": ChildStatus.CONFIRMED, "directive_id": None, "state": state}
    write(context.case_id, [{"position": child.position, **back}])
    reserved_seats.release(quota_of(roster), 1, case_id=context.case_id)
    over = DirectiveOver(number=directive.number, how=how)
    execute(
        sa.update(ROWS)
        .where(ROWS.c.case_id == context.case_id, ROWS.c.position == child.position)
        .values(code=over.code, detail=over.detail)
    )
