"""One child, one open case: a case holds its children by the keyed hashes of their numbers, from its first moment.

The primary key of the holds is what two cases at once cannot both have; a trigger keeps a hold with its case for as
long as that is open, whatever statement asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app.bulk import elements
from app.cases import rules
from app.cases.models import BatchRow, Case, CaseStatus, RowStatus
from app.database import db, execute, table
from app.encryption import keyed_hash, unseal_text
from app.errors import Objected
from app.sequences import insert_for
from app.students.models import NumberReservation
from app.students.rules.registration import BeingRegistered
from app.students.rules.sealed_numbers import document_hash

HELD = table(NumberReservation)
# about the row in conflict and no other: a subselect that names the table of the holds asks about any row of it
_CASE: Any = sa.literal_column("number_reservation.case_id")
_NUMBER: Any = sa.literal_column("number_reservation.number_hash")
OVER = sa.exists().where(Case.id == _CASE, Case.status == CaseStatus.CLOSED)
REFUSED = sa.exists().where(
    BatchRow.case_id == _CASE, BatchRow.number_hash == _NUMBER, BatchRow.status == RowStatus.REFUSED
)


def hold(case: Case, hashes: Iterable[str]) -> set[str]:
    """Hold each number for this case; return those that are now its own.

    Free is what nobody holds, what a closed case held, or a list that has refused the child, and what the case held
    that this one goes on from (an arrival that becomes a transfer). Whoever closes in this very moment still holds:
    the other may ask again.
    """
    wanted = sorted(set(hashes))
    if not wanted:
        return set()
    given = elements(wanted)
    values = sa.select(given.c.value, sa.literal(case.id), sa.literal(case.opened_at, HELD.c.reserved_at.type))
    insert = insert_for()(HELD).from_select(["number_hash", "case_id", "reserved_at"], values.order_by(given.c.value))
    mine = sa.or_(HELD.c.case_id == case.id, HELD.c.case_id == (case.follows_id or case.id))
    taken = execute(
        insert.on_conflict_do_update(
            index_elements=["number_hash"],
            set_={name: insert.excluded[name] for name in ("case_id", "reserved_at")},
            where=sa.or_(OVER, REFUSED, mine),
        ).returning(HELD.c.number_hash)
    )
    return {row.number_hash for row in taken}


def hold_all(case: Case, hashes: Iterable[str]) -> None:
    """The same, all or nothing. Raises Objected: AlreadyOpen (E-CASE-01), BeingRegistered (E-DUP-03)."""
    wanted = set(hashes)
    if refused := wanted - hold(case, wanted):
        holders = sa.select(Case.holds_student).join(HELD, HELD.c.case_id == Case.id)
        held = db.session.scalars(holders.where(HELD.c.number_hash.in_(refused))).all()
        # a case of status holds a child that has a record; a list or an arrival, a number
        raise Objected([rules.AlreadyOpen() if all(held) else BeingRegistered(field="main_number")])


def numbers_in(application: Any) -> set[str]:
    """The hashes of the main number and the document that an application brings, not yet the child's perhaps."""
    main, document = (application.get(f"{name}_sealed") for name in ("main_number", "document_number"))
    found = {keyed_hash(unseal_text(main))} if main else set()
    if document:
        kind = application.get("document_type", "1")
        borne = document_hash({"document_type": kind, "document_number": unseal_text(document)})
        found |= {borne} if borne else set()
    return found
