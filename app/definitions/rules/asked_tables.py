"""What processes read in the decision tables beside their diagrams: which columns, each of which kind.

Analysts edit the tables, Python reads them. Whoever reads one declares it (`ask_table`), a version whose table does not
answer so is not published (`faults_of_tables`), and of one published before there was a declaration the answer is
refused when it is asked (`fit`): nobody goes on with a column that is not there, or a text where a number is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.definitions.rules.refusals import AnswerMissing, AnswerUnfit, TableMissing
from workflows import asked_tables as declared
from workflows.asked_tables import DAY_OF_YEAR, DAYS, SOME_DAYS, TRUTH, AskedTable, Column, Kind
from workflows.decision_tables import Table, TableError, read_tables

__all__ = [
    "DAYS",
    "DAY_OF_YEAR",
    "SOME_DAYS",
    "TRUTH",
    "AskedTable",
    "Column",
    "Kind",
    "ask_table",
    "asked_tables",
    "check_there",
    "faults_of_tables",
    "fit",
]

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
    names = {each.id: _file_of(each.id, files) for each in asked_tables() if each.process == rules_of}
    return declared.faults_of_tables(asked_tables(), key, rules_of, tables, names)


def _file_of(table_id: str, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        try:
            if name.endswith(".dmn") and table_id in read_tables(text.encode()):
                return name
        except TableError:
            continue
    return f"编号 {table_id}"
