"""A workbook that is sent: looked at, received, its columns matched by hand, given up, its failed rows handed out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db, execute, table
from app.encryption import seal_bytes
from app.errors import InvalidInput, Missing, NotAllowed, Refused
from app.imports.import_types import Kind, kind_of
from app.imports.models import FileStatus, ImportCaption, ImportFile, ImportRow
from app.imports.queries import matches_of
from app.imports.queries.rosters import columns_for, open_book
from app.imports.rules.captions import NOT_READ, CaptionsMissing, key_of
from app.imports.workbook import Budget, TakesTooLong
from app.sequences import insert_for

ROWS = table(ImportRow)
SECONDS_AT_UPLOAD = 1.0  # of the processor, for looking at a file while its sender waits; a worker has more


class NotNow(Refused):
    code = "E-STATUS"
    text = "这份文件现在不能这样办理，请刷新后查看。"


@dataclass(frozen=True)
class LookedAt:
    """A workbook that has been looked at and sealed: all that is left is to write it."""

    kind: Kind
    name: str
    sealed: bytes
    size: int
    sha256: str
    notices: list[str] = field(default_factory=list)
    refusal: str = ""  # why a person must first say which column is which
    foreign: list[str] = field(default_factory=list)


def look_at(kind: Kind, name: str, content: bytes, *, actor: Actor) -> LookedAt:
    """Look at a workbook somebody sends: its container and its captions. Reads only, and for about a second.

    What takes longer is left to the worker. Raises NotAllowed, or Unreadable with the sentence to show.
    """
    if actor.post_id is None or actor.user_id is None or not kind.offered_to(actor):
        raise NotAllowed()
    notices: list[str] = []
    refusal, foreign = "", []
    try:
        columns = columns_for(kind, names_school=actor.office_kind != "school")
        matched = matches_of(actor.office_id, kind.key)
        book = open_book(kind, content, columns, matched=matched, budget=Budget(SECONDS_AT_UPLOAD))
        notices = book.notices(kind)
    except TakesTooLong:
        pass
    except CaptionsMissing as missing:
        if not missing.foreign:
            raise
        refusal, foreign = missing.detail, missing.foreign
    sha256 = hashlib.sha256(content).hexdigest()
    return LookedAt(kind, _without_numbers(name), seal_bytes(content), len(content), sha256, notices, refusal, foreign)


def receive(looked: LookedAt, *, actor: Actor) -> ImportFile:
    """Take a workbook that has been looked at; the worker reads its rows. Raises NotAllowed."""
    if actor.post_id is None or actor.user_id is None:
        raise NotAllowed()
    file = ImportFile(
        kind=looked.kind.key,
        office_id=actor.office_id,
        post_id=actor.post_id,
        uploaded_by=actor.user_id,
        name=looked.name,
        size=looked.size,
        sha256=looked.sha256,
        content=looked.sealed,
        status=FileStatus.REFUSED if looked.refusal else FileStatus.RECEIVED,
        refusal=looked.refusal[:400],
        foreign_captions=looked.foreign,
        notices=looked.notices,
        received_at=clock.now(),
    )
    db.session.add(file)
    db.session.flush()  # the audit names it
    audit.record(
        "imports/receive",
        f"import:{file.id}",
        actor=actor,
        after={"kind": file.kind, "size": file.size, "sha256": file.sha256},
    )
    return file


def match(file: ImportFile, chosen: Mapping[str, str], *, actor: Actor) -> None:
    """Say which field each foreign caption of a file means; the office's next workbooks are read so too.

    chosen -- caption to field, empty for a column that is not to be read; captions left out stay foreign

    Raises NotNow, InvalidInput for a caption or a field that there is not, and for two captions of one field.
    """
    if not file.can_be_matched:
        raise NotNow()
    fields = {each.name for each in columns_for(kind_of(file.kind, file.office_id), names_school=True)}
    for caption, name in chosen.items():
        if caption not in file.foreign_captions:
            raise InvalidInput(sentence="文件中没有这个表头。", field="captions")
        if name != NOT_READ and name not in fields:
            raise InvalidInput(sentence=f"“{caption}”对应的项目不在可选范围内。", field="captions")
    named = [name for name in chosen.values() if name != NOT_READ]
    if len(set(named)) < len(named):
        raise InvalidInput(sentence="有两列对应了同一个项目，请只保留一列。", field="captions")
    _remember(file, chosen, actor)
    execute(sa.delete(ROWS).where(ROWS.c.file_id == file.id))
    file.status, file.refusal, file.position, file.share = FileStatus.RECEIVED, "", 0, 0
    file.checked_at, file.finished_at, file.attempts = None, None, 0
    db.session.flush()
    audit.record("imports/match", f"import:{file.id}", actor=actor, after={"captions": len(chosen)})


def _remember(file: ImportFile, chosen: Mapping[str, str], actor: Actor) -> None:
    captions, insert = table(ImportCaption), insert_for()
    rows = {
        key_of(caption): {
            "office_id": file.office_id,
            "kind": file.kind,
            "caption": key_of(caption),
            "field": name,
            "matched_by": actor.user_id,
            "matched_at": clock.now(),
        }
        for caption, name in chosen.items()
    }
    if not rows:
        return
    written = insert(captions)
    execute(
        written.on_conflict_do_update(
            index_elements=["office_id", "kind", "caption"],
            set_={name: written.excluded[name] for name in ("field", "matched_by", "matched_at")},
        ),
        list(rows.values()),
    )


def forget(kind: Kind, caption: str, *, actor: Actor) -> None:
    """Read a caption again as if nobody had matched it. Raises Missing when nobody has."""
    captions = table(ImportCaption)
    gone = execute(
        sa.delete(captions).where(
            captions.c.office_id == actor.office_id, captions.c.kind == kind.key, captions.c.caption == caption
        )
    )
    if gone.rowcount != 1:
        raise Missing()
    audit.record("imports/forget", f"office:{actor.office_id}", actor=actor, after={"kind": kind.key})


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
