"""收回、退回: where a case would wait again if one of its decisions counted no more, and what that would end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import (
    Advice,
    Attachment,
    Case,
    CaseStatus,
    Decision,
    JointAnswer,
    MigratedCase,
    MigratedStatus,
    Move,
    MoveStatus,
    PreReview,
    StepBack,
    Task,
    TaskStatus,
)
from app.cases.queries.facts import effects_of
from app.cases.queries.joint_answers import answers_to, has_answered, joint_of
from app.cases.rules.permissions import Effects
from app.cases.rules.refusals import CannotGoBack
from app.database import db, execute, table
from app.definitions.queries import CompiledVersion, compiled_version
from app.divisions.models import Office
from app.errors import NotAllowed
from app.identity.models import User
from workflows import Run, RunBroken, Waiting
from workflows.going_back import go_back

CASES, DECISIONS, TASKS, BACKS = table(Case), table(Decision), table(Task), table(StepBack)
ANSWERS, OFFICES, USERS = table(JointAnswer), table(Office), table(User)
COLUMNS = ("id", "number", "version_id", "status", "state", "written", "clocks", "parties")
DECIDED = ("id", "task_id", "key", "outcome", "user_id", "office_id", "at", "undone_id")
MESSAGE = "!"  # before the name of a message, as `written` keeps it
Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


@dataclass(frozen=True)
class Again:
    """A task at which the case would wait again: as the run asks for it, and its former row."""

    waiting: Waiting
    row: Row


@dataclass(frozen=True)
class StepBackPlan:
    """A case as it would stand again, nothing written yet.

    again -- the tasks at which it would wait that are not open now, that of the decision first; cancelled -- the open
    tasks that would be gone; undone -- the decisions that would count no more, that one first; written -- what the row
    of the case keeps of its verbs then; clocks -- as they were before, None where the decision has not changed them.
    """

    version: CompiledVersion
    run: Run
    again: Sequence[Again]
    cancelled: Sequence[Row]
    undone: Sequence[Row]
    written: Sequence[Any]
    clocks: Mapping[str, int] | None


@dataclass(frozen=True)
class History:
    """What every plan for one case is made from, read once.

    tasks -- all of them, each with the name of its office; moved_at -- when it was moved beside its decisions.
    """

    case: Row
    version: CompiledVersion
    decisions: Sequence[Row]
    tasks: Sequence[Row]
    effects: Effects
    moved_at: Sequence[dt.datetime]


def decisions_of(case_id: int) -> Sequence[Row]:
    """Every decision of a case in their order: of which task, office and person, and when one was undone."""
    names = TASKS.c.name.label("task"), OFFICES.c.name.label("office"), USERS.c.name.label("who")
    columns = [*(DECISIONS.c[name] for name in DECIDED), *names, BACKS.c.at.label("undone_at")]
    joined = (
        DECISIONS.join(TASKS, TASKS.c.id == DECISIONS.c.task_id)
        .join(OFFICES, OFFICES.c.id == DECISIONS.c.office_id)
        .join(USERS, USERS.c.id == DECISIONS.c.user_id)
        .outerjoin(BACKS, BACKS.c.id == DECISIONS.c.undone_id)
    )
    asked = sa.select(*columns).select_from(joined).where(DECISIONS.c.case_id == case_id)
    return execute(asked.order_by(DECISIONS.c.id)).all()


def history_of(case_id: int, decisions: Sequence[Row]) -> History:
    """A case that may go back; decisions -- as `decisions_of` reads them. Raises CannotGoBack where it never may."""
    case = execute(sa.select(*(CASES.c[name] for name in COLUMNS)).where(CASES.c.id == case_id)).one()
    version = _version_of(case)
    named = sa.select(TASKS, OFFICES.c.name.label("office")).join(OFFICES, OFFICES.c.id == TASKS.c.office_id)
    tasks = execute(named.where(TASKS.c.case_id == case_id).order_by(TASKS.c.id)).all()
    return History(case, version, decisions, tasks, effects_of(case_id), moved_at(case_id))


def plan_step_back(history: History, decision_id: int) -> StepBackPlan:
    """The case without that decision and everything that follows from it. Raises CannotGoBack."""
    case, version, decisions = history.case, history.version, history.decisions
    chosen = next((each for each in decisions if each.id == decision_id), None)
    if chosen is None or chosen.undone_id is not None:
        raise CannotGoBack(why="该办理结果已经收回或退回")
    base = _base_of(chosen, decisions)
    standing = [each for each in decisions if each.undone_id is None]
    place = sum(each.id < base.id for each in standing)
    later = [each for each in standing if each.id >= base.id and each is not chosen]
    before = execute(
        sa.select(DECISIONS.c.id, DECISIONS.c.state_before, DECISIONS.c.clocks_before).where(
            DECISIONS.c.id.in_({base.id, chosen.id})
        )
    ).all()
    [state] = [each.state_before for each in before if each.id == base.id]
    if why := _why_not(history, place, base, state):
        raise CannotGoBack(why=why)
    answers = [(each.key, str(each.outcome.value)) for each in later]
    try:
        went = go_back(version.diagrams, bytes(state), bytes(case.state), answers)
    except RunBroken as error:
        raise CannotGoBack(why=str(error)) from error
    undone = [chosen, *(each for place, each in enumerate(later) if place not in went.kept)]
    if any(each.id < chosen.id for each in undone) or all(each.key != chosen.key for each in went.run.waiting):
        raise CannotGoBack(why=f"不能恢复“{version.diagrams.tasks[chosen.key].name}”")
    again, cancelled = _tasks_of(history.tasks, went.run)
    again.sort(key=lambda each: each.row.key != chosen.key)
    written = [entry for entry in case.written if entry[0] <= place]
    [clocks] = [each.clocks_before for each in before if each.id == chosen.id]
    return StepBackPlan(version, went.run, again, cancelled, undone, written, clocks)


def _base_of(chosen: Row, decisions: Sequence[Row]) -> Row:
    """The decision before which the run was kept from which to go on: the chosen one, unless what it was decided upon
    has been undone since; then the first of those.
    """
    base = chosen
    while True:
        undone = [each for each in decisions if each.id < base.id and each.undone_at and each.undone_at >= base.at]
        if not undone:
            return base
        base = undone[0]


def seen_or_acted_on(plan: StepBackPlan) -> str | None:
    """Who has seen what would be gone, or has begun with it, in words without a full stop."""
    ids = [each.id for each in plan.cancelled]
    if len(plan.undone) > 1:
        return f"“{_name(plan, plan.undone[1].key)}”此后已经办理"
    seen = next((each for each in plan.cancelled if each.seen_at is not None), None)
    if seen is not None:
        return f"“{seen.name}”的办理机构已经查看"
    for rows in (PreReview, JointAnswer, Attachment, Advice):
        tasks = table(rows).c.task_id
        if ids and (begun := execute(sa.select(tasks).where(tasks.in_(ids)).limit(1)).scalar()) is not None:
            name = next(each.name for each in plan.cancelled if each.id == begun)
            return f"“{name}”已经开始办理"
    return None


def _name(plan: StepBackPlan, key: str) -> str:
    return plan.version.diagrams.tasks[key].name if key in plan.version.diagrams.tasks else key


def _version_of(case: Row) -> CompiledVersion:
    if case.status == CaseStatus.CLOSED:
        raise CannotGoBack(why="本件已办结")
    if case.version_id is None or case.state is None or case.written is None:
        raise CannotGoBack(why="本件开立较早，没有保存所需的记录")
    return compiled_version(case.version_id)


def _why_not(history: History, place: int, chosen: Row, before: bytes | None) -> str | None:
    """What stands against it whoever asks: what has been written, and what has moved the case beside its decisions."""
    case, version, effects, moved = history.case, history.version, history.effects, history.moved_at
    if effects.directive:
        return "指令已下达，只能由下达机关撤销指令"
    if effects.released:
        return "名单已核准办理"
    if effects.written:
        return "学籍已按本件变动"
    if written := _written_since(place, case.written, version):
        return f"此后已有系统操作（{written}）"
    if before is None:
        return "办理时没有保存当时的运行状态"
    if chosen.key not in version.diagrams.tasks or any(each >= chosen.at for each in moved):
        return "此后本件已调整环节或迁移到另一版本"
    return None


def _written_since(place: int, written: Sequence[Any], version: CompiledVersion) -> str:
    """The title of what the diagram has written after so many decisions; empty where it has not."""
    for at, name in written:
        policy = version.policies.policies.get(name)
        if at > place and (policy is None or not policy.reads_only):
            return policy.title if policy and policy.title else name.removeprefix(MESSAGE)
    return ""


def moved_at(case_id: int) -> Sequence[dt.datetime]:
    """When the case was moved to another task, or to another version."""
    move, migrated = table(Move), table(MigratedCase)
    moves = sa.select(move.c.decided_at).where(move.c.case_id == case_id, move.c.status == MoveStatus.DONE)
    moved = migrated.c.status.in_((MigratedStatus.MOVED, MigratedStatus.UNDONE))
    migrations = sa.select(migrated.c.worked_at).where(migrated.c.case_id == case_id, moved)
    return [each for each in execute(moves.union_all(migrations)).scalars() if each is not None]


def _tasks_of(rows: Sequence[Row], run: Run) -> tuple[list[Again], list[Row]]:
    """The tasks at which the run waits and no open one does; the open ones that it asks no more.

    rows -- every task of the case. Raises CannotGoBack where it would wait at a task that nobody has ever had.
    """
    open_ = {each.run_task: each for each in rows if each.status == TaskStatus.OPEN}
    same, of_key = {(each.run_task, each.key): each for each in rows}, {each.key: each for each in rows}
    again = []
    for task in run.waiting:
        if task.id in open_:
            continue
        row = same.get((task.id, task.key)) or of_key.get(task.key)
        if row is None:
            raise CannotGoBack(why=f"不能恢复“{task.name}”")
        again.append(Again(task, row))
    waiting = {each.id for each in run.waiting}
    return again, [each for run_task, each in open_.items() if run_task not in waiting]


def decision_to_take_back(task_id: int, actor: Actor) -> Row:
    """The decision of that task that this person has given, or closed with their answer where several answer.

    Raises NotAllowed, CannotGoBack.
    """
    of_task = DECISIONS.c.task_id == task_id
    decision = execute(sa.select(*(DECISIONS.c[name] for name in DECIDED)).where(of_task)).first()
    if decision is None or decision.office_id != actor.office_id:
        raise NotAllowed()
    given = execute(sa.select(ANSWERS.c.user_id).where(ANSWERS.c.task_id == task_id).order_by(ANSWERS.c.id)).scalars()
    answered = list(given)
    if answered and answered[-1] != actor.user_id and actor.user_id in answered:
        raise CannotGoBack(why="会签已有结果，只能由最后提出意见的人收回")
    if (answered[-1] if answered else decision.user_id) != actor.user_id or _duty_of(task_id) != actor.duty:
        raise NotAllowed()
    return decision


def _duty_of(task_id: int) -> str | None:
    duty: str | None = execute(sa.select(TASKS.c.duty).where(TASKS.c.id == task_id)).scalar()
    return duty


def step_backs_of(case_id: int) -> Sequence[StepBack]:
    """Each time the case went back, in their order."""
    asked = sa.select(StepBack).where(StepBack.case_id == case_id).order_by(StepBack.id)
    wanted = joinedload(StepBack.task), joinedload(StepBack.office), joinedload(StepBack.user)
    return db.session.scalars(asked.options(*wanted)).all()


def taken_back_by(case: Case, actor: Actor, effects: Effects) -> Task | None:
    """The task for which taking back (收回) is offered to this person: the last they decided, or one they answered.

    Only what the page has read anyway is asked: nothing that came of it was seen or acted on, nothing was written.
    What it takes in the run is planned when they do it. None where it is not offered.
    """
    for task in case.tasks:
        if task.status is TaskStatus.OPEN and task.office_id == actor.office_id and has_answered(task, actor):
            return task
    if case.status is CaseStatus.CLOSED or case.written is None:
        return None
    if effects.directive or effects.released or effects.written:
        return None
    standing = [each for each in case.decisions if each.undone_id is None]
    last = next((each for each in reversed(standing) if _was_given_by(each, actor)), None)
    if last is None or last.task.duty != actor.duty or case.version_id is None:
        return None
    before = sum(each.id < last.id for each in standing)
    if _written_since(before, case.written, compiled_version(case.version_id)):
        return None
    since = {each.id for each in case.tasks if each.id > last.task_id and each.arrived_at >= last.at}
    seen = any(each.id in since and each.status is TaskStatus.OPEN and each.seen_at for each in case.tasks)
    return None if seen or any(each.task_id in since for each in standing) else last.task


def _was_given_by(decision: Decision, actor: Actor) -> bool:
    """Where several answered, whoever answered last has closed it."""
    if decision.office_id != actor.office_id:
        return False
    if joint_of(decision.task) is None:
        return decision.user_id == actor.user_id
    given = answers_to([decision.task_id])
    return (given[-1].user_id if given else decision.user_id) == actor.user_id


def last_task_of(case: Case, actor: Actor) -> int:
    """The id of the task in which this person spoke last: an open one they have answered, else the last they decided.

    Raises CannotGoBack when they have done nothing in this case.
    """
    answered = [each.id for each in case.tasks if each.status is TaskStatus.OPEN and has_answered(each, actor)]
    decided = [each.task_id for each in case.decisions if each.undone_id is None and each.user_id == actor.user_id]
    if not (spoken := answered or decided):
        raise CannotGoBack(why="您尚未办理本件")
    return spoken[-1]
