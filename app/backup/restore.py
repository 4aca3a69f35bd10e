"""Restoring a backup into an empty database: all of it in one transaction, or nothing."""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson
import sqlalchemy as sa

from app import audit, schema
from app.backup import manifest as manifests
from app.backup.files import LIST, File, put_back, read_list
from app.backup.loading import digest_of, fill
from app.backup.manifest import MANIFEST, SIGNATURE, Manifest, NotABackup
from app.backup.tables import Counter, names, tables
from app.backup.triggers import unguarded
from app.database import db, transaction
from app.errors import Refused
from app.identity.operations import nobody

#: what `flask init` puts into an empty database, with the audit's seals of it
FILLED_AT_START = {"audit_chain", "audit_event", "lawful_change", "process", "process_version"}
LONGEST_LINE = 64_000_000  # bytes: an attachment of 12 MB takes 16
PIECE = 1 << 20  # bytes of lines that are loaded together


class SchemaDiffers(Refused):
    """The backup was made at another revision than it can be restored at; subclasses say which is behind."""

    code = "E-BACKUP-SCHEMA"


class NewerSchema(SchemaDiffers):
    text = "备份出自更新的版本（数据库结构 {revision}），本程序不认识。请先升级程序。"


class NotEmpty(Refused):
    code = "E-BACKUP-EMPTY"
    text = "数据库不是空的（{table} 已有数据）。备份只能恢复到空库。"


class OtherSchema(SchemaDiffers):
    text = "备份的数据库结构（{revision}）比这个数据库（{present}）旧。请恢复到一个全新的空库，系统会自动升级。"


class ChainBroken(Refused):
    code = "E-BACKUP-AUDIT"
    text = "备份中的日志链不完整（链 {chain}：{sentence}）。没有恢复任何数据。"


def restore(file: Path) -> Manifest:
    """Load a backup into the empty database of the settings, with its papers, and bring it to the newest schema.

    Checked before the commit: the signed manifest, every table read again from the database, references between
    tables, the audit chain. Raises NotABackup, OtherKey, NewerSchema, OtherSchema, NotEmpty, ChainBroken.
    """
    with _opened(file) as archive:
        manifest = _manifest_of(archive)
        files = _files_of(archive, manifest)
        with transaction():
            connection = db.session.connection()
            _prepare(connection, manifest)
            _load(connection, archive, manifest)
            schema.bring_to(connection, "head")
            audit.create_triggers(connection)
            audit.take_over(schema.newest())
            faults = list(audit.verify())
            if faults:
                raise ChainBroken(chain=faults[0].chain, sentence=faults[0].sentence)
            put_back(archive, files)
            audit.record(
                "backup/restore",
                f"schema:{manifest.revision}",
                actor=nobody("命令行"),
                after={"rows": sum(extent.rows for extent in manifest.tables.values())},
            )
    return manifest


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise NotABackup(why=f"{file.name} 无法解开") from error


def _manifest_of(archive: zipfile.ZipFile) -> Manifest:
    """The manifest, signed by this product."""
    present = [info.filename for info in archive.infolist()]
    if MANIFEST not in present or SIGNATURE not in present:
        raise NotABackup(why="没有清单")
    if archive.getinfo(MANIFEST).file_size > manifests.LARGEST or archive.getinfo(SIGNATURE).file_size > 1000:
        raise NotABackup(why="清单过大")
    with archive.open(MANIFEST) as content, archive.open(SIGNATURE) as signature:
        return manifests.read(content.read(manifests.LARGEST), signature.read(1000))


def _files_of(archive: zipfile.ZipFile, manifest: Manifest) -> list[File]:
    """The list of the papers; the archive holds them, the tables and the manifest, and nothing else."""
    present = [info.filename for info in archive.infolist()]
    expected = [_member(name) for name in manifest.tables] + [MANIFEST, SIGNATURE, LIST]
    files = read_list(archive, manifest) if LIST in present else []
    expected += [file.member for file in files]
    if sorted(present) != sorted(expected):
        strange = sorted(set(present) ^ set(expected)) or ["重复的文件"]
        raise NotABackup(why=f"内容与清单不符（{strange[0][:60]}）")
    return files


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _prepare(connection: sa.Connection, manifest: Manifest) -> None:
    """An empty database of the backup's own schema."""
    if manifest.revision not in schema.known_revisions():
        raise NewerSchema(revision=manifest.revision)
    present = schema.revision_of(connection)
    if present is None:
        if sa.inspect(connection).get_table_names():
            raise NotEmpty(table="不属于本系统的表")
        schema.bring_to(connection, manifest.revision)
        return
    for table in tables(connection):
        if table.name not in FILLED_AT_START and connection.execute(sa.select(1).select_from(table).limit(1)).first():
            raise NotEmpty(table=table.name)
    if present != manifest.revision:
        raise OtherSchema(revision=manifest.revision, present=present)


