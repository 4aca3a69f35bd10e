"""The verdicts on a file's rows, kept chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app import clock
from app.database import execute, table
from app.imports.checking import Checker, Verdict, twice, values_of
from app.imports.faults import Fault, as_rows
from app.imports.kinds import Incoming, Kind
from app.imports.models import FileStatus, ImportRow, RowState
from app.imports.operations.faulting import put_at_fault
from app.imports.operations.holding import give_up, hold, let_go
from app.imports.queries import schools_by_id
from app.imports.workbook import Unreadable
from app.sealing import seal

ROWS = table(ImportRow)


def keep_checked(file_id: int, token: str, checker: Checker, verdicts: Sequence[Verdict], share: float) -> None:
    """Look a chunk up in the province and keep it, with how far the file has been read. Raises Stale."""
    earlier = {}
    for each in verdicts:
        if (first := checker.alike(each)) is not None:
            earlier[first] = each.number
    _look_up(checker.kind, verdicts)
    hold(file_id, token, position=verdicts[-1].number, share=int(share * 1000))
    execute(sa.insert(ROWS), [_row(file_id, each) for each in verdicts])
    _fault_the_earlier(file_id, checker.kind, earlier)


def _look_up(kind: Kind, verdicts: Sequence[Verdict]) -> None:
    """Who has been taken before is skipped, or at another school a fault; about the others the province is asked."""
    sound = [each for each in verdicts if each.state in (RowState.OK, RowState.WARNING)]
    before = kind.taken_before([each.number_hash for each in sound if each.number_hash])
    for each in sound:
        taken = before.get(each.number_hash or "")
        if taken and taken.school_id == each.school_id:
            each.state = RowState.SKIPPED
            each.faults = [
                Fault(kind.number, "E-TAKEN", f"{taken.day} 已提交（办件 {taken.case}），不再重复。", warning=True)
            ]
        elif taken:
            each.settle([Fault(kind.number, "E-DUP-03", f"同一证件号正在另一所学校注册（{taken.school}）。")])
    schools = schools_by_id({each.school_id for each in sound if each.school_id})
    asked = [
        Incoming(each.number, values_of(each.reading.values), schools[each.school_id])
        for each in sound
        if each.school_id and each.number_hash not in before
    ]
    known = kind.look_up(asked) if asked else {}
    for each in sound:
        each.settle(known.get(each.number, []))


def _row(file_id: int, verdict: Verdict) -> dict[str, Any]:
    payload: dict[str, Any] = {"values": verdict.reading.values}
    if verdict.faults:
        payload["typed"] = verdict.reading.typed  # to be given back to its author
    return {
        "file_id": file_id,
        "number": verdict.number,
        "state": verdict.state,
        "school_id": verdict.school_id,
        "number_hash": verdict.number_hash,
        "payload": seal(orjson.dumps(payload).decode()),
        "faults": as_rows(verdict.faults),
    }


def _fault_the_earlier(file_id: int, kind: Kind, earlier: Mapping[int, int]) -> None:
    """Of two rows with one number and different contents nobody knows which is right: the first is at fault too."""
    if not earlier:
        return
    rows = execute(
        sa.select(ROWS.c.number, ROWS.c.faults, ROWS.c.payload).where(
            ROWS.c.file_id == file_id, ROWS.c.number.in_(earlier)
        )
    ).all()
    for row in rows:
        put_at_fault(file_id, row, [*row.faults, *as_rows([twice(kind, earlier[row.number])])])


def finish_checking(file_id: int, token: str) -> None:
    """Every row has its verdict; the workbook itself is not needed any more. Raises Stale."""
    done = {"status": FileStatus.CHECKED, "checked_at": clock.now(), "share": 1000, "content": None}
    hold(file_id, token, **done)
    let_go(file_id, token)


def turn_away(file_id: int, token: str, refusal: Unreadable) -> None:
    """Something deep inside the workbook cannot be taken: no row of it stays. Raises Stale."""
    hold(file_id, token)
    execute(sa.delete(ROWS).where(ROWS.c.file_id == file_id))
    give_up(file_id, token, refusal.detail)
