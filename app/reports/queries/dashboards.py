"""The tables of 监测看板 over what an office governs: what waits, how long steps take, what was returned or refused."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app import clock
from app.cases.models import FigureKind
from app.cases.rules.attempts import CAUSES, cause_of
from app.cases.rules.deadlines import last_yellow
from app.cases.rules.durations import Times, times_of
from app.divisions.models import Office
from app.reports.queries.figures import Key, Span, counted, counted_below, offices_right_below
from app.reports.queries.names import Names
from app.reports.queries.tables import seats_of
from app.schools.models import STAGE_NAMES, Stage
from app.students.rules.small_cells import NOTE, is_small, shown

Cell = int | str | None  # None: there is nothing to say
OFTEN = 5  # decisions of which the time that they have taken says something
MONTHS = 12
#: 新生注册 by stage: the codes of the changes by which a child comes into a new cohort
REGISTERED = {Stage.PRIMARY: ("Z1",), Stage.JUNIOR: ("Z2",), Stage.SENIOR: ("Z3",)}
#: 学籍异动 by month: the codes of a column
MOVES = {
    "in": ("转入", ("22", "Z4", "Z5")),
    "out": ("转出", ("21",)),
    "suspended": ("休学", ("11",)),
    "resumed": ("复学", ("12",)),
    "withdrawn": ("退学", ("31",)),
}


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, its heading, and whether it holds numbers."""

    key: str
    label: str
    number: bool = True


@dataclass(frozen=True)
class DashboardRow:
    """A line of a table; its office where it has one, to go on from."""

    cells: Sequence[Cell]
    office: Office | None = None


@dataclass(frozen=True)
class Table:
    """One table, as it stands on the page, in a workbook and in an answer to a program."""

    key: str
    title: str
    columns: Sequence[Column]
    lines: Sequence[DashboardRow]
    note: str = ""
    total: Sequence[Cell] = field(default_factory=tuple)


def _offices(office: Office) -> list[tuple[Office, bool]]:
    """The lines of a table by office: those right below with all they govern, and the office by itself."""
    own = [(office, False)]
    return own if not office.is_bureau else [*((each, True) for each in offices_right_below(office)), *own]


def _by_office(office: Office, kind: FigureKind, by: Sequence[str], span: Span) -> dict[int, dict[Key, int]]:
    """Figures by the office of a line."""
    found: dict[int, dict[Key, int]] = defaultdict(dict)
    if office.is_bureau:
        for key, count in counted_below(office, kind, by, span).items():
            found[key[0]][key[1:]] = count
    found[office.id] = dict(counted(office, kind, by, span, with_below=False))
    return found


def overdue_until(now: dt.datetime) -> dt.date:
    """The last day whose tasks are overdue: today's are once the offices have closed."""
    today = clock.local(now).date()
    return today if now > clock.end_of(today) else today - dt.timedelta(days=1)


def workload(office: Office, since: dt.date, now: dt.datetime) -> Table:
    """What waits at each office, and how it has worked since that day."""
    today, late = clock.local(now).date(), overdue_until(now)
    soon, span = last_yellow(today), Span(since, today)
    waits = _by_office(office, FigureKind.OPEN, ("day",), Span())
    arrived = _by_office(office, FigureKind.ARRIVED, (), span)
    decided = _by_office(office, FigureKind.DECIDED, ("days",), span)
    returned = _by_office(office, FigureKind.SEND_BACK, (), span)
    lines = []
    for each, with_below in _offices(office):
        days, times = waits.get(each.id, {}), _times(decided.get(each.id, {}))
        cells: list[Cell] = [
            each.name if with_below or not office.is_bureau else f"{each.name}（本机构）",
            sum(days.values()),
            sum(count for (day,), count in days.items() if day <= late),
            sum(count for (day,), count in days.items() if late < day <= soon),
            arrived.get(each.id, {}).get((), 0),
            times.decided,
            times.median,
            times.slow,
            returned.get(each.id, {}).get((), 0),
        ]
        if any(cells[1:]) or each is office:
            lines.append(DashboardRow(cells, each if with_below else None))
    columns = (
        Column("office", "机构", number=False), Column("waiting", "待办"), Column("overdue", "其中超期"),
        Column("soon", "三日内到期"), Column("arrived", "到达"), Column("decided", "办理"),
        Column("median", "中位用时"), Column("slow", "九成用时"), Column("returned", "退回"),
    )  # fmt: skip
    total: list[Cell] = ["合计", *(_sum(lines, place) for place in range(1, 6)), "", "", _sum(lines, 8)]
    note = "待办含暂停计时的；用时为工作日，从到达至办理，当日办理为 0；九成用时指十件中九件不超过的天数。"
    return Table("workload", "待办与办理", columns, lines, note, total if len(lines) > 1 else ())


