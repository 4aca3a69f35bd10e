"""省外转入: a new record where the province knows nobody; where it does, the arrival goes on as a transfer."""

from __future__ import annotations

import sqlalchemy as sa

from app import audit
from app.cases.models import Case
from app.cases.openings.arrival import as_transfer
from app.cases.openings.transfer import opening_of_transfer
from app.cases.operations.exchanging import acknowledge
from app.cases.operations.opening import open_linked
from app.database import db
from app.errors import Stale
from app.exchange.operations import answer_to
from app.processes.queries import current_edition
from app.schools.models import School
from app.sealing import unseal_text
from app.students.operations import Proceeding, arriving
from app.students.queries import known_by


def create(proceeding: Proceeding) -> None:
    """The record of a child nobody knows, with what its former province has sent.

    Raises KnownAlready (E-DUP-01), NoSeat (E-QUOTA-01).
    """
    child = arriving.create(proceeding)
    arriving.keep_entries(proceeding, child, answer_to(proceeding.case_id).get("entries", ()))
    acknowledge(proceeding)
    db.session.execute(sa.update(Case).where(Case.id == proceeding.case_id).values(student_id=child))


def redirect(proceeding: Proceeding) -> None:
    """The child is known: open the transfer with what was typed, and say so in the arrival that ends here.

    Raises Objected with what stands against the transfer; Stale when nobody is known after all.
    """
    proceeding.claim()
    arrival = db.session.get_one(Case, proceeding.case_id)
    sealed = proceeding.application.get("main_number_sealed")
    child = known_by(unseal_text(sealed)) if sealed else None
    if child is None:
        raise Stale()
    school, chosen = db.session.get_one(School, proceeding.target), current_edition("transfer")
    application = as_transfer(child, school, proceeding.application)
    opening = opening_of_transfer(chosen, child, school, application, profile=arrival.profile)
    transfer = open_linked(chosen, opening, arrival, actor=proceeding.actor)
    because = f"省内已有该生学籍记录，转为省内转学（办件 {transfer.number}）"
    db.session.execute(sa.update(Case).where(Case.id == arrival.id).values(student_id=child.id, ended_because=because))
    audit.record(
        "cases/redirect", f"case:{arrival.number}", actor=proceeding.actor, after={"transfer": transfer.number}
    )
