"""The sealed papers in a backup: a list of them, and each as it lies on disk."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson

from app import file_store
from app.backup.manifest import Manifest, NotABackup
from app.backup.tables import Counter, Extent

LIST = "files.jsonl"
COLUMNS = ["bytes", "name", "sha256"]
NAME = re.compile(r"[0-9a-f]{64}")
PIECE = 1 << 20  # bytes


@dataclass(frozen=True)
class File:
    """One sealed file: how long it is, its name, and the SHA-256 of what lies on disk."""

    bytes: int
    name: str
    sha256: str

    @property
    def member(self) -> str:
        return f"files/{self.name}"


def write_files(archive: zipfile.ZipFile) -> Extent:
    """Every file of the vault, and the list; encrypted as they are, they would not shrink."""
    counter, lines = Counter(COLUMNS), []
    for name, path in file_store.every():
        size, sha256 = _write_file(archive, name, path)
        line = orjson.dumps([size, name, sha256]) + b"\n"
        counter.add(line)
        lines.append(line)
    archive.writestr(LIST, b"".join(lines))
    return counter.extent()


def _write_file(archive: zipfile.ZipFile, name: str, path: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    info = zipfile.ZipInfo(f"files/{name}")
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as member:
        while piece := source.read(PIECE):
            size += len(piece)
            digest.update(piece)
            member.write(piece)
    return size, digest.hexdigest()


def read_list(archive: zipfile.ZipFile, manifest: Manifest) -> list[File]:
    """The files that the signed manifest vouches for. Raises NotABackup."""
    counter = Counter(COLUMNS)
    with archive.open(LIST) as member:
        lines = member.read(manifest.files.bytes + 1).splitlines(keepends=True)
    for line in lines:
        counter.add(line)
    if counter.extent() != manifest.files:
        raise NotABackup(why="附件清单与总清单不符")
    files = [File(*orjson.loads(line)) for line in lines]
    if not all(NAME.fullmatch(file.name) for file in files):
        raise NotABackup(why="附件清单中有不是附件的名称")
    return files


def put_back(archive: zipfile.ZipFile, files: list[File]) -> None:
    """Lay every file down again; what a failed restore leaves behind, no row names. Raises NotABackup."""
    for file in files:
        with archive.open(file.member) as member:
            file_store.take_in(file.name, lambda: _checked(member, file))  # noqa: B023 -- used before the next turn


def _checked(member: IO[bytes], file: File) -> Iterator[bytes]:
    left, digest = file.bytes, hashlib.sha256()
    while piece := member.read(min(PIECE, left + 1)):
        left -= len(piece)
        digest.update(piece)
        if left < 0:
            break
        yield piece
    if left != 0 or digest.hexdigest() != file.sha256:
        raise NotABackup(why="有附件与清单不符")
