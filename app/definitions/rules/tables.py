"""What stands against the decision tables of a version, asked with everything its facts may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.definitions.rules.known_facts import known_facts
from workflows.decision_table_analysis import Effort, TableFinding, findings_of_table
from workflows.decision_tables import Table

NEEDED = "_rules"  # how the id of a table ends of which prechecks and verbs ask for one row


def findings_of_tables(tables: Mapping[str, Table], application: Any) -> list[tuple[Table, list[TableFinding]]]:
    """Each table of a file with what stands against it, the worst first.

    application -- the form on which a case opens, whose fields a table may be asked about; None where there is none
    """
    known, effort = {each.name: each.values for each in known_facts(application) if each.values}, Effort()
    return [
        (table, findings_of_table(table, known, effort, needs_row=table.id.endswith(NEEDED)))
        for table in tables.values()
    ]
