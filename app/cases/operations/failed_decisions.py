"""未办成的决定: a decision that a fault has undone leaves its cause, for whoever looks after the process.

What a rule refuses is said to whoever decides and kept nowhere; a fault of the diagram or of the program is theirs to
mend who never see that person's page.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from werkzeug.exceptions import HTTPException

from app import audit, clock
from app.access import Actor
from app.cases.models import Case, FailedDecision, Task, TaskStatus
from app.cases.rules import PolicyNotHeld, Unroutable
from app.database import execute, table
from app.errors import Refused
from app.web.unavailable import is_unavailable
from app.writes import Write
from workflows import Refusal, RunBroken, TaskGone

FAILED, TASKS, CASES = table(FailedDecision), table(Task), table(Case)
LONGEST = 500  # characters of what is said of a cause
OURS = ("app.", "workflows.")
#: what a task of the diagram has met that no answer of whoever decides could change
OF_THE_PROCESS = (PolicyNotHeld, Unroutable)


@dataclass(frozen=True)
class Cause:
    """Why a decision was undone; detail -- a sentence that names no person."""

    code: str
    detail: str

    @property
    def digest(self) -> str:
        """By which the same cause is known again."""
        return hashlib.sha256(f"{self.code} {self.detail}".encode()).hexdigest()


def cause_of(error: Exception) -> Cause | None:
    """The fault that has undone a decision; None for what a rule refuses, and while the database is away."""
    match error:
        case Refused() if isinstance(error, OF_THE_PROCESS):
            return Cause(error.code, error.detail[:LONGEST])
        case RunBroken():
            return Cause("E-RUN", f"流程图在此处无法继续（{error}）。"[:LONGEST])
        case Refusal() | TaskGone() | HTTPException():
            return None
    if is_unavailable(error):
        return None
    # its message may quote what was typed: the kind and the place are enough to find it in the log
    return Cause("E-SYSTEM", f"程序出错（{type(error).__name__}，{_place_of(error)}），请技术人员查看日志。"[:LONGEST])


def _place_of(error: Exception) -> str:
    """The innermost line of ours that it has passed."""
    place, step = "", error.__traceback__
    while step is not None:
        module = str(step.tb_frame.f_globals.get("__name__", ""))
        if module.startswith(OURS):
            place = f"{module} 第 {step.tb_lineno} 行"
        step = step.tb_next
    return place


def keep_failure(task_id: int, cause: Cause, *, actor: Actor) -> None:
    """Keep why the task could not be decided: once for each cause, and how often. Nothing where it is over."""
    asked = sa.select(TASKS.c.key, TASKS.c.case_id, CASES.c.number).join(CASES, CASES.c.id == TASKS.c.case_id)
    task = execute(asked.where(TASKS.c.id == task_id, TASKS.c.status == TaskStatus.OPEN)).first()
    if task is None:
        return
    now = clock.now()
    same = FAILED.c.task_id == task_id, FAILED.c.cause == cause.digest, FAILED.c.ended_at.is_(None)
    again = sa.update(FAILED).where(*same).values(times=FAILED.c.times + 1, latest=now)
    if execute(again).rowcount == 0:
        row = {"case_id": task.case_id, "task_id": task_id, "cause": cause.digest, "since": now, "latest": now}
        said = {"code": cause.code, "detail": cause.detail, "times": 1, "ended_at": None}
        execute(sa.insert(FAILED).values(**row, **said))
    audit.record("cases/fail", f"case:{task.number}", actor=actor, after={"task": task.key, "code": cause.code})


def end_failures(task_id: int, now: dt.datetime) -> Write:
    """The task has been decided after all, to be written."""
    return Write(FAILED, {"ended_at": now}, {"task_id": task_id, "ended_at": None})
