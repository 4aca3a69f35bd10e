"""The decision tables of a draft as somebody edits them: what stands against them, and what they would answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.definitions.queries import APPLICATION
from app.definitions.rules.content import FORM
from app.definitions.rules.form_files import read_form_file
from app.definitions.rules.known_facts import KnownFact, known_facts
from app.errors import InvalidInput
from app.studio.rules.refusals import UnfitDraftFile
from workflows.decision_table_analysis import TableFinding
from workflows.decision_table_facts import findings_of_tables
from workflows.decision_tables import Table, TableError, literal, read_tables

LONGEST = 200  # characters of a value that is tried
TRUTHS = {"true": True, "是": True, "false": False, "否": False}
NUMBERS = ("number", "integer", "long", "double")


@dataclass(frozen=True)
class Tried:
    """What a table makes of some values: the numbers of the rules that hold, from 1, and the answer."""

    hits: Sequence[int]
    answers: Sequence[Mapping[str, Any]]
    fault: str | None  # why there is no answer although the table can be read
    without: Sequence[str] = ()  # the inputs that were left empty, as people call them: asked as having no value


def findings_of(files: Mapping[str, str], name: str, raw: bytes) -> list[tuple[Table, list[TableFinding]]]:
    """Each table of a file with what stands against it, the draft's other files beside it.

    Raises UnfitDraftFile where the engine cannot read it.
    """
    return findings_of_tables(_tables(name, raw), _application(files))


def facts_of(files: Mapping[str, str]) -> list[KnownFact]:
    """The facts that the tables of a draft may be asked about."""
    return known_facts(_application(files))


def _application(files: Mapping[str, str]) -> Any:
    text = files.get(f"{APPLICATION}{FORM}")
    return read_form_file(text.encode()) if text else None


def try_table(name: str, raw: bytes, key: str, typed: Mapping[str, str]) -> Tried:
    """Ask a table as the engine would; an empty value is none. Raises UnfitDraftFile, InvalidInput with the field."""
    table = _tables(name, raw).get(key)
    if table is None:
        raise InvalidInput(sentence=f"文件 {name} 中没有这张决策表。", field="table")
    kinds = dict(zip(table.inputs, table.types or [""] * len(table.inputs), strict=True))
    titles = dict(zip(table.inputs, table.titles or table.inputs, strict=True))
    inputs = {each: _value(typed.get(each, ""), kinds[each], each, titles[each]) for each in table.inputs}
    without = [titles[each] for each, value in inputs.items() if value is None]
    hits = [place + 1 for place in table.hits(**inputs)]
    try:
        answer = table.decide(**inputs)
    except TableError as error:
        return Tried(hits, [], str(error), without)
    return Tried(hits, answer if isinstance(answer, list) else [answer] if answer is not None else [], None, without)


def _tables(name: str, raw: bytes) -> dict[str, Table]:
    try:
        return read_tables(raw)
    except TableError as error:
        raise UnfitDraftFile(name=name, sentence=f"不能使用：{error}") from error


def _value(text: str, kind: str, name: str, title: str) -> Any:
    text = text.strip()
    if len(text) > LONGEST:
        raise InvalidInput(sentence=f"{title}不能超过 {LONGEST} 个字符。", field=name)
    if not text:
        return None
    if kind == "boolean":
        if text not in TRUTHS:
            raise InvalidInput(sentence=f"{title}须为“是”或“否”。", field=name)
        return TRUTHS[text]
    if kind in NUMBERS:
        try:
            value = literal(text)
        except TableError:
            value = None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidInput(sentence=f"{title}须为数字。", field=name)
        return value
    if kind == "string":
        return text.strip('"')
    try:
        return literal(text)  # of a column without a type, a value as a cell would write it
    except TableError:
        return text
