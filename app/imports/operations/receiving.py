"""A workbook at the door: received, given up, its failed rows handed out."""

from __future__ import annotations

import hashlib
import re

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db, execute, table
from app.errors import NotAllowed, Refused
from app.imports.checking import columns_for, notices_about, open_book
from app.imports.kinds import Kind
from app.imports.models import FileStatus, ImportFile, ImportRow
from app.sealing import seal_bytes

ROWS = table(ImportRow)


class NotNow(Refused):
    code = "E-STATUS"
    text = "这份文件现在不能这样办理，请刷新后查看。"


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
