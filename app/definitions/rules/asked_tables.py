"""What processes read in the decision tables beside their diagrams: which columns, each of which kind.

Analysts edit the tables, Python reads them. Whoever reads one declares it (`ask_table`), a version whose table does not
answer so is not published (`faults_of_tables`), and of one published before there was a declaration the answer is
refused when it is asked (`fit`): nobody goes on with a column that is not there, or a text where a number is read.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.definitions.rules.refusals import AnswerMissing, AnswerUnfit, TableMissing
from workflows.decision_tables import Rule, Table, TableError, read_tables

DAY = re.compile(r"(\d\d)-(\d\d)")
ORDINARY_YEAR = 2001  # 29 February is no day of every year
LONGEST = 366  # days


@dataclass(frozen=True)
class Kind:
    """What a conclusion must be: a truth without anything said, a whole number of days, a day of the year, a word."""

    days_from: int | None = None
    is_day: bool = False
    words: tuple[str, ...] = ()

    def admits(self, value: Any) -> bool:
        """Is that value one of them?"""
        if self.days_from is not None:
            return type(value) is int and self.days_from <= value <= LONGEST
        if self.is_day:
            return isinstance(value, str) and _is_day(value)
        if self.words:
            return isinstance(value, str) and value in self.words
        return isinstance(value, bool)

    def __str__(self) -> str:
        if self.days_from is not None:
            return f"{self.days_from} 至 {LONGEST} 的整数（天）"
        if self.is_day:
            return '"月-日"（如 "08-01"，不能是 2 月 29 日）'
        if self.words:
            return "、".join(f'"{each}"' for each in self.words) + " 之一"
        return "是或否"


TRUTH = Kind()
DAYS = Kind(days_from=0)
SOME_DAYS = Kind(days_from=1)
DAY_OF_YEAR = Kind(is_day=True)


@dataclass(frozen=True)
class Column:
    """A conclusion that is read.

    has_default -- whoever reads it goes on without it: a version published before it was declared may lack it
    empty -- what a cell without a value means; without such a meaning every rule must have one
    """

    name: str
    title: str
    kind: Kind
    has_default: bool = False
    empty: str = ""


@dataclass(frozen=True)
class AskedTable:
    """A table by the id of its decision, and the process whose rules it says.

    inputs -- with what it is asked, and nothing else; one_row -- for a single row, never for a list;
    in_order -- columns with days of a year, each of which comes no earlier than the one before
    """

    id: str
    process: str
    title: str
    columns: tuple[Column, ...]
    inputs: tuple[str, ...] = ("profile",)
    one_row: bool = True
    in_order: tuple[str, ...] = ()


_asked: dict[str, AskedTable] = {}


def ask_table(table: AskedTable) -> None:
    """Declare a table that Python reads, when the application is built."""
    _asked[table.id] = table


def asked_tables() -> Collection[AskedTable]:
    """Every table that Python reads."""
    return _asked.values()


def check_there(table_id: str, process: str) -> None:
    """Of a version without that table: may whoever reads it go on? Raises TableMissing."""
    asked = _asked.get(table_id)
    if asked is not None and not all(each.has_default for each in asked.columns) and asked.one_row:
        raise TableMissing(process=process, table=asked.title)


def fit(table: Table, row: Mapping[str, Any], process: str) -> dict[str, Any]:
    """An answer as it may be read: a conclusion of null is left out where whoever reads it goes on without.

    Raises AnswerMissing, AnswerUnfit.
    """
    asked, fitting = _asked.get(table.id), dict(row)
    for column in asked.columns if asked else ():
        value = fitting.get(column.name)
        if value is None and not column.has_default:
            raise AnswerMissing(process=process, table=table.name, column=column.title, name=column.name)
        if value is None:
            fitting.pop(column.name, None)
        elif not column.kind.admits(value):
            raise AnswerUnfit(process=process, table=table.name, column=column.title, kind=str(column.kind))
    return fitting


def faults_of_tables(key: str, rules_of: str, tables: Mapping[str, Table], files: Mapping[str, str]) -> Iterator[str]:
    """What keeps the tables of a version from being read, in sentences without their ends.

    key -- the process; rules_of -- that whose rules it follows, which it may do without a table of its own;
    files -- by which the sentences name the file of a table
    """
    for asked in _asked.values():
        if asked.process != rules_of:
            continue
        table = tables.get(asked.id)
        if table is not None:
            place = f"决策表“{table.name}”（{_file_of(asked.id, files)}）"
            yield from (f"{place}{fault}" for fault in _faults_of(asked, table))
        elif key == asked.process:
            yield f"没有决策表“{asked.title}”（编号 {asked.id}）：请在草稿中恢复这张表，编号不能改"


def _faults_of(asked: AskedTable, table: Table) -> Iterator[str]:
    if asked.one_row and table.hit_policy in ("COLLECT", "RULE ORDER"):
        yield f"的命中策略 {table.hit_policy} 会给出一列结论，办理时只取一条：请在编辑表格中改为 FIRST 或 UNIQUE"
    for name, title in zip(table.inputs, table.titles or table.inputs, strict=True):
        if name not in asked.inputs:
            known = "、".join(asked.inputs)
            yield f"的输入“{title}”（{name}）没有人提供，可问的是 {known}：请在编辑表格中改正输入的变量名"
    for column in asked.columns:
        if column.name not in table.outputs:
            what = f"缺少结论“{column.title}”（列名 {column.name}），须为{column.kind}"
            yield f"{what}：请在编辑表格中补上这一列，或改回列名"
            continue
        place = table.outputs.index(column.name)
        for number, rule in enumerate(table.rules, start=1):
            value = rule.outputs[place]
            if not (column.kind.admits(value) or (value is None and (column.empty or _is_blank(table, number)))):
                where = f"第 {number} 条规则的结论“{column.title}”（列名 {column.name}）{_words_of(value)}"
                may_be_empty = f"，或者 null（{column.empty}）" if column.empty else ""
                yield f"{where}，须为{column.kind}{may_be_empty}：请在编辑表格中改正这一格"
    for number, rule in enumerate(table.rules, start=1):
        yield from _order_of(asked, table, rule, number)


def _order_of(asked: AskedTable, table: Table, rule: Rule, number: int) -> Iterator[str]:
    row = dict(zip(table.outputs, rule.outputs, strict=True))
    days = [(column.title, row.get(column.name)) for name in asked.in_order for column in _named(asked, name)]
    given = [(title, day) for title, day in days if DAY_OF_YEAR.admits(day)]
    for (one, first), (other, second) in itertools.pairwise(given):
        if str(second) < str(first):
            yield f"第 {number} 条规则的“{other}”早于“{one}”：跨年的时段请分为两条规则"


def _named(asked: AskedTable, name: str) -> Sequence[Column]:
    return [each for each in asked.columns if each.name == name]


def _is_blank(table: Table, number: int) -> bool:
    """Is there a cell of that rule in which nothing is written? That is said by itself."""
    return any(rule == number for rule, _title in table.blanks)


def _words_of(value: Any) -> str:
    if value is None:
        return "没有值（null）"
    if isinstance(value, bool):
        return f"是“{'是' if value else '否'}”"
    return f'是 "{value}"' if isinstance(value, str) else f"是 {value}"


def _file_of(table_id: str, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        try:
            if name.endswith(".dmn") and table_id in read_tables(text.encode()):
                return name
        except TableError:
            continue
    return f"编号 {table_id}"


def _is_day(value: str) -> bool:
    match = DAY.fullmatch(value)
    if match is None or not value.isascii():
        return False
    try:
        dt.date(ORDINARY_YEAR, int(match[1]), int(match[2]))
    except ValueError:
        return False
    return True
