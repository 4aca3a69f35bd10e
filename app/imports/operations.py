"""Verbs of an import: receive, read and check, confirm, import batch by batch, discard. None of them commits.

A worker holds a file by a lease. Every chunk it writes first renews the lease under the very token, in the chunk's own
transaction: who has lost the lease writes nothing, so no chunk is ever written twice, and a killed worker's file goes
on from the last chunk that was committed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db, execute, table
from app.errors import NotAllowed, Refused, Stale, objections_of
from app.imports.checking import Checker, Verdict, columns_for, incoming, notices_about, open_book, twice
from app.imports.faults import Fault, as_rows, from_rows
from app.imports.kinds import Imported, Kind, kind_of
from app.imports.models import WORKING, FileStatus, ImportFile, ImportRow, RowState
from app.imports.queries import imported_before, payload_of
from app.imports.workbook import Unreadable
from app.schools.models import School
from app.sealing import seal, seal_bytes
from workflows import Refusal

FILES = table(ImportFile)
ROWS = table(ImportRow)
BATCH = 1000  # children of one case at most
LEASE = dt.timedelta(seconds=180)  # longer than any chunk takes
PATIENCE = 3  # times that a chunk may fail before its file is given up


class NotNow(Refused):
    code = "E-STATUS"
    text = "这份文件现在不能这样办理，请刷新后查看。"


class NothingToImport(Refused):
    code = "E-EMPTY"
    text = "没有可以导入的行，请下载有问题的行，更正后重新上传。"


class PostIsOver(Refused):
    code = "E-POST"
    text = "提交人已不在原岗位，请由现任经办人重新上传。"


# ── receiving ────────────────────────────────────────────────────────────────────────────────────────────────────────


def receive(kind: Kind, name: str, content: bytes, *, actor: Actor) -> ImportFile:
    """Take a workbook whose container and captions hold together; the worker reads its rows.

    Raises NotAllowed, or Unreadable with the sentence to show: nothing is kept then.
    """
    if actor.post_id is None or actor.user_id is None or not kind.offered_to(actor):
        raise NotAllowed()
    book = open_book(content, columns_for(kind, names_school=actor.office_kind != "school"))
    file = ImportFile(
        kind=kind.key,
        office_id=actor.office_id,
        post_id=actor.post_id,
        uploaded_by=actor.user_id,
        name=_without_numbers(name),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=seal_bytes(content),
        status=FileStatus.RECEIVED,
        notices=notices_about(kind, book),
        received_at=clock.now(),
    )
    db.session.add(file)
    db.session.flush()  # the audit names it
    audit.record(
        "imports/receive",
        f"import:{file.id}",
        actor=actor,
        after={"kind": kind.key, "size": file.size, "sha256": file.sha256},
    )
    return file


def _without_numbers(name: str) -> str:
    """A file's name as it may be shown and logged: no path, no child's number, no control characters."""
    bare = re.split(r"[/\\]", name)[-1].strip() or "未命名.xlsx"
    printable = "".join(character for character in bare if character.isprintable())
    return re.sub(r"[0-9]{11,17}[0-9Xx]", "…", printable)[-120:]


# ── the lease ────────────────────────────────────────────────────────────────────────────────────────────────────────


def claim() -> tuple[int, str] | None:
    """Take the oldest file that waits for a worker: its id and the lease's token, None when nothing waits.

    A file that nobody could get on with is given up with a sentence.
    """
    now, token = clock.now(), secrets.token_hex(16)
    free = sa.or_(FILES.c.leased_until.is_(None), FILES.c.leased_until < now)
    working = FILES.c.status.in_([sa.literal_column(f"'{each.value}'") for each in WORKING])
    row = execute(
        sa.select(FILES.c.id, FILES.c.attempts, FILES.c.status)
        .where(working, free)
        .order_by(FILES.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    values: dict[str, Any] = {"lease": token, "leased_until": now + LEASE, "attempts": row.attempts + 1}
    execute(sa.update(FILES).where(FILES.c.id == row.id).values(**values))
    if row.attempts >= PATIENCE:
        give_up(row.id, token, "系统多次没能处理这份文件，已停止。请联系管理员，或换用新下载的模板后重新上传。")
        return claim()
    return row.id, token


def hold(file_id: int, token: str, **values: Any) -> None:
    """Renew the lease and write the file's progress. Raises Stale when another worker has taken over."""
    held = execute(
        sa.update(FILES)
        .where(FILES.c.id == file_id, FILES.c.lease == token)
        .values(leased_until=clock.now() + LEASE, attempts=0, **values)
    )
    if held.rowcount != 1:
        raise Stale()


