"""The container: an .xlsx is a zip of XML parts. Everything about it is checked before anything of it is believed."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.parsers import expat

from app.imports.workbook.unreadable import Budget, Unreadable
from app.web.zip_archives import DAMAGE

LARGEST_PART = 200_000_000  # bytes of one XML part: 50,000 rows of 30 columns are about 70 MB
MOST_PARTS = 400
STEEPEST = 150  # times its packed size; a real sheet stays below 40, deflate can give 1,000
SMALL = 2_000_000  # bytes below which steepness does not matter
STEP = 65_536  # bytes handed to the parser at a time
LONGEST_TOKEN = 1_000_000  # bytes of one tag: the parser holds it whole
DEEPEST = 40


class Package:
    """An .xlsx whose container holds together. Raises Unreadable; parts are read with a limit, whatever they claim."""

    def __init__(self, content: bytes, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            members = self._zip.infolist()
        except DAMAGE as error:
            raise _damaged() from error
        if len(members) > MOST_PARTS:
            raise Unreadable("E-FILE-ZIP", f"工作簿里有 {len(members)} 个部件，不是正常的 .xlsx 文件，没有读取。")
        self._sizes = {each.filename: each.file_size for each in members}
        if len(self._sizes) != len(members):
            raise Unreadable("E-FILE-ZIP", "工作簿里有重名的部件，不是正常的 .xlsx 文件，没有读取。")
        for each in members:
            _refuse_a_bomb(each)
        self._refuse_other_documents()

    def _refuse_other_documents(self) -> None:
        names = self._sizes.keys()
        if "xl/vbaProject.bin" in names:
            raise Unreadable("E-FILE-TYPE", "工作簿带有宏，请另存为不带宏的“Excel 工作簿（.xlsx）”后上传。")
        if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
            return
        if "word/document.xml" in names:
            raise Unreadable("E-FILE-TYPE", "这是 Word 文档，请上传按模板填写的 .xlsx 文件。")
        if "xl/workbook.bin" in names:
            raise Unreadable("E-FILE-TYPE", "这是 .xlsb 格式，请另存为“Excel 工作簿（.xlsx）”后上传。")
        if "content.xml" in names:
            raise Unreadable("E-FILE-TYPE", "这是 .ods 格式，请另存为“Excel 工作簿（.xlsx）”后上传。")
        raise Unreadable("E-FILE-TYPE", "这是压缩包而不是 .xlsx 工作簿，请直接上传其中的 .xlsx 文件。")

    def size_of(self, name: str) -> int:
        """Bytes of a part as its directory claims; 0 when there is no such part."""
        return self._sizes.get(name, 0)

    def walk(self, name: str, begin: Callable[..., None], end: Callable[..., None], text: Any = None) -> Iterator[int]:
        """Parse a part piece by piece; after each piece give the bytes read so far, so that the caller may act.

        begin(name, attributes), end(name), text(characters) -- names without their prefix. Raises Unreadable.
        """
        parser = _parser(begin, end, text)
        done = 0
        for piece in self.pieces(name):
            done += len(piece)
            with self.budget.working():
                _parse(parser, piece, False)
            if done - parser.CurrentByteIndex > LONGEST_TOKEN:
                raise Unreadable("E-FILE-XML", "工作簿的内容结构异常（标记过长），没有读取。")
            yield done
        _parse(parser, b"", True)
        yield done

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, unpacked a piece at a time. Raises Unreadable."""
        done = 0
        try:
            with self._zip.open(name) as part:
                while piece := part.read(STEP):
                    done += len(piece)
                    if done > LARGEST_PART:
                        raise _too_large()
                    self.budget.take_bytes(len(piece))
                    yield piece
        except DAMAGE as error:
            raise _damaged() from error

    def holds(self, name: str, word: str) -> bool:
        """True when the part may hold that word, however its characters are encoded; nothing is parsed."""
        wanted = [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")]
        last = b""
        for piece in self.pieces(name):
            with self.budget.working():
                seen = last + piece
                if any(each in seen for each in wanted):
                    return True
                last = seen[-2 * len(word) :]
        return False

    def sheets(self) -> list[Part]:
        """The worksheets in their order."""
        related = self._relations()
        found: list[Part] = []
        dates = {"since_1904": False}

        def begin(tag: str, attributes: dict[str, str]) -> None:
            if tag == "workbookPr":
                dates["since_1904"] = attributes.get("date1904") in ("1", "true")
            if tag == "sheet":
                relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                part = related.get(relation, "")
                if part in self._sizes and "worksheet" in part:
                    hidden = attributes.get("state", "visible") != "visible"
                    found.append(Part(attributes.get("name", ""), part, hidden, dates["since_1904"]))

        for _ in self.walk("xl/workbook.xml", begin, _nothing):
            pass
        if not found:
            raise Unreadable("E-FILE-XML", "工作簿里没有工作表，请下载模板填写后上传。")
        return found

    def _relations(self) -> dict[str, str]:
        related: dict[str, str] = {}

        def begin(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
                related[attributes.get("Id", "")] = posixpath.normpath(path)

        if "xl/_rels/workbook.xml.rels" not in self._sizes:
            raise _damaged()
        for _ in self.walk("xl/_rels/workbook.xml.rels", begin, _nothing):
            pass
        return related


class Part(NamedTuple):
    """One worksheet: its name, the part that holds it, whether it is hidden, and from when its dates count."""

    name: str
    part: str
    hidden: bool
    since_1904: bool


class _Locals(dict[str, str]):
    """`x:row` is `row`; remembered, because it is asked for every tag."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(":")[2]
        return local


def _parse(parser: Any, piece: bytes, last: bool) -> None:
    """Raises Unreadable for what is no XML, or names an encoding that there is not."""
    try:
        parser.Parse(piece, last)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable("E-FILE-XML", "工作簿的内容已损坏，请用 Excel 打开并重新保存后上传。") from error


def _parser(begin: Callable[..., None], end: Callable[..., None], text: Any) -> Any:
    """An expat parser that knows no document types, no entities, no bottomless nesting."""
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = STEP
    local, depth = _Locals(), 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable("E-FILE-XML", "工作簿的内容结构异常（嵌套过深），没有读取。")
        begin(local[name], attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(local[name])

    parser.StartElementHandler, parser.EndElementHandler = started, ended
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse_a_document_type
    return parser


def _refuse_a_document_type(*_args: Any) -> None:
    raise Unreadable("E-FILE-XML", "工作簿里含有文档类型或实体声明，正常的 .xlsx 文件没有这些内容，没有读取。")


def _refuse_a_bomb(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 1:
        raise Unreadable("E-FILE-TYPE", "工作簿设有密码，请取消密码后上传。")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged()
    if member.file_size > LARGEST_PART:
        raise _too_large()
    if member.file_size > SMALL and member.file_size > STEEPEST * max(1, member.compress_size):
        raise Unreadable(
            "E-FILE-ZIP",
            f"工作簿解压后会膨胀 {member.file_size // max(1, member.compress_size)} 倍，不是正常的文件，没有读取。"
            "请把数据复制到新下载的模板后上传。",
        )


def _nothing(*_args: Any) -> None:
    return None


def _damaged() -> Unreadable:
    return Unreadable("E-FILE-ZIP", "文件已损坏或没有传完，请用 Excel 打开并重新保存后上传。")


def _too_large() -> Unreadable:
    return Unreadable(
        "E-FILE-SIZE",
        f"工作簿解压后超过 {LARGEST_PART // 1_000_000} MB，没有读取。请把数据复制到新下载的模板，分成几个文件上传。",
    )
