"""迁移演练: what a migration would make of every case that runs on a version; and what it has made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.cases.models import Batch, Case, Decision, JointAnswer, MigratedCase, Migration, PreReview, Task, TaskStatus
from app.cases.rules import migrations as rules
from app.cases.rules.migrations import Verdict
from app.cases.rules.refusals import Unroutable
from app.cases.rules.routing import Sides, Step, resolve, role_name, route
from app.database import db, execute, table
from app.definitions.queries import CompiledVersion, compiled_version, version_of_runs
from app.divisions.models import Office
from app.errors import Missing
from workflows import RunBroken, TaskSpec, foresee
from workflows.errors import NotMovable
from workflows.migration import Migrated, migrate
from workflows.policies import Act, Answered, Heard, Ran
from workflows.policies import Task as DecidedTask
from workflows.replays import GIVEN
from workflows.routing import ROLES

CASES, DECISIONS, BATCHES, TASKS, ANSWERS = (table(each) for each in (Case, Decision, Batch, Task, JointAnswer))
MOST_CASES = 5_000  # of one rehearsal: some seconds
COLUMNS = (
    "id", "number", "version_id", "status", "applicant_office_id", "receiving_school_id", "releasing_school_id",
    "parties", "state", "written", "opened_by",
)  # fmt: skip
MESSAGE = "!"  # before the name of a message, as `written` keeps it
Row = Any


@dataclass(frozen=True)
class OnRecord:
    """What is on record of a case beside its row.

    decided -- key and outcome of its decisions in their order; verb -- that with which its list is being worked, None
    where none is; answered -- the open tasks of several people that some have answered; reviewed -- those that an
    operator has pre-reviewed.
    """

    decided: Sequence[tuple[str, str]] = ()
    verb: str | None = None
    answered: Sequence[str] = ()
    reviewed: Sequence[str] = ()


@dataclass(frozen=True)
class Plan:
    """What becomes of one case.

    sentence -- what changes for it, or why it cannot; migrated, parties, steps -- its run, its offices and its route in
    the other version, where it moves.
    """

    verdict: Verdict
    sentence: str = ""
    migrated: Migrated | None = None
    parties: Mapping[str, int] | None = None
    steps: Sequence[Step] = ()


@dataclass(frozen=True)
class PlannedCase:
    """A case of a rehearsal."""

    number: str
    waits_at: str
    plan: Plan


@dataclass(frozen=True)
class Group:
    """The cases of which the same is said."""

    verdict: Verdict
    sentence: str
    cases: Sequence[PlannedCase]


@dataclass(frozen=True)
class MigrationRehearsal:
    """Every case of a version, and what would become of it. is_cut -- there are more than were looked at."""

    cases: Sequence[PlannedCase]
    is_cut: bool

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many of which verdict."""
        return {each: sum(case.plan.verdict is each for case in self.cases) for each in Verdict}

    @property
    def groups(self) -> Sequence[Group]:
        """By verdict and sentence, the most numerous first."""
        found: dict[tuple[Verdict, str], list[PlannedCase]] = defaultdict(list)
        for each in self.cases:
            found[each.plan.verdict, each.plan.sentence].append(each)
        order = list(Verdict)
        return [
            Group(verdict, sentence, cases)
            for (verdict, sentence), cases in sorted(
                found.items(), key=lambda each: (order.index(each[0][0]), -len(each[1]), each[0][1])
            )
        ]


def rehearse(own: CompiledVersion, target: CompiledVersion, mapping: Mapping[str, str]) -> MigrationRehearsal:
    """Look at every case that runs on `own`, as migrating would; nothing is written."""
    running = CASES.c.process_key == own.key, CASES.c.version_id == own.version_id, sa.text("cases.status <> 'closed'")
    columns = (CASES.c[name] for name in COLUMNS)
    rows = execute(sa.select(*columns).where(*running).order_by(CASES.c.id).limit(MOST_CASES + 1)).all()
    is_cut, rows = len(rows) > MOST_CASES, rows[:MOST_CASES]
    ids = [row.id for row in rows]
    records, waiting = records_of(ids), _waiting_of(ids)
    offices = offices_of({office for row in rows for office in row.parties.values()})
    cases = [
        PlannedCase(
            row.number,
            "、".join(waiting.get(row.id, ())),
            plan_of(row, own, target, records[row.id], offices, mapping),
        )
        for row in rows
    ]
    return MigrationRehearsal(cases, is_cut)


