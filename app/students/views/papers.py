"""Papers of the record: directive, certificate of suspension, card, proof of enrolment, each with its check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, url_for

from app import audit, clock
from app.access import actor, allow, found
from app.database import db, transaction
from app.errors import Missing
from app.schools.models import GRADES
from app.students import queries
from app.students.models import Directive, DirectiveKind, DirectiveStatus, Suspension
from app.students.queries import directives
from app.web.checks import Checked, checkable, masked_name

bp = Blueprint("papers", __name__, template_folder="../templates")
FORMS = Path(__file__).parents[1] / "typst"
DIRECTIVE_SAYS = {
    DirectiveStatus.ISSUED: "有效，尚未使用。",
    DirectiveStatus.CONSUMED: "已使用：学籍档案已凭本指令调取，不能再次使用。",
    DirectiveStatus.REVOKED: "已由下达机关撤销，无效。",
    DirectiveStatus.EXPIRED: "已过有效期，无效。",
}


@bp.get("/directives/<number>/paper")
@allow("operator", "approver")
def directive(number: str) -> Any:
    """允许转学指令, for whoever sees it in the list of directives."""
    order = directives.directive_for(actor(), number)
    page = render_template(
        "students/papers/directive.html",
        back=url_for("students.show", student_id=order.student_id)
        if _knows(order.student_id)
        else url_for("home.index"),
        directive=order,
        kind="允许转学指令" if order.kind is DirectiveKind.ALLOW_TRANSFER else "允许外招指令",
        says=DIRECTIVE_SAYS[order.status],
        mark=order.signature.hex()[:32],
    )
    written_down("directive", f"directive:{number}")
    return page


def _knows(student_id: int) -> bool:
    try:
        queries.student_for(actor(), student_id)
    except Missing:
        return False
    return True


def written_down(paper: str, subject: str) -> None:
    """Printing is an act like any other."""
    with transaction():
        audit.record("papers/print", subject, actor=actor(), after={"paper": paper})


@checkable("D")
def check_directive(directive_id: int) -> Checked | None:
    """What the public page says of a directive."""
    order = db.session.get(Directive, directive_id)
    if order is None:
        return None
    return Checked(
        title="允许转学指令" if order.kind is DirectiveKind.ALLOW_TRANSFER else "允许外招指令",
        number=order.title,
        day=order.issued_at,
        office=order.issuer.name,
        name=masked_name(order.student.name),
        valid=order.status is DirectiveStatus.ISSUED and order.expires_at >= clock.now(),
        sentence=DIRECTIVE_SAYS[order.status],
    )


@bp.get("/suspensions/<certificate>/paper")
@allow("operator", "approver")
def suspension(certificate: str) -> Any:
    """休学证书, for the keeper of the child and the bureaus above, the province excepted."""
    interval: Suspension = found(db.session.scalar(sa.select(Suspension).where(Suspension.certificate == certificate)))
    student = queries.student_kept(actor(), interval.student_id)
    page = render_template(
        "students/papers/suspension.html",
        back=url_for("students.show", student_id=student.id),
        suspension=interval,
        student=student,
        grades=GRADES,
    )
    written_down("suspension", f"suspension:{certificate}")
    return page


@checkable("S")
def check_suspension(suspension_id: int) -> Checked | None:
    """What the public page says of a certificate of suspension."""
    interval = db.session.get(Suspension, suspension_id)
    if interval is None:
        return None
    over, late = interval.ended_on is not None, interval.ends_on < clock.today()
    return Checked(
        title="休学证书",
        number=interval.certificate,
        day=interval.starts_on,
        office=interval.enrolment.school.office.name,
        name=masked_name(interval.student.name),
        valid=not over and not late,
        sentence=_how_it_stands(interval),
    )


def _how_it_stands(interval: Suspension) -> str:
    if reversed_on := queries.reversed_on(interval.case_id, interval.student_id):
        return f"休学已于 {reversed_on} 撤销（反向更正），本证书无效。"
    if interval.ended_on:
        return f"休学已于 {interval.ended_on} 结束。"
    if interval.ends_on < clock.today():
        return f"休学于 {interval.ends_on} 期满，尚未办理复学。"
    return f"休学中，至 {interval.ends_on} 期满。"
