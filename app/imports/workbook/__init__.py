"""A workbook somebody sent: opened with suspicion, read row by row in constant memory, never evaluated."""

from app.imports.workbook.package import Package, Unreadable
from app.imports.workbook.sheet import Broken, Cells, Formula, Number, address, rows_of, strings_of

__all__ = [
    "Broken",
    "Cells",
    "Formula",
    "Number",
    "Package",
    "Unreadable",
    "address",
    "rows_of",
    "strings_of",
]
