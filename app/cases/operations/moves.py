"""环节调整: a task at which a case waits goes on as another one of the same diagram. Nothing of a record is written.

Whoever decides the task meanwhile and whoever moves it raise the revision of the case: one of them wins, the other
hears that somebody was faster. What is decided afterwards is held to the policy as in any case.
"""

from __future__ import annotations

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Move, Notice, NoticeKind, RouteStep, TaskStatus
from app.cases.operations.closing import claim_case
from app.cases.operations.transitions import TASKS, Row, case_by_number, end_tasks, status_after, task_row
from app.cases.queries.moves import MovePlan, open_case_of, plan_move
from app.cases.rules.refusals import CannotMove
from app.database import db, execute, table, write_together
from app.divisions.models import Office
from app.writes import Write

ROUTE, NOTICES = table(RouteStep), table(Notice)
MOVED = "E-MOVED"  # stands in a task that goes on as another one, and in that one


def move_case(move: Move, *, actor: Actor) -> None:
    """Let the case wait where the move says. Raises CannotMove, Stale.

    The new task has its office by the role of its lane and its working days from now on.
    """
    case, siblings = case_by_number(move.case.number)
    read = open_case_of(case.case_id)
    if move.task_id not in siblings.values():
        raise CannotMove(why=f"“{move.from_name}”已经办理或改办，办件不再停在那里")
    plan = plan_move(read, move.from_key, move.to_key)
    run = plan.migrated.run
    claim_case(case, state=run.state, status=status_after(case, plan.version, run))
    office_id = _replace_task(case, move, plan)
    _take_up_step(case, move, plan, office_id)
    before, after = {"task": move.from_key}, {"task": move.to_key, "move": move.id}
    audit.record("cases/move", f"case:{case.number}", actor=actor, before=before, after=after)


def _replace_task(case: Row, move: Move, plan: MovePlan) -> int:
    """The task ends and the other one waits; both offices and the applicant read it. Gives the office it waits at."""
    now = clock.now()
    was = execute(sa.select(TASKS.c.run_task, TASKS.c.office_id).where(TASKS.c.id == move.task_id)).one()
    [step] = [each for each in plan.migrated.steps if each.before.id == was.run_task]
    note = {"code": MOVED, "detail": f"本件由“{move.from_name}”调整到本环节。原因：{move.reason}"}
    new = task_row(case.case_id, case.parties, case.clocks, plan.version, step.after, now, note)
    ended = {"ended": MOVED, "detail": f"本件已由省级调整到“{move.to_name}”办理，不再由本环节办理。"}
    text = f"办件 {case.number} 的办理环节由“{move.from_name}”调整为“{move.to_name}”。"
    told = {"case_id": case.case_id, "kind": NoticeKind.RESULT, "text": text, "at": now}
    offices = sorted({was.office_id, new["office_id"], case.applicant_office_id})
    write_together(
        end_tasks([move.task_id], TaskStatus.CANCELLED, now, ended),
        Write(TASKS, new),
        *(Write(NOTICES, {**told, "office_id": office}) for office in offices),
    )
    return int(new["office_id"])


def _take_up_step(case: Row, move: Move, plan: MovePlan, office_id: int) -> None:
    """A step that the route has left out is on it now."""
    spec = plan.version.diagrams.tasks[move.to_key]
    office, other_side = db.session.get_one(Office, office_id), rules.other_side(plan.version.diagrams)
    reason = rules.reason_for(spec.role, office, False, other_side=other_side)
    left_out = ROUTE.c.case_id == case.case_id, ROUTE.c.key == move.to_key, ROUTE.c.skipped
    execute(sa.update(ROUTE).where(*left_out).values(skipped=False, reason=reason[:200]))
