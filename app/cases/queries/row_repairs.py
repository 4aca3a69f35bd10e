"""补正名单: which rows of a list that was sent back its applicant may correct, and what is asked of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from app.access import Actor
from app.cases.models import BatchRow, Case, RowStatus, Task, TaskStatus
from app.cases.queries.facts import facts_of_case, facts_of_task, has_drafted
from app.cases.queries.standard_precheck import NUMBERS
from app.cases.rules import permissions
from app.database import db
from app.definitions.queries import ROW, CompiledVersion, compiled_version
from app.errors import Missing
from app.students.rules.particulars import SEALED_NUMBERS
from workflows import Kind

#: who a child is: another one is another row, struck off here and handed in anew
IDENTITY = ("name", "sex", "born_on", "document_type", "main_number", "document_number")
KEPT = "不填的保持不变"


def repair_task_of(case: Case, actor: Actor) -> Task | None:
    """The task in which the actor repairs the list of the case now; None where they do not."""
    if case.version_id is None or ROW not in (version := compiled_version(case.version_id)).forms:
        return None
    for task in case.tasks:
        if task.status is TaskStatus.OPEN and Kind.REPAIR in version.kinds([task.key]):
            drafted, facts = has_drafted(task, actor), (facts_of_task(task), facts_of_case(case))
            if permissions.why_not_decider(*facts, actor, drafted=drafted) is None:
                return task
    return None


def row_to_repair(case: Case, position: int) -> BatchRow:
    """The row at that position that is still to be worked. Raises Missing."""
    row = db.session.get(BatchRow, (case.id, position))
    if row is None or row.status is not RowStatus.WAITING:
        raise Missing()
    return row


def row_repair_form(version: CompiledVersion) -> dict[str, Any]:
    """The form of a row without who the child is; numbers are not shown, and stay as they are where none is typed."""
    form = version.form(ROW)
    asked = {name: dict(part) for name, part in form["properties"].items() if name not in IDENTITY}
    for name, part in asked.items():
        if is_hidden(name, part):
            part["description"] = KEPT
    required = [name for name in form.get("required", ()) if name in asked and not is_hidden(name, asked[name])]
    return {**form, "properties": asked, "required": required}


def is_hidden(name: str, part: Mapping[str, Any]) -> bool:
    """The number of a document: kept, and not shown."""
    return name in SEALED_NUMBERS or part.get("format") in NUMBERS


def said_of(row: BatchRow) -> dict[str, Any]:
    """What the list says of the child."""
    said: dict[str, Any] = orjson.loads(row.content)
    return said


def shown_to_repair(row: BatchRow, form: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form of a row before anything is typed."""
    said, asked = said_of(row), form["properties"]
    return {name: said[name] for name, part in asked.items() if name in said and not is_hidden(name, part)}


def repaired(row: BatchRow, form: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is to be: what was typed in place of what stood there, who the child is and kept numbers beside."""
    kept = {name: value for name, value in said_of(row).items() if name not in shown_to_repair(row, form)}
    return {**kept, **typed}
