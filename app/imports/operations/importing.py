"""From checked rows to cases: one case per batch of one school's rows, opened and marked in one transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db, execute, table
from app.errors import Objected, Refused, Stale, objections_of
from app.imports.checking import NAME, values_of
from app.imports.faults import Fault, as_rows, from_rows
from app.imports.kinds import kind_of
from app.imports.models import FileStatus, ImportFile, ImportRow, RowState
from app.imports.operations.faulting import put_at_fault
from app.imports.operations.holding import hold, let_go
from app.imports.operations.receiving import NotNow
from app.imports.queries import payload_of
from app.schools.models import School
from app.sealing import seal
from workflows import Refusal

FILES = table(ImportFile)
ROWS = table(ImportRow)
BATCH = 1000  # children of one case at most


class NothingToImport(Refused):
    code = "E-EMPTY"
    text = "没有可以导入的行，请下载有问题的行，更正后重新上传。"


class PostIsOver(Refused):
    code = "E-POST"
    text = "提交人已不在原岗位，请由现任经办人重新上传。"


def importable(file: ImportFile) -> list[RowState]:
    """The states whose rows the file's import takes."""
    return [RowState.OK, RowState.WARNING] if file.with_warnings else [RowState.OK]


def confirm(file: ImportFile, *, with_warnings: bool, actor: Actor) -> None:
    """Import what can be imported.

    Raises NotNow, NothingToImport, Objected (not at this time of the year), Stale when somebody confirmed just now.
    """
    if file.status is not FileStatus.CHECKED:
        raise NotNow()
    if objections := kind_of(file.kind).objections():
        raise Objected(list(objections))
    file.with_warnings = with_warnings
    wanted = sa.select(ImportRow.number).where(ImportRow.file_id == file.id, ImportRow.state.in_(importable(file)))
    if db.session.scalar(wanted.limit(1)) is None:
        raise NothingToImport()
    moved = db.session.execute(
        sa.update(FILES)
        .where(FILES.c.id == file.id, FILES.c.status == FileStatus.CHECKED)
        .values(
            status=FileStatus.IMPORTING,
            with_warnings=with_warnings,
            confirmed_at=clock.now(),
            post_id=actor.post_id,
            attempts=0,
        )
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale()
    audit.record("imports/confirm", f"import:{file.id}", actor=actor, after={"with_warnings": with_warnings})


def import_batch(file_id: int, token: str) -> bool:
    """Open one case with the next rows of one school, and mark them, in one transaction; False when none is left.

    Raises Stale (another worker), PostIsOver, or what the kind's verb objects to (Refused): nothing written then.
    """
    hold(file_id, token)
    file = db.session.get_one(ImportFile, file_id)
    rows = next_batch(file)
    if not rows:
        _finish(file, token)
        return False
    case_id = _take(file, rows)
    numbers = [row.number for row in rows]
    marked = execute(
        sa.update(ROWS)
        .where(ROWS.c.file_id == file_id, ROWS.c.number.in_(numbers), ROWS.c.state.in_(importable(file)))
        .values(state=RowState.IMPORTED, case_id=case_id)
    )
    if marked.rowcount != len(rows):
        raise Stale()
    _forget(file_id, rows)
    return True


def _forget(file_id: int, rows: Sequence[Any]) -> None:
    """The case holds the children's particulars now; the row keeps the name, by which a person finds it again."""
    execute(
        sa.update(ROWS)
        .where(ROWS.c.file_id == file_id, ROWS.c.number == sa.bindparam("the_number"))
        .values(payload=sa.bindparam("left")),
        [
            {"the_number": row.number, "left": seal(orjson.dumps({"values": {NAME: values[NAME]}}).decode())}
            for row in rows
            for values in (payload_of(row.payload)["values"],)
        ],
    )


def next_batch(file: ImportFile) -> list[Any]:
    """The next rows to import: one school's, in their order."""
    wanted = (
        sa.select(ROWS.c.number, ROWS.c.school_id, ROWS.c.payload, ROWS.c.faults)
        .where(ROWS.c.file_id == file.id, ROWS.c.state.in_(importable(file)))
        .order_by(ROWS.c.school_id, ROWS.c.number)
        .limit(BATCH)
    )
    rows = list(execute(wanted))
    return [row for row in rows if row.school_id == rows[0].school_id]


def _take(file: ImportFile, rows: Sequence[Any]) -> int:
    kind, post = kind_of(file.kind), file.post
    if not (post.holds_on(clock.today()) and post.user.enabled):
        raise PostIsOver()
    school = db.session.get_one(School, rows[0].school_id)
    return kind.take(school, [values_of(payload_of(row.payload)["values"]) for row in rows], post.actor())


def refuse_batch(file_id: int, token: str, refusal: Refusal) -> None:
    """The verb objected: the rows it named become failed rows; all of the batch where it named none. Raises Stale."""
    hold(file_id, token)
    file = db.session.get_one(ImportFile, file_id)
    rows = next_batch(file)
    named: dict[int, list[Fault]] = {}
    for each in objections_of(refusal):
        place, name = _place_of(each.field)
        if place is not None and place < len(rows):
            named.setdefault(place, []).append(Fault(name, each.code, each.detail))
    if not named:
        faults = [Fault("", each.code, each.detail) for each in objections_of(refusal)]
        named = dict.fromkeys(range(len(rows)), faults)
    for place, faults in named.items():
        row = rows[place]
        put_at_fault(file_id, row, as_rows([*from_rows(row.faults), *faults]))


def _place_of(name: str | None) -> tuple[int | None, str]:
    """`rows.17.born_on` is the field `born_on` of the batch's row 17."""
    found = re.fullmatch(r"(?:application\.)?rows\.([0-9]{1,5})(?:\.(.+))?", name or "")
    return (int(found[1]), found[2] or "") if found else (None, "")


def _finish(file: ImportFile, token: str) -> None:
    file.status, file.finished_at = FileStatus.DONE, clock.now()
    db.session.flush()
    let_go(file.id, token)
    count = sa.select(sa.func.count()).where(ImportRow.file_id == file.id, ImportRow.state == RowState.IMPORTED)
    audit.record(
        "imports/finish", f"import:{file.id}", actor=file.post.actor(), after={"imported": db.session.scalar(count)}
    )
