"""在籍证明: a school states that a child is on its roll; numbered, dated, checked by its code."""

from __future__ import annotations

import datetime as dt

from app import audit, clock
from app.access import Actor
from app.database import db
from app.errors import InvalidInput, Objected
from app.sequences import next_in
from app.students import queries
from app.students.models.issued import Proof
from app.students.rules.permissions import why_not_issue_proof
from app.web import objections as form_objections

VALID_FOR = 90  # days
PURPOSE = {
    "type": "object",
    "properties": {"purpose": {"type": "string", "title": "用途", "minLength": 1, "maxLength": 60}},
    "required": ["purpose"],
}


def issue_proof(student_id: int, purpose: str, *, actor: Actor) -> Proof:
    """Issue a proof by an operator of the school where the child is in attendance or suspended.

    Raises Missing, NotAllowed, NotOnTheRoll, Objected.
    """
    student = queries.student_kept(actor, student_id)
    enrolment = student.open_enrolment
    school_id, standing = (enrolment.school_id, enrolment.standing) if enrolment else (None, None)
    if refusal := why_not_issue_proof(actor, school_id=school_id, standing=standing):
        raise refusal
    assert enrolment is not None
    faults: list[InvalidInput] = form_objections(PURPOSE, {"purpose": purpose.strip()})
    if faults:
        raise Objected(list(faults))
    key = f"Z{clock.today().year}-{actor.office_code}"
    proof = Proof(
        number=f"{key}-{next_in(key):04d}",
        student_id=student_id,
        enrolment_id=enrolment.id,
        purpose=purpose.strip(),
        stated={
            "name": student.name,
            "grade": enrolment.grade,
            "class": enrolment.school_class.number if enrolment.school_class else None,
            "standing": enrolment.standing.value,
            "since": enrolment.starts_on.isoformat(),
        },
        issued_by=actor.user_id,
        issued_at=clock.now(),
        valid_until=clock.today() + dt.timedelta(days=VALID_FOR),
    )
    db.session.add(proof)
    db.session.flush()  # its number goes to whoever asked
    audit.record("proofs/issue", f"student:{student_id}", actor=actor, after={"number": proof.number})
    return proof
