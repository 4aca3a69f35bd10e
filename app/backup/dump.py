"""Making a backup: one instant of the database, streamed into a zip file."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from app import audit, clock, schema
from app.backup.files import write_files
from app.backup.manifest import MANIFEST, SIGNATURE, BackupRefused, Manifest, key_mark, written
from app.backup.tables import Counter, Extent, lines, names, tables
from app.database import db, snapshot, transaction
from app.identity.operations import nobody


class Exists(BackupRefused):
    text = "{file} 已存在，备份不覆盖任何文件。"


class NoTables(BackupRefused):
    text = "数据库里还没有表，没有什么可备份。"


def back_up(file: Path) -> Manifest:
    """Write the database as it is at this instant, with its papers, to a new file for its owner only; audited.

    Writers are not held up, and no table is held in memory. Raises Exists, NoTables.
    """
    partial = file.with_name(file.name + ".part")
    if file.exists() or partial.exists():
        raise Exists(file=file if file.exists() else partial)
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out, snapshot():
            manifest = _write(out, db.session.connection())
            out.flush()
            os.fsync(out.fileno())
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    with transaction():
        rows = sum(extent.rows for extent in manifest.tables.values())
        audit.record("backup/make", f"schema:{manifest.revision}", actor=nobody("命令行"), after={"rows": rows})
    return manifest


def _write(out: IO[bytes], connection: sa.Connection) -> Manifest:
    revision = schema.revision_of(connection)
    if revision is None:
        raise NoTables()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        extents = {str(table.name): _write_table(archive, connection, table) for table in tables(connection)}
        files = write_files(archive)  # after the rows that name them: what a row names was there before it
        manifest = Manifest(clock.now().isoformat(), revision, extents, files, key_mark())
        content, signature = written(manifest)
        archive.writestr(MANIFEST, content)
        archive.writestr(SIGNATURE, signature)
    return manifest


def _write_table(archive: zipfile.ZipFile, connection: sa.Connection, table: sa.Table) -> Extent:
    counter = Counter(names(table))
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
        for line in lines(connection, table):
            counter.add(line)
            member.write(line)
    return counter.extent()
