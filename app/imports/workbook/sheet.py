"""The rows of a worksheet, one at a time. A cell is a text; its class says what else it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from app.imports.workbook.package import Package, Sheet, Unreadable

FARTHEST_ROW = 100_000  # beyond it a cell with content is a slip of the hand, or an attack
FARTHEST_COLUMN = 256
MOST_STRINGS = 2_000_000
LONGEST_TEXT = 32_767  # characters of a cell: Excel's own limit
SHARED = "xl/sharedStrings.xml"


class Number(str):
    """What stands in a cell that Excel keeps as a number, digit by digit as the file has it."""

    __slots__ = ()


class Formula(str):
    """A cell with a formula: its value may be anything by the time somebody else opens the file."""

    __slots__ = ()


class Broken(str):
    """A cell that holds one of Excel's errors, such as #N/A."""

    __slots__ = ()


Cells = dict[int, str]  # column, counted from 0, to text; empty cells are left out


def address(column: int, row: int) -> str:
    """A cell's name: AB12."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


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
            strings.append("".join(pieces)[: LONGEST_TEXT + 1])
            pieces.clear()
            if len(strings) > MOST_STRINGS:
                raise Unreadable("E-FILE-SIZE", "工作簿里的文字过多，没有读取。请分成几个文件上传。")

    def text(characters: str) -> None:
        if inside:
            pieces.append(characters)

    if package.size_of(SHARED):
        for _ in package.walk(SHARED, begin, end, text):
            pass
    return strings


class _Reader:
    """Collects cells and rows as the parser meets them."""

    def __init__(self, strings: list[str]) -> None:
        self.strings = strings
        self.rows: deque[tuple[int, Cells]] = deque()
        self.cells: Cells = {}
        self.row = 0
        self.column = -1
        self.columns = _Columns()
        self.kind = "n"
        self.formula = False
        self.taking = False
        self.pieces: list[str] = []
        self.length = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            name = attributes.get("r")
            self.column = self.columns[name.rstrip("0123456789")] if name else self.column + 1
            self.kind = attributes.get("t", "n")
            self.formula = False
        elif tag in ("v", "t"):
            self.taking = True
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdecimal() and len(number) < 10 else self.row + 1
            self.column = -1
            self.cells = {}
        elif tag == "rPh":
            self.taking = False

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
        elif tag == "row" and self.cells:
            self.rows.append((self.row, self.cells))

    def _shared(self, raw: str) -> str:
        place = int(raw) if raw.isdecimal() and len(raw) < 9 else len(self.strings)
        return self.strings[place] if place < len(self.strings) else ""

    def _keep(self) -> None:
        raw = self.pieces[0] if len(self.pieces) == 1 else "".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        value = raw
        if self.formula:
            value = Formula(raw)
        elif self.kind == "s":
            value = self._shared(raw)
        elif self.kind == "n":
            value = Number(raw.strip())
        elif self.kind == "e":
            value = Broken(raw)
        if not self.formula and not value.strip():
            return
        if self.column >= FARTHEST_COLUMN or self.row > FARTHEST_ROW:
            raise Unreadable(
                "E-FILE-RANGE",
                f"单元格 {address(self.column, self.row)} 有内容，远在表格之外，没有读取。"
                "请删除该单元格所在的行和列，或把数据复制到新下载的模板后上传。",
            )
        self.cells[self.column] = value


def rows_of(package: Package, sheet: Sheet, strings: list[str]) -> Iterator[tuple[int, Cells, float]]:
    """Every row with content: its number, its cells, how much of the sheet has been read (0 to 1).

    Raises Unreadable when something of the sheet cannot be taken.
    """
    reader, size = _Reader(strings), max(1, package.size_of(sheet.part))
    for done in package.walk(sheet.part, reader.begin, reader.end, reader.text):
        share = min(1.0, done / size)
        while reader.rows:
            number, cells = reader.rows.popleft()
            yield number, cells, share
