"""What comes into each division of the province and what leaves it, of the flows of a year."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.database import db
from app.divisions.models import Division
from app.divisions.rules.tile_map import Part
from app.processes.recruitment.queries.plans import Flow, Flows


@dataclass
class Balance:
    """Of one division: caps of filed plans, and children registered, by the direction in which they go."""

    code: str
    planned_in: int = 0
    planned_out: int = 0
    registered_in: int = 0
    registered_out: int = 0


def balances_of(found: Flows) -> dict[str, Balance]:
    """The balance of every division that a flow begins or ends in; what stays within one is no flow of it."""
    balances: dict[str, Balance] = {}
    for each in found.lines:
        if each.source != each.destination:
            _add(balances, each)
    return balances


def _add(balances: dict[str, Balance], flow: Flow) -> None:
    there = balances.setdefault(flow.destination, Balance(flow.destination))
    there.planned_in, there.registered_in = there.planned_in + flow.planned, there.registered_in + flow.registered
    here = balances.setdefault(flow.source, Balance(flow.source))
    here.planned_out, here.registered_out = here.planned_out + flow.planned, here.registered_out + flow.registered


def parts_of_province() -> list[Part]:
    """Every division below the province, to be drawn."""
    asked = sa.select(Division.code, Division.name, Division.superior_code).order_by(Division.code)
    return [Part(code, name, above) for code, name, above in db.session.execute(asked) if above]