def _times(figures: Mapping[Key, int]) -> Times:
    return times_of((days, count) for (days,), count in figures.items())


def _sum(lines: Iterable[DashboardRow], place: int) -> int:
    return sum(cell for line in lines if isinstance(cell := line.cells[place], int))


def steps(office: Office, since: dt.date, now: dt.datetime) -> Table:
    """How long each step has taken since that day, the slowest first, and what waits there."""
    names, spans = Names(office), Span(since, clock.local(now).date())
    taken = _taken(office, spans)
    waits = counted(office, FigureKind.OPEN, ("process_key", "key"))
    returned = counted(office, FigureKind.SEND_BACK, ("process_key", "key"), spans)
    times = {key: _times(taken.get(key, {})) for key in {*taken, *waits}}
    order = sorted(times, key=lambda key: (-(times[key].slow or 0), -(times[key].median or 0), -waits[key], key))
    lines = [
        DashboardRow(
            (
                names.process(key[0]), names.step(*key), waits[key], times[key].decided, times[key].median,
                times[key].slow, returned[key],
            )
        )
        for key in order
    ]  # fmt: skip
    columns = (
        Column("process", "事项", number=False), Column("step", "环节", number=False), Column("waiting", "现有待办"),
        Column("decided", "办理"), Column("median", "中位用时"), Column("slow", "九成用时"), Column("returned", "退回"),
    )  # fmt: skip
    return Table("steps", "各环节用时", columns, lines, "用时为工作日，最慢的在前。")


def slowest_step(office: Office, since: dt.date, now: dt.datetime) -> tuple[str, str, Times] | None:
    """The step that takes the longest below an office, with its process: of those decided often enough to say so."""
    taken = _taken(office, Span(since, clock.local(now).date()))
    often = {key: times for key, each in taken.items() if (times := _times(each)).decided >= OFTEN}
    if not often:
        return None
    key = max(often, key=lambda each: (often[each].slow or 0, often[each].median or 0, each))
    names = Names(office)
    return names.process(key[0]), names.step(*key), often[key]


def _taken(office: Office, span: Span) -> dict[Key, dict[Key, int]]:
    """By process and step how many were decided within how many working days."""
    taken: dict[Key, dict[Key, int]] = defaultdict(dict)
    for key, count in counted(office, FigureKind.DECIDED, ("process_key", "key", "days"), span).items():
        taken[key[:2]][key[2:]] = count
    return taken


def reasons(office: Office, since: dt.date, now: dt.datetime) -> Table:
    """Why applications were sent back or refused since that day.

    A reason says something of a child: few of other offices' answers are not counted out, of its own an office knows.
    """
    names, span, by = Names(office), Span(since, clock.local(now).date()), ("process_key", "code")
    lines = [
        (count, result, names.process(key), names.reason(key, code), count == own[key, code])
        for kind, result in ((FigureKind.SEND_BACK, "退回补正"), (FigureKind.REFUSE, "不同意"))
        for own in [counted(office, kind, by, span, with_below=False)]
        for (key, code), count in counted(office, kind, by, span).items()
    ]
    columns = (
        Column("process", "事项", number=False), Column("outcome", "办理结果", number=False),
        Column("reason", "原因", number=False), Column("count", "次数"),
    )  # fmt: skip
    ordered = sorted(lines, key=lambda each: (is_small(each[0]) and not each[4], -each[0], each[1:]))
    note = f"下级机构的办理，{NOTE}" if office.is_bureau else ""
    return Table(
        "reasons",
        "退回与不同意的原因",
        columns,
        [DashboardRow((each[2], each[1], each[3], shown(each[0], owns=each[4]))) for each in ordered],
        note,
    )