def plan_of(
    case: Row,
    own: CompiledVersion,
    target: CompiledVersion,
    record: OnRecord,
    offices: Mapping[int, Office],
    mapping: Mapping[str, str],
) -> Plan:
    """What becomes of a case that was read with `COLUMNS`. offices -- those of its parties, by id."""
    try:
        if why := _why_not(case, own, target, record, mapping):
            raise NotMovable(why)
        acts = acts_of(target, record.decided, case.written or ())
        migrated = migrate(
            version_of_runs(own),
            bytes(case.state),
            version_of_runs(target),
            acts,
            verbs_known=case.written is not None,
            mapping=mapping,
        )
        return _routed(case, own, target, migrated, {role: offices[each] for role, each in case.parties.items()})
    except NotMovable as why:
        return Plan(Verdict.CANNOT, str(why))
    except Unroutable as refusal:
        return Plan(Verdict.CANNOT, refusal.detail.rstrip("。"))
    except RunBroken as error:
        return Plan(Verdict.CANNOT, f"办件的运行状态有误：{error}")


def _why_not(
    case: Row, own: CompiledVersion, target: CompiledVersion, record: OnRecord, mapping: Mapping[str, str]
) -> str | None:
    if case.state is None:
        return "办件没有运行状态"
    why = rules.why_no_case_moves(own, target)
    why = why or rules.why_not_with_decisions(own, target, [key for key, _outcome in record.decided])
    why = why or rules.why_not_with_answers(own, target, record.answered, mapping)
    why = why or rules.why_not_with_reviews(own, record.reviewed, mapping)
    return why or (rules.why_not_with_list(target, record.verb) if record.verb is not None else None)


def _routed(
    case: Row, own: CompiledVersion, target: CompiledVersion, migrated: Migrated, known: Mapping[str, Office]
) -> Plan:
    """With its offices and its route in the other version. Raises Unroutable."""
    new = _new_offices(case, own, target)
    opening = {name: value for name, value in migrated.facts.items() if name not in GIVEN}
    steps = route(target.diagrams, {**known, **new}, foresee(target.diagrams, opening))
    for each in migrated.run.waiting:
        spec = target.diagrams.tasks[each.key]
        if spec.role not in known and spec.role not in new:
            raise Unroutable(task=spec.name, role=role_name(spec.role))
    changes = [
        f"“{step.before.name}”：{'，'.join(lines)}"
        for step in migrated.steps
        if (lines := list(rules.changes_of_step(own, target, step.before.key, step.after.key)))
    ]
    parties = {**case.parties, **{role: office.id for role, office in new.items()}}
    passed = rules.no_more_asked(own, target, [each.key for each in migrated.run.waiting])
    said = "；".join([*changes, *([passed] if passed else [])])
    return Plan(Verdict.CHANGED if changes else Verdict.MOVES, said, migrated, parties, steps)


def acts_of(
    target: CompiledVersion, decided: Sequence[tuple[str, str]], written: Sequence[tuple[int, str]]
) -> Iterator[Act]:
    """Decisions, verbs and messages in the order in which they happened, as far as the target knows them."""
    tasks = target.diagrams.tasks
    for count, (key, outcome) in enumerate([("", ""), *decided]):
        if key in tasks:
            spec = tasks[key]
            yield Answered(DecidedTask(spec.key, spec.role, spec.duty, spec.kind), outcome)
        for at, name in written:
            if at == count:
                yield Heard(name.removeprefix(MESSAGE)) if name.startswith(MESSAGE) else Ran(name)


def _new_offices(case: Row, own: CompiledVersion, target: CompiledVersion) -> dict[str, Office]:
    """The offices of roles that the target names and the version before did not. Raises Unroutable."""
    known = {each.role for each in own.diagrams.tasks.values()} | set(case.parties)
    new = {each.role: each for each in target.diagrams.tasks.values() if each.role not in known}
    if not new:
        return {}
    sides = Sides(
        applicant=db.session.get_one(Office, case.applicant_office_id),
        receiving=db.session.get(Office, case.receiving_school_id) if case.receiving_school_id else None,
        releasing=db.session.get(Office, case.releasing_school_id) if case.releasing_school_id else None,
    )
    found: dict[str, Office] = {}
    for role, spec in new.items():
        office = resolve(role, sides)
        if office is not None:
            found[role] = office
        elif not (ROLES[role].optional and spec.key in target.diagrams.route):
            raise Unroutable(task=spec.name, role=role_name(role))
    return found


