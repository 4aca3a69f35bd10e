"""在籍证明: on paper from the page, and as PDF."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for

from app import clock
from app.access import actor, allow, found
from app.database import db, transaction
from app.errors import Missing, Objected
from app.schools.models import GRADES
from app.students import queries
from app.students.models import STANDING_NAMES, Standing
from app.students.models.issued import Proof
from app.students.operations.enrolment_proofs import issue_proof
from app.students.presenters import SEXES
from app.students.views.papers import FORMS, bp, written_down
from app.web import typed_text
from app.web.checks import Checked, checkable, code_of, masked_name, qr, url_of
from app.web.formatting import day, given_out, moment
from app.web.pdf import PDF, typeset

#: what a proof states of the child, as the entries of its changes name it
STATED = ("name", "sex", "born_on", "main_number", "grade", "school_class_id", "standing")


@bp.post("/students/<int:student_id>/proofs")
@allow("operator")
def issue(student_id: int) -> Any:
    try:
        with transaction():
            number = issue_proof(student_id, typed_text("purpose"), actor=actor()).number
    except Objected as refusal:
        flash(refusal.objections[0].detail, "error")
        return redirect(url_for("students.show", student_id=student_id))
    return redirect(url_for("papers.proof", number=number))


@bp.get("/proofs/<number>/paper")
@allow("operator", "approver")
def proof(number: str) -> Any:
    """在籍证明, for the school that issued it and the bureaus above."""
    paper = _proof_for(number)
    page = render_template(
        "students/papers/proof.html",
        back=url_for("students.show", student_id=paper.student_id),
        proof=paper,
        shown=shown_on(paper),
    )
    written_down("proof", f"proof:{number}")
    return page


@bp.get("/proofs/<number>/paper.pdf")
@allow("operator", "approver")
def proof_pdf(number: str) -> Any:
    paper = _proof_for(number)
    code = code_of("P", paper.id)
    data = {**shown_on(paper), "code": code, "qr": str(qr(url_of(code))), "printed": _printed()}
    written_down("proof", f"proof:{number}")
    return given_out(f"在籍证明-{number}.pdf", PDF, typeset(FORMS / "proof.typ", data))


def _proof_for(number: str) -> Proof:
    paper: Proof = found(db.session.scalar(sa.select(Proof).where(Proof.number == number)))
    if actor().office_kind == "province" or not actor().answers_for(paper.enrolment.school.office.path):
        raise Missing()
    return paper


def shown_on(paper: Proof) -> dict[str, str]:
    """What a proof says, as plain texts; the number in full only while this school keeps the child."""
    student, stated = paper.student, paper.stated
    keeper = queries.keeps(actor(), student)
    return {
        "number": paper.number,
        "name": stated["name"],
        "sex": SEXES[student.sex.value],
        "born_on": day(student.born_on),
        "main_number": student.main_number if keeper else student.main_number_masked,
        "class": GRADES[stated["grade"]] + (f" {stated['class']} 班" if stated["class"] else ""),
        "standing": STANDING_NAMES[Standing(stated["standing"])],
        "since": stated["since"],
        "purpose": paper.purpose,
        "school": paper.enrolment.school.office.name,
        "issued_on": day(paper.issued_at),
        "valid_until": day(paper.valid_until),
    }


def _printed() -> str:
    return f"{actor().office_name}　{actor().name}　打印于 {moment(clock.now())}"


@checkable("P")
def check_proof(proof_id: int) -> Checked | None:
    """What the public page says of a proof of enrolment."""
    paper = db.session.get(Proof, proof_id)
    if paper is None:
        return None
    enrolment = paper.enrolment
    there = enrolment.ends_on is None and enrolment.standing is not Standing.DROPPED_OUT
    over = paper.valid_until < clock.today()
    restored = queries.restored_since(paper.student_id, paper.issued_at, STATED)
    sentence = (
        "该生已不在该校在籍，本证明失效。"
        if not there
        else "本证明所载情况其后已撤销更正，请重新开具。"
        if restored
        else f"已过有效期（{paper.valid_until}），请重新开具。"
        if over
        else ""
    )
    return Checked(
        title="在籍证明",
        number=paper.number,
        day=paper.issued_at,
        office=enrolment.school.office.name,
        name=masked_name(paper.stated["name"]),
        valid=there and not restored and not over,
        sentence=sentence or f"该生现在该校在籍，有效期至 {paper.valid_until}。",
    )