def let_go(file_id: int, token: str) -> None:
    """Give the lease back: the work is done, or another worker shall go on with it."""
    execute(sa.update(FILES).where(FILES.c.id == file_id, FILES.c.lease == token).values(lease="", leased_until=None))


def give_up(file_id: int, token: str, sentence: str) -> None:
    """The file cannot be worked on: say why. What has been imported of it stays imported."""
    file = db.session.get_one(ImportFile, file_id, with_for_update=True)
    if file.lease != token:
        raise Stale()
    if file.status is FileStatus.IMPORTING:
        file.status, file.notices = FileStatus.CHECKED, [*file.notices, sentence]
    else:
        file.status, file.refusal, file.content = FileStatus.REFUSED, sentence, None
    file.lease, file.leased_until, file.attempts, file.finished_at = "", None, 0, clock.now()
    db.session.flush()


# ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    asked = incoming(verdicts)
    if not asked:
        return
    known = kind.look_up(asked)
    before = imported_before(kind.key, [each.number_hash for each in asked])
    for each in verdicts:
        if each.state not in (RowState.OK, RowState.WARNING):
            continue
        taken = before.get(each.number_hash or "")
        if taken and taken.school_id == each.school_id:
            each.state = RowState.SKIPPED
            each.faults = [
                Fault(kind.identity, "E-IMPORTED", f"{taken.day} 已导入（办件 {taken.case}），不再重复", warning=True)
            ]
        elif taken:
            each.settle([Fault(kind.identity, "E-DUP-03", f"同一证件号正在另一所学校注册中（{taken.school}）")])
        else:
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
        payload = payload_of(row.payload)
        payload.setdefault("typed", payload["values"])
        execute(
            sa.update(ROWS)
            .where(ROWS.c.file_id == file_id, ROWS.c.number == row.number)
            .values(
                state=RowState.ERROR,
                faults=[*row.faults, *as_rows([twice(kind, earlier[row.number])])],
                payload=seal(orjson.dumps(payload).decode()),
            )
        )


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


# ── importing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def importable(file: ImportFile) -> list[RowState]:
    """The states whose rows the file's import takes."""
    return [RowState.OK, RowState.WARNING] if file.with_warnings else [RowState.OK]


def confirm(file: ImportFile, *, with_warnings: bool, actor: Actor) -> None:
    """Import what can be imported. Raises NotNow, NothingToImport, Stale when somebody confirmed just now."""
    if file.status is not FileStatus.CHECKED:
        raise NotNow()
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
    taken = _take(file, rows)
    numbers = [row.number for row in rows]
    marked = execute(
        sa.update(ROWS)
        .where(ROWS.c.file_id == file_id, ROWS.c.number.in_(numbers), ROWS.c.state.in_(importable(file)))
        .values(state=RowState.IMPORTED, case_id=taken.case_id)
    )
    if marked.rowcount != len(rows):
        raise Stale()
    return True


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


def _take(file: ImportFile, rows: Sequence[Any]) -> Imported:
    kind, post = kind_of(file.kind), file.post
    if not (post.holds_on(clock.today()) and post.user.enabled):
        raise PostIsOver()
    school = db.session.get_one(School, rows[0].school_id)
    values = [payload_of(row.payload)["values"] for row in rows]
    return kind.take(school, [{k: v for k, v in each.items() if k != "school"} for each in values], post.actor())


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
        fault = Fault("", refusal.code, refusal.detail)
        named = {place: [fault] for place in range(len(rows))}
    for place, faults in named.items():
        row = rows[place]
        payload = payload_of(row.payload)
        payload.setdefault("typed", payload["values"])
        execute(
            sa.update(ROWS)
            .where(ROWS.c.file_id == file_id, ROWS.c.number == row.number)
            .values(
                state=RowState.ERROR,
                faults=as_rows([*from_rows(row.faults), *faults]),
                payload=seal(orjson.dumps(payload).decode()),
            )
        )


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


def discard(file: ImportFile, *, actor: Actor) -> None:
    """Give the file up before anything of it was imported; its rows are gone. Raises NotNow."""
    if file.status not in (FileStatus.CHECKED, FileStatus.REFUSED):
        raise NotNow()
    if file.confirmed_at is not None:
        raise NotNow()
    execute(sa.delete(ROWS).where(ROWS.c.file_id == file.id))
    file.status, file.content, file.finished_at = FileStatus.DISCARDED, None, clock.now()
    db.session.flush()
    audit.record("imports/discard", f"import:{file.id}", actor=actor)


def hand_out_failed(file: ImportFile, *, actor: Actor) -> None:
    """Write down that somebody took the failed rows, with the children's numbers in full."""
    audit.record("imports/hand_out", f"import:{file.id}", actor=actor)
