"""From a workbook to rows with a verdict: read, understand, check, look up; a chunk at a time."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.imports.columns import Column, Layout, Reading, columns_of, layout_of, plain
from app.imports.faults import Fault
from app.imports.kinds import Kind
from app.imports.models import RowState
from app.imports.workbook import Cells, Package, Unreadable, rows_of, strings_of
from app.interface import objections
from app.sealing import keyed_hash

MOST_ROWS = 50_000
CHUNK = 500  # rows checked and kept in one transaction
SCHOOL = "school"  # the column in which a bureau names the school
NAME = "name"  # the field by which a person finds the row again
SHEET = "数据"  # the template's sheet for the rows
VERSION_SHEET = "_版本"


@dataclass(frozen=True)
class Place:
    """A school that rows may name."""

    id: int
    code: str
    name: str
    teaches: bool  # the kind's stage


@dataclass
class Verdict:
    """A row as it will be kept."""

    number: int
    reading: Reading
    state: RowState
    faults: list[Fault]
    school_id: int | None
    number_hash: str | None
    digest: bytes

    def settle(self, faults: Sequence[Fault]) -> None:
        """Take more faults into account; a row that is skipped stays skipped."""
        self.faults.extend(faults)
        if self.state is not RowState.SKIPPED:
            self.state = state_of(self.faults)


def state_of(faults: Sequence[Fault]) -> RowState:
    """What the faults of a row make of it."""
    if any(not each.warning for each in faults):
        return RowState.ERROR
    return RowState.WARNING if faults else RowState.OK


# ── the workbook ─────────────────────────────────────────────────────────────────────────────────────────────────────


@functools.lru_cache(maxsize=32)
def _columns(form: bytes, aliases: bytes, words: bytes) -> list[Column]:
    return columns_of(orjson.loads(form), orjson.loads(aliases), orjson.loads(words))


def columns_for(kind: Kind, *, names_school: bool) -> list[Column]:
    """The columns of a kind; whoever imports for several schools must name the school first."""
    part = {"type": "string", "title": "学校", "description": "学校全称或 10 位学校代码"}
    school = Column(SCHOOL, "学校", names_school, part, {}, ("学校名称", "学校代码", "学校全称", "学校标识码"))
    dumped = (orjson.dumps(each) for each in (kind.form(), dict(kind.aliases), kind.words()))
    return [school, *_columns(*dumped)]


@dataclass(frozen=True)
class Book:
    """An opened workbook whose captions are known."""

    package: Package
    sheet: Any
    strings: list[str]
    layout: Layout
    version: str  # what the template says of itself; empty for somebody's own workbook

    def rows(self) -> Iterator[tuple[int, Cells, float]]:
        """The rows under the captions that say something. Raises Unreadable, also for too many."""
        count = 0
        for number, cells, share in rows_of(self.package, self.sheet, self.strings):
            if number <= self.layout.header or self.layout.blank(cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise Unreadable(
                    "E-FILE-ROWS", f"超过 {MOST_ROWS:,} 行（第 {number} 行起），没有读取。请分成几个文件上传。"
                )
            yield number, cells, share


def open_book(content: bytes, columns: Sequence[Column]) -> Book:
    """Open a workbook and find its captions. Raises Unreadable with the sentence to show."""
    package = Package(content)
    sheets = package.sheets()
    visible = [each for each in sheets if not each.hidden] or sheets
    sheet = next((each for each in visible if each.name == SHEET), visible[0])
    strings = strings_of(package)
    layout = layout_of(columns, ((number, cells) for number, cells, _ in rows_of(package, sheet, strings)))
    hidden = next((each for each in sheets if each.name == VERSION_SHEET), None)
    version = ""
    if hidden:
        first = next(rows_of(package, hidden, strings), None)
        version = str(first[1].get(0, "")) if first else ""
    return Book(package, sheet, strings, layout, version)


def version_of(kind: Kind) -> str:
    """What the template of this kind says of itself: its kind, and a digest of its columns."""
    form = kind.form()
    said = [[name, part.get("title"), part.get("oneOf")] for name, part in form["properties"].items()]
    return f"{kind.key}/{hashlib.sha256(orjson.dumps([said, form.get('required')])).hexdigest()[:10]}"


def notices_about(kind: Kind, book: Book) -> list[str]:
    """Sentences about the workbook as a whole. Raises Unreadable for the template of another kind."""
    notices = []
    own = version_of(kind)
    if book.version and book.version.partition("/")[0] != kind.key:
        raise Unreadable("E-FILE-VERSION", f"这是另一事项的模板，请下载“{kind.name}”的模板填写后上传。")
    if book.version and book.version != own:
        notices.append("模板不是现行版本，已按表头对应；建议下载新模板。")
    if book.layout.ignored:
        shown = "、".join(book.layout.ignored[:8]) + ("等" if len(book.layout.ignored) > 8 else "")
        notices.append(f"以下的列没有对应的项目，没有读取：{shown}。")
    return notices


# ── one row ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Checker:
    """Checks the rows of one file; remembers which numbers it has met."""

    kind: Kind
    places: Mapping[str, Place | None]  # plain name or code -> school; None where two schools have that name
    own: Place | None  # the school that imports for itself
    #: hash -> the row where it stood first and the digest of what that row said
    met: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    form: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.form = self.kind.form()
        #: a group of fields that must be there is asked for field by field
        self._groups: dict[str, Any] = {
            name: {}
            for name, part in self.form["properties"].items()
            if part.get("type") == "object" and name in self.form.get("required", ())
        }

    def verdict(self, number: int, reading: Reading) -> Verdict:
        """What the row says against itself; the province has not been asked yet."""
        place, faults = self._place(reading)
        values = self._groups | values_of(reading.values)
        faults = [*reading.faults, *faults, *self._formal(values, {each.field for each in reading.faults})]
        wrong = {each.field for each in faults}
        faults.extend(each for each in self.kind.check(values, wrong) if each.field not in wrong)
        identity = None if wrong & self.kind.masked else self.kind.identity(values)
        hashed = keyed_hash(identity) if identity else None
        return Verdict(
            number, reading, state_of(faults), faults, place.id if place else None, hashed, digest_of(reading.values)
        )

    def _formal(self, values: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
        """The row form's own objections, the edge's rules among them; what could not be read has one already."""
        for each in objections(self.form, values):
            name = each.field or ""
            if not any(other == name or other.startswith(f"{name}.") for other in known):
                yield Fault(name, each.code, each.detail)

    def _place(self, reading: Reading) -> tuple[Place | None, list[Fault]]:
        """The school of the row, and what is wrong with it."""
        named = reading.values.get(SCHOOL)
        if self.own is not None:
            if named and plain(named) not in (plain(self.own.name), self.own.code):
                return None, [Fault(SCHOOL, "E-SCHOOL", "学校：只能为本校导入。")]
            return self.own, [] if self.own.teaches else [_wrong_stage()]
        if not named:
            return None, [Fault(SCHOOL, "E-INPUT", "请填写学校。")]
        key = plain(named)
        if key not in self.places:
            return None, [Fault(SCHOOL, "E-SCHOOL", "学校：本机构管辖内没有这所学校。")]
        place = self.places[key]
        if place is None:
            return None, [Fault(SCHOOL, "E-SCHOOL", "学校：有两所学校同名，请填学校代码。")]
        return place, [] if place.teaches else [_wrong_stage()]

    def alike(self, verdict: Verdict) -> int | None:
        """Compare with the rows met before: the same row again is skipped, another one with its number is at fault.

        Returns the earlier row's number where both are at fault.
        """
        if verdict.number_hash is None:
            return None
        first = self.met.setdefault(verdict.number_hash, (verdict.number, verdict.digest))
        if first[0] == verdict.number:
            return None
        if first[1] == verdict.digest:
            verdict.state = RowState.SKIPPED
            verdict.faults = [twice(self.kind, first[0], same=True)]
            return None
        verdict.settle([twice(self.kind, first[0])])
        return first[0]


def digest_of(values: Mapping[str, Any]) -> bytes:
    """By which the same row is known again."""
    return hashlib.blake2b(orjson.dumps(values, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()


def _wrong_stage() -> Fault:
    return Fault(SCHOOL, "E-STAGE", "学校：该校没有这个学段。")


def twice(kind: Kind, other: int, *, same: bool = False) -> Fault:
    """The number stands in another row of the same file too."""
    sentence = f"与第 {other} 行完全相同，只导入一次。" if same else f"证件号与第 {other} 行相同，其他内容不同。"
    return Fault(kind.number, "E-TWICE", sentence, warning=same)


def values_of(read: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of the child, without the column that names the school."""
    return {name: value for name, value in read.items() if name != SCHOOL}
