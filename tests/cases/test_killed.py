"""A process killed with SIGKILL at any statement of a decision leaves all of it or none."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.audit import AuditEvent
from app.database import db
from app.students.models import Student
from tests.processes.transfer.test_refusals import contents
from tests.support import factories
from tests.support.transfer_case import Story

COMMITTED = -1  # the fault point after the commit and before the answer


def run_and_die(app: Flask, act: Any, point: int) -> bool:
    """Make a call in a process of its own that kills itself before its `point`-th writing; True when it was killed."""
    return dies(lambda: act().status in (200, 201), point)


def dies(act: Callable[[], object], point: int) -> bool:
    """The same for whatever says True, or nothing, when it has got through."""
    db.session.rollback()
    db.engine.dispose()
    child = os.fork()
    if child == 0:  # from here on nothing of pytest may run
        code = 1
        try:
            gc.disable()  # it would go through all that pytest holds, and so copy it
            _arm(point)
            code = 0 if act() in (True, None) else 2
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _arm(point: int) -> None:
    """Die before the `point`-th write or commit of the decision; COMMITTED: after the commit."""
    count = 0

    def die(*_args: Any, **_kwargs: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def reached() -> None:
        nonlocal count
        count += 1
        if count == point:
            die()

    def statement(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if not text.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            reached()

    def committed(session: sa.orm.Session) -> None:
        if not session.in_nested_transaction():  # the release of a savepoint is no commit
            die()

    if point == COMMITTED:
        sa.event.listen(sa.orm.Session, "after_commit", committed)
    else:
        sa.event.listen(db.engine, "before_cursor_execute", statement)
        sa.event.listen(db.engine, "commit", lambda _connection: reached())


def kill_at_every_step(app: Flask, act: Any) -> int:
    """Kill at point 1, 2, 3 … until the decision goes through; return how many fault points there were."""
    before, audited = contents(), count_audit()
    point = 1
    while run_and_die(app, act, point):
        assert contents() == before, f"something of it stayed after fault point {point}"
        assert count_audit() == audited
        point += 1
        assert point < 100
    assert contents() != before
    return point - 1


def count_audit() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) or 0


@pytest.mark.parametrize("key", ["receiving_school", "releasing_bureau", "pull"])
def test_scenario_30_killed_at_any_write_a_decision_is_whole_or_not_at_all(
    app: Flask, submitted: Story, key: str
) -> None:
    """Fault points: every write (the claim, task rows, directive, enrolments, quota, audit …) and the commit itself."""
    submitted.agree_until(key)
    task = submitted.waiting()["id"]
    form = {"directive": submitted.case()["directive"]["number"]} if key == "pull" else {}
    program = submitted.program(submitted.role_of(key))

    points = kill_at_every_step(
        app, lambda: program.post(f"/tasks/{task}/decision", {"outcome": "agree", "form": form})
    )

    assert points >= {"receiving_school": 3, "releasing_bureau": 5, "pull": 8}[key]
    assert list(audit.verify()) == []
    db.session.expire_all()
    child = db.session.get_one(Student, submitted.child.id)
    assert len(child.enrolments) == (2 if key == "pull" else 1)


def test_what_was_committed_is_there_although_nobody_heard_of_it(app: Flask, submitted: Story) -> None:
    submitted.agree_until("pull")
    task, number = submitted.waiting()["id"], submitted.case()["directive"]["number"]
    program = submitted.program("receiving_school")
    body = {"outcome": "agree", "form": {"directive": number}}

    killed = run_and_die(app, lambda: program.post(f"/tasks/{task}/decision", body, Idempotency_Key="once"), COMMITTED)

    assert killed
    assert submitted.case()["outcome"] == "agreed"
    again = program.post(f"/tasks/{task}/decision", body, Idempotency_Key="once")
    assert (again.status, again.json["outcome"]) == (200, "agreed")


def test_a_case_is_opened_whole_or_not_at_all(app: Flask, story: Story) -> None:
    program = story.program("receiving_school", "operator")
    body = {"process": "transfer", "application": factories.an_application(story.child, story.receiving)}

    assert kill_at_every_step(app, lambda: program.post("/cases", body)) >= 5
