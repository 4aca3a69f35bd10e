"""重放: closed cases of a process run through a draft: which would have gone another way, whose load changes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases.models import Case, CaseOutcome, CaseStatus, Decision
from app.database import end_reading, execute, table
from app.definitions.models import ProcessVersion
from app.definitions.queries import CompiledVersion, compiled_version
from app.divisions.models import Office, OfficeKind
from workflows import RunBroken
from workflows.replays import Decided, Replay, Way, initial_facts, replay

CASES, DECISIONS, OFFICES, VERSIONS = table(Case), table(Decision), table(Office), table(ProcessVersion)
MOST_CASES = 300  # of one replay, the latest first: a second or two
BY_DIAGRAM = (CaseOutcome.AGREED, CaseOutcome.REFUSED, CaseOutcome.REDIRECTED)  # no recall, nothing from outside
Row = Any


@dataclass(frozen=True)
class ReplayedTask:
    """A task of one case, and the office that would have had it, or would not."""

    key: str
    name: str
    office: str


@dataclass(frozen=True)
class ReplayedCase:
    """A closed case, what it came to and what it would have come to."""

    number: str
    outcome: str
    replay: Replay
    further: Sequence[ReplayedTask]
    left_out: Sequence[ReplayedTask]


@dataclass(frozen=True)
class OfficeLoad:
    """How many decisions more and fewer an office would have taken."""

    office: str
    further: int
    left_out: int


@dataclass(frozen=True)
class Replays:
    """Every case that was replayed; is_cut -- there are more than were."""

    cases: Sequence[ReplayedCase]
    is_cut: bool

    @property
    def counts(self) -> Mapping[Way, int]:
        """How many cases went which way."""
        return Counter(each.replay.way for each in self.cases)

    @property
    def changed(self) -> Sequence[ReplayedCase]:
        """The cases that would not have gone the same way."""
        return [each for each in self.cases if each.replay.way is not Way.SAME]

    @property
    def loads(self) -> Sequence[OfficeLoad]:
        """The offices whose load changes, the most changed first."""
        further = Counter(task.office for case in self.cases for task in case.further)
        left_out = Counter(task.office for case in self.cases for task in case.left_out)
        offices = sorted(further.keys() | left_out.keys(), key=lambda each: (-further[each] - left_out[each], each))
        return [OfficeLoad(each, further[each], left_out[each]) for each in offices]


def replays_of(draft: CompiledVersion, since: dt.date, bureau: int | None = None) -> Replays:
    """The cases of the draft's process that its diagram has closed since that day, the latest first.

    bureau -- of whose variant it is a draft: the cases of its own schools. Without it those that ran on versions of the
    province: cases of a variant would not have taken the draft.

    Nothing is written and no verb runs; reading ends before the runs begin.
    """
    rows, is_cut = _closed_since(draft.key, since, bureau)
    decisions = _decisions_of([row.id for row in rows])
    versions = {row.version_id: compiled_version(row.version_id) for row in rows}
    names = _names_of({office for row in rows for office in row.parties.values()})
    end_reading()
    return Replays([_replayed(draft, versions[row.version_id], row, decisions[row.id], names) for row in rows], is_cut)


@dataclass(frozen=True)
class Nothing:
    """Why there is nothing to replay: earlier -- when the last case was closed that could be; runs -- some run."""

    earlier: dt.date | None
    runs: bool


def nothing_because(key: str, bureau: int | None = None) -> Nothing:
    """Of a process of which nothing was found. bureau -- as of replays_of"""
    concerned = _concerned(key, bureau)
    last = execute(sa.select(CASES.c.closed_at).where(*concerned, *_REPLAYABLE).order_by(CASES.c.id.desc()).limit(1))
    running = execute(sa.select(CASES.c.id).where(*concerned, CASES.c.status != CaseStatus.CLOSED).limit(1)).first()
    row = last.first()
    return Nothing(clock.local(row.closed_at).date() if row else None, running is not None)


_REPLAYABLE = (
    CASES.c.status == CaseStatus.CLOSED,
    CASES.c.outcome.in_(BY_DIAGRAM),
    CASES.c.version_id.is_not(None),
    CASES.c.state.is_not(None),
)


def _concerned(key: str, bureau: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    if bureau is not None:
        schools = sa.select(OFFICES.c.id).where(OFFICES.c.superior_id == bureau, OFFICES.c.kind == OfficeKind.SCHOOL)
        concerned = CASES.c.applicant_office_id.in_(schools)
    else:
        own = sa.select(VERSIONS.c.id).where(VERSIONS.c.process_key == key, VERSIONS.c.office_id.is_(None))
        concerned = CASES.c.version_id.in_(own)
    return CASES.c.process_key == key, concerned


def _closed_since(key: str, since: dt.date, bureau: int | None) -> tuple[Sequence[Row], bool]:
    columns = (CASES.c[name] for name in ("id", "number", "version_id", "outcome", "parties", "written", "state"))
    rows = execute(
        sa.select(*columns)
        .where(
            *_concerned(key, bureau),
            *_REPLAYABLE,
            CASES.c.closed_at >= clock.end_of(since - dt.timedelta(days=1)),
        )
        .order_by(CASES.c.id.desc())
        .limit(MOST_CASES + 1)
    ).all()
    return rows[:MOST_CASES], len(rows) > MOST_CASES


def _decisions_of(case_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {each: [] for each in case_ids}
    asked = sa.select(DECISIONS.c.case_id, DECISIONS.c.key, DECISIONS.c.outcome)
    stands = DECISIONS.c.case_id.in_(case_ids), DECISIONS.c.undone_id.is_(None)
    for row in execute(asked.where(*stands).order_by(DECISIONS.c.id)):
        found[row.case_id].append((row.key, str(row.outcome.value)))
    return found


def _names_of(office_ids: Iterable[int]) -> dict[int, str]:
    asked = sa.select(OFFICES.c.id, OFFICES.c.name).where(OFFICES.c.id.in_(list(office_ids)))
    return {row.id: row.name for row in execute(asked)}


def _replayed(
    draft: CompiledVersion,
    own: CompiledVersion,
    row: Row,
    decisions: Sequence[tuple[str, str]],
    names: Mapping[int, str],
) -> ReplayedCase:
    outcome = str(row.outcome.value)
    try:
        facts = initial_facts(own.diagrams, bytes(row.state))
        done = replay(draft.diagrams, facts, _acts(decisions, row.written or ()), outcome)
    except RunBroken as error:
        done = Replay(Way.STUCK, None, why=str(error))

    def tasks(keys: Iterable[str], version: CompiledVersion) -> list[ReplayedTask]:
        specs = (version.diagrams.tasks[key] for key in keys if key in version.diagrams.tasks)
        return [ReplayedTask(each.key, each.name, names.get(row.parties.get(each.role, 0), "")) for each in specs]

    return ReplayedCase(row.number, outcome, done, tasks(done.further, draft), tasks(done.left_out, own))


def _acts(decisions: Sequence[tuple[str, str]], written: Sequence[tuple[int, str]]) -> list[Decided]:
    """Decisions, and the messages that came in between, in their order."""
    acts: list[Decided] = []
    for count, (key, outcome) in enumerate([("", ""), *decisions]):
        if key:
            acts.append(Decided(key, outcome))
        acts += [Decided("", "", name[1:]) for at, name in written if at == count and name.startswith("!")]
    return acts


__all__ = ["MOST_CASES", "OfficeLoad", "ReplayedCase", "ReplayedTask", "Replays", "Way", "replays_of"]
