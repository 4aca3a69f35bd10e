"""Which worker holds a file.

Every chunk that a worker writes first renews its lease, under the very token and in the chunk's own transaction: who
has lost the lease writes nothing, so no chunk is ever written twice, and a killed worker's file goes on from the last
chunk that was committed.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db, execute, table
from app.errors import Stale
from app.imports.models import WORKING, FileStatus, ImportFile

FILES = table(ImportFile)
LEASE = dt.timedelta(seconds=120)  # longer than any chunk takes, reading on to its place included
PATIENCE = 3  # times that a chunk may fail before its file is given up


def claim() -> tuple[int, str] | None:
    """Take the oldest file that waits for a worker: its id and the lease's token, None when nothing waits.

    A file that nobody could get on with is given up with a sentence.
    """
    now, token = clock.now(), secrets.token_hex(16)
    free = sa.or_(FILES.c.leased_until.is_(None), FILES.c.leased_until < now)
    working = FILES.c.status.in_([sa.literal_column(f"'{each.value}'") for each in WORKING])
    oldest = (
        sa.select(FILES.c.id, FILES.c.attempts, FILES.c.status, FILES.c.trouble)
        .where(working, free)
        .order_by(FILES.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (row := execute(oldest).one_or_none()) is not None:
        values: dict[str, Any] = {"lease": token, "leased_until": now + LEASE, "attempts": row.attempts + 1}
        execute(sa.update(FILES).where(FILES.c.id == row.id).values(**values))
        if row.attempts < PATIENCE:
            return row.id, token
        give_up(row.id, token, _given_up(row.trouble or "处理中途中断"))
    return None


def note_trouble(file_id: int, token: str, trouble: str) -> None:
    """A worker has failed on the file: where, and under which number of the log. The third time it is given up.

    trouble -- part of a sentence: `检查到约 35% 处时出错（编号 1a2b3c4d）`
    """
    now = clock.now()
    row = execute(
        sa.update(FILES)
        .where(FILES.c.id == file_id, FILES.c.lease == token)
        .values(trouble=trouble[:200], leased_until=now)
        .returning(FILES.c.attempts)
    ).first()
    if row is not None and row.attempts >= PATIENCE:
        give_up(file_id, token, _given_up(trouble))


def _given_up(trouble: str) -> str:
    return f"系统多次没能处理这份文件，已停止：{trouble}。请向管理员报告，或换用新下载的模板后重新上传。"


def hold(file_id: int, token: str, **values: Any) -> None:
    """Renew the lease and write the file's progress. Raises Stale when another worker has taken over."""
    held = execute(
        sa.update(FILES)
        .where(FILES.c.id == file_id, FILES.c.lease == token)
        .values(leased_until=clock.now() + LEASE, attempts=0, trouble="", **values)
    )
    if held.rowcount != 1:
        raise Stale()


def let_go(file_id: int, token: str) -> None:
    """Give the lease back: the work is done, or another worker shall go on with it."""
    execute(sa.update(FILES).where(FILES.c.id == file_id, FILES.c.lease == token).values(lease="", leased_until=None))


def give_up(file_id: int, token: str, sentence: str, *, keep: bool = False) -> None:
    """The file cannot be worked on: say why. What has been imported of it stays imported.

    keep -- the workbook stays, sealed, because a person may help
    """
    file = db.session.get_one(ImportFile, file_id, with_for_update=True)
    if file.lease != token:
        raise Stale()
    if file.status is FileStatus.IMPORTING:
        file.status, file.notices = FileStatus.CHECKED, [*file.notices, sentence]
    else:
        file.status, file.refusal = FileStatus.REFUSED, sentence[:400]
        file.content = file.content if keep else None
    file.lease, file.leased_until, file.attempts, file.finished_at = "", None, 0, clock.now()
    db.session.flush()
