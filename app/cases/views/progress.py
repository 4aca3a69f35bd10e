"""办理进度: how far a case has come, for whoever holds its receipt; no account, no opinion, nobody's number."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, url_for

from app import audit, clock
from app.access import ANYONE, actor, allow
from app.cases import rules
from app.cases.models import Case, CaseStatus, TaskStatus
from app.cases.presenters.cases import compiled_version_of, state_of
from app.cases.presenters.proofs import proofs_of_case
from app.cases.transactions import read_and_seen
from app.cases.views.blueprint import bp, status_tag
from app.database import db, transaction
from app.encryption import check_mark
from app.errors import Missing
from app.web import rate_limits, typed_text
from app.web.checks import code_of, masked_name, read_code
from app.web.trusted_hosts import public_url

KIND = "Q"  # of the code within the QR code of a receipt
LENGTH = 8  # letters and digits of a 查询码
WRONG_PER_MINUTE = 10  # of one stranger
WRONG_PER_HOUR = 20  # of one case, whoever asks
MOST_IN_ALL = 300  # a minute


@dataclass(frozen=True)
class ProgressStep:
    """One step as the family reads it."""

    name: str
    office: str
    telephone: str
    state: str
    at: Any  # when it was done, or until when it is to be


def query_code(case_id: int) -> str:
    """The 查询码 of a case: 40 bits that nobody can work out, so that nothing is kept for it."""
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
        query_code=query_code(case.id),
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
    number, code = typed_text("number")[:24], typed_text("code").replace("-", "").replace(" ", "").upper()[:20]
    with transaction():
        rate_limits.take("progress", most=MOST_IN_ALL, seconds=60, who="all")
    case = db.session.scalar(sa.select(Case).where(Case.number == number))
    known = query_code(case.id) if case is not None and case.version_id is not None else "-" * LENGTH
    if case is None or not hmac.compare_digest(known.encode(), code.encode()):
        with transaction():
            rate_limits.take("progress-wrong", most=WRONG_PER_MINUTE, seconds=60)
            rate_limits.take("progress-case", most=WRONG_PER_HOUR, seconds=3600, who=number)
        return render_template("cases/progress.html", shown=None, asked=True, number=number), 404
    with transaction():
        rate_limits.refuse_beyond("progress-case", most=WRONG_PER_HOUR, seconds=3600, who=number)
    return redirect(url_for("cases.progress_of", code=code_of(KIND, case.id)))


@bp.get("/progress/<code>")
@allow(ANYONE)
def progress_of(code: str) -> Any:
    """What the receipt's QR code leads to."""
    known = read_code(code)
    with transaction():
        rate_limits.take("progress", most=MOST_IN_ALL, seconds=60, who="all")
        if known is None or known[0] != KIND:
            rate_limits.take("progress-wrong", most=WRONG_PER_MINUTE, seconds=60)
    case = db.session.get(Case, known[1]) if known and known[0] == KIND else None
    if case is None or case.version_id is None:
        return render_template("cases/progress.html", shown=None, asked=True, number=""), 404
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
