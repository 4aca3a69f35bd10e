"""Uploaded papers, hostile until proven otherwise: opened for real, one thing at a time, under a clean name."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from PIL import Image

from app.errors import InvalidInput, Refused
from app.web.text import INVISIBLE

LARGEST = 10 * 1024 * 1024  # bytes of one file
LONGEST_NAME = 100  # characters kept
LONGEST_TYPED = 255  # characters of a name that a file system could have given
MOST_PIXELS = 40_000_000  # an A4 sheet at 600 dpi has 35 million
EXTENSIONS = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
}
MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
ZIP_END = b"PK\x05\x06"
MARKUP = re.compile(rb"<(?:script|html|svg|\?php|!doctype)", re.IGNORECASE)
PDF_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia)\b")
PDF_SCRIPT = re.compile(rb"/JS\b")  # short enough to occur in a picture by chance: looked for beside streams
PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
PDF_STREAM = re.compile(rb"stream\r?\n")  # where one begins; its end is looked for once, never from every beginning
PDF_STREAM_ENDS = b"endstream"
PDF_OBJECTS = re.compile(b"/" + b"".join(b"(?:%c|#(?i:%x))" % (each, each) for each in b"ObjStm"))  # or /Obj#53tm
MOST_UNFOLDED = 20 * 1024 * 1024  # bytes of a PDF's folded objects, packed and unpacked
STEP = 4096  # bytes unfolded at a time
MOST_AT_ONCE = 20  # files under one field: each is opened, which costs more than sending it
PDF_TABLE = re.compile(rb"\s*(?:xref|[0-9]+\s+[0-9]+\s+obj)")
IDENTITY_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")


class FileRefused(Refused):
    """An uploaded file that cannot be taken; subclasses say why."""

    code = "E-FILE"


class UnfitFile(FileRefused, InvalidInput):
    """One uploaded file is not acceptable: its name, one sentence."""

    text = "文件“{name}”{sentence}。"


@dataclass(frozen=True)
class Upload:
    """One paper that has been opened and found to be what it says."""

    name: str
    media_type: str
    content: bytes
    kind: str = ""  # what it proves, where the process asks for kinds of papers

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def takes_files(megabytes: int) -> Callable[[Any], Any]:
    """Let requests to this view be as large as that; other views take what a form needs."""

    def mark(view: Any) -> Any:
        view.largest = megabytes * 1024 * 1024
        return view

    return mark


def uploads_in(field: str, *, kind: str = "") -> tuple[list[Upload], list[InvalidInput]]:
    """The request's files under that field, taken for papers of that kind, and every fault of the others.

    Of more than MOST_AT_ONCE none is opened.
    """
    found: list[Upload] = []
    faults: list[InvalidInput] = []
    chosen = [each for each in request.files.getlist(field) if each.filename]  # but a field left empty
    if len(chosen) > MOST_AT_ONCE:
        return [], [
            InvalidInput(sentence=f"一次最多上传 {MOST_AT_ONCE} 个文件（现有 {len(chosen)} 个）。", field=field)
        ]
    for file in chosen:
        try:
            found.append(replace(opened(file.filename or "", file.stream.read(LARGEST + 1), field=field), kind=kind))
        except InvalidInput as fault:
            faults.append(fault)
    return found, faults


def papers_not_taken() -> list[str]:
    """The names of the papers that came with a request that is answered with its form: no browser keeps them there."""
    return [
        _short(each.filename)
        for field, each in request.files.items(multi=True)
        if each.filename and field.split(".")[0] == "attachments"
    ]


def opened(name: str, content: bytes, *, field: str | None = None) -> Upload:
    """The paper of that name and content. Raises UnfitFile: too large, no PDF, JPEG or PNG, or more than one thing."""

    def unfit(sentence: str) -> UnfitFile:
        return UnfitFile(name=_short(name), sentence=sentence, field=field)

    if len(name) > LONGEST_TYPED:
        raise unfit(f"的文件名过长（最多 {LONGEST_TYPED} 个字符）")
    if re.search(r"[/\\\0]", name):
        raise unfit("的文件名中不能含有路径")
    if not content:
        raise unfit("是空文件")
    if len(content) > LARGEST:
        raise unfit(f"超过 {LARGEST // 1024 // 1024} MB")
    media_type = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), None)
    if media_type is None:
        raise unfit("不是 PDF、JPEG 或 PNG 文件")
    fault = _fault_of_pdf(content) if media_type == "application/pdf" else _fault_of_image(content, media_type)
    if fault:
        raise unfit(fault)
    return Upload(clean_name(name, media_type), media_type, content)


def clean_name(name: str, media_type: str) -> str:
    """A name to keep and give out again: no invisible or forbidden characters, no child's number, the true ending."""
    text = unicodedata.normalize("NFC", name)
    text = "".join(each for each in text if unicodedata.category(each) not in INVISIBLE)
    text = re.sub(r'[<>:"|?*;%]', "_", IDENTITY_NUMBER.sub("证件号", text))
    text = re.sub(r"\s+", " ", text).strip(" .")
    stem, _, ending = text.rpartition(".")
    endings = EXTENSIONS[media_type]
    if not stem or ending.lower() not in endings:
        stem, ending = text, endings[0]
    ending = ending.lower()
    return f"{stem[: LONGEST_NAME - len(ending) - 1].strip(' .') or '附件'}.{ending}"