def plan(office: Office, since: dt.date, now: dt.datetime, *, owns: bool) -> Table:
    """Registrations against plan as they come in: of this year's cohorts, by stage. owns -- the school itself reads"""
    today = clock.local(now).date()
    came = counted(office, FigureKind.CHANGED, ("code",), Span(since, today))
    lines = []
    for stage, total, used, reserved in seats_of(office, today.year):
        registered = sum(came[(code,)] for code in REGISTERED[stage])
        share = f"{100 * used // total}%" if total else None
        lines.append(
            DashboardRow(
                (
                    STAGE_NAMES[stage],
                    total,
                    used,
                    reserved,
                    total - used - reserved,
                    share,
                    shown(registered, owns=owns),
                )
            )
        )
    columns = (
        Column("stage", "学段", number=False), Column("total", "核定"), Column("used", "已注册"),
        Column("reserved", "已预留"), Column("free", "剩余"), Column("share", "完成"),
        Column("registered", "这段时间注册"),
    )  # fmt: skip
    note = "" if owns else f"核定、已注册和预留是学位数；这段时间注册的学生，{NOTE}"
    return Table("plan", f"{today.year} 年招生：核定与注册", columns, lines, note)


def attempts(office: Office, since: dt.date, now: dt.datetime) -> Table:
    """Who has tried what the rules refuse, by cause: a school that wants more children than it was given, or others."""
    found = _by_office(office, FigureKind.ATTEMPT, ("code",), Span(since, clock.local(now).date()))
    lines = []
    for each, with_below in _offices(office):
        causes = dict.fromkeys(CAUSES, 0)
        for (code,), count in found.get(each.id, {}).items():
            if cause := cause_of(code):
                causes[cause] += count
        if any(causes.values()):
            name = each.name if with_below or not office.is_bureau else f"{each.name}（本机构）"
            lines.append(DashboardRow((name, *causes.values(), sum(causes.values())), each if with_below else None))
    columns = (
        Column("office", "机构", number=False),
        *(Column(key, name) for key, (name, _begins) in CAUSES.items()),
        Column("total", "合计"),
    )
    total: list[Cell] = ["合计", *(_sum(lines, place) for place in range(1, len(columns)))]
    note = "系统拒绝的办理次数，不含学生信息：名单办理中被拒的每名学生计一次，整件被拒的按原因各计一次，再次尝试再计。"
    return Table("attempts", "被拒绝的办理", columns, lines, note, total if len(lines) > 1 else ())


def changes(office: Office, now: dt.datetime, *, owns: bool) -> Table:
    """Transfers, suspensions and withdrawals by month. owns -- whoever reads is the school itself"""
    today = clock.local(now).date()
    months = _months(today)
    found = counted(office, FigureKind.CHANGED, ("day", "code"), Span(months[0], today))
    columns_of = {code: key for key, (_name, codes) in MOVES.items() for code in codes}
    by_month: dict[dt.date, dict[str, int]] = {month: dict.fromkeys(MOVES, 0) for month in months}
    for (day, code), count in found.items():
        if code in columns_of:
            by_month[day.replace(day=1)][columns_of[code]] += count
    lines = [
        DashboardRow((f"{month:%Y-%m}", *(shown(row[key], owns=owns) for key in MOVES)))
        for month, row in by_month.items()
    ]
    columns = (Column("month", "月份", number=False), *(Column(key, name) for key, (name, _codes) in MOVES.items()))
    note = "按记录日期统计。" if owns else f"按记录日期统计；{NOTE}"
    return Table("changes", "学籍异动（按月）", columns, lines, note)


def _months(today: dt.date) -> list[dt.date]:
    """The first days of the last twelve months, this one included."""
    first = today.replace(day=1)
    found = [first]
    while len(found) < MONTHS:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found[::-1]
