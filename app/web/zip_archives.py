"""ZIP archives from outside: how many, how large and how deep is settled before anything is unpacked."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.errors import InvalidInput
from app.web.uploads import LARGEST

MOST_FILES = 500
MOST_BYTES = 300 * 1024 * 1024  # of all files together
MOST_RATIO = 100  # a picture hardly shrinks
ENCRYPTED = 0x1
UTF8 = 0x800
LEFT_BEHIND = (".DS_Store", "Thumbs.db", "desktop.ini")  # what systems put beside the files
OF_MACOS = ("__MACOSX/", "._")  # a folder, and the beginning of a name
#: what reading a zip that was cut, altered or made up may raise
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    OverflowError,
    struct.error,
)


@dataclass(frozen=True)
class Entry:
    """One file of an archive: its content, or what is wrong with it."""

    name: str
    content: bytes = b""
    fault: str = ""


def entries_of(content: bytes, *, field: str) -> Iterator[Entry]:
    """The files of an archive, one at a time; one folder around all of them is no part of their names.

    Raises InvalidInput when it is no archive, or too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except DAMAGE as error:
        raise InvalidInput(sentence="不是 ZIP 压缩包，或者已损坏。", field=field) from error
    with archive:
        files = [each for each in archive.infolist() if not each.is_dir() and not is_left_behind(file_name(each))]
        if len(files) > MOST_FILES:
            raise InvalidInput(sentence=f"压缩包中有 {len(files)} 个文件，一次最多 {MOST_FILES} 个。", field=field)
        if sum(each.file_size for each in files) > MOST_BYTES:
            raise InvalidInput(sentence="压缩包展开后过大，请分几次上传。", field=field)
        folder = _common_folder([file_name(each) for each in files])
        for each in files:
            yield _entry(archive, each, file_name(each).removeprefix(folder))


def is_left_behind(name: str) -> bool:
    """True for what a system puts beside the files by itself."""
    last = name.rsplit("/", 1)[-1]
    return last in LEFT_BEHIND or last.startswith(OF_MACOS[1]) or f"/{name}".find(f"/{OF_MACOS[0]}") >= 0


def _common_folder(names: Sequence[str]) -> str:
    """The folder that lies around all files, with its slash; empty where there is none, or more than one."""
    folders = {name.rpartition("/")[0] for name in names}
    folder = folders.pop() if len(folders) == 1 else ""
    return f"{folder}/" if folder and not {"", "..", "."} & set(folder.split("/")) else ""


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Entry:
    if "/" in name or name.startswith(".."):
        return Entry(name, fault="文件须直接放在压缩包中，或都放在同一个文件夹中")
    if info.flag_bits & ENCRYPTED:
        return Entry(name, fault="文件已加密")
    if info.file_size > LARGEST:
        return Entry(name, fault=f"超过 {LARGEST // 1024 // 1024} MB")
    if info.file_size > MOST_RATIO * max(1, info.compress_size):
        return Entry(name, fault="压缩比异常，不像照片")
    try:
        with archive.open(info) as file:
            content = file.read(LARGEST + 1)  # whatever the archive says of its size
    except DAMAGE:
        return Entry(name, fault="文件已损坏")
    return Entry(name, content)


def file_name(info: zipfile.ZipInfo) -> str:
    """The name as it was typed, its folders apart by slashes: Chinese Windows writes GBK and does not say so."""
    return _typed(info).replace("\\", "/")


def _typed(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & UTF8:
        return info.filename
    with contextlib.suppress(UnicodeEncodeError):
        raw = info.orig_filename.encode("cp437")
        for encoding in ("utf-8", "gbk"):
            with contextlib.suppress(UnicodeDecodeError):
                return raw.decode(encoding)
    return info.filename