def _load(connection: sa.Connection, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    found = {table.name: table for table in tables(connection)}
    if set(found) != set(manifest.tables):
        raise NotABackup(why="清单中的表与数据库结构不符")
    raised: Any = connection.dialect.loaded_dbapi
    sent = {}
    try:
        with unguarded(connection, list(found.values())):
            for table in found.values():
                connection.execute(sa.delete(table))  # what the revisions or the start put there
            for name in _referred_first(connection, sorted(found)):
                with archive.open(_member(name)) as member:
                    sent[name] = fill(connection, found[name], _batches(member, found[name], manifest))
    except (sa.exc.IntegrityError, sa.exc.DataError, raised.IntegrityError, raised.DataError) as error:
        raise NotABackup(why="数据之间的引用或约束不成立") from error
    except (ValueError, TypeError, OverflowError) as error:
        raise NotABackup(why=f"{name} 有无法读取的行") from error
    for name, table in found.items():
        if digest_of(connection, table) != sent[name]:
            raise NotABackup(why=f"{name} 恢复后的内容与清单不符")


def _referred_first(connection: sa.Connection, names: list[str]) -> list[str]:
    """The tables so that a row comes after those it refers to, as far as they do not refer in a ring.

    SQLite looks for every row that waits for the one it takes in, through a whole table where no index leads to it:
    with the waiting ones first, that is quadratic.
    """
    inspector = sa.inspect(connection)
    waits = {
        name: {str(key["referred_table"]) for key in inspector.get_foreign_keys(name)} & set(names) - {name}
        for name in names
    }
    ordered: list[str] = []
    while waits:
        free = [name for name, on in waits.items() if not on & set(waits)] or [min(waits)]
        ordered += free
        waits = {name: on for name, on in waits.items() if name not in free}
    return ordered


def _batches(member: IO[bytes], table: sa.Table, manifest: Manifest) -> Iterator[list[Any]]:
    """The rows of one table, some at a time; after the last they were all that the manifest tells of."""
    extent, counter = manifest.tables[table.name], Counter(names(table))
    if extent.columns != counter.columns:
        raise NotABackup(why=f"{table.name} 的列与数据库结构不符")
    for lines in _whole_lines(member, extent.bytes, table.name):
        before = counter.rows
        counter.add(lines)
        yield _rows(table, lines, counter.rows - before)
    if counter.extent() != extent:
        raise NotABackup(why=f"{table.name} 的内容与清单不符")


def _whole_lines(member: IO[bytes], most: int, name: str) -> Iterator[bytes]:
    """Lines, never more than the signed manifest promises: whatever else the file would unfold to stays folded."""
    left, begun = most, b""
    while piece := member.read(min(left, PIECE) + 1):
        left -= len(piece)
        begun += piece
        whole = begun.rfind(b"\n") + 1
        if left < 0 or len(begun) - whole > LONGEST_LINE:
            raise NotABackup(why=f"{name} 比清单所说的大")
        if whole:
            yield begun[:whole]
            begun = begun[whole:]
    if begun:
        yield begun


def _rows(table: sa.Table, lines: bytes, count: int) -> list[Any]:
    """The lines as rows, each a list with a value for each column. Raises NotABackup."""
    try:
        rows: list[Any] = orjson.loads(b"[%b]" % lines.rstrip(b"\n").replace(b"\n", b","))
    except ValueError as error:
        raise NotABackup(why=f"{table.name} 有无法读取的行") from error
    columns = len(names(table))
    if len(rows) != count or not all(isinstance(row, list) and len(row) == columns for row in rows):
        raise NotABackup(why=f"{table.name} 有无法读取的行")
    return rows
