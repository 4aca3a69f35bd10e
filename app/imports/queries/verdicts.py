"""From the rows of a roster to rows with a verdict: what each says against itself."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from app.encryption import keyed_hash
from app.imports.import_types import Kind
from app.imports.models import RowState
from app.imports.queries.rosters import SCHOOL, Line
from app.imports.rules.columns import Reading, plain, read_row
from app.imports.rules.faults import Fault
from app.web import checked_form
from app.web.text import visible

log = logging.getLogger("xueji.imports")
#: what fails for no fault of a row: it is tried again later
OF_THE_MACHINE = (sa.exc.OperationalError, sa.exc.InterfaceError, MemoryError, OSError)
CHUNK = 500  # rows checked and kept in one transaction
NAME = "name"  # the field by which a person finds the row again


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

    number: int  # its place in the file
    row: int  # in its sheet
    sheet: str  # empty where the file has one roster only
    reading: Reading
    state: RowState
    faults: list[Fault]
    school_id: int | None
    number_hash: str | None
    digest: bytes

    @property
    def words(self) -> str:
        """第 4 行, “二班”第 4 行"""
        return row_words(self.sheet, self.row)

    def settle(self, faults: Sequence[Fault]) -> None:
        """Take more faults into account; a row that is skipped stays skipped."""
        self.faults.extend(faults)
        if self.state is not RowState.SKIPPED:
            self.state = state_of(self.faults)


def row_words(sheet: str, row: int) -> str:
    """第 4 行, “二班”第 4 行: how a sentence names a row."""
    return f"“{visible(sheet, 31)}”第 {row} 行" if sheet else f"第 {row} 行"


def state_of(faults: Sequence[Fault]) -> RowState:
    """What the faults of a row make of it."""
    if any(not each.warning for each in faults):
        return RowState.ERROR
    return RowState.WARNING if faults else RowState.OK


# ── one row ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class RowForm:
    """What the form of a row says of its values."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self._checked = checked_form(form)
        #: a group of fields that must be there is asked for field by field
        self.groups: dict[str, Any] = {
            name: {}
            for name, part in form["properties"].items()
            if part.get("type") == "object" and name in form.get("required", ())
        }

    def faults(self, values: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
        """The form's own objections, the edge's rules among them; what could not be read has one already.

        known -- the fields of which something is said
        """
        for each in self._checked.objections(values):
            name = each.field or ""
            if not any(other == name or other.startswith(f"{name}.") for other in known):
                yield Fault(name, each.code, each.detail)


@dataclass
class Checker:
    """Checks the rows of one file; remembers which numbers it has met."""

    kind: Kind
    places: Mapping[str, Place | None]  # plain name or code -> school; None where two schools have that name
    own: Place | None  # the school that imports for itself
    #: hash -> the place where it stood first, the digest of what that row said, the row in words
    met: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)
    #: rows whose names or numbers were tidied, in words
    rewritten: list[str] = field(default_factory=list)
    _forms: dict[int | None, RowForm] = field(default_factory=dict)

    def _form_at(self, place: Place | None) -> RowForm:
        """The form of a row of that school: that on which its case will open."""
        school = place.id if place else self.kind.office_id
        if school not in self._forms:
            self._forms[school] = RowForm(self.kind.form_of(school))
        return self._forms[school]

    def verdict(self, line: Line) -> Verdict:
        """What the row says against itself; the province has not been asked yet.

        A rule that fails on a row is that row's fault, under a number by which operators find it in their log.
        """
        reading = Reading({}, {}, [])
        try:
            reading = self.read(line)
            return self._verdict(line, reading)
        except OF_THE_MACHINE:
            raise
        except Exception:
            return Verdict(
                line.place, line.row.number, line.sheet, reading, RowState.ERROR, [broken(line.place)], None, None, b""
            )

    def read(self, line: Line) -> Reading:
        """What the row says, and whether it had to be tidied."""
        reading = read_row(line.layout.places, line.row, since_1904=line.since_1904)
        if reading.rewritten:
            self.rewritten.append(f"{row_words(line.sheet, line.row.number)}（{'、'.join(reading.rewritten)}）")
        return reading

    def notices(self) -> list[str]:
        """Sentences about what was tidied, once every row has been read."""
        if not self.rewritten:
            return []
        shown = "、".join(self.rewritten[:8]) + (f"等 {len(self.rewritten)} 行" if len(self.rewritten) > 8 else "")
        return [f"以下各行的姓名或号码已按统一写法整理（去掉空格和不可见字符、统一间隔号）：{shown}。"]

    def _verdict(self, line: Line, reading: Reading) -> Verdict:
        place, faults = self._place(reading)
        form = self._form_at(place)
        values = form.groups | values_of(reading.values)
        faults = [*reading.faults, *faults, *form.faults(values, {each.field for each in reading.faults})]
        wrong = {each.field for each in faults}
        faults.extend(each for each in self.kind.check(values, wrong) if each.field not in wrong)
        identity = self.kind.identity(values, wrong)
        return Verdict(
            line.place,
            line.row.number,
            line.sheet,
            reading,
            state_of(faults),
            faults,
            place.id if place else None,
            keyed_hash(identity) if identity else None,
            digest_of(reading.values),
        )

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

        Returns the earlier row's place where both are at fault.
        """
        if verdict.number_hash is None:
            return None
        first = self.met.setdefault(verdict.number_hash, (verdict.number, verdict.digest, verdict.words))
        if first[0] == verdict.number:
            return None
        if first[1] == verdict.digest:
            verdict.state = RowState.SKIPPED
            verdict.faults = [twice(self.kind, first[2], same=True)]
            return None
        verdict.settle([twice(self.kind, first[2])])
        return first[0]


def digest_of(values: Mapping[str, Any]) -> bytes:
    """By which the same row is known again."""
    return hashlib.blake2b(orjson.dumps(values, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()


def _wrong_stage() -> Fault:
    return Fault(SCHOOL, "E-STAGE", "学校：该校没有这个学段。")


def broken(place: int) -> Fault:
    """The row on which a rule of ours failed; the exception goes to the log under the same number."""
    incident = secrets.token_hex(4)
    log.exception("incident %s: row %s of an import cannot be checked", incident, place)
    return Fault("", "E-ROW", f"系统检查这一行时出错，没有导入；其他行不受影响。请向管理员报告编号 {incident}。")


def twice(kind: Kind, other: str, *, same: bool = False) -> Fault:
    """The number stands in another row of the same file too (`第 4 行`)."""
    sentence = f"与{other}完全相同，只导入一次。" if same else f"证件号与{other}相同，其他内容不同。"
    return Fault(kind.number, "E-TWICE", sentence, warning=same)


def values_of(read: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of the child, without the column that names the school."""
    return {name: value for name, value in read.items() if name != SCHOOL}
