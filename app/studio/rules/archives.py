"""A process as a zip: `bpmn/<key>/…` and `forms/<key>/…` as the folders have them; from outside, hostile."""

from __future__ import annotations

import io
import stat
import zipfile

from app.definitions.rules.content import DRAWN, FORM, Content
from app.errors import InvalidInput, Objected
from app.studio.rules.files import MOST_BYTES, MOST_FILES, checked_name, checked_text, largest_of
from app.studio.rules.refusals import UnfitDraftFile
from app.web.text import visible
from app.web.zip_archives import DAMAGE, ENCRYPTED, file_name, is_left_behind

LARGEST_ARCHIVE = 4 * 1024 * 1024
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the same content makes the same archive


def archive_of(key: str, content: Content) -> bytes:
    """The files of a process, in the folders where they belong."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.texts().items():
            folder = "forms" if name.endswith(FORM) else "bpmn"
            info = zipfile.ZipInfo(f"{folder}/{key}/{name}", EARLIEST)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, text.encode())
    return packed.getvalue()


def files_in(raw: bytes) -> dict[str, bytes]:
    """The diagrams, tables and forms of an archive by their names, whichever folders they lie in; nothing is unpacked
    to a disk.

    Raises InvalidInput when it is no archive or too much, Objected with everything that is wrong with its files.
    """
    if len(raw) > LARGEST_ARCHIVE:
        raise InvalidInput(sentence=f"压缩包过大（最多 {LARGEST_ARCHIVE // 1024 // 1024} MB）。", field="files")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except DAMAGE as error:
        raise InvalidInput(sentence="不是 ZIP 压缩包，或者已损坏。", field="files") from error
    with archive:
        entries = [each for each in archive.infolist() if not each.is_dir() and not is_left_behind(file_name(each))]
        if len(entries) > MOST_FILES or sum(each.file_size for each in entries) > MOST_BYTES:
            sentence = f"压缩包中最多 {MOST_FILES} 个文件，展开后共 {MOST_BYTES // 1024 // 1024} MB。"
            raise InvalidInput(sentence=sentence, field="files")
        found: dict[str, bytes] = {}
        faults: list[InvalidInput] = []
        for each in entries:
            try:
                name = _checked_path(each)
                if name in found:
                    raise UnfitDraftFile(name=name, sentence="在压缩包中出现了两次", field="files")
                found[name] = _content(archive, each, name)
                checked_text(name, found[name], field="files")
            except UnfitDraftFile as fault:
                faults.append(fault)
    if faults:
        raise Objected(list(faults))
    if not found:
        raise InvalidInput(sentence="压缩包中没有流程图、决策表或表单。", field="files")
    return found


def _checked_path(entry: zipfile.ZipInfo) -> str:
    """The last part of a path that leads down only. Raises UnfitDraftFile."""
    path = file_name(entry)
    *folders, name = path.split("/")
    if path.startswith("/") or ":" in path or {"", ".", ".."} & set(folders):
        raise UnfitDraftFile(name=visible(path), sentence="的路径不在压缩包之内", field="files")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnfitDraftFile(name=visible(path), sentence="是指向别处的链接", field="files")
    return checked_name(name)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    if entry.flag_bits & ENCRYPTED:
        raise UnfitDraftFile(name=name, sentence="已加密", field="files")
    largest = largest_of(name)
    try:
        with archive.open(entry) as file:
            content = file.read(largest + 1)  # whatever the archive says of its size
    except DAMAGE as error:
        raise UnfitDraftFile(name=name, sentence="已损坏", field="files") from error
    if len(content) > largest:
        raise UnfitDraftFile(name=name, sentence=f"过大（最多 {largest // 1000} KB）", field="files")
    return content


def is_archive(name: str, raw: bytes) -> bool:
    """True for what was sent as a zip."""
    return not name.endswith((*DRAWN, FORM)) and (name.lower().endswith(".zip") or raw[:2] == b"PK")