# --- what is read of many cases at once


def records_of(case_ids: Sequence[int]) -> dict[int, OnRecord]:
    """What is on record of these cases."""
    decided, lists = _decisions_of(case_ids), _lists_of(case_ids)
    answered, reviewed = _open_tasks_with(ANSWERS, case_ids), _open_tasks_with(table(PreReview), case_ids)
    return {
        each: OnRecord(decided[each], lists.get(each), answered.get(each, ()), reviewed.get(each, ()))
        for each in case_ids
    }


def _decisions_of(case_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {each: [] for each in case_ids}
    asked = sa.select(DECISIONS.c.case_id, DECISIONS.c.key, DECISIONS.c.outcome).order_by(DECISIONS.c.id)
    for some in _chunks(case_ids):
        for row in execute(asked.where(DECISIONS.c.case_id.in_(some), DECISIONS.c.undone_id.is_(None))):
            found[row.case_id].append((row.key, str(row.outcome.value)))
    return found


def _lists_of(case_ids: Sequence[int]) -> dict[int, str]:
    asked = sa.select(BATCHES.c.case_id, BATCHES.c.verb)
    working = BATCHES.c.released_at.is_not(None), BATCHES.c.finished_at.is_(None)
    return {
        row.case_id: row.verb
        for some in _chunks(case_ids)
        for row in execute(asked.where(BATCHES.c.case_id.in_(some), *working))
    }


def _open_tasks_with(rows: sa.Table, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """By case the keys of its open tasks to which such rows belong."""
    found: dict[int, list[str]] = defaultdict(list)
    asked = sa.select(TASKS.c.case_id, TASKS.c.key).join(rows, rows.c.task_id == TASKS.c.id).distinct()
    if rows is ANSWERS:
        asked = asked.where(ANSWERS.c.taken_back_at.is_(None))
    for some in _chunks(case_ids):
        for row in execute(asked.where(TASKS.c.case_id.in_(some), TASKS.c.status == TaskStatus.OPEN)):
            found[row.case_id].append(row.key)
    return found


def offices_of(office_ids: Collection[int]) -> dict[int, Office]:
    """These offices by id."""
    return {
        each.id: each
        for some in _chunks(sorted(office_ids))
        for each in db.session.scalars(sa.select(Office).where(Office.id.in_(some)))
    }


def _waiting_of(case_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the open tasks of these cases."""
    found: dict[int, list[str]] = defaultdict(list)
    asked = sa.select(TASKS.c.case_id, TASKS.c.name).where(TASKS.c.status == TaskStatus.OPEN).order_by(TASKS.c.id)
    for some in _chunks(case_ids):
        for row in execute(asked.where(TASKS.c.case_id.in_(some))):
            found[row.case_id].append(row.name)
    return found


def _chunks(ids: Sequence[int], size: int = 500) -> Iterator[Sequence[int]]:
    yield from (ids[start : start + size] for start in range(0, len(ids), size))


# --- the tasks of versions on which a case ran before


def asked_in(task: Task, version: CompiledVersion) -> tuple[CompiledVersion, TaskSpec]:
    """A task as it is asked, or was before its case was migrated. version -- that of its case. Raises Missing."""
    asked = decided_in(task.case_id, version, task.key)
    if asked is None:
        raise Missing()
    return asked


def decided_in(case_id: int, version: CompiledVersion, key: str) -> tuple[CompiledVersion, TaskSpec] | None:
    """The task of that key in the version of its case, or in the last on which the case ran before it was migrated."""
    if key in version.diagrams.tasks:
        return version, version.diagrams.tasks[key]
    asked = sa.select(Migration.from_id).join(MigratedCase, MigratedCase.migration_id == Migration.id)
    for version_id in db.session.scalars(asked.where(MigratedCase.case_id == case_id).order_by(Migration.id.desc())):
        earlier = compiled_version(version_id)
        if key in earlier.diagrams.tasks:
            return earlier, earlier.diagrams.tasks[key]
    return None
