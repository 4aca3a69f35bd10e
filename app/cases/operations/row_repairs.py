"""补正名单: the applicant corrects what a list that was sent back says of one child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa

from app import audit
from app.access import Actor
from app.cases import hooks
from app.cases.models import BatchRow, RowStatus
from app.cases.operations.closing import claim_case
from app.cases.operations.transitions import case_by_number
from app.cases.queries.cases import case_for
from app.cases.queries.row_repairs import repair_task_of, repaired, row_repair_form, row_to_repair, said_of
from app.database import execute, table
from app.definitions.queries import compiled_version
from app.errors import NotAllowed, Objected
from app.web import canonical
from app.web import objections as form_objections

ROWS = table(BatchRow)
CHANGED = "补正时更改："
LONGEST = 200  # characters


def repair_row(number: str, position: int, typed: Mapping[str, Any], *, actor: Actor) -> None:
    """Put what was typed in place of what the row says, but for who the child is; the list says what was changed.

    Raises Missing, NotAllowed (not sent back, or not to this person), Objected, Stale.
    """
    case, _view = case_for(actor, number)
    if repair_task_of(case, actor) is None:
        raise NotAllowed()
    assert case.version_id is not None
    version, row = compiled_version(case.version_id), row_to_repair(case, position)
    form = row_repair_form(version)
    typed = canonical.values(form, typed)
    if faults := form_objections(form, typed):
        raise Objected([*faults])
    before, after = said_of(row), repaired(row, form, typed)
    asks = hooks.repair_row.of(version.key)
    if objections := list(asks(case, after)) if asks else []:
        raise Objected(objections)
    changed = [name for name in form["properties"] if before.get(name) != after.get(name)]
    if not changed:
        return
    taken, _siblings = case_by_number(number)
    claim_case(taken)
    titles = [str(form["properties"][name].get("title", name)) for name in changed]
    execute(
        sa.update(ROWS)
        .where(ROWS.c.case_id == case.id, ROWS.c.position == position, ROWS.c.status == RowStatus.WAITING)
        .values(content=orjson.dumps(after).decode(), detail=_with_changes(row.detail, titles))
    )
    audit.record(
        "cases/repair_row", f"case:{number}", actor=actor, after={"position": position, "fields": sorted(changed)}
    )


def _with_changes(detail: str, titles: list[str]) -> str:
    """A row's warning, then everything that was changed of it since the list was handed in."""
    warning, _mark, earlier = detail.partition(CHANGED)
    every = list(dict.fromkeys([*filter(None, earlier.removesuffix("。").split("、")), *titles]))
    said = f"{warning}{CHANGED}{'、'.join(every)}。"
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
