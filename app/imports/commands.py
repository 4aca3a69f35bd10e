"""The background of an import: files are read, checked and imported chunk by chunk, by any number of workers.

Reading, checking, looking up and sealing are done between the transactions; a transaction only writes.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Iterator, Sequence

import click
from flask.cli import with_appcontext

from app.database import db, end_reading, transaction
from app.encryption import unseal_bytes
from app.errors import Refused, Stale
from app.imports import operations
from app.imports.import_types import kind_of
from app.imports.models import FileStatus, ImportFile
from app.imports.queries import checker_for, matches_of
from app.imports.queries.rosters import Book, columns_for, open_book
from app.imports.queries.verdicts import CHUNK, OF_THE_MACHINE, Checker, Verdict
from app.imports.workbook import Budget, Unreadable
from workflows import Refusal

log = logging.getLogger("xueji.imports")


def work(stop: threading.Event | None = None) -> int:
    """Work on every file that waits until none does, or until told to stop; how many files were worked on.

    Safe to run in several processes and to kill at any moment. What a file fails with is noted with it, for its
    sender, and raised, for the log.
    """
    stop, worked = stop or threading.Event(), 0
    while not stop.is_set():
        with transaction():
            claimed = operations.claim()
        if claimed is None:
            break
        worked += 1
        try:
            _go_on_with(*claimed, stop)
        except Stale:
            log.info("another worker has taken over import %s", claimed[0])
        except Exception as error:
            _note(error, *claimed)
            raise
        with transaction():
            operations.let_go(*claimed)
    return worked


def _note(error: Exception, file_id: int, token: str) -> None:
    incident = secrets.token_hex(4)
    log.error("incident %s: the work on import %s has failed", incident, file_id, exc_info=error)
    db.session.rollback()
    file = db.session.get_one(ImportFile, file_id)
    where = f"检查到约 {file.share / 10:.0f}% 处时" if file.position else "开始检查时"
    if file.status is not FileStatus.RECEIVED:  # by then the whole file has been read
        where = "导入时"
    end_reading()
    with transaction():
        operations.note_trouble(file_id, token, f"{where}出错（编号 {incident}）")


def _go_on_with(file_id: int, token: str, stop: threading.Event) -> None:
    status = db.session.get_one(ImportFile, file_id).status
    end_reading()
    if status is FileStatus.RECEIVED:
        try:
            _check(file_id, token, stop)
        except Unreadable as refusal:
            db.session.rollback()
            with transaction():
                operations.turn_away(file_id, token, refusal)
    elif status is FileStatus.IMPORTING:
        _import(file_id, token, stop)


# ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _check(file_id: int, token: str, stop: threading.Event) -> None:
    """Read on from the last row that is kept. Raises Stale, Unreadable."""
    file = db.session.get_one(ImportFile, file_id)
    kind, actor, after = kind_of(file.kind, file.office_id), file.post.actor(), file.position
    checker, matched = checker_for(kind, actor, file), matches_of(file.office_id, file.kind)
    sealed = bytes(file.content or b"")
    end_reading()
    columns = columns_for(kind, names_school=actor.office_kind != "school")
    book = open_book(kind, unseal_bytes(sealed), columns, matched=matched, budget=Budget())
    end_reading()
    for chunk, share in _chunks(book, checker, after):
        looked = operations.look_up(file_id, checker, chunk, share)
        end_reading()
        with transaction():
            operations.keep_checked(file_id, token, looked)
        if stop.is_set():
            return
    notices = [*book.notices(kind), *checker.notices()]
    foreign = [each for _, layout in book.rosters for each in layout.ignored]
    with transaction():
        operations.finish_checking(file_id, token, notices, list(dict.fromkeys(foreign)))


def _chunks(book: Book, checker: Checker, after: int) -> Iterator[tuple[list[Verdict], float]]:
    chunk: list[Verdict] = []
    share = 0.0
    for line in book.lines():
        share = line.share
        if line.place <= after:
            checker.verdict(line)  # kept already; what was tidied in it is said of the whole file
            continue
        chunk.append(checker.verdict(line))
        if len(chunk) == CHUNK:
            yield chunk, share
            chunk = []
    if chunk:
        yield chunk, share


# ── importing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _import(file_id: int, token: str, stop: threading.Event) -> None:
    """One case after the other. Raises Stale."""
    while not stop.is_set():
        try:
            with transaction(reads_first=True):
                more = operations.import_batch(file_id, token)
        except Stale:
            raise
        except operations.PostIsOver as refusal:
            with transaction():
                operations.give_up(file_id, token, refusal.detail)
            return
        except (Refused, Refusal) as refusal:
            with transaction(reads_first=True):
                operations.refuse_batch(file_id, token, refusal)
            continue
        except OF_THE_MACHINE:
            raise
        except Exception:
            log.exception("import %s: a batch cannot be imported, its rows are tried apart", file_id)
            if not _exclude_what_fails(file_id, token):
                raise
            continue
        if not more:
            return


def _exclude_what_fails(file_id: int, token: str) -> bool:
    """The verb has failed, not refused: put the rows at fault on which it does; False when it fails on none alone."""
    places = operations.batch_places(file_id)
    end_reading()
    broken = _failing(file_id, places)
    if broken:
        with transaction(reads_first=True):
            operations.exclude_broken(file_id, token, broken)
    return bool(broken)


class _Rehearsed(Exception):
    """Undoes what was only tried."""


def _failing(file_id: int, places: Sequence[int]) -> list[int]:
    """Those of the next rows on which the verb fails, found by halves; everything tried is undone."""
    try:
        with transaction(reads_first=True):
            operations.rehearse_batch(file_id, places)
            raise _Rehearsed
    except _Rehearsed:
        return []
    except OF_THE_MACHINE:
        raise
    except Exception:
        if len(places) == 1:
            return list(places)
    middle = len(places) // 2
    return [*_failing(file_id, places[:middle]), *_failing(file_id, places[middle:])]


@click.command("import-work")
@with_appcontext
def work_command() -> None:
    """Check and import what waits, then end."""
    click.echo(f"处理了 {work()} 份导入文件")
