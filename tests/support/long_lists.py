"""A database in which every list is long: one case and its child, copied by SQL so many times; and what pages read.

PostgreSQL only: it says of every statement how many rows it has read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases.models import Case, Notice, NoticeKind
from app.database import Model, db
from app.students.models.names import parts_of
from tests.support import factories
from tests.support.transfer_case import Story

APART = 100  # ids of what a case has several of: so much higher in each copy
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀英",
    "建国", "志强", "子涵", "雨桐", "浩然", "欣怡",
)  # fmt: skip
NAMES = [surname + given for surname in SURNAMES for given in GIVEN]
SCHOOLS = 121  # among which the children are dealt out
ONE_OF_THE_SCHOOLS = f"(CAST(:schools AS integer[]))[n % {SCHOOLS} + 1]"
AT_ITS_SCHOOL = f"CASE WHEN p.office_id = :releasing THEN {ONE_OF_THE_SCHOOLS} ELSE p.office_id END"
#: of eight cases one waits at the child's school, three at its bureau, two for the pull; two have been pulled
PASSED = "(p.key = 'releasing_bureau' AND n % 8 <> 1) OR (p.key = 'pull' AND n % 2 = 0)"
WAITS = (
    "(p.key = 'releasing_school' AND n % 8 = 1) OR (p.key = 'releasing_bureau' AND n % 2 = 1)"
    " OR (p.key = 'pull' AND n % 4 = 0)"
)
#: table -> which rows are copied, and what differs in the copies
COPIED: dict[str, tuple[str, dict[str, str]]] = {
    "student": (
        "p.id = :child",
        {"name": "(SELECT name FROM some_name WHERE place = n % :names)", "main_number_hash": "md5(CAST(n AS text))"},
    ),
    "enrolment": ("p.student_id = :child", {"school_id": ONE_OF_THE_SCHOOLS}),
    "archive": ("p.student_id = :child", {"custodian_id": ONE_OF_THE_SCHOOLS}),
    "cases": (
        "p.id = :case",
        {
            "number": "'L' || n",
            "status": "CASE WHEN n % 4 = 2 THEN 'closed' ELSE 'open' END",
            "outcome": "CASE WHEN n % 4 = 2 THEN 'agreed' END",
            "closed_at": "CASE WHEN n % 4 = 2 THEN p.opened_at END",
        },
    ),
    "route_step": ("p.case_id = :case", {"office_id": AT_ITS_SCHOOL}),
    "task": (
        f"p.case_id = :case AND ({PASSED} OR p.key IN ('receiving_school', 'receiving_bureau', 'releasing_school'))",
        {
            "office_id": AT_ITS_SCHOOL,
            "deadline": "p.deadline + (n % 200 - 100) * interval '4 hours'",
            "status": f"CASE WHEN {WAITS} THEN 'open' ELSE 'done' END",
            "ended_at": f"CASE WHEN NOT ({WAITS}) THEN p.arrived_at END",
            "returned": "p.office_id = :releasing AND n % 2 = 0",  # at schools, and nowhere else
        },
    ),
    "notice": ("p.case_id = :case", {}),
    "directive": (
        "p.case_id = :case",
        {
            "number": "'L' || n",
            "status": "CASE WHEN n % 2 = 0 THEN 'consumed' ELSE 'issued' END",
            "consumed_at": "CASE WHEN n % 2 = 0 THEN p.issued_at END",
        },
    ),
    "change": ("p.student_id = :child", {}),
    "audit_event": (
        "p.subject = :subject AND p.verb = 'cases/decide'",
        {
            "place": "p.place + n * 100",
            "at": "p.at - n * interval '1 second'",
            "seals": "NULL",
            "seal_number": "NULL",
        },
    ),
}
SEVERAL = {"route_step", "task", "notice", "change"}


def fill(story: Story, size: int) -> None:
    """Copy the story's case, which waits for the pull, its child and all that hangs on them."""
    case = db.session.scalars(sa.select(Case).where(Case.number == story.number)).one()
    for office in (story.receiving.office, story.releasing.office.superior):
        db.session.add(
            Notice(case_id=case.id, office_id=office.id, kind=NoticeKind.RESULT, text="已办结", at=clock.now())
        )
    db.session.commit()
    schools = [story.releasing.id, *(factories.a_school("330212").id for _ in range(SCHOOLS - 1))]
    db.session.commit()
    known = {
        "schools": schools,
        "releasing": story.releasing.id,
        "child": story.child.id,
        "case": case.id,
        "subject": f"case:{story.number}",
        "names": len(NAMES),
    }
    connection = db.session.connection()
    connection.execute(sa.text("CREATE TEMPORARY TABLE some_name (place integer PRIMARY KEY, name text)"))
    names = [{"place": place, "name": name} for place, name in enumerate(NAMES)]
    connection.execute(sa.text("INSERT INTO some_name VALUES (:place, :name)"), names)
    written = [*COPIED, "name_part", "case_office", "case_person", "kept_student"]
    for table in written:  # seals of copies would say nothing
        connection.execute(sa.text(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL'))
    for table, (which, changed) in COPIED.items():
        _copy(connection, table, which, changed, {**known, "size": size})
    _name(connection, story.child.id, size)
    _offices(connection, known, size)
    for table in written:
        connection.execute(sa.text(f'ALTER TABLE "{table}" ENABLE TRIGGER ALL'))
    connection.execute(sa.text("DROP TABLE some_name"))
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as outside:
        outside.execute(sa.text("VACUUM ANALYZE"))


def _copy(connection: sa.Connection, table: str, which: str, changed: dict[str, str], known: dict[str, Any]) -> None:
    columns = {
        column.name: changed.get(column.name) or _moved(table, column)
        for column in Model.metadata.tables[table].columns
    }
    statement = (
        f'INSERT INTO "{table}" ({", ".join(map(_quoted, columns))}) SELECT {", ".join(columns.values())}'
        f' FROM "{table}" AS p CROSS JOIN generate_series(1, :size) AS n WHERE {which}'
    )
    asked = {name: value for name, value in known.items() if f":{name}" in statement}
    connection.execute(sa.text(statement), asked)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _moved(table: str, column: sa.Column[Any]) -> str:
    """The column of a copy: its own id, its child's, its archive's and its case's are new ones."""
    of_takeover = table in ("enrolment", "archive", "change")
    new = {"student_id", "archive_id", *(() if of_takeover else ("case_id",))}
    if column.name == "id":
        return f"p.id + n * {APART}" if table in SEVERAL else "p.id + n"
    return f'p."{column.name}"' + (" + n" if column.name in new else "")


def _name(connection: sa.Connection, child: int, size: int) -> None:
    parts = [{"place": place, "part": part} for place, name in enumerate(NAMES) for part in sorted(parts_of(name))]
    connection.execute(sa.text("CREATE TEMPORARY TABLE some_part (place integer, part text)"))
    connection.execute(sa.text("INSERT INTO some_part VALUES (:place, :part)"), parts)
    connection.execute(
        sa.text(
            "INSERT INTO name_part (student_id, part) SELECT :child + n, part"
            " FROM generate_series(1, :size) AS n JOIN some_part ON place = n % :names"
        ),
        {"child": child, "size": size, "names": len(NAMES)},
    )
    connection.execute(sa.text("DROP TABLE some_part"))


def _offices(connection: sa.Connection, known: dict[str, Any], size: int) -> None:
    """As the triggers would have written them; tests of the tables themselves compare them with routes and acts."""
    connection.execute(
        sa.text(
            "INSERT INTO case_person (user_id, case_id) SELECT p.user_id, p.case_id + n FROM case_person AS p"
            " CROSS JOIN generate_series(1, :size) AS n WHERE p.case_id = :case AND n % 4 <> 2"
        ),
        {"size": size, "case": known["case"]},
    )
    connection.execute(
        sa.text(
            "INSERT INTO case_office (office_id, case_id, own, closed, student_id, process_key)"
            " SELECT p.office_id, p.case_id + n, p.own, n % 4 = 2, p.student_id + n, p.process_key"
            " FROM case_office AS p CROSS JOIN generate_series(1, :size) AS n WHERE p.student_id IS NOT NULL"
        ),
        {"size": size, "releasing": known["releasing"], "schools": known["schools"]},
    )


@dataclass
class Reading:
    """What the statements of one request have read in the database."""

    milliseconds: float = 0.0
    rows: Counter[str] = field(default_factory=Counter)  # by the table from which they came
    scanned: Counter[str] = field(default_factory=Counter)  # of these, where a table was read as a whole
    statements: Counter[str] = field(default_factory=Counter)

    def add(self, node: dict[str, Any]) -> None:
        """Count the rows of a node of a plan and of those below it, those that it threw away among them."""
        if table := node.get("Relation Name"):
            removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            read = (node["Actual Rows"] + removed) * node["Actual Loops"]
            self.rows[table] += read
            self.scanned[table] += read if node["Node Type"] == "Seq Scan" else 0
        for each in node.get("Plans", ()):
            self.add(each)


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every statement of the block with its parameters, in order."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        found.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def reading(asked: Sequence[tuple[str, Any]]) -> Reading:
    """Let PostgreSQL carry out the reads among these statements once more and say what each has read."""
    read = Reading(statements=Counter(statement for statement, _parameters in asked))
    connection = db.engine.raw_connection()
    try:
        cursor: Any = connection.cursor()
        for statement, parameters in asked:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
                plan = cursor.fetchone()[0][0]
                read.milliseconds += plan["Execution Time"]
                read.add(plan["Plan"])
        connection.rollback()
    finally:
        connection.close()
    return read
