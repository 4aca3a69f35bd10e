"""From checked rows to cases: one case per batch of one school's rows, opened and marked in one transaction."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.bulk import update_rows
from app.database import db, execute, table
from app.encryption import seal
from app.errors import Objected, Refused, Stale, objections_of
from app.identity.rules import WithoutPost
from app.imports.import_types import kind_of
from app.imports.models import FileStatus, ImportFile, ImportRow, RowState
from app.imports.operations.leases import hold, let_go
from app.imports.operations.receiving import NotNow
from app.imports.operations.rejects import at_fault, write_faults
from app.imports.queries import payload_of
from app.imports.queries.verdicts import NAME, broken, values_of
from app.imports.rules.faults import Fault, as_rows, from_rows
from app.schools.models import School
from workflows import Refusal

FILES = table(ImportFile)
ROWS = table(ImportRow)
BATCH = 1000  # children of one case at most


class NothingToImport(Refused):
    code = "E-EMPTY"
    text = "没有可以导入的行，请下载有问题的行，更正后重新上传。"


class PostIsOver(WithoutPost):
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
    if objections := kind_of(file.kind, file.office_id).objections():
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
            content=None,
        )
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale()
    audit.record("imports/confirm", f"import:{file.id}", actor=actor, after={"with_warnings": with_warnings})


def import_batch(file_id: int, token: str) -> bool:
    """Open one case with the next rows of one school, and mark them, in one transaction; False when none is left.

    The rows are read, unsealed and checked before the first write; whoever has lost the lease writes nothing of it.

    Raises Stale (another worker), PostIsOver, or what the kind's verb objects to (Refused): nothing written then.
    """
    file = db.session.get_one(ImportFile, file_id)
    rows = next_batch(file)
    if not rows:
        hold(file_id, token)
        _finish(file, token)
        return False
    payloads = [payload_of(row.payload)["values"] for row in rows]
    case_id = _take(file, rows, payloads)
    hold(file_id, token)
    marked = [
        {"number": row.number, "state": RowState.IMPORTED, "case_id": case_id, "payload": _left_of(values)}
        for row, values in zip(rows, payloads, strict=True)
    ]
    still = sa.or_(*(ROWS.c.state == each for each in importable(file)))
    if update_rows(ROWS, marked, ROWS.c.file_id == file_id, still, by="number") != len(rows):
        raise Stale()
    return True


def _left_of(values: Mapping[str, Any]) -> bytes:
    """The case holds the child's particulars then; the row keeps the name, by which a person finds it again."""
    return seal(orjson.dumps({"values": {NAME: values[NAME]}}).decode())


def next_batch(file: ImportFile) -> list[Any]:
    """The next rows to import: one school's, in their order."""
    wanted = (
        sa.select(ROWS.c.number, ROWS.c.row, ROWS.c.sheet, ROWS.c.school_id, ROWS.c.payload, ROWS.c.faults)
        .where(ROWS.c.file_id == file.id, ROWS.c.state.in_(importable(file)))
        .order_by(ROWS.c.school_id, ROWS.c.number)
        .limit(BATCH)
    )
    rows = list(execute(wanted))
    return [row for row in rows if row.school_id == rows[0].school_id]


def _take(file: ImportFile, rows: Sequence[Any], payloads: Sequence[Mapping[str, Any]]) -> int:
    kind, post = kind_of(file.kind, file.office_id), file.post
    if not (post.holds_on(clock.today()) and post.user.enabled):
        raise PostIsOver()
    school = db.session.get_one(School, rows[0].school_id)
    return kind.take(school, [values_of(values) for values in payloads], post.actor())


def refuse_batch(file_id: int, token: str, refusal: Refusal) -> None:
    """The verb objected: the rows it named become failed rows; all of the batch where it named none. Raises Stale."""
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
    _put_at_fault(file_id, token, {place: (rows[place], faults) for place, faults in named.items()})


def _put_at_fault(file_id: int, token: str, named: Mapping[int, tuple[Any, Sequence[Fault]]]) -> None:
    written = [at_fault(row, as_rows([*from_rows(row.faults), *faults])) for row, faults in named.values()]
    hold(file_id, token)
    write_faults(file_id, written)


def batch_places(file_id: int) -> list[int]:
    """The places of the rows that are imported next."""
    return [row.number for row in next_batch(db.session.get_one(ImportFile, file_id))]


def rehearse_batch(file_id: int, places: Collection[int]) -> None:
    """Try to import these rows of the next batch, in a transaction that will be rolled back.

    Raises whatever the verb fails with; what it objects to is no failure.
    """
    file = db.session.get_one(ImportFile, file_id)
    rows = [row for row in next_batch(file) if row.number in places]
    with contextlib.suppress(Refusal):
        _take(file, rows, [payload_of(row.payload)["values"] for row in rows])


def exclude_broken(file_id: int, token: str, places: Collection[int]) -> None:
    """The verb fails on these rows: they are at fault, under a number of the log; the rest goes on. Raises Stale."""
    file = db.session.get_one(ImportFile, file_id)
    rows = [row for row in next_batch(file) if row.number in places]
    _put_at_fault(file_id, token, {row.number: (row, [broken(row.number)]) for row in rows})


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
