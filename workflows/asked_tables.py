"""The decision tables that are read while a case runs: which columns, each of which kind, and what is wrong with them.

Whoever reads a table declares it. The declarations are written down beside the diagrams (`asked_tables.json`), so that
what keeps a version from being published is told of a file as well.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workflows.decision_tables import Rule, Table
from workflows.translation import gettext, gettext_noop, listed

DAY = re.compile(r"(\d\d)-(\d\d)")
ORDINARY_YEAR = 2001  # 29 February is no day of every year
LONGEST = 366  # days
SEVERAL = ("COLLECT", "RULE ORDER")  # hit policies that answer with a list
#: what people call what a table may be asked
INPUTS: Mapping[str, str] = {"profile": gettext_noop("规则版本"), "stage": gettext_noop("学段")}


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
            return gettext("{first} 至 {last} 的整数（天）", first=self.days_from, last=LONGEST)
        if self.is_day:
            return gettext('"月-日"（如 "08-01"，不能是 2 月 29 日）')
        if self.words:
            return gettext("{words}之一", words=listed(f'"{each}"' for each in self.words))
        return gettext("是或否")


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


def as_json(table: AskedTable) -> dict[str, Any]:
    """A declaration as it is written down."""
    return asdict(table)


def from_json(row: Mapping[str, Any]) -> AskedTable:
    """The declaration that was written down."""
    columns = [
        {**each, "kind": Kind(**{**each["kind"], "words": tuple(each["kind"]["words"])})} for each in row["columns"]
    ]
    lists = {name: tuple(row[name]) for name in ("inputs", "in_order")}
    return AskedTable(**{**row, **lists, "columns": tuple(Column(**each) for each in columns)})


def faults_of_tables(
    asked: Iterable[AskedTable], process: str, rules_of: str, tables: Mapping[str, Table], files: Mapping[str, str]
) -> Iterator[str]:
    """What keeps the tables of a process from being read, in sentences without their ends.

    asked -- every declaration; process -- whose tables are looked at; rules_of -- the process whose rules it follows,
    which it may do without a table of its own; files -- by the id of a table the name of its file
    """
    for each in asked:
        if each.process != rules_of:
            continue
        table = tables.get(each.id)
        if table is not None:
            for fault in _faults_of(each, table):
                yield gettext("决策表“{name}”（{file}）{fault}", name=table.name, file=files[each.id], fault=fault)
        elif process == each.process:
            yield gettext(
                "没有决策表“{title}”（编号 {id}）：请在草稿中恢复这张表，编号不能改", title=each.title, id=each.id
            )


def _faults_of(asked: AskedTable, table: Table) -> Iterator[str]:
    if asked.one_row and table.hit_policy in SEVERAL:
        yield gettext(
            "的命中策略 {policy} 会给出一列结论，办理时只取一条：请在编辑表格中改为 FIRST 或 UNIQUE",
            policy=table.hit_policy,
        )
    for name, title in zip(table.inputs, table.titles or table.inputs, strict=True):
        if name not in asked.inputs:
            known = listed(map(_words_of_input, asked.inputs))
            yield gettext(
                "的输入“{title}”（{name}）没有人提供，可问的是{known}：请在编辑表格中改正输入的变量名",
                title=title,
                name=name,
                known=known,
            )
    for column in asked.columns:
        if column.name in table.outputs:
            yield from _of_column(column, table)
        else:
            yield gettext(
                "缺少结论“{title}”（列名 {name}），须为{kind}：请在编辑表格中补上这一列，或改回列名",
                title=column.title,
                name=column.name,
                kind=column.kind,
            )
    for number, rule in enumerate(table.rules, start=1):
        yield from _order_of(asked, table, rule, number)


def _words_of_input(name: str) -> str:
    return gettext("{words}（{value}）", words=gettext(INPUTS[name]), value=name) if name in INPUTS else name


def _of_column(column: Column, table: Table) -> Iterator[str]:
    place = table.outputs.index(column.name)
    for number, rule in enumerate(table.rules, start=1):
        value = rule.outputs[place]
        if column.kind.admits(value) or (value is None and (column.empty or _is_blank(table, number))):
            continue
        wanted = str(column.kind)
        if column.empty:
            wanted = gettext("{kind}，或者 null（{empty}）", kind=wanted, empty=column.empty)
        yield gettext(
            "第 {number} 条规则的结论“{title}”{value}，须为{wanted}：请在编辑表格中改正这一格",
            number=number,
            title=column.title,
            value=_words_of(value),
            wanted=wanted,
        )


def _order_of(asked: AskedTable, table: Table, rule: Rule, number: int) -> Iterator[str]:
    row = dict(zip(table.outputs, rule.outputs, strict=True))
    days = [(column.title, row.get(column.name)) for name in asked.in_order for column in _named(asked, name)]
    given = [(title, day) for title, day in days if DAY_OF_YEAR.admits(day)]
    for (one, first), (other, second) in itertools.pairwise(given):
        if str(second) < str(first):
            yield gettext(
                "第 {number} 条规则的“{other}”早于“{one}”：跨年的时段请分为两条规则",
                number=number,
                other=other,
                one=one,
            )


def _named(asked: AskedTable, name: str) -> Sequence[Column]:
    return [each for each in asked.columns if each.name == name]


def _is_blank(table: Table, number: int) -> bool:
    """Is there a cell of that rule in which nothing is written? That is said by itself."""
    return any(rule == number for rule, _title in table.blanks)


def _words_of(value: Any) -> str:
    if value is None:
        return gettext("没有值（null）")
    if isinstance(value, bool):
        return gettext("是“是”") if value else gettext("是“否”")
    return gettext("是{value}", value=f'"{value}"' if isinstance(value, str) else value)


def _is_day(value: str) -> bool:
    match = DAY.fullmatch(value)
    if match is None or not value.isascii():
        return False
    try:
        dt.date(ORDINARY_YEAR, int(match[1]), int(match[2]))
    except ValueError:
        return False
    return True