def _short(name: str) -> str:
    text = "".join(each for each in name[:40] if unicodedata.category(each) not in INVISIBLE)
    return IDENTITY_NUMBER.sub("证件号", text) + ("…" if len(name) > 40 else "")


def _fault_of_pdf(content: bytes) -> str | None:
    """What is wrong with a PDF. Its end and its table of objects must stand where they say, and it must only show."""
    end = content.rstrip(b"\0\r\n\t \x1a")
    offsets = re.findall(rb"startxref\s+([0-9]{1,10})\s", content[-2048:])
    if not end.endswith(b"%%EOF") or not offsets or not PDF_TABLE.match(content, int(offsets[-1])):
        return "已损坏或后面附有其他内容，请重新导出 PDF"
    if ZIP_END in content[-66_000:]:
        return "中还藏有另一个文件"
    folded, is_whole = _folded_objects(content)
    for part in (content, *folded):
        plain = PDF_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), part)  # /J#53 is /JS to every reader
        if b"/Encrypt" in plain:
            return "已加密，请提交不加密的 PDF"
        if PDF_ACTIVE.search(plain) or PDF_SCRIPT.search(_beside_streams(plain)):
            return "含有脚本或嵌入的文件，请重新打印为 PDF"
    return None if is_whole else "的内部结构过于庞大，请重新打印为 PDF"


def _beside_streams(content: bytes) -> bytes:
    """What of a PDF does not stand within a stream. A beginning without an end is none."""
    parts, at = [], 0
    while begins := PDF_STREAM.search(content, at):
        ends = content.find(PDF_STREAM_ENDS, begins.end())
        if ends < 0:
            break  # nor has any later one an end
        parts.append(content[at : begins.start()])
        at = ends + len(PDF_STREAM_ENDS)
    return b" ".join([*parts, content[at:]])


def _folded_objects(content: bytes) -> tuple[list[bytes], bool]:
    """What stands in a PDF's compressed object streams, where a reader finds names too; whether that was all of it."""
    found: list[bytes] = []
    left, at = MOST_UNFOLDED, 0
    while named := PDF_OBJECTS.search(content, at):
        begins = PDF_STREAM.search(content, named.end())
        if begins is None:
            break
        at = begins.end()
        unfolded, cost = _unfolded(content, at, left)
        found.append(unfolded)
        left -= cost
        if left <= 0:
            return found, False
    return found, True


def _unfolded(content: bytes, at: int, most: int) -> tuple[bytes, int]:
    """What is packed from there on, as far as it can be unpacked, and what that cost in bytes read and written.

    It costs hardly more than `most`, and a piece where nothing can be unpacked: trying has a price too.
    """
    reader, parts, cost = zlib.decompressobj(), [], 0
    while cost < most and not reader.eof and (piece := reader.unconsumed_tail or content[at : at + STEP]):
        at += 0 if reader.unconsumed_tail else len(piece)
        cost += len(piece)
        try:
            parts.append(reader.decompress(piece, STEP * 16))
        except zlib.error:
            break
        cost += len(parts[-1])
    return b"".join(parts), cost


def _fault_of_image(content: bytes, media_type: str) -> str | None:
    """What is wrong with a picture: it must decode, at a sane size, and be nothing else besides."""
    if ZIP_END in content[-66_000:] or b"%PDF-" in content[:1024] or MARKUP.search(content):
        return "中还藏有另一个文件"
    try:
        with Image.open(io.BytesIO(content), formats=(media_type[6:].upper(),)) as image:
            if image.width * image.height > MOST_PIXELS:
                return f"的图像过大（最多 {MOST_PIXELS // 1_000_000} 百万像素）"
            image.draft("L", (1000, 1000))  # a JPEG is decoded at a fraction of its size
            image.load()
    except Exception:  # whatever a decoder says of a hostile file, it is one that does not open
        return "不能打开，可能已损坏"
    return None
