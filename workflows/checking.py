"""The whole check of diagrams: drawn as the standard has it, sound, fit for the engine, and within every policy."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from workflows.asked_tables import AskedTable, faults_of_tables, from_json
from workflows.decision_table_facts import checked_tables
from workflows.decision_tables import Table, read_tables
from workflows.errors import DiagramRefused
from workflows.policies import SUFFIX, Book, prove, read_policy_file
from workflows.translation import gettext
from workflows.verification import ERROR, HOUSE, Finding, Report, verify

TOP = Path(__file__).resolve().parents[1]
ASKED = "asked_tables.json"


def check(
    sources: Mapping[str, bytes],
    *,
    book: Book | None,
    tables: Mapping[str, Table] | None = None,
    operations: Collection[str] | None = None,
) -> list[Report]:
    """Look over the BPMN files of a process: everything `verify` says, and what policies have against them.

    sources -- file name to bytes; book -- the policy files, None where nothing is to be proved; tables -- the decision
    tables by id; operations -- the names of the service tasks that are offered, None where they are not known.
    Raises NotBpmn.
    """
    more = None if book is None else lambda drawing: prove(drawing, book, tables)
    return verify(sources, operations=operations, more=more)


def shipped_folder() -> Path:
    """The folder of the shipped diagrams: beside this package in a checkout, inside `app` once it is installed."""
    return next((each for each in (TOP / "bpmn", TOP / "app" / "bpmn") if each.is_dir()), TOP / "bpmn")


def book_for(files: Mapping[str, Path]) -> tuple[Book, dict[str, Table]]:
    """The shipped policies and tables, and in their place those that lie beside the diagrams.

    files -- the key of each process and the file it stands in. Raises DiagramRefused for what cannot be read.
    """
    book = Book.read(shipped_folder())
    tables: dict[str, Table] = {}
    for key, path in files.items():
        beside = path.parent / f"{key}{SUFFIX}"
        if beside.is_file():
            book = book.with_file(key, read_policy_file(_read(beside), beside.name))
        own = sorted(path.parent.glob("*.dmn")) or sorted((shipped_folder() / key).glob("*.dmn"))
        for each in own:
            tables |= read_tables(_read(each))
    return book, tables


def about_tables(folder: Path, key: str, rules_of: str) -> Iterator[Finding]:
    """What stands against the decision tables in the folder of a diagram, as publication tells it. Raises TableError.

    key -- of the process, whose application form says what a field may be: `forms/<key>/` beside the folder `bpmn/`;
    rules_of -- the process whose rules it follows.
    """
    tables: dict[str, Table] = {}
    files: dict[str, str] = {}
    for each in sorted(folder.glob("*.dmn")):
        own = read_tables(_read(each))
        tables |= own
        files |= dict.fromkeys(own, each.name)
    yield from checked_tables(tables, _application(folder, key))
    if files:
        for fault in faults_of_tables(_asked(), key, rules_of, tables, files):
            yield Finding("table-column", ERROR, None, fault, HOUSE)


def _asked() -> list[AskedTable]:
    """What is read of decision tables while cases run, as it is written down beside the shipped diagrams."""
    written = shipped_folder() / ASKED
    return [from_json(row) for row in json.loads(_read(written))] if written.is_file() else []


def _application(folder: Path, key: str) -> Any:
    """The form on which a case opens; None where there is none that can be read: other checks tell of it."""
    form = folder.resolve().parent.parent / "forms" / key / "application.json"
    try:
        return json.loads(form.read_bytes()) if form.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DiagramRefused(gettext("{file}：无法读取", file=path.name)) from error
