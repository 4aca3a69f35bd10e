"""What a change may put in the place of something else: roles, verbs and facts of the shipped diagrams."""

from __future__ import annotations

from pathlib import Path

from workflows.policies import Book
from workflows.routing import ROLES as DECLARED

_book = Book.read(Path(__file__).parents[2] / "bpmn")
ROLES = sorted(DECLARED)
VERBS = sorted({subject for file in _book.files.values() for subject in file.policies if "/" in subject})
#: by process, the truth values that its cases have from their opening
FACTS = {
    key: sorted(name for name, fact in file.facts.items() if fact.values == (True, False))
    for key, file in _book.files.items()
}
