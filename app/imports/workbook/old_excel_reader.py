"""Reads a .xls from standard input and writes its sheets to standard output as lines of JSON; run on its own.

The format is old, intricate and read whole, so it is read in a process that the operating system holds to its limits:
argument 1 are the seconds of the processor, argument 2 the bytes of memory it may take.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
from typing import Any

ENCRYPTED, DAMAGED, TOO_LARGE = 3, 4, 5  # what the process ends with
FORMULA_CELL = 9  # beside the kinds of cells that xlrd tells apart
EMPTY, BLANK = 0, 6  # of these kinds
FORMULA, ENDS = 0x0006, 0x000A  # records of the format
BEGINS = (0x0009, 0x0209, 0x0409, 0x0809)


def main() -> int:
    seconds, memory = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        return write_all()
    except MemoryError:
        return TOO_LARGE


def write_all() -> int:
    """Every sheet; what the process ends with."""
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=sys.stdin.buffer.read(),
            formatting_info=True,
            ragged_rows=True,
            on_demand=True,
            logfile=sys.stderr,
        )
        for place, sheet in enumerate(book.sheets()):
            write_sheet(sheet, book.datemode == 1, formulas_in(book, place))
    except xlrd.XLRDError as error:
        return ENCRYPTED if "encrypted" in str(error).lower() else DAMAGED
    except MemoryError:
        raise
    except Exception:  # whatever a reader says of a hostile file, it is one that cannot be read
        return DAMAGED
    return 0


def formulas_in(book: Any, place: int) -> set[tuple[int, int]]:
    """Row and column of every cell with a formula: the reader gives their last result and does not tell."""
    content, at, depth = book.mem, book._sh_abs_posn[place], 0
    found: set[tuple[int, int]] = set()
    while at + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, at)
        if kind == FORMULA and length >= 4:
            row, column = struct.unpack_from("<HH", content, at + 4)
            found.add((row, column))
        depth += (kind in BEGINS) - (kind == ENDS)  # a chart inside the sheet begins and ends as a sheet does
        if depth == 0:
            break
        at += 4 + length
    return found


def write_sheet(sheet: Any, since_1904: bool, formulas: set[tuple[int, int]]) -> None:
    say(
        {
            "sheet": sheet.name,
            "hidden": sheet.visibility != 0,
            "since_1904": since_1904,
            "merged": [[top + 1, left, bottom, right - 1] for top, bottom, left, right in sheet.merged_cells],
            "hidden_rows": [row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden],
            "hidden_columns": [column for column, info in sheet.colinfo_map.items() if info.hidden],
        }
    )
    for row in range(sheet.nrows):
        cells = [
            [
                column,
                FORMULA_CELL if (row, column) in formulas else kind,
                value if isinstance(value, str) else repr(value),
            ]
            for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True))
            if (row, column) in formulas or (kind not in (EMPTY, BLANK) and value != "")
        ]
        if cells:
            say([row + 1, cells])


def say(value: Any) -> None:
    sys.stdout.write(json.dumps(value))
    sys.stdout.write("\n")


if __name__ == "__main__":
    sys.exit(main())
