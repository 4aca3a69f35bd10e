"""办理进度: how far a case has come, for whoever holds its receipt; no account, no opinion, nobody's number."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import render_template, url_for

from app import audit, clock
from app.access import ANYONE, actor, allow
from app.cases import rules
from app.cases.models import Case, CaseStatus, TaskStatus
from app.cases.presenters.cases import compiled_version_of, state_of
from app.cases.presenters.proofs import proofs_of_case
from app.cases.transactions import read_and_seen
from app.cases.views.blueprint import bp, status_tag
from app.database import db, end_reading, transaction
from app.encryption import check_mark
from app.errors import Missing
from app.web import rate_limits, typed_text
from app.web.checks import code_of, masked_name, read_code
from app.web.trusted_hosts import public_url

KIND = "Q"  # of the code within the QR code of a receipt
LENGTH = 12  # letters and digits of a 查询码
WRONG_PER_MINUTE = 10  # of one stranger; who knows the code is never among them
SHOWN_PER_MINUTE = 60  # of one case to one stranger


@dataclass(frozen=True)
class ProgressStep:
    """One step as the family reads it."""

    name: str
    office: str
    telephone: str
    state: str
    at: Any  # when it was done, or until when it is to be


def query_code(case_id: int) -> str:
    """The 查询码 of a case: 60 bits that nobody can work out, so that nothing is kept for it.

    So many that guessing is hopeless at any speed at which the server could answer: no number of wrong guesses need
    ever close a case, or the page, to whoever holds the receipt.
    """
    mark = check_mark(b"progress" + case_id.to_bytes(8, "big"))
    return base64.b32encode(mark).decode()[:LENGTH]


@bp.get("/cases/<number>/receipt")
@allow("operator", "approver")
def receipt(number: str) -> Any:
    """申请回执, for the office that has handed the application in."""
    case, _view = read_and_seen(actor(), number)
    if case.applicant_office_id != actor().office_id or case.version_id is None:
        raise Missing()
    address = public_url("cases.progress_of", code=code_of(KIND, case.id))
    page = render_template(
        "cases/receipt.html",
        back=url_for("cases.show", number=number),
        case=case,
        version=compiled_version_of(case),
        papers=[each for each in proofs_of_case(case) if each["attached"]],
        query_code="-".join(re.findall("....", query_code(case.id))),
        address=address,
        typed_at=public_url("cases.progress"),
    )
    with transaction():
        audit.record("papers/print", f"case:{number}", actor=actor(), after={"paper": "application_receipt"})
    return page


@bp.get("/progress")
@allow(ANYONE)
def progress() -> Any:
    """Where number and 查询码 are typed."""
    return render_template("cases/progress.html", shown=None, asked=False, number="")


@bp.post("/progress")
@allow(ANYONE)
def find_progress() -> Any:
    """By number and 查询码; shown at once, for an address with the code in it would stay in the browser's history."""
    number, code = typed_text("number")[:24], typed_text("code").replace("-", "").replace(" ", "").upper()[:20]
    case = db.session.scalar(sa.select(Case).where(Case.number == number, Case.version_id.is_not(None)))
    known = query_code(case.id if case else 0)  # an unknown number costs what a known one does
    right = hmac.compare_digest(known.encode(), code.encode())
    return _answer(case if right else None, number)


@bp.get("/progress/<code>")
@allow(ANYONE)
def progress_of(code: str) -> Any:
    """What the receipt's QR code leads to."""
    known = read_code(code)
    case = db.session.get(Case, known[1]) if known and known[0] == KIND else None
    return _answer(case if case is not None and case.version_id is not None else None, "")


def _answer(case: Case | None, number: str) -> Any:
    """The page for whoever knows the case's code, and for whoever does not. Raises TooMany.

    Wrong guesses are counted by who makes them, right answers by whom and of which case: so nobody can use up what
    others need, and a right code is answered however many wrong ones came from the same address.
    """
    if case is None:
        rate_limits.take_wrong("progress-wrong", most=WRONG_PER_MINUTE, seconds=60)
        return render_template("cases/progress.html", shown=None, asked=True, number=number), 404
    case_id = case.id
    end_reading()
    with transaction():
        rate_limits.take("progress", most=SHOWN_PER_MINUTE, seconds=60, who=f"{rate_limits.stranger()}:{case_id}")
    return _progress_page(db.session.get_one(Case, case_id))


def _progress_page(case: Case) -> str:
    now = clock.now()
    waiting = [each for each in case.tasks if each.status is TaskStatus.OPEN]
    return render_template(
        "cases/progress.html",
        asked=True,
        number=case.number,
        shown=case,
        name=masked_name(case.student.name) if case.student else case.applicant_office.name,
        process=compiled_version_of(case).name,
        status=status_tag(case),
        steps=_steps(case),
        left="、".join(
            rules.time_left(each.deadline, now, paused=case.status is CaseStatus.PAUSED) for each in waiting
        ),
        repairing=case.status is CaseStatus.REPAIRING,
    )


def _steps(case: Case) -> list[ProgressStep]:
    done = {each.key: each.at for each in case.decisions if each.undone_id is None}
    until = {each.key: each.deadline for each in case.tasks if each.status is TaskStatus.OPEN}
    states = {"done": "已办理", "waiting": "办理中", "to come": "待办理"}
    return [
        ProgressStep(step.name, step.office.name, step.office.telephone, states[state], (done | until).get(step.key))
        for step in case.route
        if (state := state_of(step, case)) in states and not (case.closed_at is not None and state == "to come")
    ]
