"""Several people of one office answer one task (会签); the last answer that is needed becomes the office's decision."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import audit
from app.access import Actor
from app.cases.models import Case, JointAnswer, Outcome
from app.database import begin_immediate, db, execute, table
from workflows import Joint

ANSWERS, CASES = table(JointAnswer), table(Case)


def hold_case_of(case_id: int) -> None:
    """Let those who answer at the same moment pass one after the other: none of two last answers may be overlooked.

    What was read of the case before is to be read anew. Whoever only refers to the case is not held up: the clock holds
    a task and then tells of its case, and would wait for who holds the case and wants the task.
    """
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        begin_immediate(connection)
    else:
        execute(sa.select(CASES.c.id).where(CASES.c.id == case_id).with_for_update(key_share=True))


def have_answered(task_id: int) -> set[int]:
    """The users who have answered that task, and have not taken it back."""
    mine = ANSWERS.c.task_id == task_id, ANSWERS.c.taken_back_at.is_(None)
    return set(execute(sa.select(ANSWERS.c.user_id).where(*mine)).scalars())


def add_answer(task: Any, joint: Joint, answer: Any, *, actor: Actor, now: dt.datetime) -> Any:
    """Keep one person's answer to a task of a case that is held; None while it is open, else the answer that decides:
    the last one with the outcome of them all, with its reason, opinion and whose it is.

    task -- the row of `decide`; answer -- its Answer, which has been checked.
    """
    row = {
        "task_id": task.id,
        "user_id": actor.user_id,
        "outcome": Outcome(answer.outcome),
        "reason_code": answer.reason_code,
        "opinion": answer.opinion,
        "at": now,
    }
    mine = ANSWERS.c.task_id == task.id
    execute(sa.insert(ANSWERS).values(row))
    audit.record(
        "cases/answer_jointly",
        f"case:{task.number}",
        actor=actor,
        after={"task": task.key, "outcome": answer.outcome, "reason": answer.reason_code},
    )
    stands = ANSWERS.c.taken_back_at.is_(None)
    given = execute(sa.select(*(ANSWERS.c[name] for name in row)).where(mine, stands).order_by(ANSWERS.c.id)).all()
    outcome = joint.outcome_of([str(each.outcome.value) for each in given])
    return next((each for each in reversed(given) if each.outcome == outcome), None)
