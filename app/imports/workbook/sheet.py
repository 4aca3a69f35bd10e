"""The worksheets of an .xlsx: their rows one at a time, what was joined in them, what was hidden."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence

from app.imports.workbook.cells import (
    FARTHEST_COLUMN,
    FARTHEST_ROW,
    LONGEST_TEXT,
    Broken,
    Cells,
    Formula,
    Merge,
    Merges,
    Number,
    Row,
    address,
    merge_of,
)
from app.imports.workbook.package import Package, Part
from app.imports.workbook.unreadable import Budget, Unreadable

SHARED = "xl/sharedStrings.xml"
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def decoded(text: str) -> str:
    """A text as it was typed: OOXML writes a character that XML cannot hold as `_x000D_`."""
    if "_x" not in text:
        return text
    plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Columns(dict[str, int]):
    """Letters of a cell's name to its column; remembered, because it is asked for every cell."""

    def __missing__(self, letters: str) -> int:
        column = 0
        for letter in letters:
            if not "A" <= letter <= "Z" or column > 20_000:
                raise Unreadable("E-FILE-XML", "工作簿的内容已损坏，请用 Excel 打开并重新保存后上传。")
            column = column * 26 + ord(letter) - 64
        self[letters] = column - 1
        return column - 1


def strings_of(package: Package) -> list[str]:
    """The texts that cells share; [] when the workbook keeps each text in its cell. Raises Unreadable."""
    strings: list[str] = []
    pieces: list[str] = []
    skipped = 0  # inside a reading aid (rPh), which is not part of the text
    inside = False

    def begin(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal inside, skipped
        if tag == "rPh":
            skipped += 1
        inside = tag == "t" and not skipped

    def end(tag: str) -> None:
        nonlocal inside, skipped
        inside = False
        if tag == "rPh":
            skipped -= 1
        elif tag == "si":
            written = decoded("".join(pieces)[: LONGEST_TEXT + 1])
            package.budget.take_string(len(written))
            strings.append(written)
            pieces.clear()

    def text(characters: str) -> None:
        if inside:
            pieces.append(characters)

    if package.size_of(SHARED):
        for _ in package.walk(SHARED, begin, end, text):
            pass
    return strings


class _Reader:
    """Collects cells and rows as the parser meets them."""

    def __init__(self, strings: Sequence[str], budget: Budget) -> None:
        self.strings, self.budget = strings, budget
        self.rows: deque[tuple[int, Cells]] = deque()
        self.cells: Cells = {}
        self.row = 0
        self.column = -1
        self.columns = _Columns()
        self.kind = "n"
        self.formula = False
        self.taking = False
        self.hidden = False
        self.reading_aid = 0  # inside one (rPh), which is not part of the text
        self.pieces: list[str] = []
        self.length = 0
        self.met = 0  # cells of the row, empty ones included
        self.hidden_rows: list[int] = []

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            name = attributes.get("r")
            self.column = self.columns[name.rstrip("0123456789")] if name else self.column + 1
            self.kind = attributes.get("t", "n")
            self.formula = False
            self.met += 1
        elif tag in ("v", "t"):
            self.taking = not self.reading_aid
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdecimal() and len(number) < 10 else self.row + 1
            self.column = -1
            self.cells = {}
            self.hidden = attributes.get("hidden") in ("1", "true")
        elif tag == "rPh":
            self.reading_aid += 1

    def text(self, characters: str) -> None:
        if self.taking:
            self.pieces.append(characters)
            self.length += len(characters)
            if self.length > LONGEST_TEXT:
                raise Unreadable(
                    "E-FILE-XML", f"单元格 {address(self.column, self.row)} 的文字过长，请改短后重新上传。"
                )

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.taking = False
        elif tag == "c":
            if self.pieces or self.formula:
                self._keep()
        elif tag == "rPh":
            self.reading_aid -= 1
        elif tag == "row":
            self.budget.take_cells(1 + self.met)
            self.met = 0
            if self.cells:
                self.rows.append((self.row, self.cells))
                if self.hidden:
                    self.hidden_rows.append(self.row)

    def _shared(self, raw: str) -> str:
        place = int(raw) if raw.isdecimal() and len(raw) < 9 else len(self.strings)
        return self.strings[place] if place < len(self.strings) else ""

    def _keep(self) -> None:
        raw = self.pieces[0] if len(self.pieces) == 1 else "".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        value = raw
        if self.formula:
            value = Formula(decoded(raw))
        elif self.kind == "s":
            value = self._shared(raw)
        elif self.kind == "n":
            value = Number(raw.strip())
        elif self.kind == "e":
            value = Broken(raw)
        else:
            value = decoded(raw)
        if not self.formula and not value.strip():
            return
        if self.column >= FARTHEST_COLUMN or self.row > FARTHEST_ROW:
            raise Unreadable(
                "E-FILE-RANGE",
                f"单元格 {address(self.column, self.row)} 有内容，远在表格之外，没有读取。"
                "请删除该单元格所在的行和列，或把数据复制到新下载的模板后上传。",
            )
        self.cells[self.column] = value


class Sheet:
    """One worksheet of an .xlsx."""

    def __init__(self, package: Package, part: Part, strings: Sequence[str]) -> None:
        self.name, self.hidden, self.since_1904 = part.name, part.hidden, part.since_1904
        self._package, self._part, self._strings = package, part.part, strings
        self.hidden_rows: list[int] = []  # known as far as the rows have been read

    def rows(self) -> Iterator[Row]:
        """Every row with content, as a person sees it. Raises Unreadable when something cannot be taken."""
        merges = Merges(self._merges())
        return merges.fill(self._rows()) if merges else self._rows()

    def _rows(self) -> Iterator[Row]:
        reader, size = _Reader(self._strings, self._package.budget), max(1, self._package.size_of(self._part))
        self.hidden_rows = reader.hidden_rows
        for done in self._package.walk(self._part, reader.begin, reader.end, reader.text):
            share = min(1.0, done / size)
            while reader.rows:
                number, cells = reader.rows.popleft()
                yield Row(number, cells, share)

    def _merges(self) -> list[Merge]:
        """The joined cells: they stand behind the rows, so the sheet is gone through for them first."""
        found: list[Merge] = []

        def begin(tag: str, attributes: dict[str, str]) -> None:
            if tag == "mergeCell" and (merge := merge_of(attributes.get("ref", ""))):
                found.append(merge)

        if self._package.holds(self._part, "mergeCell"):
            for _ in self._package.walk(self._part, begin, lambda _tag: None):
                pass
        return found

    def hidden_columns(self) -> list[int]:
        """The columns that are not shown, as far as a roster reaches."""
        found: list[int] = []

        def begin(tag: str, attributes: dict[str, str]) -> None:
            if tag == "col" and attributes.get("hidden") in ("1", "true"):
                first, last = (attributes.get(name, "") for name in ("min", "max"))
                if first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and len(first + last) < 12:
                    found.extend(range(int(first) - 1, min(int(last), FARTHEST_COLUMN)))

        for _ in self._package.walk(self._part, begin, lambda _tag: None):
            break  # the columns stand before the rows
        return found
