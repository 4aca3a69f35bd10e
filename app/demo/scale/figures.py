"""The figures of what was copied: the triggers that count were away meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.cases.models import Case, Decision, Outcome, Task, TaskStatus
from app.cases.models.figures import FigureKind
from app.cases.operations import figures
from app.cases.rules.durations import working_days
from app.database import execute, table, transaction
from app.divisions.models import Office
from app.students.models import Change

TASKS, DECISIONS, CASES, CHANGES = (table(each) for each in (Task, Decision, Case, Change))
NAMES = ("office_id", "kind", "day", "process_key", "key", "code", "since")
COLUMNS = (
    "office_id integer, kind varchar, day date, process_key varchar, key varchar, code varchar, since date, count int"
)
COUNTED = sa.table("counted", *(sa.column(name) for name in (*NAMES, "count")))


def count(first: Mapping[str, int]) -> None:
    """Count tasks, decisions and changes as their triggers do, and add the figures up as the clock does, all at once.

    first -- by table, the id from which rows were copied
    """
    with transaction():
        while figures.add_up():  # what was not copied has been counted already
            pass
        execute(sa.text(f"CREATE TEMPORARY TABLE counted ({COLUMNS}) ON COMMIT DROP"))
        for counted in _counted(first):
            execute(sa.insert(COUNTED).from_select([*NAMES, "count"], counted.order_by(sa.text("1"))))
        pairs = execute(sa.select(COUNTED.c.since, COUNTED.c.day).distinct()).all()
        taken = {(each.since, each.day): working_days(each.since, each.day) for each in pairs}
        since, day = (sa.literal([pair[place] for pair in taken], ARRAY(sa.Date)) for place in (0, 1))
        lasting = sa.func.unnest(since, day, sa.literal(list(taken.values()), ARRAY(sa.Integer)))
        execute(_added_up(lasting.table_valued("since", "day", "days", name="lasting").render_derived()))


def _added_up(lasting: Any) -> Any:
    """What was counted, of each office by itself and of everybody above it, put to what is there."""
    offices, above = table(Office), table(Office).alias()
    governed = sa.func.starts_with(offices.c.path, above.c.path)
    governs = sa.select(offices.c.id.label("office_id"), above.c.id).join(above, governed).cte("governs")
    what = COUNTED.c.kind, COUNTED.c.day, COUNTED.c.process_key, COUNTED.c.key, COUNTED.c.code, lasting.c.days
    same = (lasting.c.since == COUNTED.c.since) & (lasting.c.day == COUNTED.c.day)
    many = sa.func.sum(COUNTED.c.count)
    lasted = COUNTED.join(lasting, same)
    below = lasted.join(governs, governs.c.office_id == COUNTED.c.office_id)
    own = sa.select(COUNTED.c.office_id, sa.literal(False), *what, many).select_from(lasted)
    all_below = sa.select(governs.c.id, sa.literal(True), *what, many).select_from(below)
    sums = sa.union_all(own.group_by(COUNTED.c.office_id, *what), all_below.group_by(governs.c.id, *what))
    added = insert(figures.FIGURES).from_select([*figures.KEY, "count"], sums.order_by(sa.text("1, 2, 3, 4")))
    more = {"count": figures.FIGURES.c.count + added.excluded.count}
    return added.on_conflict_do_update(index_elements=list(figures.KEY), set_=more)


def _counted(first: Mapping[str, int]) -> list[Any]:
    """Entries of what waits, came, was decided and changed, as the revisions of `figure_entry` write them."""
    of_task = TASKS.join(CASES, CASES.c.id == TASKS.c.case_id)
    of_decision = DECISIONS.join(TASKS, TASKS.c.id == DECISIONS.c.task_id)
    of_decision = of_decision.join(CASES, CASES.c.id == DECISIONS.c.case_id)
    due, arrived, at = _day(TASKS.c.deadline), _day(TASKS.c.arrived_at), _day(DECISIONS.c.at)
    recorded, nothing = _day(CHANGES.c.recorded_at), sa.literal("")
    process, key = CASES.c.process_key, TASKS.c.key
    desk, decider, outcome = TASKS.c.office_id, DECISIONS.c.office_id, sa.cast(DECISIONS.c.outcome, sa.String)
    why = DECISIONS.c.reason_code
    new, decided = TASKS.c.id >= first["task"], DECISIONS.c.id >= first["decision"]
    waits, changed = TASKS.c.status == TaskStatus.OPEN, CHANGES.c.id >= first["change"]
    told = why.is_not(None) & DECISIONS.c.outcome.in_((Outcome.SEND_BACK, Outcome.REFUSE))
    return [
        _sum(of_task, new & waits, desk, _kind(FigureKind.OPEN), due, process, key, nothing, due),
        _sum(of_task, new, desk, _kind(FigureKind.ARRIVED), arrived, process, key, nothing, arrived),
        _sum(of_decision, decided, decider, _kind(FigureKind.DECIDED), at, process, key, outcome, arrived),
        _sum(of_decision, decided & told, decider, outcome, at, process, key, why, at),
        _sum(
            CHANGES,
            changed,
            CHANGES.c.school_id,
            _kind(FigureKind.CHANGED),
            recorded,
            nothing,
            nothing,
            CHANGES.c.code,
            recorded,
        ),
    ]


def _kind(kind: FigureKind) -> Any:
    return sa.literal(kind.value)


def _day(instant: Any) -> Any:
    """The day in China."""
    return sa.cast(sa.func.timezone("Asia/Shanghai", instant), sa.Date)


def _sum(rows: Any, condition: Any, *values: Any) -> Any:
    """How many of the rows have the same values; values -- in the order of NAMES."""
    columns = [value.label(name) for name, value in zip(NAMES, values, strict=True)]
    return (
        sa.select(*columns, sa.func.count())
        .select_from(rows)
        .where(condition)
        .group_by(*(sa.text(str(place)) for place in range(1, len(columns) + 1)))
    )
