"""What decision tables are asked about, all values of it where they are finite, and what stands against the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.decision_table_analysis import Effort, TableFinding, findings_of_table
from workflows.decision_tables import Table
from workflows.translation import gettext, gettext_noop
from workflows.verification.findings import HOUSE, Finding

NEEDED = "_rules"  # how the id of a table ends of which prechecks and verbs ask for one row
YES_NO = {True: gettext_noop("是"), False: gettext_noop("否")}
#: of every case: the rules in force when it was opened, and the stage of the child that it is about
OF_EVERY_CASE: Mapping[str, Mapping[Any, str]] = {
    "profile": {"zj-2010": gettext_noop("2010 年规则"), "zj-now": gettext_noop("现行规定")},
    "stage": {"primary": gettext_noop("小学"), "junior": gettext_noop("初中"), "senior": gettext_noop("高中")},
}


def values_of_field(part: Mapping[str, Any]) -> dict[Any, str]:
    """Every value that a field of a form may have, with what people call it; {} where it may be anything."""
    if part.get("type") == "boolean":
        return {value: gettext(words) for value, words in YES_NO.items()}
    one_of, words = part.get("oneOf"), part.get("enum")
    if isinstance(one_of, list):
        entries = [each for each in one_of if isinstance(each, Mapping) and isinstance(each.get("const"), str)]
        return {each["const"]: str(each.get("title", each["const"])) for each in entries}
    return {each: each for each in words if isinstance(each, str)} if isinstance(words, list) else {}


def known_values(application: Any) -> dict[str, Mapping[Any, str]]:
    """Of profile, stage and the fields of the application form those whose values are finite, by name."""
    known: dict[str, Mapping[Any, str]] = {
        name: {value: gettext(words) for value, words in values.items()} for name, values in OF_EVERY_CASE.items()
    }
    fields = application.get("properties") if isinstance(application, Mapping) else None
    for name, part in fields.items() if isinstance(fields, Mapping) else ():
        if isinstance(part, Mapping) and part.get("type") in ("string", "integer", "boolean"):
            known[name] = values_of_field(part)
    return {name: values for name, values in known.items() if values}


def findings_of_tables(tables: Mapping[str, Table], application: Any) -> list[tuple[Table, list[TableFinding]]]:
    """Each table of a file with what stands against it, the worst first.

    application -- the form on which a case opens, whose fields a table may be asked about; None where there is none
    """
    known, effort = known_values(application), Effort()
    return [
        (table, findings_of_table(table, known, effort, needs_row=table.id.endswith(NEEDED)))
        for table in tables.values()
    ]


def checked_tables(tables: Mapping[str, Table], application: Any) -> Iterator[Finding]:
    """The same as findings of a check, but for what is no more than to be known."""
    for table, findings in findings_of_tables(tables, application):
        for each in findings:
            if each.severity != "info":
                sentence = gettext("决策表“{name}”：{sentence}", name=table.name, sentence=each.message)
                yield Finding(f"table-{each.kind}", each.severity, None, sentence, HOUSE)
