"""在籍证明, for programs."""

from __future__ import annotations

from typing import TypedDict

from app.access import actor, allow
from app.database import transaction
from app.students import queries
from app.students.api.students import bp
from app.students.models import Proof, Student
from app.students.operations.enrolment_proofs import PURPOSE, issue_proof
from app.web import Day, Instant, Page, instant, one_page, operation, read_json
from app.web.checks import code_of, url_of


class ProofJson(TypedDict):
    """在籍证明, with the address at which anybody may check it."""

    number: str
    student: int
    purpose: str
    issued_at: Instant
    valid_until: Day
    check: str


@bp.post("/students/<int:student_id>/proofs")
@allow("operator")
@operation("出具在籍证明", body=PURPOSE, status=201)
def create_proof(student_id: int) -> ProofJson:
    typed, caller = read_json(PURPOSE), actor()
    with transaction():
        return proof_json(issue_proof(student_id, typed["purpose"], actor=caller))


@bp.get("/students/<int:student_id>/proofs")
@allow("operator", "approver")
@operation("已出具的在籍证明")
def list_proofs(student_id: int) -> Page[ProofJson]:
    student: Student = queries.student_kept(actor(), student_id)
    return one_page([proof_json(each) for each in queries.proofs_of(student.id)])


def proof_json(paper: Proof) -> ProofJson:
    return {
        "number": paper.number,
        "student": paper.student_id,
        "purpose": paper.purpose,
        "issued_at": instant(paper.issued_at),
        "valid_until": paper.valid_until.isoformat(),
        "check": url_of(code_of("P", paper.id)),
    }
