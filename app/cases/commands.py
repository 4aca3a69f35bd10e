"""The clock at work: cohorts that close, directives that expire, reminders, overdue desks. `flask tick`, the worker."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
import threading

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from app import audit, clock
from app.access import Actor
from app.calendars import queries as calendars
from app.cases import hooks, operations
from app.cases.operations.deadlines import BATCH, escalate, move_deadlines, plan_reminders, remind
from app.cases.operations.figures import AT_ONCE as MOST_ADDED
from app.cases.operations.figures import add_up
from app.cases.queries.coming_changes import due_by
from app.cases.queries.delegations import leaves_begun
from app.cases.queries.late_registrations import to_be_marked
from app.cases.transactions import work_leave
from app.database import db, end_reading, transaction
from app.errors import Refused, Stale
from app.identity.operations import nobody
from app.students.models import Directive, DirectiveStatus
from app.students.operations.locking import digests_due, keep_digests

log = logging.getLogger("xueji.clock")
MOST_PLANNED = 50  # transactions in which reminders are planned at a time


def tick() -> dict[str, int]:
    """Do everything that is due now; return how much of each. Safe to run twice and by several processes."""
    calendars.tell_the_clock()
    actor = nobody("系统时钟")
    now = clock.now()
    with transaction():
        audit.keep_heads()
    done = {
        "locked": _prove_locks(actor),
        "late": _mark_late(actor),
        "effective": _take_effect(actor),
        "expired": _expire(actor, now),
        "moved": _move_deadlines(actor, now),
        "reminded": _remind(now),
        "escalated": _escalate(actor, now),
        "rows": _work_batches(),
    }
    _add_up_figures()
    for job in hooks.jobs:
        done[job.name] = done.get(job.name, 0) + job.work(now)
    return done


def _add_up_figures() -> None:
    """Add up what was counted since the last time, so many entries in a transaction."""
    added = MOST_ADDED
    while added == MOST_ADDED:
        with transaction():
            added = add_up()


@hooks.job("leaves", "请假转办")
def _work_leaves(_now: dt.datetime) -> int:
    """Hand over the tasks of whoever is on leave from today; return how many."""
    due, done = leaves_begun(clock.today()), 0
    end_reading()
    for delegation_id in due:
        with contextlib.suppress(Refused):
            done += work_leave(delegation_id, actor=nobody("请假转办"))
    return done


@hooks.job("drafts", "清除草稿")
def _forget_drafts(now: dt.datetime) -> int:
    """Delete drafts that nobody has gone on with."""
    with transaction():
        return operations.forget_old_drafts(now)


def _prove_locks(actor: Actor) -> int:
    """Keep the digests of a cohort that has closed; read before the transaction, so that no writer waits for it."""
    year, schools = digests_due()
    end_reading()
    if schools is None:
        return 0
    with contextlib.suppress(Stale), transaction():
        return keep_digests(year, schools, actor=actor)
    return 0


def _mark_late(actor: Actor) -> int:
    """Let the registrations that a lock has overtaken say that they go on as 补录; return how many."""
    due, marked = to_be_marked(), 0
    end_reading()
    for case in due:
        with contextlib.suppress(Stale), transaction():
            marked += operations.mark_late(case.id, case.number, case.applicant_office_id, actor=actor)
    return marked


def _take_effect(actor: Actor) -> int:
    """Let the changes take effect whose day has come, each child by itself; return how many."""
    due, done = due_by(clock.today()), 0
    end_reading()
    for case_id in due:
        try:
            with transaction():
                done += operations.take_effect(case_id, actor=actor)
        except Stale:  # somebody else was faster
            continue
        except Refused as refusal:
            with contextlib.suppress(Stale), transaction():
                operations.keep_fault(case_id, refusal, actor=actor)
        except Exception:
            log.exception("a change whose day has come could not take effect and will be tried again")
    return done


def _work_batches() -> int:
    """Work the released lists, a chunk in a transaction; return how many chunks. One that fails holds up no other."""
    cases, chunks = operations.batches_to_work(), 0
    end_reading()
    for case_id in cases:
        more = True
        # a lost race leaves the chunk to whoever won it, or to the next tick
        try:
            with contextlib.suppress(Stale):
                while more:
                    with transaction():
                        more = operations.work_chunk(case_id)
                    chunks += 1
        except Refused as refusal:
            _keep_list_fault(case_id, refusal.code, refusal.detail)
        except sa.exc.OperationalError:
            raise
        except Exception:
            incident = secrets.token_hex(4)
            log.exception("incident %s: the list of case %s could not be worked and is tried again", incident, case_id)
            _keep_list_fault(case_id, "E-INCIDENT", f"程序出错（编号 {incident}），系统会再次办理。")
    return chunks


def _keep_list_fault(case_id: int, code: str, detail: str) -> None:
    with contextlib.suppress(Stale), transaction():
        operations.keep_list_fault(case_id, code, detail)


def work_on_migrations(stop: threading.Event | None = None) -> int:
    """Move the cases of migrations that are under way, each in its transaction; return how many were looked at.

    Safe to run in several processes and to kill at any moment.
    """
    stop, worked = stop or threading.Event(), 0
    under_way = [each.id for each in operations.migrations_to_work()]
    actor = nobody("流程迁移")
    end_reading()
    for migration_id in under_way:
        after = 0
        while not stop.is_set():
            cases = operations.cases_to_work(migration_id, after)
            end_reading()
            if not cases:
                break
            for case_id in cases:
                _migrate(migration_id, case_id, actor)
                after, worked = case_id, worked + 1
                if stop.is_set():
                    return worked
        with transaction():
            operations.finish(migration_id, actor=actor)
    return worked


def _migrate(migration_id: int, case_id: int, actor: Actor) -> None:
    """One case; what somebody is doing to it just now comes first, and the next round looks at it again."""
    try:
        with contextlib.suppress(Stale), transaction():
            operations.work_case(migration_id, case_id, actor=actor)
    except sa.exc.OperationalError:  # the database is away: nothing is said of the case
        raise
    except Exception:
        incident = secrets.token_hex(4)
        log.exception("incident %s: case %s of migration %s was left where it is", incident, case_id, migration_id)
        with transaction():
            operations.leave_case(migration_id, case_id, f"迁移时程序出错（编号 {incident}），该件没有改动")


def _expire(actor: Actor, now: dt.datetime) -> int:
    due = db.session.scalars(
        sa.select(Directive.id).where(Directive.status == DirectiveStatus.ISSUED, Directive.expires_at < now)
    ).all()
    end_reading()
    expired = 0
    for directive_id in due:
        # another process, or the pull, may be faster: then there is nothing left to expire
        with contextlib.suppress(Refused), transaction():
            operations.expire_directive(db.session.get_one(Directive, directive_id), actor=actor)
            expired += 1
    return expired


def _remind(now: dt.datetime) -> int:
    """Plan what has come, then remind of what is due: so much in a transaction that nobody waits for it long."""
    for _ in range(MOST_PLANNED):
        with transaction():
            if plan_reminders(now) < BATCH:
                break
    with transaction():
        return remind(now)


def _move_deadlines(actor: Actor, now: dt.datetime) -> int:
    """Move the deadlines that a calendar which came late concerns, a chunk in a transaction."""
    moved = 0
    while True:
        with transaction():
            found = move_deadlines(now, actor=actor)
        if found is None:
            return moved
        moved += found


def _escalate(actor: Actor, now: dt.datetime) -> int:
    with transaction():
        return escalate(now, actor=actor)


@click.command("tick")
@with_appcontext
def tick_command() -> None:
    """Prove a cohort that has closed, expire directives, remind desks, report overdue ones to their superior."""
    done = tick()
    words = {
        "locked": "锁定快照",
        "late": "转为补录",
        "effective": "到期生效",
        "expired": "指令过期",
        "moved": "期限调整",
        "reminded": "到期提醒",
        "escalated": "逾期上报",
        "rows": "办理名单",
        **{job.name: job.words for job in hooks.jobs},
    }
    click.echo("，".join(f"{word} {done[name]}" for name, word in words.items()))
    for sentence in calendars.warnings():
        click.echo(sentence)
