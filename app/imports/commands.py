"""The background of an import: files are read, checked and imported chunk by chunk, by any number of workers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from app.database import db, transaction
from app.errors import Refused, Stale
from app.imports import operations
from app.imports.checking import CHUNK, Book, Checker, Verdict, columns_for, open_book
from app.imports.columns import read_row
from app.imports.kinds import kind_of
from app.imports.models import FileStatus, ImportFile
from app.imports.queries import checker_for
from app.imports.workbook import Unreadable
from app.sealing import unseal_bytes
from workflows import Refusal

log = logging.getLogger("xueji.imports")


def work(stop: threading.Event | None = None) -> int:
    """Work on every file that waits until none does, or until told to stop; how many files were worked on.

    Safe to run in several processes and to kill at any moment.
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
        with transaction():
            operations.let_go(*claimed)
    return worked


def _go_on_with(file_id: int, token: str, stop: threading.Event) -> None:
    status = db.session.get_one(ImportFile, file_id).status
    db.session.rollback()
    if status is FileStatus.RECEIVED:
        try:
            _check(file_id, token, stop)
        except Unreadable as refusal:
            with transaction():
                operations.turn_away(file_id, token, refusal)
    elif status is FileStatus.IMPORTING:
        _import(file_id, token, stop)


# ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _check(file_id: int, token: str, stop: threading.Event) -> None:
    """Read on from the last row that is kept. Raises Stale, Unreadable."""
    file = db.session.get_one(ImportFile, file_id)
    kind, actor, after = kind_of(file.kind), file.post.actor(), file.position
    checker = checker_for(kind, actor, file)
    book = open_book(
        unseal_bytes(bytes(file.content or b"")), columns_for(kind, names_school=actor.office_kind != "school")
    )
    db.session.rollback()
    for chunk, share in _chunks(book, checker, after):
        with transaction():
            operations.keep_checked(file_id, token, checker, chunk, share)
        if stop.is_set():
            return
    with transaction():
        operations.finish_checking(file_id, token)


def _chunks(book: Book, checker: Checker, after: int) -> Iterator[tuple[list[Verdict], float]]:
    chunk: list[Verdict] = []
    share = 0.0
    for number, cells, share in book.rows():
        if number <= after:
            continue
        reading = read_row(book.layout, number, cells, since_1904=book.sheet.since_1904)
        chunk.append(checker.verdict(number, reading))
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
            with transaction():
                more = operations.import_batch(file_id, token)
        except Stale:
            raise
        except operations.PostIsOver as refusal:
            with transaction():
                operations.give_up(file_id, token, refusal.detail)
            return
        except (Refused, Refusal) as refusal:
            with transaction():
                operations.refuse_batch(file_id, token, refusal)
            continue
        if not more:
            return


@click.command("import-work")
@with_appcontext
def work_command() -> None:
    """Check and import what waits, then end."""
    click.echo(f"处理了 {work()} 份导入文件")
