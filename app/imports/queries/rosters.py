"""From a file somebody sent to the rows of its rosters: every sheet is read, or named with the reason why not."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.imports.import_types import Kind, kind_of
from app.imports.import_types.import_type import FieldWords
from app.imports.rules.captions import HEADER_WITHIN, CaptionsMissing, Layout, Lookup, Matches, layout_of
from app.imports.rules.columns import Column, fields_of, plain
from app.imports.workbook import FARTHEST_ROW, Budget, Row, Sheet, Unreadable, sheets_of
from app.web.text import visible

MOST_ROWS = 50_000
SCHOOL = "school"  # the column in which a bureau names the school
VERSION_SHEET = "_版本"
HELP_SHEET = "填写说明"
LISTS_SHEET = "_代码"
OWN_SHEETS = (VERSION_SHEET, HELP_SHEET, LISTS_SHEET)  # of the template
SAID_AT_MOST = 8  # names in one sentence


# ── the columns ──────────────────────────────────────────────────────────────────────────────────────────────────────


@functools.lru_cache(maxsize=32)
def _columns(kind_key: str, form: bytes) -> list[Column]:
    kind = kind_of(kind_key)
    return [
        _column(name, part, required, kind.fields.get(name, FieldWords()))
        for name, part, required in fields_of(orjson.loads(form))
    ]


def _column(name: str, part: Mapping[str, Any], required: bool, words: FieldWords) -> Column:
    return Column(
        name,
        str(part.get("title", name)),
        required,
        part,
        _choices(part),
        words.captions,
        words.example,
        words.read,
        words.own,
        words.stands_in,
    )


def _choices(part: Mapping[str, Any]) -> dict[str, str]:
    """Every way to write a choice: its name, its code, both; a code without its leading zero."""
    words: dict[str, str] = {}
    for each in part.get("oneOf", ()):
        code, title = str(each["const"]), str(each["title"])
        for word in (title, code, f"{code}{title}", f"{code}-{title}", code.lstrip("0") or code):
            words.setdefault(plain(word), code)
        if title.endswith("族") and len(title) > 1:
            words.setdefault(plain(title[:-1]), code)
    return words


def columns_for(kind: Kind, *, names_school: bool) -> list[Column]:
    """The columns of a kind; whoever imports for several schools must name the school first."""
    part = {"type": "string", "title": "学校", "description": "学校全称或 10 位学校代码"}
    school = Column(SCHOOL, "学校", names_school, part, {}, ("学校名称", "学校代码", "学校全称", "学校标识码"))
    return [school, *_columns(kind.key, orjson.dumps(kind.form()))]


def version_of(kind: Kind) -> str:
    """What the template of this kind says of itself: its kind, and a digest of its columns."""
    form = kind.form()
    said = [[name, part.get("title"), part.get("oneOf")] for name, part in form["properties"].items()]
    return f"{kind.key}/{hashlib.sha256(orjson.dumps([said, form.get('required')])).hexdigest()[:10]}"


# ── the sheets ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Line:
    """A row of one of the rosters of a file."""

    place: int  # within the file, counted through all its rosters
    sheet: str  # empty where the file has one roster only
    row: Row
    layout: Layout
    since_1904: bool
    share: float  # of the file that has been read


@dataclass
class Book:
    """An opened file whose captions are known."""

    rosters: Sequence[tuple[Sheet, Layout]]
    version: str  # what the template says of itself; empty for somebody's own workbook
    passed_over: Sequence[str]  # sentences about the sheets that are not read
    repeated: list[str] = field(default_factory=list)  # where the captions stand once more
    merged: dict[str, None] = field(default_factory=dict)

    def lines(self) -> Iterator[Line]:
        """The rows under the captions that say something. Raises Unreadable, also for too many."""
        count = 0
        for number, (sheet, layout) in enumerate(self.rosters):
            named = sheet.name if len(self.rosters) > 1 else ""
            for row in sheet.rows():
                if row.number <= layout.header or layout.blank(row.cells):
                    continue
                if layout.repeated(row.cells):
                    self.repeated.append(self._at(sheet, f"第 {row.number} 行"))
                    continue
                self.merged |= dict.fromkeys(
                    self._at(sheet, cells) for place, cells in row.merged.items() if place in layout.places
                )
                count += 1
                if count > MOST_ROWS:
                    raise Unreadable(
                        "E-FILE-ROWS",
                        f"超过 {MOST_ROWS:,} 行（{self._at(sheet, f'第 {row.number} 行')}起），没有读取。"
                        "请分成几个文件上传。",
                    )
                place = number * FARTHEST_ROW + row.number
                yield Line(place, named, row, layout, sheet.since_1904, (number + row.share) / len(self.rosters))

    def _at(self, sheet: Sheet, what: str) -> str:
        return f"“{visible(sheet.name, 31)}”{what}" if len(self.rosters) > 1 else what

    def notices(self, kind: Kind) -> list[str]:
        """Sentences about the file as a whole; what was found on the way is known once `lines` has ended."""
        notices = []
        if self.version and self.version != version_of(kind):
            notices.append("模板不是现行版本，已按表头对应；建议下载新模板。")
        notices += self.passed_over
        for sheet, layout in self.rosters:
            if layout.ignored:
                notices.append(f"以下的列没有对应的项目，没有读取：{self._at(sheet, _some(layout.ignored))}。")
        if hidden := [self._at(sheet, said) for sheet, layout in self.rosters for said in _hidden(sheet, layout)]:
            notices.append(f"隐藏的内容也已读取：{_some(hidden)}。不需要的，请删除后重新上传。")
        if self.merged:
            notices.append(f"合并单元格按其中的内容填入各行：{_some(list(self.merged))}。")
        if self.repeated:
            notices.append(f"重复的表头已略过：{_some(self.repeated)}。")
        return notices


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:SAID_AT_MOST]) + ("等" if len(names) > SAID_AT_MOST else "")


def _hidden(sheet: Sheet, layout: Layout) -> Iterator[str]:
    if rows := [number for number in sheet.hidden_rows if number > layout.header]:
        yield f"第 {_some([str(each) for each in rows])} 行"
    for place in sheet.hidden_columns():
        if place in layout.places:
            yield f"“{layout.places[place].caption}”列"


def open_book(kind: Kind, content: bytes, columns: Sequence[Column], *, matched: Matches, budget: Budget) -> Book:
    """Open a file of that kind and find the captions of its rosters.

    columns -- the kind's, for whoever sends it; matched -- captions that the office has matched to fields by hand

    Raises Unreadable with the sentence to show; CaptionsMissing where a person may say which column is which.
    """
    sheets = sheets_of(content, budget)
    version = _version(sheets)
    if version and version.partition("/")[0] != kind.key:
        raise Unreadable("E-FILE-VERSION", f"这是另一事项的模板，请下载“{kind.name}”的模板填写后上传。")
    lookup = Lookup(columns, matched)
    shown = [each for each in sheets if not each.hidden] or list(sheets)
    looked_at = [each for each in shown if each.name not in OWN_SHEETS and _has_rows(each)]
    if not looked_at:
        raise Unreadable("E-FILE-CAPTIONS", "工作表是空的，请填写后再上传。")
    found = [(each, layout) for each in looked_at if (layout := layout_of(lookup, each.rows())) is not None]
    if not found:
        raise _no_captions(columns, looked_at)
    complete = [(each, layout) for each, layout in found if not layout.missing]
    wanted = sum(column.required for column in columns)
    for sheet, layout in sorted(found, key=lambda each: len(each[1].missing)):
        if layout.missing and (not complete or len(layout.missing) <= wanted // 2):
            raise CaptionsMissing(layout, sheet.name if len(looked_at) > 1 else "")
    return Book(complete, version, list(_passed_over(sheets, shown, looked_at, complete)))


def _has_rows(sheet: Sheet) -> bool:
    return next(sheet.rows(), None) is not None


def _no_captions(columns: Sequence[Column], looked_at: Sequence[Sheet]) -> Unreadable:
    wanted = "".join(f"“{each.caption}”" for each in [each for each in columns if each.required][:2])
    names = _some([f"“{visible(each.name, 31)}”" for each in looked_at])
    where = f"工作表{names}的" if len(looked_at) > 1 else ""
    return Unreadable(
        "E-FILE-CAPTIONS",
        f"{where}前 {HEADER_WITHIN} 行里没有找到表头（如{wanted}）。请使用下载的模板，表头不要改字、不要合并单元格。",
    )


def _version(sheets: Sequence[Sheet]) -> str:
    hidden = next((each for each in sheets if each.name == VERSION_SHEET), None)
    first = next(hidden.rows(), None) if hidden else None
    return str(first.cells.get(0, "")) if first else ""


def _passed_over(
    sheets: Sequence[Sheet],
    shown: Sequence[Sheet],
    looked_at: Sequence[Sheet],
    complete: Sequence[tuple[Sheet, Layout]],
) -> Iterator[str]:
    """Sentences that name what is not read; what holds nothing is not worth one."""
    read = [each for each, _ in complete]
    if others := [f"“{visible(each.name, 31)}”" for each in looked_at if each not in read]:
        yield f"没有读取工作表{_some(others)}：其中没有所需的表头。"
    hidden = [each for each in sheets if each not in shown and each.name not in OWN_SHEETS and _has_rows(each)]
    if hidden:
        names = _some([f"“{visible(each.name, 31)}”" for each in hidden])
        yield f"没有读取隐藏的工作表{names}；需要导入的，请取消隐藏后重新上传。"
