"""A workbook somebody sent: opened with suspicion, read row by row within a budget, never evaluated."""

from app.imports.workbook.cells import FARTHEST_ROW, Broken, Cells, Formula, Number, Row, address
from app.imports.workbook.opening import LARGEST_FILE, Sheet, sheets_of
from app.imports.workbook.package import Package
from app.imports.workbook.unreadable import Budget, TakesTooLong, Unreadable

__all__ = [
    "FARTHEST_ROW",
    "LARGEST_FILE",
    "Broken",
    "Budget",
    "Cells",
    "Formula",
    "Number",
    "Package",
    "Row",
    "Sheet",
    "TakesTooLong",
    "Unreadable",
    "address",
    "sheets_of",
]
