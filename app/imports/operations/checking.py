"""The verdicts on a file's rows: looked up in the province first, then kept chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from app import clock
from app.bulk import insert_rows
from app.database import db, execute, table
from app.encryption import seal
from app.imports.import_types import Before, Incoming, Kind, Known
from app.imports.models import FileStatus, ImportRow, RowState
from app.imports.operations.leases import give_up, hold, let_go
from app.imports.operations.rejects import at_fault, write_faults
from app.imports.queries import schools_by_id
from app.imports.queries.verdicts import OF_THE_MACHINE, Checker, Verdict, broken, twice, values_of
from app.imports.rules.captions import CaptionsMissing
from app.imports.rules.faults import Fault, as_rows
from app.imports.workbook import Unreadable

ROWS = table(ImportRow)
CHANGED = "E-CHANGED"  # taken before, and says something else today


@dataclass(frozen=True)
class LookedUp:
    """A chunk that has been looked up and sealed: all that is left is to write it."""

    rows: Sequence[Mapping[str, Any]]
    earlier: Sequence[Mapping[str, Any]]  # rows kept before that turned out to be at fault too
    share: float


def look_up(file_id: int, checker: Checker, verdicts: Sequence[Verdict], share: float) -> LookedUp:
    """Look a chunk up in the province and seal it. Reads only: nobody else's writing waits for it."""
    earlier = {}
    here = {each.number: each for each in verdicts}
    for each in verdicts:
        first = checker.alike(each)
        if first in here:
            here[first].settle([twice(checker.kind, each.words)])
        elif first is not None:
            earlier[first] = each.words
    try:
        _look_up(checker.kind, verdicts)
    except OF_THE_MACHINE:
        raise
    except Exception:
        _one_by_one(checker.kind, verdicts)
    return LookedUp([_row(file_id, each) for each in verdicts], _fault_earlier(file_id, checker.kind, earlier), share)


def keep_checked(file_id: int, token: str, looked: LookedUp) -> None:
    """Keep a chunk, with how far the file has been read. Raises Stale."""
    hold(file_id, token, position=looked.rows[-1]["number"], share=int(looked.share * 1000))
    insert_rows(ROWS, looked.rows)
    write_faults(file_id, looked.earlier)


def _one_by_one(kind: Kind, verdicts: Sequence[Verdict]) -> None:
    """Something fails on a row of the chunk: that row is at fault, the others go on."""
    for each in verdicts:
        db.session.rollback()
        try:
            _look_up(kind, [each])
        except OF_THE_MACHINE:
            raise
        except Exception:
            each.settle([broken(each.number)])


def _look_up(kind: Kind, verdicts: Sequence[Verdict]) -> None:
    """Who has been taken before is skipped, or at another school a fault; about the others the province is asked."""
    sound = [each for each in verdicts if each.state in (RowState.OK, RowState.WARNING)]
    before = kind.taken_before([each.number_hash for each in sound if each.number_hash])
    own, others = {}, []
    for each in sound:
        taken = before.get(each.number_hash or "")
        if taken and taken.school_id == each.school_id:
            own[each.number] = taken
        elif taken:
            each.settle([Fault(kind.number, "E-DUP-03", f"同一证件号正在另一所学校注册（{taken.school}）。")])
        else:
            others.append(each)
    known = kind.known(own) if own else {}
    for each in sound:
        if each.number in own:
            each.state = RowState.SKIPPED
            each.faults = taken_faults(kind, own[each.number], known.get(each.number), values_of(each.reading.values))
    _ask_the_province(kind, others)


def _ask_the_province(kind: Kind, verdicts: Sequence[Verdict]) -> None:
    schools = schools_by_id({each.school_id for each in verdicts if each.school_id})
    asked = [
        Incoming(each.number, values_of(each.reading.values), schools[each.school_id])
        for each in verdicts
        if each.school_id
    ]
    known = kind.look_up(asked) if asked else {}
    for each in verdicts:
        each.settle(known.get(each.number, []))


def taken_faults(kind: Kind, before: Before, known: Known | None, values: Mapping[str, Any]) -> list[Fault]:
    """What is said of a row taken before: nothing to do, or what differs today and which process changes it."""
    faults = [Fault(kind.number, "E-TAKEN", f"{before.day} 已提交（办件 {before.case}），不再重复。", warning=True)]
    if known is None:
        return faults
    for field in known.differing(values):
        way = known.way_for(field)
        if known.student_id is None:
            said = "该办件尚未办结，请撤回后更正，或由审核机构退回补正"
        elif way:
            said = f"注册已完成，请办理“{way[1]}”"
        else:
            said = "注册已完成，本系统暂无相应的变更业务，请与主管教育行政部门联系"
        faults.append(Fault(field, CHANGED, f"与已提交的内容不同。{said}。", warning=True, way=way[0] if way else ""))
    return faults


def _row(file_id: int, verdict: Verdict) -> dict[str, Any]:
    payload: dict[str, Any] = {"values": verdict.reading.values}
    if verdict.faults:
        payload["typed"] = verdict.reading.typed  # to be given back to its author
    return {
        "file_id": file_id,
        "number": verdict.number,
        "sheet": verdict.sheet[:40],
        "row": verdict.row,
        "state": verdict.state,
        "school_id": verdict.school_id,
        "number_hash": verdict.number_hash,
        "payload": seal(orjson.dumps(payload).decode()),
        "faults": as_rows(verdict.faults),
    }


def _fault_earlier(file_id: int, kind: Kind, earlier: Mapping[int, str]) -> list[dict[str, Any]]:
    """Of two rows with one number and different contents nobody knows which is right: the first is at fault too."""
    if not earlier:
        return []
    rows = execute(
        sa.select(ROWS.c.number, ROWS.c.faults, ROWS.c.payload).where(
            ROWS.c.file_id == file_id, ROWS.c.number.in_(earlier)
        )
    ).all()
    return [at_fault(row, [*row.faults, *as_rows([twice(kind, earlier[row.number])])]) for row in rows]


def finish_checking(file_id: int, token: str, notices: Sequence[str], foreign: Sequence[str]) -> None:
    """Every row has its verdict. Raises Stale.

    notices -- sentences about the file as a whole; foreign -- captions that may be matched by hand. The workbook is
    kept, sealed, until it is confirmed: its columns may be matched otherwise.
    """
    differs = sa.select(sa.func.count()).where(
        ROWS.c.file_id == file_id, sa.type_coerce(ROWS.c.faults, sa.Text).contains(f'"{CHANGED}"')
    )
    changed = execute(differs).scalar_one()
    said = [*notices, *([f"有 {changed} 行以前已提交，这次的内容有所不同，见“已跳过”的行。"] if changed else [])]
    done = {"status": FileStatus.CHECKED, "checked_at": clock.now(), "share": 1000}
    hold(file_id, token, **done, notices=said, foreign_captions=list(foreign))
    let_go(file_id, token)


def turn_away(file_id: int, token: str, refusal: Unreadable) -> None:
    """Something deep inside the workbook cannot be taken: no row of it stays. Raises Stale."""
    foreign = refusal.foreign if isinstance(refusal, CaptionsMissing) else []
    hold(file_id, token, foreign_captions=foreign)
    execute(sa.delete(ROWS).where(ROWS.c.file_id == file_id))
    give_up(file_id, token, refusal.detail, keep=bool(foreign))
