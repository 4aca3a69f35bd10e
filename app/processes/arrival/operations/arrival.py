"""省外转入: a new record where the province knows nobody; where it does, the arrival goes on as a transfer."""

from __future__ import annotations

import sqlalchemy as sa

from app import audit
from app.cases.models import Case
from app.cases.operations.opening import open_linked
from app.database import db
from app.definitions.queries import current_version
from app.errors import Stale
from app.exchange.operations import answer_to
from app.processes.arrival.operations.messages import acknowledge
from app.processes.arrival.precheck import as_transfer, known_child
from app.processes.transfer.precheck import opening_of_transfer
from app.schools.models import School
from app.students.operations import CaseContext, arrival


def create(context: CaseContext) -> None:
    """The record of a child nobody knows, with what its former province has sent.

    Raises KnownAlready (E-DUP-01), NoSeat (E-QUOTA-01).
    """
    child = arrival.create(context)
    arrival.keep_entries(context, child, answer_to(context.case_id).get("entries", ()))
    acknowledge(context)
    db.session.execute(sa.update(Case).where(Case.id == context.case_id).values(student_id=child))


def redirect(context: CaseContext) -> None:
    """The child is known: open the transfer with what was typed, and say so in the arrival that ends here.

    Raises Objected with what stands against the transfer; Stale when nobody is known after all.
    """
    context.claim()
    opened = db.session.get_one(Case, context.case_id)
    row = arrival.unsealed(context)
    child = known_child(row)
    if child is None:
        raise Stale()
    school, version = db.session.get_one(School, context.target), current_version("transfer", context.target)
    application = as_transfer(child, school, context.application)
    opening = opening_of_transfer(version, child, school, application, profile=opened.profile)
    transfer = open_linked(version, opening, opened, actor=context.actor)
    because = f"省内已有该生学籍记录，转为省内转学（办件 {transfer.number}）"
    db.session.execute(sa.update(Case).where(Case.id == opened.id).values(student_id=child.id, ended_because=because))
    audit.record("cases/redirect", f"case:{opened.number}", actor=context.actor, after={"transfer": transfer.number})
